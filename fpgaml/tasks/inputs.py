"""Events of a network with one input, or with several by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Inputs = Array | Mapping[str, Array]
"""Events as a network reads them, shape (events, *shape); of a network with several inputs one array each, by name."""

ONLY = "x"
"""What the array of a network's only input is called in files."""


def by_name(x: Inputs) -> dict[str, Array]:
    """The arrays by name; that of an only input is `x`."""
    return dict(x) if isinstance(x, Mapping) else {ONLY: x}


def events_in(x: Inputs) -> int:
    """How many events there are."""
    return len(next(iter(by_name(x).values())))


def each(x: Inputs, change: Callable[[Array], Array]) -> Inputs:
    """The same with every array changed."""
    return {name: change(array) for name, array in x.items()} if isinstance(x, Mapping) else change(x)


def in_float32(x: Inputs) -> Inputs:
    """As a framework takes them."""
    return each(x, lambda array: np.asarray(array, np.float32))
