"""Where the 52 planes and their 208 sensors stand, and which points they cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import constants as c

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Sensors:
    """All sensors, plane by plane; n = 208.

    Args:
        plane: 0 to 51, ascending in z, (n,).
        z: mm, (n,).
        sign: -1 where the module is turned by 180 degrees, (n,).
        sums, differences: ranges of (x + y) / sqrt 2 and (x - y) / sqrt 2 of an unturned module, mm, (n, 2).
    """

    plane: NDArray[np.int16]
    z: Real
    sign: Real
    sums: Real
    differences: Real

    def cover(self, x: Real, y: Real, sensor: NDArray[np.intp] | slice = slice(None)) -> NDArray[np.bool_]:
        """Whether sensors, all or those asked for, cover points, mm; the last axis of x and y is that of sensors."""
        u, v = ((self.sign[sensor] * part) / np.sqrt(2.0) for part in (x + y, x - y))
        (low, high), (left, right) = self.sums[sensor].T, self.differences[sensor].T
        inside: NDArray[np.bool_] = (u >= low) & (u <= high) & (v >= left) & (v <= right)
        return inside


def planes() -> Real:
    """z of the middle of every module, ascending, mm, (52,)."""
    right = np.asarray(c.PLANES_RIGHT)
    return np.sort(np.concatenate([right, right + c.SIDE_SHIFT]))


def sensors() -> Sensors:
    """The detector."""
    z, count = planes(), len(c.SENSORS)
    sums, differences, side = (np.asarray(part, np.float64) for part in zip(*c.SENSORS, strict=True))
    turned = np.where(np.arange(c.PLANES) % 2 == 0, 1.0, -1.0)
    return Sensors(
        plane=np.repeat(np.arange(c.PLANES, dtype=np.int16), count),
        z=(z[:, None] + c.SENSOR_SHIFT * side).reshape(-1),
        sign=np.repeat(turned, count),
        sums=np.tile(sums, (c.PLANES, 1)),
        differences=np.tile(differences, (c.PLANES, 1)),
    )
