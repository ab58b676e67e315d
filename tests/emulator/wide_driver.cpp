// Reads lines "words a b bits count" (a, b: words in hexadecimal, the lowest first) and answers with every result.
#include <cstdio>

#include "wide.h"

using namespace fpgaml;

template <int N>
Wide<N> read() {
    Wide<N> result(0);
    for (int k = 0; k < N; ++k) {
        unsigned long long word = 0;
        if (std::scanf("%llx", &word) != 1) return Wide<N>(0);
        result.words[k] = word;
    }
    return result;
}

template <int N>
void write(const Wide<N>& number) {
    for (int k = N - 1; k >= 0; --k) std::printf("%016llx", static_cast<unsigned long long>(number.words[k]));
    std::putchar(' ');
}

template <int N>
void answer() {
    const Wide<N> a = read<N>(), b = read<N>();
    int bits = 0;
    if (std::scanf("%d", &bits) != 1) return;
    Wide<N> sum = a, difference = a, product = a, left = a, right = a;
    sum += b, difference -= b, product *= b, left <<= bits, right >>= bits;
    write(sum), write(difference), write(product), write(left), write(right);
    write(a & b), write(a | b), write(a ^ b), write(~a), write(-a);
    write(Wide<N>(static_cast<Int128>(a))), write(Wide<N>(static_cast<Unsigned128>(a)));
    write(Wide<N>(static_cast<std::int16_t>(a))), write(Wide<N>(static_cast<std::uint64_t>(a)));
    write(static_cast<Wide<N>>(static_cast<Wide<N + 2>>(a) * b)), write(Wide<N + 1>(a) + b);
    write(static_cast<Wide<N>>(a + 1 - 3 * Wide<N>(2u)));
    std::printf("%d%d%d%d%d%d%d\n", a < b, a <= b, a > b, a >= b, a == b, a != b, static_cast<bool>(a));
}

int main() {
    int words = 0;
    while (std::scanf("%d", &words) == 1) {
        if (words == 1) answer<1>();
        if (words == 2) answer<2>();
        if (words == 3) answer<3>();
        if (words == 5) answer<5>();
    }
    return 0;
}
