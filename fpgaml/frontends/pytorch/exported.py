"""A `.pt2` of `torch.export.save`: its program and its tensors, read without PyTorch; nothing in it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.reading import guarded
from fpgaml.frontends.pytorch.archive import SAVE_AGAIN, Archive, opened
from fpgaml.frontends.pytorch.kinds import export_lines
from fpgaml.frontends.pytorch.schema import MAJOR_VERSION, JsonObject, Program, program
from fpgaml.frontends.pytorch.tensors import read_tensors

MODELS = "models/"
WEIGHTS, CONSTANTS = "data/weights/", "data/constants/"
WEIGHTS_CONFIG, CONSTANTS_CONFIG = f"{WEIGHTS}{{}}_weights_config.json", f"{CONSTANTS}{{}}_constants_config.json"


@dataclass(frozen=True)
class Exported:
    """A model file's content.

    Args:
        where: the file, for messages; program: its calls.
        constants: weights, buffers and constants, by the names that the calls know them by.
    """

    where: str
    program: Program
    constants: Mapping[str, NDArray[Any]] = field(repr=False)


def read(path: Path) -> Exported:
    """Read a `.pt2`.

    Raises:
        FpgamlError: not such a file, a damaged one, one of another version, or one whose tensors are pickles.
    """
    with guarded(path.name, SAVE_AGAIN), opened(path) as archive:
        name = _model(archive)
        json = archive.json(f"{MODELS}{name}.json")
        _require_version(path, archive, name, json)
        found = program(json)
        stored = _tensors(archive, name)
        return Exported(path.name, found, {each.tensor: stored[each.stored] for each in found.lifted})


def _model(archive: Archive) -> str:
    names = [member[len(MODELS) : -len(".json")] for member in archive.members if member.startswith(MODELS)]
    if len(names) != 1:
        reason = f"the archive holds {len(names)} programs instead of one ({', '.join(names)})"
        raise FpgamlError(archive.where, reason, SAVE_AGAIN)
    return names[0]


def _require_version(path: Path, archive: Archive, name: str, json: JsonObject) -> None:
    version, writer = json["schema_version"]["major"], json.get("torch_version", "")
    if version != MAJOR_VERSION:
        reason = f"is written in version {version} of PyTorch's schema (PyTorch {writer}); fpgaml reads {MAJOR_VERSION}"
        raise FpgamlError(path.name, reason, export_lines(path))
    if f"{WEIGHTS}{name}.pt" in archive.members:
        reason = f"is of PyTorch {writer}, which saves the weights as a pickle, and that runs code when it is loaded"
        raise FpgamlError(path.name, reason, export_lines(path))


def _tensors(archive: Archive, name: str) -> dict[str, NDArray[Any]]:
    byteorder = archive.read("byteorder") if "byteorder" in archive.members else b"little"
    if byteorder != b"little":
        raise FpgamlError(archive.where, f"its tensors are {byteorder!r}-endian", "Export it on a common computer")
    weights = read_tensors(archive, WEIGHTS, archive.json(WEIGHTS_CONFIG.format(name)))
    return weights | read_tensors(archive, CONSTANTS, archive.json(CONSTANTS_CONFIG.format(name)))
