"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fpgaml.errors import FpgamlError


class FrameworkChoice(StrEnum):
    """As fpgaml.proof.oracle.FrameworkUse, which takes longer to import."""

    AUTO = "auto"
    NEVER = "never"
    REQUIRED = "required"


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Events to check on: .npy, .npz, .h5, .csv; FILE:NAME picks an array.",
        rich_help_panel="Data",
    ),
]
DataAxes = Annotated[
    str | None,
    typer.Option(
        "--data-axes",
        help="Reorder the data's axes, such as 0,2,1 (axis 0 is the event; axes of size 1 are dropped first).",
        rich_help_panel="Data",
    ),
]
Events = Annotated[
    int | None, typer.Option("--events", min=1, help="Use at most so many events.", rich_help_panel="Data")
]
Reference = Annotated[
    Path | None,
    typer.Option(
        "--reference",
        help="Answers that the framework recorded for the data: .npy, or .npz with `y` and `layer/NAME`.",
        rich_help_panel="Data",
    ),
]
Labels = Annotated[
    Path | None,
    typer.Option("--labels", help="Truth (1 signal, 0 background) for the ROC AUC.", rich_help_panel="Data"),
]
FrameworkOption = Annotated[
    FrameworkChoice,
    typer.Option("--framework", help="Ask the framework that wrote the model.", rich_help_panel="Checks"),
]
Layers = Annotated[
    bool,
    typer.Option("--layers", help="Compare every layer with the source model.", rich_help_panel="Checks"),
]
Tolerance = Annotated[
    float | None,
    typer.Option(
        "--tolerance",
        min=0.0,
        help="Let source and Graph differ by so many LSB; without it, a fixed-point model must be equal.",
        rich_help_panel="Checks",
    ),
]


def parse_axes(text: str | None) -> tuple[int, ...] | None:
    """`0,2,1` as numbers.

    Raises:
        FpgamlError: anything else.
    """
    if text is None:
        return None
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise FpgamlError("--data-axes", f"`{text}` is not a list of numbers", "Write for example 0,2,1") from None
    if sorted(axes) != list(range(len(axes))):
        raise FpgamlError("--data-axes", f"`{text}` does not name every axis once", "Write for example 0,2,1")
    return axes


def split_assignments(texts: Sequence[str], option: str, example: str) -> dict[str, str]:
    """`name=value` options as a dictionary.

    Raises:
        FpgamlError: no `=`, or a name twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise FpgamlError(option, f"`{text}` is not NAME=VALUE", f"Write for example {example}")
        if name in found:
            raise FpgamlError(option, f"`{name}` is given twice", "Give it once")
        found[name] = value
    return found
