"""A network as calls of operators on named tensors, in plain Python and numpy values.

ONNX files and `torch.export` programs become this; the converters of `operators` take it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from fpgaml.graph.ops import Shape

Array = NDArray[Any]
NEWEST = 1 << 16
"""Stands for the newest version of every operator, where calls do not come from a file that names one."""


@dataclass(frozen=True)
class Call:
    """One application of an operator.

    Args:
        kind: the operator's name, as ONNX has it; one outside of ONNX's own domain as `domain:name`.
        inputs: the tensors that it reads, by name; empty for an optional one that is left out.
        outputs: the tensors that it gives; empty for one that nobody reads.
        label: unique, for messages and for the nodes.
        attributes: numbers, strings, lists of them, or arrays; a nested graph is `Nested`.
        version: of the operator set that the file asks for.
        compared: the call of the file whose first result this one's is; None: itself, empty: the file has none.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    label: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    version: int = NEWEST
    compared: str | None = None


@dataclass(frozen=True)
class Nested:
    """Stands for an attribute that is a graph of its own, such as the branch of an If."""


@dataclass(frozen=True)
class Port:
    """A tensor that enters.

    Args:
        name: of the tensor.
        shape: of all its axes, the batch's among them.
        batched: whether its first axis is the batch, whose size does not matter.
    """

    name: str
    shape: Shape
    batched: bool = True


@dataclass(frozen=True)
class Program:
    """A network.

    Args:
        name: of the network; framework: what wrote the file, with versions.
        calls: in execution order.
        constants: by the tensor's name.
        inputs: the tensors that enter; outputs: the names of those that leave.
        batch: how many events the file computes at a time, as its shapes have it: 1 where it takes any number.
        any_batch: whether it takes any number.
    """

    name: str
    framework: str
    calls: tuple[Call, ...]
    constants: Mapping[str, Array] = field(repr=False)
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    batch: int = 1
    any_batch: bool = False
