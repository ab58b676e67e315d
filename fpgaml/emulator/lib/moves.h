// Rows in other places.

template <class Y, class X>
inline void copy(Y (*out)[LANES], const X (*x)[LANES], int rows) {
    for (int i = 0; i < rows; ++i)
        for (int l = 0; l < LANES; ++l) out[i][l] = static_cast<Y>(x[i][l]);
}

// The same numbers with `bits` more fractional bits.
template <class Y, class Unsigned, class X>
inline void lift(Y (*out)[LANES], const X (*x)[LANES], int rows, int bits) {
    for (int i = 0; i < rows; ++i)
        for (int l = 0; l < LANES; ++l) out[i][l] = static_cast<Y>(static_cast<Unsigned>(x[i][l]) << bits);
}

template <class Y>
inline void zero(Y (*out)[LANES], int rows) {
    for (int i = 0; i < rows; ++i)
        for (int l = 0; l < LANES; ++l) out[i][l] = Y(0);
}
