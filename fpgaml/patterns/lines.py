"""Lines of a text file that nobody vouches for: its size and its lines' lengths are limited before they are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import FpgamlError

LARGEST_FILE = 1 << 28
"""Bytes: more than ten million words of a link."""
LONGEST_LINE = 1 << 20
MOST_LINKS = 4096


@dataclass(frozen=True)
class Line:
    """A line of a file: its number, from 1, and its text without the end of the line."""

    file: str
    number: int
    text: str

    def broken(self, reason: str, advice: str = "") -> FpgamlError:
        """The error that the line deserves."""
        return FpgamlError(f"{self.file}, line {self.number}", reason, advice)


def lines(path: Path, comment: str = "#") -> Iterator[Line]:
    """The lines of a file that are neither empty nor comments.

    Args:
        comment: what a comment starts with, at the beginning of its line.

    Raises:
        FpgamlError: it cannot be read, is too large, has a line that is too long, or is not text.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FpgamlError(str(path), f"has more than {LARGEST_FILE >> 20} MB", "Give a pattern file")
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise Line(str(path), number, "").broken(f"is longer than {LONGEST_LINE} bytes")
                if not raw.isascii() or b"\0" in raw:
                    raise Line(str(path), number, "").broken("is not plain text", "Give a pattern file")
                text = raw.decode("ascii").rstrip()
                if text and not text.startswith(comment):
                    yield Line(str(path), number, text)
    except OSError as error:
        raise FpgamlError(str(path), f"cannot be read: {error.strerror}", "Give a pattern file") from None


def read_links(line: Line, tokens: list[str]) -> tuple[int, ...]:
    """Numbers of links.

    Raises:
        FpgamlError: none, too many, repeated ones, or what is no number.
    """
    if not tokens:
        raise line.broken("names no link")
    if len(tokens) > MOST_LINKS:
        raise line.broken(f"names {len(tokens)} links; at most {MOST_LINKS} are read")
    wrong = [token for token in tokens if not (token.isdigit() and len(token) <= 6)]
    if wrong:
        raise line.broken(f"`{wrong[0]}` is not the number of a link")
    links = tuple(int(token) for token in tokens)
    if len(set(links)) != len(links):
        raise line.broken("names a link twice")
    return links
