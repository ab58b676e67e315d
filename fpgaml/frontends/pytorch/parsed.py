"""A `.pt2` that was read, on its way to a Graph."""

from __future__ import annotations

from pathlib import Path

from fpgaml.frontends.building.reading import guarded
from fpgaml.frontends.onnx.parsed import ProgramModel, model_of
from fpgaml.frontends.pytorch.archive import SAVE_AGAIN
from fpgaml.frontends.pytorch.exported import read
from fpgaml.frontends.pytorch.kinds import Kind, kind_of, require_pt2
from fpgaml.frontends.pytorch.translate import translated
from fpgaml.graph.graph import identifier

HEAD_BYTES = 16


def parse(path: Path) -> ProgramModel:
    """Read an exported program; neither PyTorch nor anything in the file is run.

    Raises:
        UnsupportedError: calls that cannot be expressed, all of them named.
        FpgamlError: not such a file, a damaged one, or one that would have to be run to be read.
    """
    with path.open("rb") as file:
        kind = kind_of(path, file.read(HEAD_BYTES))
    require_pt2(path, kind or Kind.PT2)
    exported = read(path)
    with guarded(path.name, SAVE_AGAIN):
        return model_of(translated(exported, identifier(path.stem)), path.name)
