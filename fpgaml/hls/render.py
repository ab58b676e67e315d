"""Write what fpgaml adds to hls4ml's project: C-simulation, test bench, make file, README."""

from __future__ import annotations

import shutil
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.hls.model import HlsModel
from fpgaml.hls.settings import HlsSettings, IoType
from fpgaml.project.ports import CppPort
from fpgaml.project.words import words_per_element

BRIDGE_BITS = 53
"""hls4ml's bridge passes double."""


def templates() -> Any:
    """The jinja environment over this package's templates."""
    return _environment()


@cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("fpgaml.hls", "templates"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=False,
        autoescape=False,
    )


def write_csim(folder: Path, model: HlsModel, settings: HlsSettings) -> None:
    """Write csim/ and, for backends whose test bench can be ours, network_test.cpp.

    Raises:
        FpgamlError: a port that is too wide for the backend's bridge.
    """
    (folder / "csim" / "include").mkdir(parents=True, exist_ok=True)
    ports = [_described(port) for port in (*model.inputs, *model.outputs)]
    direct = settings.target.arithmetic == "ap"
    context = {
        "inputs": ports[: len(model.inputs)],
        "outputs": ports[len(model.inputs) :],
        "types": {v.name: v.type.name for v in _variables(model)},
        "stream": settings.io_type == IoType.STREAM,
    }
    if not direct:
        for port in (*model.inputs, *model.outputs):
            if port.width > BRIDGE_BITS:
                raise FpgamlError(
                    port.name,
                    f"{port.width} bits: hls4ml's bridge for {settings.target.name} passes at most {BRIDGE_BITS}",
                    "Quantise the output; on AMD's parts, --backend vitis has no such limit",
                )
    template = templates().get_template(f"csim/ports_{'ap' if direct else 'bridge'}.h.jinja")
    (folder / "csim" / "ports.h").write_text(template.render(**context))
    _copy("bulk.cpp", folder / "csim" / "bulk.cpp")
    if direct:
        _copy("hls_stream.h", folder / "csim" / "include" / "hls_stream.h")
        write_quick_integers(folder)
        _copy("test_bench.cpp", folder / "network_test.cpp")
    else:
        _copy("test_bench.cpp", folder / "csim" / "test_bench.cpp")


def ours_is_test_bench(folder: Path) -> bool:
    """Whether a project's network_test.cpp, which the vendor's tool runs too, is fpgaml's and not hls4ml's."""
    return (folder / "csim" / "include" / "hls_stream.h").exists()


def write_quick_integers(folder: Path) -> None:
    """Give C-simulation a copy of the vendor's integer class that keeps numbers in registers.

    The class trims every result in a method that is declared volatile, which forces each number through
    memory. The copy has the same method for objects that are not volatile; nothing else differs. A header
    that does not look as expected is left alone: only speed depends on this.
    """
    source = folder / "firmware" / "ap_types" / "etc" / "ap_private.h"
    if not source.exists():
        return
    pieces = source.read_text().split(_TRIM)
    for index, piece in enumerate(pieces[1:], start=1):
        body, end, rest = piece.partition("\n  }\n")
        inside = body[body.index("  {") :] if "  {" in body else ""
        if not end or not inside:
            return
        pieces[index] = f"{body}{end}\n  INLINE void clearUnusedBits(void) {inside.lstrip()}{end}{rest}"
    target = folder / "csim" / "include" / "etc" / "ap_private.h"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_TRIM.join(pieces))


_TRIM = "  INLINE void clearUnusedBits(void) volatile\n"


def _variables(model: HlsModel) -> list[Any]:
    return [*model.handle.get_input_variables(), *model.handle.get_output_variables()]


def _described(port: CppPort) -> dict[str, Any]:
    return {
        "name": port.name,
        "variable": port.variable,
        "size": port.size,
        "width": port.width,
        "signed": str(port.signed),
        "fractional": port.fractional,
        "words": words_per_element(port),
    }


def _copy(name: str, target: Path) -> None:
    with as_file(files("fpgaml.hls").joinpath("templates", "csim", name)) as source:
        shutil.copyfile(source, target)
