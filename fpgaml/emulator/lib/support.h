// What all generated steps share; it is compiled once for each instruction set. A row is one element of LANES events.

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

// OUTS sums of the same `count` terms: rows[terms[k]] * weights[k][out], beginning with bias[out].
// They are computed modulo 2**bits of the type, which gives the sum itself where that fits.
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
                sums[out][l] = static_cast<Sum>(static_cast<Unsigned>(sums[out][l]) + weight * static_cast<Unsigned>(row[l]));
        }
    }
    for (int out = 0; out < OUTS; ++out) finish(place + places[out], sums[out]);
}
