"""How the events of a stored array become tensors of an input's shape, with nothing guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from math import prod
from typing import Any

from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape


@dataclass(frozen=True)
class Layout:
    """A reordering of events that moves values but never changes them.

    Args:
        shape: of one event in the model file.
        squeezed: of one event before, without axes of size 1; only read where there are axes.
        axes: the transposition of (events, *squeezed); None for none.
        order: which of the file's axes each axis of the Graph's is, such as (1, 2, 0); None: they are the same.
    """

    shape: Shape
    squeezed: Shape = ()
    axes: tuple[int, ...] | None = None
    order: tuple[int, ...] | None = None

    @property
    def result(self) -> Shape:
        """The shape of one event in the Graph."""
        return self.shape if self.order is None else tuple(self.shape[axis] for axis in self.order)

    def apply(self, block: NDArray[Any]) -> NDArray[Any]:
        """Events of shape (n, *stored) as (n, *result)."""
        if self.axes is not None:
            block = block.reshape(len(block), *self.squeezed).transpose(self.axes)
        block = block.reshape(len(block), *self.shape)
        return block if self.order is None else block.transpose(0, *(axis + 1 for axis in self.order))


def plan_layout(event: Shape, wanted: Shape, where: str, axes: Sequence[int] | None = None) -> Layout:
    """Find how a stored event becomes an input.

    Without `axes`, the same shape up to axes of size 1 is taken, and so is a flat event of the right size
    (row-major). Another order of the axes is an error, never a guess.

    Args:
        event: the stored shape of one event.
        wanted: the input's shape.
        where: file and array, for messages.
        axes: a transposition of the array, event axis included, after its axes of size 1 are dropped.

    Raises:
        FpgamlError: the shapes do not go together.
    """
    squeezed = _squeeze(event)
    if axes is not None:
        return _plan_axes(event, wanted, where, tuple(axes))
    if squeezed == _squeeze(wanted) or event == (prod(wanted),):
        return Layout(wanted)
    reason = f"events of shape {event}, where the input takes {wanted}"
    other = orders(event, wanted)
    if other:
        advice = f"Say so with --data-axes {' or '.join(other)}"
        raise FpgamlError(where, f"{reason}: the axes are in another order", advice)
    if prod(event) == prod(wanted):
        identity = ",".join(map(str, range(len(squeezed) + 1)))
        hint = f", or flatten the events as they lie with --data-axes {identity}" if len(wanted) == 1 else ""
        raise FpgamlError(where, reason, f"Store the events in the input's shape or flattened{hint}")
    raise FpgamlError(where, reason, "Give data that was recorded for this model")


def _plan_axes(event: Shape, wanted: Shape, where: str, axes: tuple[int, ...]) -> Layout:
    squeezed = _squeeze(event)
    shown = ",".join(map(str, axes))
    full = tuple(range(len(squeezed) + 1))
    if tuple(sorted(axes)) != full or axes[0] != 0:
        reason = f"--data-axes {shown} does not fit events of shape {event}"
        numbers = ",".join(map(str, full))
        dropped = " without its axes of size 1" if squeezed != event else ""
        raise FpgamlError(where, reason, f"Order the axes {numbers} of the array{dropped}; 0, the events, stays first")
    moved = tuple(squeezed[axis - 1] for axis in axes[1:])
    if moved == _squeeze(wanted) or wanted == (prod(moved),):
        return Layout(wanted, squeezed, axes)
    reason = f"events of shape {event} become {moved} by --data-axes {shown}, where the input takes {wanted}"
    raise FpgamlError(where, reason)


def orders(event: Shape, wanted: Shape) -> list[str]:
    """At most two orders of an event's axes that turn its shape into the one wanted, as --data-axes takes them.

    Axes of size 1 do not count, and the event axis stays in front: `0,2,1`.
    """
    given, wanted = _squeeze(event), _squeeze(wanted)
    # Eight axes have 40320 orders; no data has more.
    if len(given) > 8 or sorted(given) != sorted(wanted):
        return []
    candidates = permutations(range(len(given)))
    fitting = (order for order in candidates if tuple(given[i] for i in order) == wanted)
    return [",".join(["0", *(str(i + 1) for i in order)]) for order in islice(fitting, 2)]


def _squeeze(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)
