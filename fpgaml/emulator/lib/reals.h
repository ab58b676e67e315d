// Real numbers at the ports: each is rounded by its input's own quantizer, exactly as ap_fixed does it (UG1399). Scaling by a
// power of two is exact, and so is what is left of a number without its whole part.

// A number's whole part, that towards zero, and the rest that it leaves, as one rounded number. `odd` is 1 for an odd whole
// part, else 0. `Real` is a floating-point number, or a vector of `Scalar`.
template <Rounding ROUNDING, class Scalar, class Real>
inline Real rounded(Real whole, Real rest, Real odd) {
    const Real none{}, one = none + Scalar(1), half = none + Scalar(0.5);
    switch (ROUNDING) {
        case Rounding::TRN: return whole - (rest < none ? one : none);
        case Rounding::TRN_ZERO: return whole;
        case Rounding::RND: return whole + (rest >= half ? one : none) - (rest < -half ? one : none);
        case Rounding::RND_ZERO: return whole + (rest > half ? one : none) - (rest < -half ? one : none);
        case Rounding::RND_INF: return whole + (rest >= half ? one : none) - (rest <= -half ? one : none);
        case Rounding::RND_MIN_INF: return whole + (rest > half ? one : none) - (rest <= -half ? one : none);
        case Rounding::RND_CONV: break;
    }
    const Real up = rest == half ? odd : (rest > half ? one : none);
    const Real down = rest == -half ? odd : (rest < -half ? one : none);
    return whole + up - down;
}

// A number of any size as a code, one at a time. One that is too small for the scaled result only rounds, and any small
// number does the same.
template <Rounding ROUNDING, Overflow OVERFLOW, class Code>
inline Code far(double x, const Step<Code> &step) {
    const double above = static_cast<double>(step.high) + 1.0;  // a power of two: rounds to itself above 2**53
    const double below = step.low < 0 ? -above : 0.0;
    const double scaled = x * std::ldexp(1.0, step.fractional), y = scaled == 0 ? x : scaled;
    const double whole = std::trunc(y);
    const double n = rounded<ROUNDING, double>(whole, y - whole, std::fabs(std::fmod(whole, 2.0)));
    const bool symmetric = OVERFLOW == Overflow::SAT_SYM && step.low != static_cast<Code>(below);
    if (n < above && (symmetric ? n > below : n >= below)) return static_cast<Code>(n);
    if (OVERFLOW == Overflow::SAT || OVERFLOW == Overflow::SAT_SYM) return n < 0 ? step.low : step.high;
    if (OVERFLOW == Overflow::SAT_ZERO || !std::isfinite(n)) return Code(0);  // scaled beyond all doubles: low bits are zero
    double inside = std::fmod(n, above - below);
    if (inside < below) inside += above - below;
    if (inside >= above) inside -= above - below;
    return static_cast<Code>(inside);
}

// Vectors of real numbers, and of as many integers and numbers of the other kind.
constexpr int BYTES = FPGAML_LEVEL == 2 ? 64 : FPGAML_LEVEL == 1 ? 32 : 16;
template <class Real>
struct Pack;
template <>
struct Pack<float> {
    typedef float Reals __attribute__((vector_size(BYTES)));
    typedef std::int32_t Ints __attribute__((vector_size(BYTES)));
};
template <>
struct Pack<double> {
    typedef double Reals __attribute__((vector_size(BYTES)));
    typedef std::int32_t Ints __attribute__((vector_size(BYTES / 2)));
};

// The types of some elements side by side, for codes of few bits: several are computed at once.
template <class Real>
struct FewBits {
    static constexpr int COUNT = 256;
    static constexpr int N = BYTES / sizeof(Real);
    static constexpr std::int32_t MOST = sizeof(Real) == 4 ? 1 << 22 : 1 << 29;  // exact, and so is one more
    static constexpr int REACH = sizeof(Real) == 4 ? 100 : 1000;                // binary points that Real has powers for
    using Reals = typename Pack<Real>::Reals;
    using Ints = typename Pack<Real>::Ints;

    alignas(64) Real scale[COUNT], least[COUNT], most[COUNT];  // the first numbers beyond the ends, or what stays near
    alignas(64) std::int32_t low[COUNT], mask[COUNT], lift[COUNT];

    template <Overflow OVERFLOW, class Code>
    bool take(const Step<Code> *steps, int step, int first, int count) {
        for (int e = 0; e < count + N && e < COUNT; ++e) {
            const Step<Code> &kind = steps[(e < count ? first + e : first) * step];
            if (kind.low < Code(-MOST) || kind.high > Code(MOST) || kind.fractional > REACH || kind.fractional < -REACH)
                return false;
            const std::int32_t bottom = static_cast<std::int32_t>(kind.low), top = static_cast<std::int32_t>(kind.high);
            scale[e] = static_cast<Real>(std::ldexp(1.0, kind.fractional));
            least[e] = static_cast<Real>(OVERFLOW == Overflow::WRAP ? -MOST : bottom - 1);
            most[e] = static_cast<Real>(OVERFLOW == Overflow::WRAP ? MOST : top + 1);
            low[e] = bottom;
            mask[e] = top - bottom;
            lift[e] = std::int32_t(1) << kind.lift;
        }
        return true;
    }

    template <class V, class T>
    static V load(const T *from) {
        V x;
        std::memcpy(&x, from, sizeof(V));
        return x;
    }

    // N numbers, from element e on, as integers. `wrong` is no longer 0 for NaN, an infinity, or what is too far to be
    // wrapped here.
    template <Rounding ROUNDING, Overflow OVERFLOW, class T>
    void codes(const Real *from, int e, T *to, Reals &wrong) const {
        const Reals x = load<Reals>(from);
        const Reals none{}, one = none + Real(1), least_here = load<Reals>(least + e), most_here = load<Reals>(most + e);
        const Reals scaled = x * load<Reals>(scale + e), y = scaled == none ? x : scaled;
        const Reals raised = y < least_here ? least_here : y, held = raised > most_here ? most_here : raised;
        const Ints part = __builtin_convertvector(held, Ints);
        const Reals whole = __builtin_convertvector(part, Reals), odd = __builtin_convertvector(part & 1, Reals);
        const Reals n = rounded<ROUNDING, Real>(whole, held - whole, odd);
        wrong += x - x;  // NaN for what is not finite
        Ints code;
        if (OVERFLOW == Overflow::WRAP) {
            wrong += y == held ? none : one;
            const Ints bottom = load<Ints>(low + e);
            code = ((__builtin_convertvector(n, Ints) - bottom) & load<Ints>(mask + e)) + bottom;
        } else if (OVERFLOW == Overflow::SAT_ZERO) {
            code = __builtin_convertvector(n <= least_here ? none : (n >= most_here ? none : n), Ints);
        } else {
            const Reals lowest = least_here + one, highest = most_here - one;
            const Reals up = n < lowest ? lowest : n;
            code = __builtin_convertvector(up > highest ? highest : up, Ints);
        }
        code *= load<Ints>(lift + e);
        for (int k = 0; k < N; ++k) to[k] = static_cast<T>(code[k]);
    }

    template <Rounding ROUNDING, Overflow OVERFLOW, class T>
    bool row(const Real *x, int count, T *to) const {
        Reals wrong{};
        int e = 0;
        for (; e + N <= count; e += N) codes<ROUNDING, OVERFLOW>(x + e, e, to + e, wrong);
        if (e < count) {
            Real rest[N] = {};
            T last[N];
            const int left = count - e < N ? count - e : N;  // always the first, which g++ does not see
            for (int k = 0; k < left; ++k) rest[k] = x[e + k];
            codes<ROUNDING, OVERFLOW>(rest, e, last, wrong);
            for (int k = 0; k < left; ++k) to[e + k] = last[k];
        }
        bool good = true;
        for (int k = 0; k < N; ++k) good = good && wrong[k] == 0;
        return good;
    }
};

// `count` events of real numbers as integers, in the same order. False if one is NaN or an infinity.
template <Rounding ROUNDING, Overflow OVERFLOW, class T, class Real, class Code>
inline bool read(const Real *events, int count, int elements, const Step<Code> *steps, int step, T *integers) {
    FewBits<Real> few;
    for (int first = 0; first < elements; first += few.COUNT) {
        const int some = elements - first < few.COUNT ? elements - first : few.COUNT;
        const bool near = sizeof(T) <= 4 && few.template take<OVERFLOW>(steps, step, first, some);
        for (int l = 0; l < count; ++l) {
            const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(l) * elements + first;
            if constexpr (sizeof(T) <= 4)
                if (near && few.template row<ROUNDING, OVERFLOW>(events + at, some, integers + at)) continue;
            for (int e = 0; e < some; ++e) {
                if (!std::isfinite(events[at + e])) return false;
                const Step<Code> &kind = steps[(first + e) * step];
                integers[at + e] = static_cast<T>(far<ROUNDING, OVERFLOW>(events[at + e], kind) * (Code(1) << kind.lift));
            }
        }
    }
    return true;
}

// Integers as real numbers: the nearest to integer * 2**-fractional.
template <class T, class Real>
inline void write(const T *integers, int count, int elements, int fractional, Real *events) {
    const double scale = std::ldexp(1.0, -fractional);
    for (int e = 0; e < count * elements; ++e)
        events[e] = static_cast<Real>(static_cast<Real>(integers[e]) * scale);
}
