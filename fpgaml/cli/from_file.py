"""What the command line leaves open is taken from fpgaml.yaml; a flag that is given comes first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fpgaml.cli.file_keys import keys_of
from fpgaml.errors import FpgamlError
from fpgaml.projectfile.key import Key, Kind
from fpgaml.projectfile.project_file import FILE, ProjectFile, read_project_file

if TYPE_CHECKING:
    from fpgaml.record.manifest import ConfigFile

CONTEXT, CONFIG, MODEL = "context", "config", "model"
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Take what is not given from this file.  \\[default: fpgaml.yaml, without MODEL]"),
]
_FLAG = re.compile(r"--[a-z][a-z0-9-]*")
INIT = "Write one with `fpgaml init`"


@dataclass(frozen=True)
class Taken:
    """What a command took from a file.

    Args:
        overridden: keys of the file that do not count, since flags came before them.
    """

    file: ProjectFile
    overridden: tuple[str, ...] = ()

    def fact(self) -> ConfigFile:
        """For manifest.json."""
        from fpgaml.record.manifest import ConfigFile

        file = self.file
        return ConfigFile(file=file.path.name, sha256=file.sha256, content=file.text, overridden=self.overridden)


def from_file(command: Callable[..., None]) -> Callable[..., None]:
    """A command with an option --config more, whose function finds a `Taken` in its context's `obj`, or None.

    Args:
        command: of parameters named `context` (typer.Context) and `model` (a path, or None).
    """
    keys = keys_of(command)
    own = signature(command)

    @wraps(command)
    def call(**values: Any) -> None:
        path = values.pop(CONFIG)
        if path is None and values[MODEL] is not None:
            command(**values)
            return
        context: typer.Context = values[CONTEXT]
        file = read_project_file(_path(path), keys)
        given = given_names(context, keys)
        taken = {key.name: key for key in keys if key.name in file.values and not given & {key.name, *key.falls_with}}
        values |= {key.parameter: _value(file, key) for key in taken.values()}
        context.obj = Taken(file, tuple(name for name in file.values if name not in taken))
        if values[MODEL] is None:
            raise FpgamlError(str(file.path), "names no model", "Write `model: FILE` into it")
        with blamed(file, taken.values()):
            command(**values)

    option = Parameter(CONFIG, Parameter.KEYWORD_ONLY, default=None, annotation=ConfigOption)
    call.__signature__ = own.replace(parameters=[*own.parameters.values(), option])  # type: ignore[attr-defined]
    return call


def given_names(context: typer.Context, keys: Iterable[Key]) -> set[str]:
    """Keys whose option the user gave, on the command line or in the environment."""
    sources = {key.name: context.get_parameter_source(key.parameter) for key in keys}
    return {name for name, source in sources.items() if source and source.name in ("COMMANDLINE", "ENVIRONMENT")}


@contextmanager
def blamed(file: ProjectFile, keys: Iterable[Key]) -> Iterator[None]:
    """Within the block an error about a flag names the line of the file that says the same.

    Args:
        keys: those that were taken from the file.
    """
    names = {key.flag: key.name for key in keys if key.flag}
    try:
        yield
    except FpgamlError as error:
        where = _FLAG.sub(lambda found: file.where(names[found[0]]) if found[0] in names else found[0], error.where)
        if type(error) is not FpgamlError or where == error.where:
            raise
        raise FpgamlError(where, error.reason, error.advice) from None


def read_here(keys: Sequence[Key], argument: str, wanted: str) -> ProjectFile:
    """The fpgaml.yaml of this folder.

    Args:
        argument: of the command line that was left out; wanted: what it would have been, in words.

    Raises:
        FpgamlError: there is none; or as for `read_project_file`.
    """
    if not Path(FILE).is_file():
        raise FpgamlError(argument, f"not given, and there is no {FILE} in this folder", f"Give {wanted}. {INIT}")
    return read_project_file(Path(FILE), keys)


def _path(given: Path | None) -> Path:
    """The file that was given, or that of the folder that was given, or of this one."""
    if given is None:
        if not Path(FILE).is_file():
            reason = f"not given, and there is no {FILE} in this folder"
            raise FpgamlError("MODEL", reason, f"Give a model file, or a task of `fpgaml models`. {INIT}")
        return Path(FILE)
    path = given / FILE if given.is_dir() else given
    if not path.is_file():
        raise FpgamlError(f"--config {given}", "no such file", INIT)
    return path


def _value(file: ProjectFile, key: Key) -> Any:
    """What the file says, as the command's parameter wants it."""
    value = file.values[key.name]
    if key.parameter == MODEL:
        return _model(file, value)
    return [_model(file, each) for each in value] if key.kind is Kind.PATHS else value


def _model(file: ProjectFile, path: Path) -> Path:
    """A model file, or the name of a task's network."""
    from fpgaml.tasks import find_network

    named = str(path.relative_to(file.folder)) if path.is_relative_to(file.folder) else ""
    return Path(named) if not path.exists() and named and find_network(named) else path
