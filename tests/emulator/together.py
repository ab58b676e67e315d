"""Many Graphs as emulators in one compilation."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fpgaml.emulator.compiled import Emulator
from fpgaml.emulator.source import generate
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray

QUICK = ("-O1", "-DFPGAML_EMULATOR_ONLY=0")
HEADER, MACRO = r"#include <([\w.]+)>", r"#define (\w+)"
STRICT = ("-Wall", "-Wextra", "-Werror")
KEPT = ("FPGAML_WIDE_H", "FPGAML_EMULATOR_ONLY")
"""Macros that are the same for all; each source defines its others anew."""


def compile_together(
    graphs: Sequence[Graph], folder: Path, compiler: str = "g++", flags: Sequence[str] = QUICK
) -> list[Emulator]:
    """An emulator for each Graph, all in one library.

    Raises:
        RuntimeError: the compiler's output, where it fails.
    """
    sources = [generate(graph, f"g{number}") for number, graph in enumerate(graphs)]
    texts = [source.source for source in sources]
    headers, macros = (sorted({name for text in texts for name in re.findall(how, text)}) for how in (HEADER, MACRO))
    parts = [*(f"#include <{header}>" for header in headers), '#include "wide.h"']
    for source in sources:
        (folder / f"{source.name}.h").write_text(source.header, encoding="utf-8")
        (folder / f"{source.name}.cpp").write_text(source.source, encoding="utf-8")
        parts += [f'namespace {source.name} {{\n#include "{source.name}.cpp"\n}}']
        parts += [f"#undef {macro}" for macro in macros if macro not in KEPT]
    wide = Path(__file__).parents[2] / "fpgaml" / "emulator" / "lib" / "wide.h"
    (folder / "wide.h").write_text(wide.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "all.cpp").write_text("\n".join(parts), encoding="utf-8")
    library = folder / "all.so"
    command = [compiler, "-std=c++17", "-fPIC", "-shared", *flags, "all.cpp", "-o", str(library)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[:12000])
    return [Emulator(graph, source, library, 1) for graph, source in zip(graphs, sources, strict=True)]


def differences(emulator: Emulator, values: Mapping[str, FixedArray]) -> list[str]:
    """Where an emulator is not the interpreter: a line for each output that differs anywhere."""
    expected, found = interpret(emulator.graph, values), emulator.run(values)
    if list(found) != list(dict.fromkeys(emulator.graph.outputs)):
        return [f"outputs {list(found)}"]
    return [line for name, value in expected.items() if (line := _difference(name, value, found[name]))]


def _difference(name: str, expected: FixedArray, found: FixedArray) -> str:
    if expected.shape != found.shape:
        return f"{name}: shape {found.shape}, expected {expected.shape}"
    unit = max(expected.fractional, found.fractional)
    wrong = np.argwhere(expected.at(unit) != found.at(unit))
    if not len(wrong):
        return ""
    at = tuple(int(k) for k in wrong[0])
    pair = f"{found.at(unit)[at]} instead of {expected.at(unit)[at]}"
    return f"{name}: {len(wrong)} of {expected.integers.size} numbers differ, first at {at}: {pair} (unit {unit})"
