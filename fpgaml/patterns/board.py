"""What a board's buffers hold: for every link a word a frame, with the marks that travel beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class BoardData:
    """Frames of links; every array has shape (frames, links).

    Args:
        name: of the board; links: their numbers.
        words: 64 bits each; valid: whether a word is one of a packet.
        orbit, start, end: the first word of an orbit, of a packet, the last word of a packet; None where the format
            does not tell.
        strobe: whether a frame counts at all; None where every one does.
    """

    name: str
    links: tuple[int, ...]
    words: NDArray[np.uint64]
    valid: Marks
    orbit: Marks | None = None
    start: Marks | None = None
    end: Marks | None = None
    strobe: Marks | None = None
