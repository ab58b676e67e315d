"""How a command ends that cannot do what was asked: words, or with --json an object on standard output."""

from __future__ import annotations

import json
from typing import Any

import typer

from fpgaml.errors import EXIT_BAD_INPUT, FileError, FpgamlError, UnsupportedError

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""What the command line's parser raises: of click, which typer brings along in one version and imports in another."""
INTERRUPTED = 130


def error_text(error: FpgamlError) -> str:
    """Where, why and what to do; layers that are not supported are named one a line."""
    if isinstance(error, UnsupportedError):
        count = "1 layer is" if len(error.problems) == 1 else f"{len(error.problems)} layers are"
        listing = "".join(f"\n  {problem}" for problem in error.problems)
        return f"{error.where}: {count} not supported:{listing}"
    return str(error)


def error_json(error: FpgamlError) -> dict[str, Any]:
    """The same for a program to read; `problems` names layers that are not supported, or lines of a file."""
    problems = error.problems if isinstance(error, UnsupportedError | FileError) else ()
    reason = f"{len(problems)} problems" if problems else error.reason
    listed = [{"where": each.where, "reason": each.reason, "advice": each.advice} for each in problems]
    return _object(error.where, reason, error.advice, error.exit_code) | ({"problems": listed} if listed else {})


def usage_json(error: Exception) -> dict[str, Any]:
    """A command line that cannot be understood; `where` is the option or argument, if it is one that is wrong."""
    message = str(getattr(error, "format_message", error.__str__)())
    parameter = getattr(error, "param", None)
    where = getattr(error, "option_name", None) or (_flag(parameter) if parameter else "")
    context = getattr(error, "ctx", None)
    advice = f"See `{context.command_path} --help`" if context else ""
    return _object(where, message, advice, getattr(error, "exit_code", EXIT_BAD_INPUT))


def interrupted_json(reason: str) -> dict[str, Any]:
    """Ctrl-C."""
    return _object("", reason, "", INTERRUPTED)


def print_error(content: dict[str, Any]) -> None:
    """`{"error": {...}}` on standard output."""
    typer.echo(json.dumps({"error": content}, indent=2))


def _flag(parameter: Any) -> str:
    """An option's longest name, or an argument's."""
    return str(max((name for name in parameter.opts if name.startswith("-")), key=len, default=parameter.name.upper()))


def _object(where: str, reason: str, advice: str, exit_code: int) -> dict[str, Any]:
    return {"where": where, "reason": reason, "advice": advice, "exit_code": exit_code}
