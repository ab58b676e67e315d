"""What is synthesised: the sources of a generated RTL project, in compile order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fpgaml.boards import Board, board_of_project
from fpgaml.errors import FpgamlError
from fpgaml.project.hashes import edited_files
from fpgaml.record.files import read_manifest

HDL = "hdl"
FILES = "files.txt"
AGAIN = "Convert the model again"
# Names go into the scripts of tools, each with its own quoting.
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True)
class Design:
    """A project's hardware description.

    Args:
        project: its folder; sources: file names below hdl/, in compile order; top: the top module.
        board: the board that it was made for; clock_ns: the clock that it was made for.
        edited: files of the project that changed since it was generated.
    """

    project: Path
    sources: tuple[str, ...]
    top: str
    board: Board
    clock_ns: float
    edited: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Of the names and contents of the sources."""
        digest = hashlib.sha256()
        for name in self.sources:
            content = (self.project / HDL / name).read_bytes()
            digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
        return digest.hexdigest()

    @property
    def size(self) -> int:
        """Bytes of all sources."""
        return sum((self.project / HDL / name).stat().st_size for name in self.sources)

    def copy_sources(self, folder: Path) -> None:
        """Copy the sources into a folder, under the same names: tools then see no path of this machine."""
        for name in self.sources:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((self.project / HDL / name).read_bytes())


def read_design(project: Path) -> Design:
    """The design of a project that `fpgaml convert --target rtl` wrote.

    The top module is in the last file, of its name: one file a module, in compile order.

    Raises:
        FpgamlError: not a project, not an RTL project, VHDL, or a source is missing.
    """
    manifest = read_manifest(project)
    sources = _sources(project)
    board = manifest.board
    return Design(
        project,
        sources,
        PurePosixPath(sources[-1]).stem,
        board_of_project(board.to_json(), str(project)),
        board.clock_ns,
        tuple(edited_files(project, manifest)),
    )


def _sources(project: Path) -> tuple[str, ...]:
    listing = project / HDL / FILES
    try:
        lines = listing.read_text("utf-8").split("\n")
    except FileNotFoundError:
        advice = "Convert the model with --target rtl: only RTL is synthesised here"
        raise FpgamlError(str(project), f"has no {HDL}/{FILES}: it is not an RTL project", advice) from None
    except (OSError, ValueError) as error:
        raise FpgamlError(str(listing), f"cannot be read: {error}", AGAIN) from None
    names = tuple(line.strip() for line in lines if line.strip())
    if not names:
        raise FpgamlError(str(listing), "names no file", AGAIN)
    _check_names(listing, names)
    missing = [name for name in names if not (project / HDL / name).is_file()]
    if missing:
        raise FpgamlError(str(project), f"lacks {_listed(missing)}, which {HDL}/{FILES} names", AGAIN)
    _check_language(project, names)
    return names


def _check_names(listing: Path, names: Sequence[str]) -> None:
    for name in names:
        if not _SAFE.fullmatch(name) or ".." in name:
            raise FpgamlError(str(listing), f"{name!r} is not the name of a file below {HDL}", AGAIN)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FpgamlError(str(listing), f"names {_listed(twice)} twice", AGAIN)


def _check_language(project: Path, names: Sequence[str]) -> None:
    if any(name.endswith((".vhd", ".vhdl")) for name in names):
        raise FpgamlError(
            str(project),
            "is VHDL, which yosys reads only with the plugin of GHDL",
            "Convert the model with --hdl verilog: it is the same design",
        )
    other = [name for name in names if not name.endswith(".v")]
    if other:
        raise FpgamlError(str(project), f"{_listed(other)}: not a Verilog file", AGAIN)


def _listed(names: Sequence[str], shown: int = 5) -> str:
    text = ", ".join(names[:shown])
    return f"{text} and {len(names) - shown} more" if len(names) > shown else text
