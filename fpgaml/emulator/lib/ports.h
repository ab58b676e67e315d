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

// The rounding of ap_fixed (UG1399) of a scaled number; every step is exact.
template <Rounding ROUNDING>
inline double rounded(double x) {
    const double whole = std::trunc(x);
    const double rest = std::fabs(x - whole);
    const bool negative = x < 0;
    bool away = rest > 0.5;
    if (ROUNDING == Rounding::TRN) away = negative && rest > 0;
    if (ROUNDING == Rounding::TRN_ZERO) away = false;
    if (ROUNDING == Rounding::RND) away = away || (rest == 0.5 && !negative);
    if (ROUNDING == Rounding::RND_ZERO) away = rest > 0.5;
    if (ROUNDING == Rounding::RND_INF) away = rest >= 0.5;
    if (ROUNDING == Rounding::RND_MIN_INF) away = away || (rest == 0.5 && negative);
    if (ROUNDING == Rounding::RND_CONV) away = away || (rest == 0.5 && std::fmod(whole, 2.0) != 0);
    return whole + (away ? (negative ? -1.0 : 1.0) : 0.0);
}

// A number beyond the ends, as ap_fixed does it.
template <Overflow OVERFLOW, class Code>
inline Code beyond(double n, const Step<Code> &step, double below, double above) {
    if (OVERFLOW == Overflow::SAT || OVERFLOW == Overflow::SAT_SYM) return n < 0 ? step.low : step.high;
    if (OVERFLOW == Overflow::SAT_ZERO || !std::isfinite(n)) return Code(0);  // scaled beyond all doubles: low bits are zero
    double inside = std::fmod(n, above - below);
    if (inside < below) inside += above - below;
    if (inside >= above) inside -= above - below;
    return static_cast<Code>(inside);
}

// Real numbers into rows; lanes beyond `count` are 0. False if one is NaN or an infinity.
template <Rounding ROUNDING, Overflow OVERFLOW, class T, class Real, class Code>
inline bool read(const Real *events, int count, int elements, const Step<Code> *steps, int step, T (*rows)[LANES]) {
    bool finite = true;
    for (int e = 0; e < elements; ++e) {
        const Step<Code> &kind = steps[e * step];
        const double scale = std::ldexp(1.0, kind.fractional);
        const double above = static_cast<double>(kind.high) + 1.0;  // a power of two: rounds to itself above 2**53
        const double below = kind.low < 0 ? -above : 0.0;
        const bool symmetric = OVERFLOW == Overflow::SAT_SYM;
        const Code lift = Code(1) << kind.lift;
        for (int l = 0; l < LANES; ++l) {
            const double x = l < count ? static_cast<double>(events[static_cast<std::ptrdiff_t>(l) * elements + e]) : 0.0;
            finite = finite && std::isfinite(x);
            double scaled = x * scale;
            if (scaled == 0 && x != 0) scaled = x < 0 ? -0.25 : 0.25;  // too small for a double: it only rounds
            const double n = rounded<ROUNDING>(scaled);
            const bool inside = n < above && (symmetric && kind.low != static_cast<Code>(below) ? n > below : n >= below);
            const Code integer = inside ? static_cast<Code>(n) : beyond<OVERFLOW>(n, kind, below, above);
            rows[e][l] = static_cast<T>(integer * lift);
        }
    }
    return finite;
}

// Rows as real numbers: the nearest to integer * 2**-fractional.
template <class T, class Real>
inline void write(const T (*rows)[LANES], int count, int elements, int fractional, Real *events) {
    const double scale = std::ldexp(1.0, -fractional);
    for (int l = 0; l < count; ++l)
        for (int e = 0; e < elements; ++e)
            events[static_cast<std::ptrdiff_t>(l) * elements + e] =
                static_cast<Real>(static_cast<Real>(rows[e][l]) * scale);
}
