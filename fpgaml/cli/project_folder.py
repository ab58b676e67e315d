"""Where a project lies: where the user says, or where fpgaml.yaml does, under the name that it has by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.errors import FpgamlError
from fpgaml.projectfile.project_file import ProjectFile

if TYPE_CHECKING:
    from fpgaml.target import Target

ProjectArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="PROJECT",
        help="The folder that `fpgaml convert` wrote.  \\[default: that of fpgaml.yaml in this folder]",
    ),
]


def folder_name(stem: str, board: str, kind: type[Target]) -> str:
    """What a project is called that the user gave no folder: MODEL_BOARD, or MODEL_TARGET where it is for no board."""
    return f"{stem}_{board if kind.for_board else kind.name}"


def project_folder(given: Path | None) -> Path:
    """The project that is meant; errors as for `project_here`."""
    return given if given is not None else project_here()[0]


def project_here() -> tuple[Path, ProjectFile]:
    """The project of the fpgaml.yaml in this folder, and the file.

    Raises:
        FpgamlError: there is no such file or project; or as for `read_project_file`.
    """
    file = file_here()
    folder = folder_in(file)
    if not folder.is_dir():
        raise FpgamlError(str(folder), f"the project of {file.path} is not there yet", "Run `fpgaml convert` first")
    return folder, file


def file_here() -> ProjectFile:
    """The fpgaml.yaml of this folder.

    Raises:
        FpgamlError: there is none; or as for `read_project_file`.
    """
    from fpgaml.cli.convert import convert
    from fpgaml.cli.file_keys import keys_of
    from fpgaml.cli.from_file import read_here

    return read_here(keys_of(convert), "PROJECT", "the folder that `fpgaml convert` wrote")


def folder_in(file: ProjectFile) -> Path:
    """The folder of the project that a file describes.

    Raises:
        FpgamlError: it describes none, or there is no such board or target.
    """
    from fpgaml.boards import find_board
    from fpgaml.frontends.chain.files import chained
    from fpgaml.targets import target_class
    from fpgaml.tasks.sources import ANY_BOARD, name_of

    if "output" in file.values:
        return Path(file.values["output"])
    if "model" not in file.values:
        raise FpgamlError(str(file.path), "names no model", "Write `model: FILE` into it, or give PROJECT")
    files = [path.relative_to(file.folder) for path in (file.values["model"], *file.values.get("then", ()))]
    stem, board = name_of(chained(files[0], files[1:]))
    kind = target_class(file.values.get("target", "hls").lower())
    chosen = file.values.get("board", board or ANY_BOARD)
    return file.folder / folder_name(stem, find_board(chosen).name, kind)
