"""One call on its way into the Graph: what its converter asks, and how it gives its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.constants import BIAS_BITS, decoded, tensor
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.onnx.arrangement import BATCH, Axes, as_it_lies, order_of, regrouped
from fpgaml.frontends.onnx.program import Array, Call
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.ops import Constant, Shape, Transpose
from fpgaml.graph.values import FixedArray


@dataclass(kw_only=True)
class Layer(Emitter):
    """One call.

    Args:
        call: what is converted.
        values: by the tensor's name, of the constants, the inputs and the calls before; grows.
        batch: the size that the batch has in the file's shapes; any_batch: whether it stands for any number of events.
        quantised: whether quantizers alone read its first result, and no precision rounds it.
    """

    call: Call
    values: dict[str, Value]
    batch: int = 1
    any_batch: bool = False
    quantised: bool = False

    def attribute(self, name: str, default: Any = None) -> Any:
        """An attribute of the call; `default` where the file leaves it out."""
        return self.call.attributes.get(name, default)

    def wrong(self, reason: str) -> FpgamlError:
        """An error for a call that contradicts itself."""
        return FpgamlError(self.label, reason, "Export the model again")

    def optional(self, position: int) -> Value | None:
        """An input as it is, scale and offset still to be applied; None where it is left out."""
        inputs = self.call.inputs
        if position >= len(inputs) or not inputs[position]:
            return None
        if inputs[position] not in self.values:
            raise self.wrong(f"reads the tensor {inputs[position]}, which nothing gives")
        return self.values[inputs[position]]

    def raw(self, position: int = 0) -> Value:
        """An input as it is, which must be there."""
        found = self.optional(position)
        if found is None:
            raise self.wrong(f"{self.call.kind} lacks its input {position}")
        return found

    def input(self, position: int = 0) -> Value:
        """An input as a node of real values, nothing left to be applied; a constant becomes a node."""
        value = self.applied(self.raw(position), f"input_{position}")
        return self.as_node(value, f"constant_{position}" if position else "constant")

    def known(self, position: int) -> Array:
        """The values of an input that must be a constant.

        Raises:
            UnsupportedError: it is computed.
        """
        value = self.raw(position)
        if value.array is None:
            name = self.call.inputs[position]
            raise self.unsupported(
                f"{self.call.kind} reads `{name}`, which is computed, where a constant is needed",
                "Export the model with constants there",
            )
        return real_array(value)

    def numbers(self, name: str, position: int | None = None) -> list[int] | None:
        """Whole numbers that an attribute gives in older operator sets and a constant input in newer ones."""
        if position is not None and self.optional(position) is not None:
            return [int(number) for number in self.known(position).reshape(-1)]
        found = self.attribute(name)
        if found is None:
            return None
        return [int(number) for number in found] if isinstance(found, list | tuple) else [int(found)]

    def applied(self, value: Value, suffix: str = "applied") -> Value:
        """A tensor with its scale and offset applied, in one multiplication and one addition."""
        if value.plain:
            return value
        if value.array is not None:
            return replace(value, array=real_array(value), scale=None, offset=None)
        factor = np.ones(()) if value.scale is None else value.scale
        zero, offset = (np.zeros(()), value.offset) if value.zero is None else (value.zero, None)
        parts = (factor, zero, np.zeros(()) if offset is None else offset)
        dims = self.shape(value.node)
        factor, zero, offset = (value.laid_out(part.astype(np.float64), dims) for part in parts)
        node = decoded(self, value.node, factor, zero, offset, suffix, "the scale of codes")
        return replace(value, node=node, scale=None, offset=None)

    def as_node(self, value: Value, suffix: str = "constant") -> Value:
        """A tensor as a node: a constant becomes one, with no batch axis."""
        if value.array is None:
            return value
        numbers = tensor(self, np.asarray(value.array, dtype=np.float64), BIAS_BITS, "constant")
        whole = FixedArray(numbers.integers.reshape(value.shape or (1,)), numbers.fractional)
        node = self.add(Constant(whole), suffix=suffix)
        return replace(value, node=node, axes=tuple((axis,) for axis in range(len(value.shape))), array=None)

    def batched(self, value: Value) -> Value:
        """A tensor whose first axis is the batch, as spatial operators have it.

        Raises:
            UnsupportedError: the batch lies elsewhere.
        """
        if value.batch == 0:
            return value
        if value.batch is None and value.shape and value.shape[0] == 1:
            return replace(value, axes=((BATCH,), *value.axes[1:]))
        raise self.unsupported(
            f"{self.call.kind} computes along the batch of a tensor of shape {value.shape}",
            "Let the first axis of its input be the batch",
        )

    def arranged(self, value: Value, order: Sequence[int] | None = None) -> Value:
        """A tensor in a node that has exactly the file's axes but the batch, each whole, in an order.

        Args:
            order: of the file's axes; None for the order in which they lie already.
        """
        dims = self.shape(value.node)
        wanted = tuple(as_it_lies(value.axes, dims) if order is None else order)
        assert sorted(wanted) == list(value.real), f"order {wanted} of the axes {value.axes}"
        node = value.node
        moved = order_of(value.axes, wanted, dims)
        if moved is not None:
            node = self.add(Transpose(moved), node, suffix="order")
        shape = tuple(value.shape[axis] for axis in wanted) or (1,)
        node = self.reshaped(node, shape, "shape")
        place = {axis: index for index, axis in enumerate(wanted)}
        axes: Axes = tuple((place[axis],) if axis in place else (BATCH,) for axis in range(len(value.shape)))
        return replace(value, node=node, axes=axes)

    def channels_last(self, value: Value) -> Value:
        """A tensor (batch, channels, *spatial) of the file in a node of shape (*spatial, channels)."""
        value = self.batched(value)
        return self.arranged(value, (*range(2, len(value.shape)), 1))

    def in_order(self, value: Value) -> Value:
        """A tensor in a node that has the file's axes in the file's order."""
        return self.arranged(value, value.real)

    def reshaped_value(self, value: Value, shape: Shape) -> Value:
        """The same elements in another shape of the file, row-major as the file has them; moves what it must.

        Args:
            shape: with the batch, as many elements.
        """
        if prod(shape) != prod(value.shape):
            raise self.wrong(f"{value.shape} cannot become {shape}")
        if value.array is not None:
            return replace(self.applied(value), shape=shape, array=real_array(value).reshape(shape))
        if not all(each is None or each.size == 1 for each in (value.scale, value.offset)):
            value = self.applied(value)
        value = replace(value, scale=_scalar(value.scale), offset=_scalar(value.offset))
        found = regrouped(value.axes, self.shape(value.node), self.batch, shape)
        if found is None:
            value = self.in_order(value)
            found = regrouped(value.axes, self.shape(value.node), self.batch, shape)
        if found is None:
            value = self._flat(value)
            found = regrouped(value.axes, self.shape(value.node), self.batch, shape)
        assert found is not None
        if self.batch != 1 and (BATCH,) not in found.axes:
            raise self.unsupported(
                f"it joins the batch of {self.batch} events with another axis, from {value.shape} to {shape}",
                "Export the model with a dynamic batch, or with a batch of one",
            )
        return Value(
            shape, self.reshaped(value.node, found.node, "shape"), found.axes, scale=value.scale, offset=value.offset
        )

    def _flat(self, value: Value) -> Value:
        """A tensor whose axes lie in the file's order, in one axis."""
        dims = self.shape(value.node)
        node = self.reshaped(value.node, (prod(dims),), "flat")
        first = () if value.batch is None else (self.batch,)
        axes: Axes = ((BATCH,), (0,)) if first else ((0,),)
        return replace(value, node=node, shape=(*first, prod(dims)), axes=axes)

    def give(self, *results: Value) -> None:
        """Set the call's outputs, in order."""
        for name, value in zip(self.call.outputs, results, strict=False):
            if name:
                self.values[name] = value


def real_array(value: Value) -> Array:
    """A constant's values with scale and offset applied."""
    assert value.array is not None
    if value.plain:
        return value.array
    factor = 1.0 if value.scale is None else value.scale.astype(np.float64)
    offset = 0.0 if value.offset is None else value.offset.astype(np.float64)
    return np.asarray(value.array.astype(np.float64) * factor + offset)


def _scalar(values: Array | None) -> Array | None:
    return None if values is None else values.reshape(())
