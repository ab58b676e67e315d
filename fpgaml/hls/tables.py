"""Constants in C++: arrays of plain integers, which compile far faster than fixed-point objects and hold any number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray
from fpgaml.hls.layers import constant_type

WORD_BITS = 64

FROM_BITS = {
    "ap": """#ifndef FPGAML_FROM_BITS
#define FPGAML_FROM_BITS
// A number from its raw bits: tables of plain integers compile far faster than tables of fixed-point objects.
template <class T> T from_bits(long long bits) {
    #pragma HLS INLINE
    T number;
    number.range(T::width - 1, 0) = ap_int<64>(bits);
    return number;
}
#endif
""",
    "ac": """#ifndef FPGAML_FROM_BITS
#define FPGAML_FROM_BITS
// A number from its raw bits: tables of plain integers compile far faster than tables of fixed-point objects.
template <class T> T from_bits(long long bits) {
    T number;
    number.set_slc(0, ac_int<T::width, false>(bits));
    return number;
}
#endif
""",
}

FROM_WORDS = {
    "ap": """#ifndef FPGAML_FROM_WORDS
#define FPGAML_FROM_WORDS
// A number from its raw bits, the lowest word first: no double holds it.
template <class T, int N> T from_words(const unsigned long long (&words)[N]) {
    #pragma HLS INLINE
    ap_uint<64 * N> bits = 0;
    for (int k = 0; k < N; k++) {
        #pragma HLS UNROLL
        bits.range(64 * k + 63, 64 * k) = ap_uint<64>(words[k]);
    }
    T number;
    number.range(T::width - 1, 0) = bits.range(T::width - 1, 0);
    return number;
}
#endif
""",
    "ac": """#ifndef FPGAML_FROM_WORDS
#define FPGAML_FROM_WORDS
// A number from its raw bits, the lowest word first: no double holds it.
template <class T, int N> T from_words(const unsigned long long (&words)[N]) {
    ac_int<64 * N, false> bits = 0;
    for (int k = 0; k < N; k++) {
        bits.set_slc(64 * k, ac_int<64, false>(words[k]));
    }
    T number;
    number.set_slc(0, ac_int<T::width, false>(bits));
    return number;
}
#endif
""",
}


def helpers_of(code: str, arithmetic: str) -> str:
    """The functions that some C++ calls to read constants, ready to stand before it."""
    called = {"from_bits<": FROM_BITS, "from_words<": FROM_WORDS}
    return "".join(texts[arithmetic] for call, texts in called.items() if call in code)


@dataclass(frozen=True)
class ConstantTable:
    """Constants, exact.

    Args:
        declaration: of their array in C++, empty where they need none.
        entry: the expression for one entry, with `{}` for its index.
    """

    declaration: str
    entry: str

    def at(self, index: str) -> str:
        """The entry at an index, as a C++ expression."""
        return self.entry.format(index)


def constant_table(name: str, value: FixedArray, arithmetic: str) -> ConstantTable:
    """Write a constant array, in row-major order, as integers: numbers of any width are exact."""
    kind = constant_type(value)
    cpp = kind.cpp(arithmetic)
    integers = value.at(kind.fractional).ravel()
    container = next((c for c, bits in _CONTAINERS if kind.width < bits), None)
    if container is None:
        words = -(-kind.width // WORD_BITS)
        rows = ", ".join(_words(int(n), words) for n in integers)
        declaration = f"static const unsigned long long {name}[{integers.size}][{words}] = {{{rows}}};"
        return ConstantTable(declaration, f"from_words<{cpp}>({name}[{{}}])")
    numbers = ", ".join(str(int(n)) for n in integers)
    declaration = f"static const {container} {name}[{integers.size}] = {{{numbers}}};"
    return ConstantTable(declaration, f"from_bits<{cpp}>({name}[{{}}])")


def _words(number: int, count: int) -> str:
    """A number in two's complement as words, the lowest first."""
    words = ", ".join(f"{number >> WORD_BITS * k & (1 << WORD_BITS) - 1:#x}ULL" for k in range(count))
    return f"{{{words}}}"


_CONTAINERS = (("signed char", 8), ("short", 16), ("int", 32), ("long long", 64))


def index_table(name: str, indices: Ints) -> str:
    """A constant array of indices."""
    values = ", ".join(str(int(n)) for n in indices.ravel())
    return f"static const int {name}[{indices.size}] = {{{values}}};"


def index_read(name: str, indices: Ints) -> ConstantTable:
    """How entry i of some indices is read: counted where they follow one another, else from a constant array."""
    flat = indices.ravel()
    first = int(flat[0])
    if first >= 0 and np.array_equal(flat, np.arange(first, first + flat.size)):
        return ConstantTable("", f"{{}} + {first}" if first else "{}")
    return ConstantTable(index_table(name, indices), f"{name}[{{}}]")
