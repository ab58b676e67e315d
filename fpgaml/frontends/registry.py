"""Which frontends there are, and which of them reads a file.

Other packages bring theirs by an entry point of the group `fpgaml.frontends`: its value names an object that is a
`Frontend`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import Chain, ModelFile

if TYPE_CHECKING:
    from fpgaml.frontends.frontend import Frontend
    from fpgaml.frontends.model import ParsedModel

GROUP = "fpgaml.frontends"
HEAD_BYTES = 16
"""Of a file, that frontends recognise it by."""

FRONTENDS = {
    "pytorch": "fpgaml.frontends.pytorch:FRONTEND",
    "keras3": "fpgaml.frontends.keras3:FRONTEND",
    "keras2": "fpgaml.frontends.keras2:FRONTEND",
    "tflite": "fpgaml.frontends.tflite:FRONTEND",
    "onnx": "fpgaml.frontends.onnx:FRONTEND",
    "symbolic": "fpgaml.frontends.symbolic:FRONTEND",
}
"""fpgaml's own, in the order in which they are asked and named."""


def frontends() -> Iterator[Frontend]:
    """All frontends, one after the other as they are asked for: fpgaml's own, then those of other packages.

    Raises:
        FpgamlError: another package's cannot be imported.
    """
    yield from _own()
    for point in _others():
        try:
            yield point.load()
        except Exception as error:
            reason = f"this frontend cannot be imported: {error}"
            raise FpgamlError(point.name, reason, f"Reinstall or remove the package of {point.value}") from error


def what_is_read() -> str:
    """Every kind of file that can be read, in one line; nothing of other packages is imported."""
    return "; ".join([*(own.reads for own in _own()), *(f"what `{other.name}` reads" for other in _others())])


def _own() -> Iterator[Frontend]:
    for name, value in FRONTENDS.items():
        yield EntryPoint(name, value, GROUP).load()


def _others() -> list[EntryPoint]:
    return sorted(entry_points(group=GROUP), key=lambda point: point.name)


def find_frontend(path: Path) -> Frontend:
    """The frontend that reads a file; the kind is told from its content before its name.

    Raises:
        FpgamlError: no such file, or one that no frontend reads.
    """
    if not path.exists():
        raise FpgamlError(str(path), "does not exist", _nearest(path))
    if path.is_dir():
        raise FpgamlError(str(path), "is a folder, not a model file", f"Give one of these: {what_is_read()}")
    head = _head(path)
    if not head:
        raise FpgamlError(str(path), "is empty", "Save the model again")
    for frontend in frontends():
        if frontend.recognises(path, head):
            return frontend
    raise FpgamlError(str(path), "is not a model file that fpgaml knows", f"Give one of these: {what_is_read()}")


def parse_model(model: ModelFile) -> ParsedModel:
    """Read a model file, or several that follow each other.

    Raises:
        FpgamlError: no such file, or one that no frontend reads.
        UnsupportedError: layers that cannot be expressed, all of them named.
    """
    if isinstance(model, Chain):
        from fpgaml.frontends.chain.parsed import ParsedChain

        return ParsedChain(model, tuple(map(parse_model, model.files)))
    return find_frontend(model).parse(model)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None


def _nearest(path: Path) -> str:
    from difflib import get_close_matches

    if not path.parent.is_dir():
        return f"There is no folder {path.parent}"
    near = get_close_matches(path.name, [other.name for other in path.parent.iterdir()], n=3)
    return f"Did you mean {' or '.join(near)}?" if near else "Check the path"
