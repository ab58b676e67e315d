"""What concentrators send without a network, in exact integers: best choice, threshold, super cells.

Each gives the charges that software gets back, in counts. What is not sent cell by cell is in the module's sum, which
travels as well: its remainder is shared out, so that no algorithm loses what it could know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import constants as c
from .formats import bits, through
from .geometry import tiles

Charges = NDArray[np.int64]

CELL_BITS = bits(c.CELL_FORMAT)
CHOSEN_SUM_BITS = bits(c.CHOSEN_SUM_FORMAT)
COUNT_BITS = 6
"""Of how many cells follow, where their number varies; one more bit says whether addresses or a map follow."""
CALIBRATION_EVENTS = 10_000


@dataclass(frozen=True)
class Sent:
    """What arrives.

    Args:
        charges: counts, (n, 48); bits: of each event, (n,).
    """

    charges: Charges
    bits: Charges


def best_choice(charges: Charges, cells: int) -> Sent:
    """The module's sum and its `cells` largest charges, of equal ones those with the lower number.

    Addresses are listed, or a map of 48 bits takes their place where that is shorter.
    """
    order = np.argsort(-charges, axis=1, kind="stable")
    sent = np.zeros(charges.shape, np.bool_)
    np.put_along_axis(sent, order[:, :cells], True, axis=1)
    size = CHOSEN_SUM_BITS + cells * CELL_BITS + min(cells * c.ADDRESS_BITS, c.CELLS)
    return Sent(_filled(charges, sent), np.full(len(charges), size, np.int64))


def threshold(charges: Charges, above: int) -> Sent:
    """The module's sum and every charge above a threshold; what is not sent cannot be above it."""
    sent = charges > above
    number = sent.sum(axis=1)
    where = np.minimum(COUNT_BITS + number * c.ADDRESS_BITS, c.CELLS)
    return Sent(_filled(charges, sent, above), CHOSEN_SUM_BITS + 1 + number * CELL_BITS + where)


def threshold_for(charges: Charges, mean_bits: float) -> int:
    """The lowest threshold at which events take no more than so many bits on average."""
    low, high = 0, int(charges.max())
    while low < high:
        middle = (low + high) // 2
        if threshold(charges, middle).bits.mean() <= mean_bits:
            high = middle
        else:
            low = middle + 1
    return low


def super_cells(charges: Charges, links: int) -> Sent:
    """The sums of 2 x 2 cells, shared evenly among them; with an address the hottest cell gets half of the sum."""
    form, addressed = c.SUPER_FORMATS[links], c.SUPER_ADDRESSED[links]
    members = charges[:, tiles()]
    sums = through(members.sum(axis=-1), form)
    if addressed:
        hottest = members.argmax(axis=-1)[..., None] == np.arange(members.shape[-1])
        others = sums[..., None] // 2 // (members.shape[-1] - 1)
        shared = np.where(hottest, sums[..., None] - others * (members.shape[-1] - 1), others)
    else:
        shared = np.broadcast_to(sums[..., None] // members.shape[-1], members.shape)
    found = np.zeros_like(charges)
    found[:, tiles()] = shared
    return Sent(found, np.full(len(charges), len(tiles()) * (bits(form) + 2 * addressed), np.int64))


def _filled(charges: Charges, sent: NDArray[np.bool_], most: int | None = None) -> Charges:
    """Cells that were sent, and an even share of what the sum has besides for each of the others, `most` at most."""
    known = np.where(sent, through(charges, c.CELL_FORMAT), 0)
    total = through(charges.sum(axis=1), c.CHOSEN_SUM_FORMAT)
    left = np.maximum(total - known.sum(axis=1), 0) // np.maximum((~sent).sum(axis=1), 1)
    if most is not None:
        left = np.minimum(left, most)
    return np.where(sent, known, left[:, None])
