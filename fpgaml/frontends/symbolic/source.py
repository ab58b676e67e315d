"""What a file of expressions says: the inputs in order, and an expression for each output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.symbolic.expression import Expression, Variable, walk

LARGEST = 1 << 20
"""Bytes of a file."""
MOST_OUTPUTS = 1024


@dataclass(frozen=True)
class Source:
    """Expressions that were read.

    Args:
        inputs: names of the input vector's elements, in order.
        outputs: by name, in order.
        framework: what wrote the file, and what was chosen in it, in words.
    """

    inputs: tuple[str, ...]
    outputs: tuple[tuple[str, Expression], ...]
    framework: str

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All elements of the input vector, whether an expression reads them or not."""
        return tuple(Variable(index, name) for index, name in enumerate(self.inputs))


def inputs_of(expressions: list[Expression]) -> tuple[str, ...]:
    """x0, x1 and so on, up to the last that an expression reads; x0 alone where none reads any."""
    read = [part.index for each in expressions for part in walk(each) if isinstance(part, Variable)]
    return tuple(f"x{index}" for index in range(max(read, default=0) + 1))


def text_of_file(path: Path) -> str:
    """A text file's content.

    Raises:
        FpgamlError: it cannot be read, is too large, or is no text.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FpgamlError(str(path), f"has {size:,} bytes, more than {LARGEST:,}", "Use shorter expressions")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise FpgamlError(str(path), "is no text in UTF-8", "Write expressions as text") from None


def refuse(where: str, problems: list[Problem]) -> None:
    """Raise one error about all names that mean nothing, if there are any.

    Raises:
        FpgamlError: there are.
    """
    from fpgaml.errors import FileError

    if len(problems) == 1:
        raise FpgamlError(f"{where}, {problems[0].where}", problems[0].reason, problems[0].advice)
    if problems:
        raise FileError(where, problems)
