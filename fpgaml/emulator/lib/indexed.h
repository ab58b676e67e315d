// Rows by an index that differs from lane to lane: element i of the result is `starts[i]` and `stride` times the index
// in row `places[i]`. An index outside of 0 to size - 1 reads zero, and adds nowhere.

// A whole number with `DOWN` fractional bits, which are zero, or with -DOWN zeros below its lowest bit.
template <int DOWN, class I>
inline int whole(I index) {
    if constexpr (DOWN >= 0) return static_cast<int>(index >> DOWN);
    return static_cast<int>(index) * (1 << -DOWN);
}

template <int DOWN, class Y, class X, class I>
inline void gather(Y (*out)[LANES], const X (*x)[LANES], const I (*index)[LANES], const std::int32_t *starts,
                   const std::int32_t *places, int count, int stride, int size) {
    for (int i = 0; i < count; ++i) {
        const X(*from)[LANES] = x + starts[i];
        const I *at = index[places[i]];
        for (int l = 0; l < LANES; ++l) {
            const int n = whole<DOWN>(at[l]);
            const bool inside = n >= 0 && n < size;
            const X found = from[(inside ? n : 0) * stride][l];
            out[i][l] = inside ? static_cast<Y>(found) : Y(0);
        }
    }
}

// Term i of the sums is row `terms[i]`; they are computed modulo 2**bits, which gives the sum itself, since that fits.
template <int DOWN, class Unsigned, class Y, class X, class I>
inline void scatter(Y (*out)[LANES], const X (*x)[LANES], const I (*index)[LANES], const std::int32_t *terms,
                    const std::int32_t *starts, const std::int32_t *places, int count, int stride, int size) {
    for (int i = 0; i < count; ++i) {
        Y(*to)[LANES] = out + starts[i];
        const X *term = x[terms[i]];
        const I *at = index[places[i]];
        for (int l = 0; l < LANES; ++l) {
            const int n = whole<DOWN>(at[l]);
            if (n < 0 || n >= size) continue;
            Y &sum = to[n * stride][l];
            sum = static_cast<Y>(static_cast<Unsigned>(sum) + static_cast<Unsigned>(term[l]));
        }
    }
}
