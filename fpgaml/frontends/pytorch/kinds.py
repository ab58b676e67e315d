"""What PyTorch writes, told apart by content; what is refused, with the way to a `.pt2`."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.files import READ_ERRORS
from fpgaml.frontends.archives import ZIP_MAGIC

PICKLE_PROTOCOLS = range(2, 6)
"""A pickle begins with the byte 0x80 and one of these."""


class Kind(StrEnum):
    """A file of PyTorch's, and what it is, with an article."""

    PT2 = "an exported program"
    OLD_EXPORT = "an exported program of PyTorch 2.1 to 2.7"
    COMPILED = "a compiled program (AOTInductor) without the program that it was made from"
    TORCHSCRIPT = "TorchScript"
    ZIP_PICKLE = "a pickle (torch.save), which runs code when it is loaded"
    PICKLE = "a Python pickle, which runs code when it is loaded"
    MOBILE = "a program of ExecuTorch, which leaves out what the network was made of"


def kind_of(path: Path, head: bytes) -> Kind | None:
    """What a file is, by its first bytes and the names in its archive; None where it is not PyTorch's.

    Args:
        head: the file's first eight bytes, at least.
    """
    if head[:1] == b"\x80" and head[1] in PICKLE_PROTOCOLS:
        return Kind.PICKLE
    if head[4:8] in (b"ET12", b"ET13"):
        return Kind.MOBILE
    return _kind_of_zip(path) if head.startswith(ZIP_MAGIC) else None


def _kind_of_zip(path: Path) -> Kind | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (NotImplementedError, *READ_ERRORS):
        return None
    if "serialized_exported_program.json" in names:
        return Kind.OLD_EXPORT
    inner = {name.partition("/")[2] for name in names}
    if "archive_format" in inner or any(name.startswith("models/") and name.endswith(".json") for name in inner):
        models = any(name.startswith("models/") for name in inner)
        compiled = any(name.startswith("data/aotinductor/") for name in inner)
        return Kind.COMPILED if compiled and not models else Kind.PT2
    if "data.pkl" in inner:
        return Kind.TORCHSCRIPT if "constants.pkl" in inner else Kind.ZIP_PICKLE
    return None


def require_pt2(path: Path, kind: Kind) -> None:
    """Refuse everything that is not an exported program of a PyTorch that writes tensors as plain bytes.

    Raises:
        FpgamlError: with the lines that make one.
    """
    if kind != Kind.PT2:
        raise FpgamlError(path.name, f"is {kind}; fpgaml reads what torch.export saves", export_lines(path))


def export_lines(path: Path) -> str:
    """How to make a `.pt2` in place of this file, to paste into Python."""
    new = path.with_suffix(".pt2").name
    if new == path.name:
        new = f"{path.stem}_new.pt2"
    return (
        "With PyTorch 2.9 or newer, the model and an example of its input (a batch of events): "
        "`import torch; program = torch.export.export(model.eval(), (example,)); "
        f'torch.export.save(program, "{new}")`'
    )
