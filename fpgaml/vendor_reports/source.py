"""A report file's content, read with limits: a file in a project may be anything."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LARGEST = 64 << 20
"""Bytes of a report that is read: a timing summary with all its paths has some."""
LONGEST_LINE = 20_000
"""Characters of a line of text; JSON may stand in one line."""
LONGEST_FIELD = 1_000
"""Characters of a line at the top that are looked at: patterns take the square of the time on longer ones."""
LONGEST_NAME = 300
"""Characters of a name that is taken from a report."""


class UnusableError(Exception):
    """Why nothing of a report is used, as the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class Source:
    """A report file.

    Args:
        file: its path, relative to the folder that was searched; sha256: of its bytes; text: its content.
    """

    file: str
    sha256: str
    text: str

    @property
    def name(self) -> str:
        """Without folders."""
        return self.file.rsplit("/", 1)[-1]

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The content line by line; a last line without its end counts as one."""
        return tuple(self.text.split("\n"))

    def head(self, number: int) -> tuple[str, ...]:
        """The first lines, without what is beyond LONGEST_FIELD of each."""
        return tuple(line[:LONGEST_FIELD] for line in self.lines[:number])


def read_source(path: Path, file: str) -> Source:
    """The content of a file that may be anything.

    Args:
        file: what the report is called in messages and in the record.

    Raises:
        UnusableError: it is missing, no regular file, not readable, empty, too large, or no text.
    """
    try:
        # Without O_NONBLOCK, a pipe that nobody writes to is waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror}") from None
    try:
        with os.fdopen(handle, "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UnusableError("is no regular file")
            if status.st_size > LARGEST:
                raise UnusableError(f"has {status.st_size:,} bytes, where a report has up to {LARGEST:,}")
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror}") from None
    return _checked(file, content)


def _checked(file: str, content: bytes) -> Source:
    if not content.strip():
        raise UnusableError("is empty: the run that should have written it failed, or is not at its end")
    if b"\0" in content:
        raise UnusableError("is no text")
    # Host names and folders may be in any encoding; what is read of a report is ASCII.
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    longest = max(map(len, text.split("\n")))
    if longest > LONGEST_LINE and not text.startswith("{"):
        raise UnusableError(f"has a line of {longest:,} characters, where a report has up to {LONGEST_LINE:,}")
    return Source(file, hashlib.sha256(content).hexdigest(), text)


def shown(name: str) -> str:
    """A name from a report: one line, of a length that can be shown, without anything that a terminal would obey."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in name.strip())
    return clean if len(clean) <= LONGEST_NAME else f"{clean[: LONGEST_NAME - 3]}..."
