"""The files of expressions that a training leaves: models, and the tables of what was found at each complexity."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaml.files import write_whole
from fpgaml.frontends.symbolic.render import text_of
from fpgaml.frontends.symbolic.source import Source

from . import constants as c
from .formula import Formula

FLOAT, QUANTISED = "float.sympy", "quantised.sympy"


def write_model(path: Path, source: Source) -> None:
    """A model file, an expression a line."""
    lines = [f"inputs: {len(source.inputs)}", f"# {', '.join(c.FEATURES)}: each with mean 0 and variance 1"]
    lines += [f"{name} = {text_of(expression)}" for name, expression in source.outputs]
    write_whole(path, "\n".join(lines) + "\n")


def write_table(path: Path, formulas: Sequence[Formula], losses: Sequence[float]) -> None:
    """What was found for one class, in the form of PySR's hall_of_fame.csv."""
    rows = [
        f'{formula.complexity},{loss:.8g},"{text_of(formula.expression())}"'
        for formula, loss in zip(formulas, losses, strict=True)
    ]
    write_whole(path, "\n".join(["Complexity,Loss,Equation", *rows]) + "\n")
