"""What a C++ project's folder holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml import __version__
from fpgaml.cpp.facts import CppFacts
from fpgaml.cpp.ports import int_type
from fpgaml.cpp.render import templates
from fpgaml.emulator.build import FLAGS
from fpgaml.emulator.source import Source
from fpgaml.graph.dump import dump
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import to_json
from fpgaml.project.golden import write_golden
from fpgaml.project.ports import CppPort
from fpgaml.proof.golden import Golden
from fpgaml.target import Texts

FILES = {
    "interface.hpp.j2": "{name}.hpp",
    "module.py.j2": "{name}.py",
    "cmssw.cpp.j2": "{name}_cmssw.cpp",
    "pkgconfig.pc.in.j2": "{name}.pc.in",
    "CMakeLists.txt.j2": "CMakeLists.txt",
    "Makefile.j2": "Makefile",
    "test_golden.c.j2": "test_golden.c",
    "test_golden.cpp.j2": "test_golden.cpp",
}
BUILD = "build_emulator"
"""Where the project's own Makefile builds."""
DOUBLE_BITS = 53
"""Integers that a double holds have no more."""
_OURS = ("-fPIC", "-shared", "-O3")
"""Flags that the project's Makefile has in places of their own."""


@dataclass(frozen=True)
class CppProject:
    """Everything that a project's files follow from."""

    graph: Graph
    source: Source
    inputs: tuple[CppPort, ...]
    outputs: tuple[CppPort, ...]
    facts: CppFacts

    def write(self, folder: Path) -> None:
        """The sources, what builds them, and what describes them."""
        name = self.facts.name
        (folder / f"{name}.h").write_text(self.source.header, encoding="utf-8")
        (folder / f"{name}.cpp").write_text(self.source.source, encoding="utf-8")
        environment, context = templates(), self._context()
        for template, file in FILES.items():
            text = environment.get_template(template).render(context)
            (folder / file.format(name=name)).write_text(text, encoding="utf-8")
        (folder / "graph.json").write_text(to_json(self.graph))
        (folder / "network.txt").write_text(dump(self.graph))

    def finish(self, folder: Path, golden: Golden, texts: Texts) -> None:
        """Golden vectors, and the guide."""
        for ports, direction, batches in (
            (self.inputs, "input", golden.inputs),
            (self.outputs, "output", golden.outputs),
        ):
            for port in ports:
                write_golden(folder, port, direction, [batch[port.name] for batch in batches])
        text = templates().get_template("README.md.j2").render(self._context() | {"texts": texts})
        (folder / "README.md").write_text(text, encoding="utf-8")

    def _context(self) -> dict[str, Any]:
        return {
            "name": self.facts.name,
            "prefix": self.source.prefix,
            "network": self.graph.name,
            "version": __version__,
            "build": BUILD,
            "flags": " ".join(flag for flag in FLAGS if flag not in _OURS),
            "inputs": [_described(port) for port in self.inputs],
            "outputs": [_described(port) for port in self.outputs],
            "arithmetic": self.facts.node_rows,
            "of_doubles": all(port.width <= DOUBLE_BITS for port in (*self.inputs, *self.outputs)),
            "wide": any(int_type(port.cpp).words for port in (*self.inputs, *self.outputs)),
        }


def _described(port: CppPort) -> dict[str, Any]:
    """What templates know of a port; a number of several words is an array of them, the least significant first."""
    sign, kind = "" if port.signed else "u", int_type(port.cpp)
    words = kind.words
    return {
        "name": port.name,
        "variable": port.variable,
        "type": f"std::array<std::uint64_t, {words}>" if words else port.cpp,
        "ctype": "uint64_t" if words else port.cpp.removeprefix("std::"),
        "dtype": kind.dtype.name,
        "words": words,
        "shape": port.shape,
        "size": port.size,
        "signed": port.signed,
        "width": port.width,
        "fractional": port.fractional,
        "ap": f"ap_{sign}fixed<{port.width},{port.width - port.fractional}>",
    }
