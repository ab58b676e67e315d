// Results that are made of several rows each: pools, reductions, products of two tensors, sorting.

// A sum modulo 2**bits of the type, which is the sum itself where that fits.
template <class T, class Unsigned>
struct Total {
    static T of(T a, T b) { return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b)); }
};

template <class T, class>
struct Largest {
    static T of(T a, T b) { return a < b ? b : a; }
};

template <class T, class>
struct Smallest {
    static T of(T a, T b) { return b < a ? b : a; }
};

// Row k of what makes result i: each place is listed; a negative one stands in padding.
struct Listed {
    const std::int32_t *places;
    int each;
    int operator()(int i, int k) const { return places[i * each + k]; }
};

// Row k of what makes result i, where every result has the same terms, counted from a start of its own.
struct Apart {
    const std::int32_t *starts;
    const std::int32_t *terms;
    int each;
    int operator()(int i, int k) const { return starts[i] + terms[k]; }
};

// Combines rows: result i * channels + c of rows places(i, k) + c, k < places.each; padding is left out.
template <class Combine, class T, class X, class Places, class Finish>
inline void fold(const X (*x)[LANES], const Places &places, int count, int channels, const Finish &finish) {
    for (int i = 0; i < count; ++i)
        for (int c = 0; c < channels; ++c) {
            alignas(64) T row[LANES];
            int k = 0;
            while (places(i, k) < 0) ++k;  // a window reaches over at least one row
            for (int l = 0; l < LANES; ++l) row[l] = static_cast<T>(x[places(i, k) + c][l]);
            for (++k; k < places.each; ++k) {
                const int place = places(i, k);
                if (place < 0) continue;
                for (int l = 0; l < LANES; ++l) row[l] = Combine::of(row[l], static_cast<T>(x[place + c][l]));
            }
            finish(i * channels + c, row);
        }
}

// Sums of products of two tensors, modulo 2**bits of the type: result i of rows a(i, k) and b(i, k), k < a.each.
template <class Sum, class Unsigned, class A, class B, class Finish>
inline void products(const A (*a)[LANES], const Apart &in_a, const B (*b)[LANES], const Apart &in_b, int count,
                     const Finish &finish) {
    for (int i = 0; i < count; ++i) {
        alignas(64) Sum row[LANES] = {};
        for (int k = 0; k < in_a.each; ++k) {
            const A *left = a[in_a(i, k)];
            const B *right = b[in_b(i, k)];
            for (int l = 0; l < LANES; ++l)
                row[l] = static_cast<Sum>(static_cast<Unsigned>(row[l]) +
                                          static_cast<Unsigned>(left[l]) * static_cast<Unsigned>(right[l]));
        }
        finish(i, row);
    }
}

// Ascending order within groups of SIZE rows: pairs of places whose rows are put in order, one after another.
template <class T, int SIZE, class X, class Finish>
inline void sort(const X (*x)[LANES], int groups, const std::int32_t *pairs, int count, const Finish &finish) {
    for (int group = 0; group < groups; ++group) {
        alignas(64) T rows[SIZE][LANES];
        for (int k = 0; k < SIZE; ++k)
            for (int l = 0; l < LANES; ++l) rows[k][l] = static_cast<T>(x[group * SIZE + k][l]);
        for (int p = 0; p < count; ++p) {
            T *low = rows[pairs[2 * p]], *high = rows[pairs[2 * p + 1]];
            for (int l = 0; l < LANES; ++l) {
                const T a = low[l], b = high[l];
                low[l] = b < a ? b : a;
                high[l] = b < a ? a : b;
            }
        }
        for (int k = 0; k < SIZE; ++k) finish(group * SIZE + k, rows[k]);
    }
}
