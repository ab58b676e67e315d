"""What reading a damaged file raises, as errors that name the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fpgaml.errors import FpgamlError, UnsupportedError

UNUSABLE = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What content of the wrong kind raises where it is used."""
LONGEST = 200
"""Characters of such an error's own text that are shown."""


@contextmanager
def guarded(where: str, again: str) -> Iterator[None]:
    """Errors name the file; those of content that makes no sense together are its fault.

    Args:
        where: the file; again: what to do where it is damaged.
    """
    try:
        yield
    except UnsupportedError:
        raise
    except FpgamlError as error:
        if where in str(error):
            raise
        raise type(error)(f"{where}, {error.where}", error.reason, error.advice or again) from error
    except (*UNUSABLE, AssertionError) as error:
        shown = f"{type(error).__name__}: {str(error)[:LONGEST]}"
        raise FpgamlError(where, f"is damaged: its parts do not fit together ({shown})", again) from error
