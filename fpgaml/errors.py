"""Every error that fpgaml raises on purpose, with the exit code that it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXIT_PROVED = 0
EXIT_CHECK_FAILED = 1
EXIT_BAD_INPUT = 2


class FpgamlError(Exception):
    """Something is wrong with what the user gave: where, why, and what to do about it.

    Args:
        where: the layer, file or option concerned.
        reason: what is wrong, in one sentence.
        advice: what the user can do.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(self, where: str, reason: str, advice: str = "") -> None:
        self.where = where
        self.reason = reason
        self.advice = advice
        text = f"{where}: {reason}" if where else reason
        super().__init__(f"{text}. {advice}" if advice else text)


@dataclass(frozen=True)
class Problem:
    """One unsupported layer: its name, why, and what to do."""

    where: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" + (f". {self.advice}" if self.advice else "")


class UnsupportedError(FpgamlError):
    """Layers that cannot be expressed; all of them are named at once."""

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listing = "; ".join(str(problem) for problem in problems)
        count = "1 layer is" if len(self.problems) == 1 else f"{len(self.problems)} layers are"
        super().__init__(where, f"{count} not supported: {listing}")


class FileError(FpgamlError):
    """Several things are wrong in one file; all of them are named at once."""

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listing = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(where, f"{len(self.problems)} problems:{listing}")


class TooWideError(FpgamlError):
    """Exact values need more bits than anything useful has: fewer at run time help, as a quantiser leaves them."""


class ToolError(FpgamlError):
    """An external tool (compiler, simulator) is missing or failed."""


class RunFailedError(FpgamlError):
    """A tool that is there did not come to a result on a design."""

    exit_code = EXIT_CHECK_FAILED


class CheckFailedError(FpgamlError):
    """Two things that must be equal bit for bit are not."""

    exit_code = EXIT_CHECK_FAILED
