"""Events as packets on links: which word of an event lies on which link in which frame, and packets found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.patterns.board import BoardData, Marks
from fpgaml.patterns.packing import Packing
from fpgaml.project.ports import Port
from fpgaml.project.words import WORD

FRAMES_PER_CROSSING = 9
"""Words of 64 bits that a link of 25 Gb/s carries in 25 ns, at the 360 MHz of the Phase-2 boards."""
BOARD = "fpgaml"


@dataclass(frozen=True)
class LinkLayout:
    """How events travel on links.

    Word k of an event lies on the link k modulo their number, in frame k divided by it: the words of an event fill a
    frame of all links before the next. What is left of the last frame is zero, and valid.

    Args:
        links: their numbers, in the order in which words are dealt.
        packing: of elements in words.
        spacing: frames from the first of an event to the first of the next; None: the whole bunch crossings that an
            event takes, of nine frames each.
        lead: frames without a packet before the first.
    """

    links: tuple[int, ...] = (0,)
    packing: Packing = field(default_factory=Packing)
    spacing: int | None = None
    lead: int = 0

    def words(self, ports: Sequence[Port]) -> int:
        """Of an event, on all links together."""
        return -(-self.packing.total(ports) // WORD)

    def length(self, ports: Sequence[Port]) -> int:
        """Frames of an event."""
        return -(-self.words(ports) // len(self.links))

    def period(self, ports: Sequence[Port]) -> int:
        """Frames from one event to the next.

        Raises:
            FpgamlError: the spacing is shorter than an event.
        """
        length = self.length(ports)
        if self.spacing is None:
            return -(-length // FRAMES_PER_CROSSING) * FRAMES_PER_CROSSING
        if self.spacing < length:
            reason = f"{self.spacing} frames, and an event takes {length} on {len(self.links)} links"
            raise FpgamlError("--spacing", reason, f"Give {length} or more, or more links")
        return self.spacing

    def board(self, ports: Sequence[Port], values: Mapping[str, FixedArray]) -> BoardData:
        """Events as frames.

        Args:
            values: by port, shape (events, *shape).
        """
        bits = self.packing.pack(ports, values)
        events, length, period, links = len(bits), self.length(ports), self.period(ports), len(self.links)
        filled = np.zeros((events, length * links * WORD), bool)
        filled[:, : bits.shape[1]] = bits
        packed = np.packbits(filled, axis=1, bitorder="little").view("<u8").astype(np.uint64)
        shape = (events, period, links)
        words, valid, start, end = np.zeros(shape, np.uint64), *(np.zeros(shape, bool) for _ in range(3))
        words[:, :length] = packed.reshape(events, length, links)
        valid[:, :length] = start[:, 0] = end[:, length - 1] = True
        orbit = np.zeros(shape, bool)
        orbit[:1, 0] = True
        idle = np.zeros((self.lead, links), bool)
        marks = [np.concatenate([idle, mark.reshape(-1, links)]) for mark in (valid, orbit, start, end)]
        data = np.concatenate([idle.astype(np.uint64), words.reshape(-1, links)])
        return BoardData(BOARD, self.links, data, *marks)

    def events(self, ports: Sequence[Port], board: BoardData, where: str) -> tuple[dict[str, FixedArray], int]:
        """Events of frames that were captured: latency and gaps do not matter, valid words count.

        Args:
            where: the file, for errors.

        Returns:
            Values by port, shape (events, *shape), and how many words of a last event are there that was cut off.

        Raises:
            FpgamlError: a link is missing, links hold different numbers of words, or packets have another length.
        """
        missing = [str(link) for link in self.links if link not in board.links]
        if missing:
            reason = f"has no link {', '.join(missing)}; its links: {', '.join(map(str, board.links))}"
            raise FpgamlError(where, reason, "Name the links that hold the outputs with --output-links")
        length = self.length(ports)
        columns = [self._packets(board, link, length, where) for link in self.links]
        counts = {len(column) for column in columns}
        if len(counts) != 1:
            told = ", ".join(f"{len(column)} on link {link}" for link, column in zip(self.links, columns, strict=True))
            raise FpgamlError(where, f"links hold different numbers of valid words: {told}", "Capture them together")
        count = counts.pop()
        events = count // length
        words = np.stack([column[: events * length] for column in columns], axis=-1).reshape(events, -1)
        bits = np.unpackbits(np.ascontiguousarray(words.astype("<u8")).view(np.uint8), axis=1, bitorder="little")
        return self.packing.unpack(ports, bits.astype(bool)), count % length

    def _packets(self, board: BoardData, link: int, length: int, where: str) -> NDArray[np.uint64]:
        """The valid words of a link, cut into whole packets by the marks where there are any."""
        column = board.links.index(link)
        kept = board.valid[:, column] if board.strobe is None else board.valid[:, column] & board.strobe[:, column]
        frames = np.flatnonzero(kept)
        place = np.arange(len(frames)) % length
        for marks, wanted, said in ((board.start, 0, "start"), (board.end, length - 1, "end")):
            if marks is not None and marks[:, column].any():
                _require_marks(marks[frames, column], place == wanted, frames, said, link, length, where)
        words: NDArray[np.uint64] = board.words[frames, column]
        return words


def _require_marks(
    marks: Marks, wanted: Marks, frames: NDArray[np.int64], said: str, link: int, length: int, where: str
) -> None:
    """Refuse packets that start or end elsewhere than events do."""
    wrong = np.flatnonzero(marks != wanted)
    if len(wrong) == 0:
        return
    has = "has a" if marks[wrong[0]] else "has no"
    reason = (
        f"frame {int(frames[wrong[0]])} of link {link} {has} mark of a packet's {said}: packets do not have the "
        f"{length} words that an event takes on a link"
    )
    raise FpgamlError(where, reason, "Give the links and the packing that the file was captured with")
