"""Choose: one of several tensors, element by element, by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from fpgaml.graph.ops.base import Operation, Shape, require
from fpgaml.graph.ranges import ValueRange, union
from fpgaml.graph.values import FixedArray


@dataclass(frozen=True)
class Choose(Operation):
    """Option number `index`: the first input is the index, an integer from 0 on; the options follow.

    All inputs are broadcast to one shape.
    """

    arity: ClassVar[int | None] = None
    elementwise: ClassVar[bool] = True

    def shape(self, inputs: Sequence[Shape]) -> Shape:
        require(len(inputs) >= 2, "an index and at least one option")
        require(len({len(shape) for shape in inputs}) == 1, f"shapes {', '.join(map(str, inputs))} differ in rank")
        try:
            return tuple(np.broadcast_shapes(*inputs))
        except ValueError:
            require(False, f"shapes {', '.join(map(str, inputs))} do not fit together")
            raise

    def range(self, inputs: Sequence[ValueRange]) -> ValueRange:
        index, options = inputs[0], inputs[1:]
        low, high = index.at(max(index.unit, 0))
        lift = max(index.unit, 0)
        whole = bool((index.fractional <= 0).all())
        inside = int(low.min()) >= 0 and int(high.max()) >> lift < len(options)
        require(whole and inside, f"the index is no integer from 0 to {len(options) - 1}")
        shape = self.shape([x.shape for x in inputs])
        return reduce(union, (x.moved(lambda a: np.broadcast_to(a, (1, *shape))) for x in options))

    def run(self, inputs: Sequence[FixedArray]) -> FixedArray:
        unit = max(x.fractional for x in inputs[1:])
        options = np.broadcast_arrays(*(x.at(unit) for x in inputs[1:]))
        index, first = np.broadcast_arrays(inputs[0].at(max(inputs[0].fractional, 0)), options[0])
        chosen = np.asarray(index >> max(inputs[0].fractional, 0))
        result = np.array(first)
        for number, option in enumerate(options[1:], start=1):
            result = np.where(chosen == number, option, result)
        return FixedArray(result, unit)
