// Sums of products with constants: tiles of OUTS sums over the same terms, for all lanes. Sums are computed modulo 2**bits,
// which gives the sum itself where that fits.

// Terms near each other: term k of a sum is row k from where the window begins.
template <class X>
struct Near {
    const X (*x)[LANES];
    const X *operator[](int k) const { return x[k]; }
};

// Terms of a window that may lie partly in padding: term k is row k of those that were collected.
template <class X, int TERMS>
struct Collected {
    const X *rows[TERMS];
    const X *operator[](int k) const { return rows[k]; }

    // A term outside of the tensor reads a row of zeros.
    void collect(const X (*x)[LANES], int start, const std::int32_t *terms, const std::int8_t *inside) {
        alignas(64) static const X zeros[LANES] = {};
        for (int k = 0; k < TERMS; ++k) rows[k] = inside[k] ? x[start + terms[k]] : zeros;
    }
};

// The sum of `count` terms rows[terms[k]] * weights[k][out] and bias[out]; finish takes each sum, for all lanes.
template <int OUTS, class Sum, class Unsigned, class Rows, class Weight, class Finish>
inline void tile(const Rows &rows, const std::int32_t *terms, const Weight *weights, int count, const Sum *bias,
                 const std::int32_t *places, int place, const Finish &finish) {
    alignas(64) Sum sums[OUTS][LANES];
    for (int out = 0; out < OUTS; ++out)
        for (int l = 0; l < LANES; ++l) sums[out][l] = bias[out];
    for (int k = 0; k < count; ++k) {
        const auto *row = rows[terms[k]];
        for (int out = 0; out < OUTS; ++out) {
            const Unsigned weight = static_cast<Unsigned>(weights[k * OUTS + out]);
            for (int l = 0; l < LANES; ++l)
                sums[out][l] =
                    static_cast<Sum>(static_cast<Unsigned>(sums[out][l]) + weight * static_cast<Unsigned>(row[l]));
        }
    }
    for (int out = 0; out < OUTS; ++out) finish(place + places[out], sums[out]);
}

#if FPGAML_X86

// Vectors of 16-bit integers, and of 32-bit sums of two products of them. Unpacking two rows brings each lane's two values
// side by side; `ordered` brings the sums back into the order of the lanes.
#if FPGAML_LEVEL == 2
using Vector = __m512i;
inline Vector load16(const std::int16_t *p) { return _mm512_loadu_si512(p); }
inline Vector load16(const std::int8_t *p) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
}
inline Vector broadcast(std::int32_t n) { return _mm512_set1_epi32(n); }
inline Vector low_pairs(Vector a, Vector b) { return _mm512_unpacklo_epi16(a, b); }
inline Vector high_pairs(Vector a, Vector b) { return _mm512_unpackhi_epi16(a, b); }
inline Vector add_products(Vector sum, Vector a, Vector b) {
    sum = _mm512_dpwssd_epi32(sum, a, b);
    __asm__("" : "+v"(sum));  // g++ 12 copies every sum in every turn of the loop without this
    return sum;
}
inline void store_ordered(std::int32_t *to, Vector low, Vector high) {
    const Vector first = _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const Vector second = _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    _mm512_store_si512(to, _mm512_permutex2var_epi32(low, first, high));
    _mm512_store_si512(to + 16, _mm512_permutex2var_epi32(low, second, high));
}
#elif FPGAML_LEVEL == 1
using Vector = __m256i;
inline Vector load16(const std::int16_t *p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)); }
inline Vector load16(const std::int8_t *p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)));
}
inline Vector broadcast(std::int32_t n) { return _mm256_set1_epi32(n); }
inline Vector low_pairs(Vector a, Vector b) { return _mm256_unpacklo_epi16(a, b); }
inline Vector high_pairs(Vector a, Vector b) { return _mm256_unpackhi_epi16(a, b); }
inline Vector add_products(Vector sum, Vector a, Vector b) { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
inline void store_ordered(std::int32_t *to, Vector low, Vector high) {
    _mm256_store_si256(reinterpret_cast<__m256i *>(to), _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_store_si256(reinterpret_cast<__m256i *>(to + 8), _mm256_permute2x128_si256(low, high, 0x31));
}
#else
using Vector = __m128i;
inline Vector load16(const std::int16_t *p) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p)); }
inline Vector load16(const std::int8_t *p) {
    const Vector bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(p));
    return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}
inline Vector broadcast(std::int32_t n) { return _mm_set1_epi32(n); }
inline Vector low_pairs(Vector a, Vector b) { return _mm_unpacklo_epi16(a, b); }
inline Vector high_pairs(Vector a, Vector b) { return _mm_unpackhi_epi16(a, b); }
inline Vector add_products(Vector sum, Vector a, Vector b) { return _mm_add_epi32(sum, _mm_madd_epi16(a, b)); }
inline void store_ordered(std::int32_t *to, Vector low, Vector high) {
    _mm_store_si128(reinterpret_cast<__m128i *>(to), low);
    _mm_store_si128(reinterpret_cast<__m128i *>(to + 4), high);
}
#endif

constexpr int WIDTH = sizeof(Vector) / 2;      // lanes of a vector
constexpr int ACCUMULATORS = FPGAML_LEVEL == 2 ? 16 : 8;  // registers for sums

// PART sums of OUTS over pairs of terms, for CHUNKS vectors of lanes.
template <int PART, int OUTS, int CHUNKS, class Rows>
inline void pair_sums(const Rows &rows, const std::int32_t *terms, const std::int32_t *weights, int pairs,
                      const std::int32_t *bias, int lane, std::int32_t (*sums)[LANES]) {
    Vector low[PART][CHUNKS], high[PART][CHUNKS];
    for (int out = 0; out < PART; ++out)
        for (int c = 0; c < CHUNKS; ++c) low[out][c] = high[out][c] = broadcast(bias[out]);
    for (int k = 0; k < pairs; ++k) {
        const auto *first = rows[terms[2 * k]] + lane, *second = rows[terms[2 * k + 1]] + lane;
        for (int c = 0; c < CHUNKS; ++c) {
            const Vector a = load16(first + c * WIDTH), b = load16(second + c * WIDTH);
            const Vector lows = low_pairs(a, b), highs = high_pairs(a, b);
            for (int out = 0; out < PART; ++out) {
                const Vector weight = broadcast(weights[k * OUTS + out]);
                low[out][c] = add_products(low[out][c], lows, weight);
                high[out][c] = add_products(high[out][c], highs, weight);
            }
        }
    }
    for (int out = 0; out < PART; ++out)
        for (int c = 0; c < CHUNKS; ++c) store_ordered(sums[out] + lane + c * WIDTH, low[out][c], high[out][c]);
}

// As `tile`, for rows and weights of at most 16 bits: weights[k][out] holds those of terms 2k (low half) and 2k + 1.
template <int OUTS, class Rows, class Finish>
inline void pair_tile(const Rows &rows, const std::int32_t *terms, const std::int32_t *weights, int pairs,
                      const std::int32_t *bias, const std::int32_t *places, int place, const Finish &finish) {
    constexpr int PART = 2 * OUTS <= ACCUMULATORS ? OUTS : ACCUMULATORS / 2, REST = OUTS % PART;
    constexpr int CHUNKS = 4 * PART <= ACCUMULATORS && LANES >= 2 * WIDTH ? 2 : 1;
    alignas(64) std::int32_t sums[OUTS][LANES];
    for (int lane = 0; lane < LANES; lane += CHUNKS * WIDTH) {
        for (int out = 0; out + PART <= OUTS; out += PART)
            pair_sums<PART, OUTS, CHUNKS>(rows, terms, weights + out, pairs, bias + out, lane, sums + out);
        if constexpr (REST > 0)
            pair_sums<REST, OUTS, CHUNKS>(rows, terms, weights + OUTS - REST, pairs, bias + OUTS - REST, lane,
                                          sums + OUTS - REST);
    }
    for (int out = 0; out < OUTS; ++out) finish(place + places[out], sums[out]);
}

#else

template <int OUTS, class Rows, class Finish>
inline void pair_tile(const Rows &rows, const std::int32_t *terms, const std::int32_t *weights, int pairs,
                      const std::int32_t *bias, const std::int32_t *places, int place, const Finish &finish) {
    alignas(64) std::int32_t sums[OUTS][LANES];
    for (int out = 0; out < OUTS; ++out)
        for (int l = 0; l < LANES; ++l) sums[out][l] = bias[out];
    for (int k = 0; k < pairs; ++k) {
        const auto *first = rows[terms[2 * k]], *second = rows[terms[2 * k + 1]];
        for (int out = 0; out < OUTS; ++out) {
            const std::uint32_t both = static_cast<std::uint32_t>(weights[k * OUTS + out]);
            const std::int16_t a = static_cast<std::int16_t>(both & 0xffff), b = static_cast<std::int16_t>(both >> 16);
            for (int l = 0; l < LANES; ++l)
                sums[out][l] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[out][l]) +
                                                         static_cast<std::uint32_t>(a * first[l]) +
                                                         static_cast<std::uint32_t>(b * second[l]));
        }
    }
    for (int out = 0; out < OUTS; ++out) finish(place + places[out], sums[out]);
}

#endif
