// Rows in other places.

// The array that begins `place` bytes a lane behind the beginning of an arena.
template <class T>
inline T (*rows(unsigned char *arena, std::size_t place))[LANES] {
    return reinterpret_cast<T(*)[LANES]>(arena + place * LANES);
}

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

// The same numbers with `bits` fewer fractional bits, which are zero.
template <class Y, class X>
inline void lower(Y (*out)[LANES], const X (*x)[LANES], int rows, int bits) {
    for (int i = 0; i < rows; ++i)
        for (int l = 0; l < LANES; ++l) out[i][l] = static_cast<Y>(x[i][l] >> bits);
}

template <class Y>
inline void zero(Y (*out)[LANES], int rows) {
    for (int i = 0; i < rows; ++i)
        for (int l = 0; l < LANES; ++l) out[i][l] = Y(0);
}
