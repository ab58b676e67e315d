// Events, one after another, to and from rows of lanes: transposing a matrix. On x86-64 in squares of 16 bytes a side, several
// side by side in a register. Interleaving the first half of a square's vectors with the second rotates the bits of an
// element's index by one; done once for each bit of a row's number, that transposes the square.

#if FPGAML_X86

#if FPGAML_LEVEL == 2
using Register = __m512i;
constexpr int SQUARES = 4;
#define FPGAML_UNPACK(half, bits) _mm512_unpack##half##_epi##bits
template <class T>
inline Register gather(const T *p, std::ptrdiff_t step) {
    const auto part = [&](int k) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + k * step)); };
    const Register low = _mm512_inserti32x4(_mm512_castsi128_si512(part(0)), part(1), 1);
    return _mm512_inserti32x4(_mm512_inserti32x4(low, part(2), 2), part(3), 3);
}
template <class T>
inline void scatter(T *p, std::ptrdiff_t step, Register x) {
    const auto part = [&](int k, __m128i v) { _mm_storeu_si128(reinterpret_cast<__m128i *>(p + k * step), v); };
    part(0, _mm512_castsi512_si128(x));
    part(1, _mm512_extracti32x4_epi32(x, 1));
    part(2, _mm512_extracti32x4_epi32(x, 2));
    part(3, _mm512_extracti32x4_epi32(x, 3));
}
inline Register load_register(const void *p) { return _mm512_loadu_si512(p); }
inline void store_register(void *p, Register x) { _mm512_storeu_si512(p, x); }
#elif FPGAML_LEVEL == 1
using Register = __m256i;
constexpr int SQUARES = 2;
#define FPGAML_UNPACK(half, bits) _mm256_unpack##half##_epi##bits
template <class T>
inline Register gather(const T *p, std::ptrdiff_t step) {
    const auto part = [&](int k) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + k * step)); };
    return _mm256_inserti128_si256(_mm256_castsi128_si256(part(0)), part(1), 1);
}
template <class T>
inline void scatter(T *p, std::ptrdiff_t step, Register x) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(p), _mm256_castsi256_si128(x));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(p + step), _mm256_extracti128_si256(x, 1));
}
inline Register load_register(const void *p) { return _mm256_loadu_si256(static_cast<const __m256i *>(p)); }
inline void store_register(void *p, Register x) { _mm256_storeu_si256(static_cast<__m256i *>(p), x); }
#else
using Register = __m128i;
constexpr int SQUARES = 1;
#define FPGAML_UNPACK(half, bits) _mm_unpack##half##_epi##bits
template <class T>
inline Register gather(const T *p, std::ptrdiff_t) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
}
template <class T>
inline void scatter(T *p, std::ptrdiff_t, Register x) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(p), x);
}
inline Register load_register(const void *p) { return _mm_loadu_si128(static_cast<const __m128i *>(p)); }
inline void store_register(void *p, Register x) { _mm_storeu_si128(static_cast<__m128i *>(p), x); }
#endif

template <std::size_t BYTES>
struct Interleave;
template <>
struct Interleave<1> {
    static Register low(Register a, Register b) { return FPGAML_UNPACK(lo, 8)(a, b); }
    static Register high(Register a, Register b) { return FPGAML_UNPACK(hi, 8)(a, b); }
};
template <>
struct Interleave<2> {
    static Register low(Register a, Register b) { return FPGAML_UNPACK(lo, 16)(a, b); }
    static Register high(Register a, Register b) { return FPGAML_UNPACK(hi, 16)(a, b); }
};
template <>
struct Interleave<4> {
    static Register low(Register a, Register b) { return FPGAML_UNPACK(lo, 32)(a, b); }
    static Register high(Register a, Register b) { return FPGAML_UNPACK(hi, 32)(a, b); }
};
template <>
struct Interleave<8> {
    static Register low(Register a, Register b) { return FPGAML_UNPACK(lo, 64)(a, b); }
    static Register high(Register a, Register b) { return FPGAML_UNPACK(hi, 64)(a, b); }
};
#undef FPGAML_UNPACK

template <class T>
constexpr int SIDE = sizeof(T) <= 8 ? static_cast<int>(16 / sizeof(T)) : 0;  // elements of a square; 0: none

template <class T, int N>
inline void transpose(Register (&x)[N]) {
    Register y[N];
    for (int turn = 1; turn < N; turn *= 2) {
        for (int i = 0; i < N / 2; ++i) {
            y[2 * i] = Interleave<sizeof(T)>::low(x[i], x[i + N / 2]);
            y[2 * i + 1] = Interleave<sizeof(T)>::high(x[i], x[i + N / 2]);
        }
        for (int i = 0; i < N; ++i) x[i] = y[i];
    }
}

// Full blocks of events with at least a square's side of elements; the last square of a row overlaps the one before. The
// next block is fetched into the second cache meanwhile: processors do not foresee reads from so many events at a time.
template <class T>
inline void to_rows(const T *events, int elements, T (*rows)[LANES]) {
    if constexpr (SIDE<T> > 0) {
        constexpr int N = SIDE<T>;
        Register x[N];
        const char *next = reinterpret_cast<const char *>(events + static_cast<std::ptrdiff_t>(LANES) * elements);
        for (int l = 0; l < LANES; l += N * SQUARES)
            for (int e = 0; e < elements; e += N) {
                for (int line = 0; line < N * SQUARES * 16; line += 64) __builtin_prefetch(next + line, 0, 2);
                next += N * SQUARES * 16;
                const int begin = e + N <= elements ? e : elements - N;
                const T *from = events + static_cast<std::ptrdiff_t>(l) * elements + begin;
                for (int j = 0; j < N; ++j) x[j] = gather(from + static_cast<std::ptrdiff_t>(j) * elements, std::ptrdiff_t(N) * elements);
                transpose<T, N>(x);
                for (int j = 0; j < N; ++j) store_register(rows[begin + j] + l, x[j]);
            }
    }
}

template <class T>
inline void from_rows(const T (*rows)[LANES], int elements, T *events) {
    if constexpr (SIDE<T> > 0) {
        constexpr int N = SIDE<T>;
        Register x[N];
        for (int l = 0; l < LANES; l += N * SQUARES)
            for (int e = 0; e < elements; e += N) {
                const int begin = e + N <= elements ? e : elements - N;
                T *to = events + static_cast<std::ptrdiff_t>(l) * elements + begin;
                for (int j = 0; j < N; ++j) x[j] = load_register(rows[begin + j] + l);
                transpose<T, N>(x);
                for (int j = 0; j < N; ++j) scatter(to + static_cast<std::ptrdiff_t>(j) * elements, std::ptrdiff_t(N) * elements, x[j]);
            }
    }
}

// Whether that may be used: the squares of a register must fit into a block of lanes.
template <class T>
inline bool in_squares(int count, int elements) {
    if constexpr (SIDE<T> > 0)
        return count == LANES && elements >= SIDE<T> && LANES % (SIDE<T> * SQUARES) == 0;
    return false;
}

#else

template <class T>
constexpr int SIDE = 0;
template <class T>
inline bool in_squares(int, int) {
    return false;
}
template <class T>
inline void to_rows(const T *, int, T (*)[LANES]) {}
template <class T>
inline void from_rows(const T (*)[LANES], int, T *) {}

#endif
