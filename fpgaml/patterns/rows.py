"""Frames as they are read from a file, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.patterns.board import BoardData
from fpgaml.patterns.lines import Line


@dataclass
class Rows:
    """The frames of a file so far.

    Args:
        file: its name; links: its columns.
        marks: of a word, in the order of its pattern's groups; a strobe that is not there counts as set.
    """

    file: str
    links: tuple[int, ...]
    marks: Sequence[str]
    begun: int = 0
    words: list[int] = field(default_factory=list)
    found: dict[str, list[bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.found = {name: [] for name in self.marks}

    def begin(self, line: Line) -> None:
        """A frame starts; the one before has to be whole."""
        self._require_whole(line)
        self.begun += 1

    def add(self, line: Line, match: re.Match[str] | None, text: str) -> None:
        """The next word of a frame.

        Raises:
            FpgamlError: it is none, or one too many.
        """
        if match is None:
            raise line.broken(f"`{text[:40]}` is not a word with its marks")
        *marks, word = match.groups()
        self.put(line, [mark != "0" for mark in marks], int(word, 16))

    def put(self, line: Line, marks: Sequence[bool], word: int) -> None:
        """The same, where it is known what it means."""
        if len(self.words) >= self.begun * len(self.links):
            raise line.broken(f"holds more words than there are links, {len(self.links)}")
        for name, mark in zip(self.marks, marks, strict=True):
            self.found[name].append(mark)
        self.words.append(word)

    def board(self, name: str) -> BoardData:
        """All frames.

        Raises:
            FpgamlError: there is none, or the last is not whole.
        """
        self._require_whole(Line(self.file, 0, ""))
        if not self.begun:
            raise FpgamlError(self.file, "holds no frame", "Give a file with frames")
        shape = (self.begun, len(self.links))
        marks = {mark: np.array(column, bool).reshape(shape) for mark, column in self.found.items()}
        return BoardData(name, self.links, np.array(self.words, np.uint64).reshape(shape), **marks)

    def _require_whole(self, line: Line) -> None:
        if len(self.words) != self.begun * len(self.links):
            count = len(self.words) - (self.begun - 1) * len(self.links)
            reason = f"frame {self.begun - 1} holds {count} words for {len(self.links)} links"
            raise line.broken(reason) if line.number else FpgamlError(self.file, reason)
