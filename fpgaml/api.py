"""The Python API, with the command line's words: load, convert, verify."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from fpgaml.conversion import Conversion, Request
from fpgaml.conversion import convert as run_conversion
from fpgaml.data.dataset import DataSet, open_data
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape
from fpgaml.hls.settings import IoType, Strategy
from fpgaml.hls.target import HlsTarget
from fpgaml.proof.oracle import FrameworkUse
from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.target import RtlTarget
from fpgaml.source import LoadedModel, load_with_data
from fpgaml.tflite.target import TfliteTarget
from fpgaml.verification import Verification
from fpgaml.verification import verify as run_verification


def load(
    model: str | Path,
    *,
    input_type: str | Sequence[str] = (),
    data: str | Path | None = None,
    data_axes: Sequence[int] | None = None,
) -> LoadedModel:
    """Read a model file into a Graph.

    Args:
        model: the file.
        input_type: `ap_fixed<14,4>`, or `name=ap_fixed<14,4>` for one of several inputs.
        data: events that decide an input's type where nothing else does.
        data_axes: a transposition of the data's axes.

    Raises:
        FpgamlError: the file cannot be read or holds what cannot be expressed.
    """
    types = (input_type,) if isinstance(input_type, str) else tuple(input_type)

    def events(shapes: Mapping[str, Shape]) -> DataSet | None:
        return None if data is None else open_data(data, shapes, axes=data_axes)

    return load_with_data(Path(model), types, events)[0]


def convert(model: str | Path, output: str | Path, **request: Any) -> Conversion:
    """Convert a model into a proved firmware project.

    Args:
        model: the file; output: the project's folder.
        request: the fields of `fpgaml.conversion.Request`, such as board="kcu116", data=Path("x.npy"), and those of
            its target, "hls" (`fpgaml.hls.target.HlsTarget`), "rtl" (`fpgaml.rtl.target.RtlTarget`) or "tflite"
            (`fpgaml.tflite.target.TfliteTarget`).

    Raises:
        FpgamlError: bad input; nothing is left behind.
    """
    return run_conversion(Path(model), _request(output=output, **request))


def verify(project: str | Path, model: str | Path | None = None, **request: Any) -> Verification:
    """Check a project again.

    Args:
        project: the folder; model: the model file, to check it against its source as well.
        request: the fields of `fpgaml.conversion.Request` that say what to check with.

    Raises:
        FpgamlError: not a project.
    """
    return run_verification(Path(project), Path(model) if model else None, _request(**request))


_READ: dict[str, Callable[[Any], Any]] = {
    "output": Path,
    "data": Path,
    "reference": Path,
    "labels": Path,
    "io": IoType,
    "strategy": Strategy,
    "framework": FrameworkUse,
    "hdl": Hdl,
    "shell": ShellKind,
}
"""Fields that may be given as text."""

_TARGETS: dict[str, type[HlsTarget] | type[RtlTarget] | type[TfliteTarget]] = {
    "hls": HlsTarget,
    "rtl": RtlTarget,
    "tflite": TfliteTarget,
}


def _request(target: Any = "hls", **given: Any) -> Request:
    """A request from the fields of Request and of its target together."""
    read = {name: _READ[name](v) if name in _READ and v is not None else v for name, v in given.items()}
    if not isinstance(target, str):
        return Request(target=target, **read)
    if target not in _TARGETS:
        raise FpgamlError("target", f"`{target}` is not known", f"Choose one of {', '.join(_TARGETS)}")
    own = {field.name for field in fields(_TARGETS[target])}
    settings = {name: value for name, value in read.items() if name in own}
    rest = {name: value for name, value in read.items() if name not in own}
    return Request(target=_TARGETS[target](**settings), **rest)


__all__ = ["Conversion", "LoadedModel", "Verification", "convert", "load", "verify"]
