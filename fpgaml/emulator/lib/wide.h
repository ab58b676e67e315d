// Integers of more than 128 bits: N words of 64 bits in two's complement, the least significant word first.
//
// Every operation is exact modulo 2^(64 N), as the machine's own integers are; words are unsigned, so nothing here
// is undefined. Whoever writes a program chooses N so that no value leaves [-2^(64 N - 1), 2^(64 N - 1)).
//
//   Wide<3> a = 5, b = a << 130;      from any integer, or from a shorter Wide: by the sign
//   static_cast<int>(b >> 130)        to an integer, or to a shorter Wide: the low bits
//   a + b, a - b, -a, a * b           a & b, a | b, a ^ b, ~a
//   a << n, a >> n                    0 <= n, any n; to the right by the sign: floor(a / 2^n)
//   a < b, a == b, ...                as signed numbers
#ifndef FPGAML_WIDE_H
#define FPGAML_WIDE_H

#include <cstdint>
#include <type_traits>

namespace fpgaml {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Unsigned128;

// Integers of the machine, those of 128 bits too: the standard's own trait leaves them out.
template <class T>
constexpr bool is_machine_integer =
    std::is_integral<T>::value || std::is_same<T, Int128>::value || std::is_same<T, Unsigned128>::value;

template <class T>
constexpr bool is_signed = std::is_signed<T>::value || std::is_same<T, Int128>::value;

template <int N>
struct Wide {
    static_assert(N >= 1, "a Wide has at least one word");
    std::uint64_t words[N];

    Wide() = default;

    template <class T, typename std::enable_if<is_machine_integer<T>, int>::type = 0>
    constexpr Wide(T number) : words() {
        const Unsigned128 bits = static_cast<Unsigned128>(number);
        const std::uint64_t sign = is_signed<T> && bits >> 127 ? ~std::uint64_t(0) : 0;
        for (int k = 0; k < N; ++k) words[k] = k == 0 ? low_word(bits) : k == 1 ? low_word(bits >> 64) : sign;
    }

    // From a shorter one.
    template <int M, typename std::enable_if<(M < N), int>::type = 0>
    constexpr Wide(const Wide<M>& number) : words() {
        for (int k = 0; k < N; ++k) words[k] = k < M ? number.words[k] : number.sign();
    }

    // From a longer one: the low words.
    template <int M, typename std::enable_if<(M > N), int>::type = 0>
    explicit constexpr Wide(const Wide<M>& number) : words() {
        for (int k = 0; k < N; ++k) words[k] = number.words[k];
    }

    // From a whole real number that is in range.
    template <class T, typename std::enable_if<std::is_floating_point<T>::value, int>::type = 0>
    explicit Wide(T number) : words() {
        T rest = number < 0 ? -number : number;
        for (int k = N - 1; k >= 0; --k) {
            T scale = 1;
            for (int j = 0; j < k; ++j) scale *= T(18446744073709551616.0);
            words[k] = static_cast<std::uint64_t>(rest / scale);
            if (words[k] != 0) rest -= static_cast<T>(words[k]) * scale;
        }
        if (number < 0) *this = -*this;
    }

    // The low bits.
    template <class T, typename std::enable_if<is_machine_integer<T>, int>::type = 0>
    explicit constexpr operator T() const {
        const Unsigned128 upper = N > 1 ? words[N > 1 ? 1 : 0] : sign();
        return static_cast<T>(upper << 64 | words[0]);
    }

    // The nearest real number: its leading 64 bits, the last one of them set where any bit below is.
    template <class T, typename std::enable_if<std::is_floating_point<T>::value, int>::type = 0>
    explicit operator T() const {
        const Wide<N + 1> whole = *this, size = sign() ? -whole : whole;
        int shift = 0;
        while (size >> shift >> 64) ++shift;
        const Wide<N + 1> leading = size >> shift;
        const std::uint64_t bits = leading.words[0] | (leading << shift != size ? 1u : 0u);
        T real = static_cast<T>(bits);
        for (int k = 0; k < shift; ++k) real *= 2;
        return sign() ? -real : real;
    }

    explicit constexpr operator bool() const {
        for (int k = 0; k < N; ++k)
            if (words[k] != 0) return true;
        return false;
    }

    // All ones for a negative number, else zero.
    constexpr std::uint64_t sign() const { return words[N - 1] >> 63 ? ~std::uint64_t(0) : 0; }

    friend constexpr Wide operator+(const Wide& a, const Wide& b) {
        Wide result(0);
        std::uint64_t carry = 0;
        for (int k = 0; k < N; ++k) {
            const Unsigned128 sum = Unsigned128(a.words[k]) + b.words[k] + carry;
            result.words[k] = low_word(sum);
            carry = low_word(sum >> 64);
        }
        return result;
    }

    friend constexpr Wide operator-(const Wide& a, const Wide& b) {
        Wide result(0);
        std::uint64_t borrow = 0;
        for (int k = 0; k < N; ++k) {
            const Unsigned128 difference = Unsigned128(a.words[k]) - b.words[k] - borrow;
            result.words[k] = low_word(difference);
            borrow = low_word(difference >> 64) & 1;
        }
        return result;
    }

    friend constexpr Wide operator*(const Wide& a, const Wide& b) {
        Wide result(0);
        for (int j = 0; j < N; ++j) {
            std::uint64_t carry = 0;
            for (int k = 0; j + k < N; ++k) {
                const Unsigned128 sum = Unsigned128(a.words[j]) * b.words[k] + result.words[j + k] + carry;
                result.words[j + k] = low_word(sum);
                carry = low_word(sum >> 64);
            }
        }
        return result;
    }

    friend constexpr Wide operator<<(const Wide& a, int bits) {
        Wide result(0);
        const int whole = bits / 64, part = bits % 64;
        for (int k = N - 1; k >= whole; --k) {
            const std::uint64_t below = k > whole && part ? a.words[k - whole - 1] >> (64 - part) : 0;
            result.words[k] = a.words[k - whole] << part | below;
        }
        return result;
    }

    friend constexpr Wide operator>>(const Wide& a, int bits) {
        Wide result(0);
        const int whole = bits / 64, part = bits % 64;
        for (int k = 0; k < N; ++k) {
            const std::uint64_t upper = a.word_or_sign(k, whole + 1), lower = a.word_or_sign(k, whole);
            result.words[k] = part ? upper << (64 - part) | lower >> part : lower;
        }
        return result;
    }

    friend constexpr Wide operator&(Wide a, const Wide& b) {
        for (int k = 0; k < N; ++k) a.words[k] &= b.words[k];
        return a;
    }

    friend constexpr Wide operator|(Wide a, const Wide& b) {
        for (int k = 0; k < N; ++k) a.words[k] |= b.words[k];
        return a;
    }

    friend constexpr Wide operator^(Wide a, const Wide& b) {
        for (int k = 0; k < N; ++k) a.words[k] ^= b.words[k];
        return a;
    }

    friend constexpr bool operator==(const Wide& a, const Wide& b) {
        for (int k = 0; k < N; ++k)
            if (a.words[k] != b.words[k]) return false;
        return true;
    }

    friend constexpr bool operator<(const Wide& a, const Wide& b) {
        if (a.sign() != b.sign()) return a.sign() != 0;
        for (int k = N - 1; k >= 0; --k)
            if (a.words[k] != b.words[k]) return a.words[k] < b.words[k];
        return false;
    }

    constexpr Wide operator-() const { return Wide(0) - *this; }
    constexpr Wide operator~() const { return Wide(-1) - *this; }
    friend constexpr bool operator!=(const Wide& a, const Wide& b) { return !(a == b); }
    friend constexpr bool operator>(const Wide& a, const Wide& b) { return b < a; }
    friend constexpr bool operator<=(const Wide& a, const Wide& b) { return !(b < a); }
    friend constexpr bool operator>=(const Wide& a, const Wide& b) { return !(a < b); }
    constexpr Wide& operator+=(const Wide& b) { return *this = *this + b; }
    constexpr Wide& operator-=(const Wide& b) { return *this = *this - b; }
    constexpr Wide& operator*=(const Wide& b) { return *this = *this * b; }
    constexpr Wide& operator<<=(int bits) { return *this = *this << bits; }
    constexpr Wide& operator>>=(int bits) { return *this = *this >> bits; }

private:
    static constexpr std::uint64_t low_word(Unsigned128 bits) { return static_cast<std::uint64_t>(bits); }

    // Word k + ahead, as if the sign went on for ever; `ahead` may be any number from 0 on.
    constexpr std::uint64_t word_or_sign(int k, int ahead) const { return ahead < N - k ? words[k + ahead] : sign(); }
};

// From its words, the least significant first.
template <class... Words>
constexpr Wide<sizeof...(Words)> wide(Words... words) {
    const std::uint64_t given[] = {words...};
    Wide<sizeof...(Words)> result(0);
    for (int k = 0; k < static_cast<int>(sizeof...(Words)); ++k) result.words[k] = given[k];
    return result;
}

}  // namespace fpgaml

#endif
