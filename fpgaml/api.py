"""The Python API, with the command line's words: load, convert, verify."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpgaml.conversion import Conversion, Request
from fpgaml.conversion import convert as run_conversion
from fpgaml.proof.again import Verification
from fpgaml.proof.again import verify as run_verification
from fpgaml.proof.data import open_data
from fpgaml.source import LoadedModel, load_model


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
    path = Path(model)
    types = (input_type,) if isinstance(input_type, str) else tuple(input_type)
    if data is None:
        return load_model(path, types)
    from fpgaml.frontends.detect import parse_model  # noqa: PLC0415
    from fpgaml.source import settle  # noqa: PLC0415

    parsed = parse_model(path)
    return settle(path, parsed, types, open_data(data, parsed.input_shapes, axes=data_axes))


def convert(model: str | Path, output: str | Path, **request: Any) -> Conversion:
    """Convert a model into a proved HLS project.

    Args:
        model: the file; output: the project's folder.
        request: the fields of `fpgaml.conversion.Request`, such as board="kcu116", data=Path("x.npy").

    Raises:
        FpgamlError: bad input; nothing is left behind.
    """
    return run_conversion(Path(model), Request(output=Path(output), **request))


def verify(project: str | Path, model: str | Path | None = None, **request: Any) -> Verification:
    """Check a project again.

    Args:
        project: the folder; model: the model file, to check it against its source as well.
        request: the fields of `fpgaml.conversion.Request` that say what to check with.

    Raises:
        FpgamlError: not a project.
    """
    return run_verification(Path(project), Path(model) if model else None, Request(**request))


__all__ = ["Conversion", "LoadedModel", "Verification", "convert", "load", "verify"]
