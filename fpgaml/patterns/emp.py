"""Pattern files of EMP boards, in the two text formats that their tools and CMSSW read and write.

The formats are those of CMSSW's L1Trigger/DemonstratorTools (`EMPv1`, `EMPv2` in interface/FileFormat.h; its examples
lie in test/gtt). Version 1 has a `Board` line, one of quads and channels, one of links, then frames `1v` + 16 digits,
with `1s` before it where a link is strobed. Version 2 has an `ID:` line, a line that says what the marks are, one of
links, then frames of four or five marks, a space and 16 digits. Columns are two spaces or more apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from fpgaml.patterns.board import BoardData, Marks
from fpgaml.patterns.lines import Line, lines, read_links
from fpgaml.patterns.rows import Rows

METADATA = "Metadata: (strobe,) start of orbit, start of packet, end of packet, valid"
CHANNELS_A_QUAD = 4
_WORD_V1 = re.compile(r"(?:([01])s)?([01])v([0-9a-fA-F]{16})")
_WORD_V2 = re.compile(r"([01])?([01])([01])([01])([01]) ([0-9a-fA-F]{16})")
_FRAME_V1 = re.compile(r"Frame (\d{1,9}) :(.*)")
_FRAME_V2 = re.compile(r"Frame (\d{1,9}) (.*)")


def write_v1(file: IO[str], board: BoardData) -> None:
    """Write frames in version 1, which has no marks of packets."""
    file.write(f"Board {board.name}\n")
    quads = (f"q{link // CHANNELS_A_QUAD:02d}c{link % CHANNELS_A_QUAD}" for link in board.links)
    file.write(" Quad/Chan :" + "".join(f"         {quad}       " for quad in quads) + "\n")
    file.write("      Link :" + "".join(f"          {link:03d}        " for link in board.links) + "\n")
    for frame, (words, valid) in enumerate(zip(board.words.tolist(), board.valid.tolist(), strict=True)):
        row = (f"   {int(is_valid)}v{word:016x}" for word, is_valid in zip(words, valid, strict=True))
        file.write(f"Frame {frame:04d} :{''.join(row)}\n")


def write_v2(file: IO[str], board: BoardData) -> None:
    """Write frames in version 2."""
    file.write(f"ID: {board.name}\n{METADATA}\n\n")
    file.write("      Link  " + "".join(f"            {link:03d}        " for link in board.links) + "\n")
    marks = [_digits(mark, board.valid) for mark in (board.orbit, board.start, board.end, board.valid)]
    for frame, words in enumerate(board.words.tolist()):
        told = ("".join(digits) for digits in zip(*(mark[frame] for mark in marks), strict=True))
        row = (f"  {each} {word:016x}" for each, word in zip(told, words, strict=True))
        file.write(f"Frame {frame:04d}  {''.join(row)}\n")


def read_v1(path: Path) -> BoardData:
    """Read version 1.

    Raises:
        FpgamlError: as for `lines`, or a line that is not as the format has it; its number is named.
    """
    found = lines(path)
    name = _expect(found, path, "Board ")
    _expect(found, path, "Quad/Chan :")
    links = _links(found, path, "Link :")
    rows = Rows(str(path), links, ("strobe", "valid"))
    for line in found:
        for word in _frame(line, _FRAME_V1, rows).split():
            rows.add(line, _WORD_V1.fullmatch(word), word)
    return rows.board(name)


def read_v2(path: Path) -> BoardData:
    """Read version 2; errors as for `read_v1`."""
    found = lines(path)
    name = _expect(found, path, "ID: ")
    _expect(found, path, METADATA)
    links = _links(found, path, "Link  ")
    rows = Rows(str(path), links, ("strobe", "orbit", "start", "end", "valid"))
    for line in found:
        for word in re.split(r"\s\s+", _frame(line, _FRAME_V2, rows).strip()):
            rows.add(line, _WORD_V2.fullmatch(word), word)
    return rows.board(name)


def _digits(mark: Marks | None, like: Marks) -> list[list[str]]:
    found: list[list[str]] = np.where(np.zeros_like(like) if mark is None else mark, "1", "0").tolist()
    return found


def _next(found: Iterator[Line], path: Path, wanted: str) -> Line:
    line = next(found, None)
    if line is None:
        raise Line(str(path), 0, "").broken(f"the file ends before its line `{wanted}`")
    return line


def _expect(found: Iterator[Line], path: Path, start: str) -> str:
    """The rest of the next line, which has to start so."""
    line = _next(found, path, start.strip())
    text = line.text.lstrip()
    if not text.startswith(start.rstrip()):
        raise line.broken(f"`{start.strip()}` is expected here", "Is this the right --format?")
    return text[len(start) :].strip()


def _links(found: Iterator[Line], path: Path, start: str) -> tuple[int, ...]:
    line = _next(found, path, start.strip())
    text = line.text.lstrip()
    if not text.startswith(start):
        raise line.broken(f"`{start.strip()}` is expected here", "Is this the right --format?")
    return read_links(line, text[len(start) :].split())


def _frame(line: Line, pattern: re.Pattern[str], rows: Rows) -> str:
    """What follows the number of a frame, which has to be the next one."""
    match = pattern.fullmatch(line.text)
    if match is None or int(match[1]) != rows.begun:
        raise line.broken(f"is not frame {rows.begun}, which is the next")
    rows.begin(line)
    return match[2]
