"""A C++ program that converts numbers with the real `ap_fixed` headers, to compare the interpreter with."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

SOURCES = [
    FixedType(1, 3, 4),  # ap_fixed<8,4>
    FixedType(0, 4, 4),  # ap_ufixed<8,4>
    FixedType(1, -2, 9),  # ap_fixed<8,-1>: all bits far below the point
    FixedType(0, 9, -2),  # ap_ufixed<7,9>: no bits near the point
    FixedType(1, 0, 6),
]
TARGETS = [
    FixedType(1, 2, 2),
    FixedType(0, 3, 1),
    FixedType(1, -1, 5),
    FixedType(0, -2, 6),
    FixedType(1, 5, -2),
    FixedType(0, 5, 7),
    FixedType(1, 0, 0),  # one bit, the sign
    FixedType(1, 3, 4),
    FixedType(1, 9, 20),  # holds everything: no loss but SAT_SYM's
]
REAL_TARGETS = [FixedType(1, 3, 4), FixedType(0, 2, 3), FixedType(1, 4, -1), FixedType(1, 20, 30)]

_HEAD = """#include <cstdio>
#include <cstring>
#include <vector>
#include "ap_fixed.h"
template <class T, int W> void show(const T &t) {
    printf("%llx ", (unsigned long long)t.range(W - 1, 0).to_uint64());
}
template <class S, class T, int WS, int WT> void codes() {
    for (int c = 0; c < (1 << WS); ++c) { S s; s.range(WS - 1, 0) = c; T t = s; show<T, WT>(t); }
    printf("\\n");
}
template <class T, int WT> void reals(const std::vector<double> &values) {
    for (double d : values) { T t = d; show<T, WT>(t); }
    printf("\\n");
}
int main() {
    std::vector<double> values;
    double d;
    while (fread(&d, sizeof d, 1, stdin) == 1) values.push_back(d);
"""


@dataclass(frozen=True)
class Conversion:
    """One conversion: from all codes of a type, or from real numbers (None)."""

    source: FixedType | None
    quantizer: Quantizer

    def cpp(self) -> str:
        kind, q = self.quantizer.type, self.quantizer
        target = f"{str(kind)[:-1]},AP_{q.rounding},AP_{q.overflow}>"
        if self.source is None:
            return f"    reals<{target},{int(kind.width)}>(values);\n"
        return f"    codes<{self.source},{target},{int(self.source.width)},{int(kind.width)}>();\n"


def conversions() -> list[Conversion]:
    """Every rounding, overflow and target; the sources rotate, so that compilation stays short.

    Sources and roundings are five and seven, so every source also meets every target with every overflow.
    """
    chosen = []
    sources = itertools.cycle(SOURCES)
    for rounding, overflow in itertools.product(Rounding, Overflow):
        for target, source in zip(TARGETS, sources, strict=False):
            chosen.append(Conversion(source, Quantizer(target, rounding, overflow)))
        chosen += [Conversion(None, Quantizer(t, rounding, overflow)) for t in REAL_TARGETS]
    return chosen


class ApFixed:
    """The compiled program.

    Args:
        folder: where the binary is kept, named by the hash of its source.
    """

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("g++")
        if compiler is None:
            pytest.skip("no g++ to compile the ap_fixed headers with")
        spec = find_spec("hls4ml")
        if spec is None or spec.origin is None:
            pytest.skip("no hls4ml wheel to take the ap_fixed headers from")
        headers = Path(spec.origin).parent / "templates" / "vivado" / "ap_types"
        self.conversions = conversions()
        source = _HEAD + "".join(c.cpp() for c in self.conversions) + "}\n"
        stem = hashlib.sha256(source.encode()).hexdigest()[:16]
        self._binary = folder / stem
        if not self._binary.exists():
            text = folder / f"{stem}-{os.getpid()}.cpp"  # test workers may compile at the same time
            part = text.with_suffix(".part")
            text.write_text(source)
            command = [
                compiler,
                "-O1",
                "-std=c++11",
                "-w",
                "-DNDEBUG",
                f"-I{headers}",
                str(text),
                "-o",
                str(part),
            ]
            subprocess.run(command, check=True)
            part.rename(self._binary)

    def run(self, reals: list[float]) -> list[list[int]]:
        """For each conversion the raw bits of its results, as unsigned integers."""
        data = b"".join(struct.pack("=d", value) for value in reals)
        done = subprocess.run([str(self._binary)], input=data, capture_output=True, check=True)
        return [[int(word, 16) for word in line.split()] for line in done.stdout.decode().splitlines()]
