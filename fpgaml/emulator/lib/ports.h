// How events enter and leave a block: arrays of events, one after another, to and from rows of lanes.

// What an input takes: the smallest and the largest integer of each element, and low bits that are zero.
// One entry for all elements alike, or one each.
template <class T>
struct Limits {
    const T *low, *high, *zeros;
    int step;  // 0 or 1: how far the next element's entry is
};

// `count` events of machine integers into rows; lanes beyond are 0.
template <class T>
inline void enter(const T *events, int count, int elements, T (*rows)[LANES]) {
    if constexpr (SIDE<T> > 0)
        if (in_squares<T>(count, elements)) return to_rows(events, elements, rows);
    for (int l = 0; l < LANES; ++l)
        for (int e = 0; e < elements; ++e) rows[e][l] = l < count ? events[static_cast<std::ptrdiff_t>(l) * elements + e] : T(0);
}

// Whether all rows hold what the input takes.
template <class T>
inline bool within(const T (*rows)[LANES], int elements, const Limits<T> &limits) {
    T wrong[LANES] = {};
    for (int e = 0; e < elements; ++e) {
        const int k = e * limits.step;
        const T low = limits.low[k], high = limits.high[k], zeros = limits.zeros[k];
        for (int l = 0; l < LANES; ++l) {
            const T x = rows[e][l];
            const T raised = x < low ? low : x, inside = raised > high ? high : raised;
            wrong[l] = static_cast<T>(wrong[l] | (x ^ inside) | (x & zeros));
        }
    }
    T any = 0;
    for (int l = 0; l < LANES; ++l) any = static_cast<T>(any | wrong[l]);
    return any == 0;
}

// Rows that lie at a port's binary point to that of the tensor, which has `SHIFT` more fractional bits.
template <int SHIFT, class T>
inline void raise(int elements, T (*rows)[LANES]) {
    for (int e = 0; e < elements; ++e)
        for (int l = 0; l < LANES; ++l) rows[e][l] = static_cast<T>(rows[e][l] * (T(1) << SHIFT));
}

// Rows as events, without `SHIFT` low bits, which are zero.
template <int SHIFT, class T>
inline void leave(const T (*rows)[LANES], int count, int elements, T *events) {
    if constexpr (SHIFT == 0 && SIDE<T> > 0)
        if (in_squares<T>(count, elements)) return from_rows(rows, elements, events);
    for (int l = 0; l < count; ++l)
        for (int e = 0; e < elements; ++e)
            events[static_cast<std::ptrdiff_t>(l) * elements + e] = static_cast<T>(rows[e][l] >> SHIFT);
}
