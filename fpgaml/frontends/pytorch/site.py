"""One call of a program on its way to calls of ONNX's operators: what its translation asks, and how it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.frontends.onnx import program as onnx
from fpgaml.frontends.pytorch.schema import Argument, Call, Dtype, Number, Ref, TensorMeta
from fpgaml.frontends.pytorch.sizes import evaluated
from fpgaml.graph.ops import Shape

FLOATS = ("float16", "bfloat16", "float32", "float64")


@dataclass
class Translation:
    """A program as it becomes one of ONNX's calls.

    Args:
        metas: of the program's tensors; used: those that a call reads or the user gets.
        constants, calls: of the new one; grow.
        numbers: that the calls before have computed; aliases: tensors that were written over, by what they are now.
    """

    metas: Mapping[str, TensorMeta]
    used: Set[str]
    constants: dict[str, NDArray[Any]]
    calls: list[onnx.Call] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def current(self, name: str) -> str:
        """The tensor that stands for another now."""
        while name in self.aliases:
            name = self.aliases[name]
        return name

    def shape(self, name: str) -> Shape:
        """A tensor's shape, with 1 for an open batch."""
        return tuple(evaluated(size) for size in self.metas[name].sizes)


@dataclass(frozen=True)
class Site:
    """One call.

    Args:
        whole: the program; call: what is translated; label: its name.
    """

    whole: Translation
    call: Call
    label: str

    def unsupported(self, reason: str, advice: str = "Leave it out of the model") -> UnsupportedError:
        """An error that names this call."""
        return UnsupportedError("", [Problem(self.label, f"{self.call.target} {reason}", advice)])

    # What the call was given.

    def has(self, name: str) -> bool:
        """Whether an argument is there and not None."""
        return self.call.arguments.get(name) is not None

    def value(self, name: str, default: Argument = None) -> Argument:
        """An argument, with numbers that the program computed in their place; `default` where it is left out."""
        found = self.call.arguments.get(name, default)
        return tuple(self._known(item) for item in found) if isinstance(found, tuple) else self._known(found)

    def _known(self, value: Argument) -> Argument:
        if not isinstance(value, Number):
            return value
        if value.name not in self.whole.numbers:
            raise self.unsupported(f"depends on `{value.name}`, a number that is known only when it runs")
        return self.whole.numbers[value.name]

    def tensor(self, name: str = "self") -> str:
        """The name of an argument that is a tensor; a number becomes a constant."""
        found = self.value(name)
        if isinstance(found, Ref):
            return self.whole.current(found.name)
        if isinstance(found, bool | int | float):
            return self.constant(np.float64(found), name)
        raise self.unsupported(f"lacks its tensor `{name}`")

    def optional(self, name: str) -> str:
        """The same, empty where it is left out, as ONNX has it."""
        return self.tensor(name) if self.has(name) else ""

    def tensors(self, name: str) -> tuple[str, ...]:
        """The names of a list of tensors."""
        found = self.value(name)
        if not isinstance(found, tuple) or not all(isinstance(item, Ref) for item in found):
            raise self.unsupported(f"lacks its tensors `{name}`")
        return tuple(self.whole.current(item.name) for item in found if isinstance(item, Ref))

    def whole_number(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        found = self.value(name, default)
        if not isinstance(found, int):
            raise self.unsupported(f"has {name}={found!r}, not a whole number")
        return int(found)

    def wholes(self, name: str, default: Sequence[int] | None = None, count: int | None = None) -> list[int]:
        """Whole numbers; one number stands for `count` equal ones.

        Args:
            default: where they are left out, or empty.
        """
        found = self.value(name)
        numbers = found if isinstance(found, tuple) else () if found is None else (found,)
        if not numbers and default is not None:
            numbers = tuple(default)
        if not all(isinstance(number, int) for number in numbers):
            raise self.unsupported(f"has {name}={found!r}, not whole numbers")
        known = [int(number) for number in numbers if isinstance(number, int)]
        if count is not None and len(known) == 1:
            known *= count
        if count is not None and len(known) != count:
            raise self.unsupported(f"has {name}={found!r} where {count} numbers are needed")
        return known

    def real(self, name: str, default: float | None = None) -> float:
        """A number."""
        found = self.value(name, default)
        if not isinstance(found, int | float):
            raise self.unsupported(f"has {name}={found!r}, not a number")
        return float(found)

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value."""
        return bool(self.value(name, default))

    def shape(self, name: str = "self") -> Shape:
        """The shape of an argument that is a tensor."""
        found = self.value(name)
        return self.whole.shape(found.name) if isinstance(found, Ref) else ()

    def axis(self, name: str = "dim", default: int | None = None, *, rank: int | None = None) -> int:
        """An axis, counted from the start."""
        ranks = len(self.shape()) if rank is None else rank
        number = self.whole_number(name, default)
        if not -ranks <= number < max(ranks, 1):
            raise self.unsupported(f"has {name}={number} for a tensor of {ranks} axes")
        return number % ranks if ranks else 0

    def inner(self, number: int, name: str = "self") -> int:
        """An axis along which something is computed: not an open batch, whose events are independent.

        Raises:
            UnsupportedError: it is the batch.
        """
        given = self.value(name)
        sizes = self.whole.metas[given.name].sizes if isinstance(given, Ref) else ()
        if number < len(sizes) and isinstance(sizes[number], str):
            raise self.unsupported("works along the batch, whose events are independent", "Use another axis")
        return number

    def array(self, name: str) -> NDArray[Any] | None:
        """The values of an argument that is a constant; None where it is computed."""
        found = self.value(name)
        return self.whole.constants.get(self.whole.current(found.name)) if isinstance(found, Ref) else None

    @property
    def out_shape(self) -> Shape:
        """The shape of the first output."""
        return self.whole.shape(self.output())

    def output(self, position: int = 0) -> str:
        """The name of an output; empty where there is none, or it is not the first and nobody uses it."""
        name = (self.call.outputs[position] or "") if position < len(self.call.outputs) else ""
        return name if position == 0 or name in self.whole.used else ""

    def changes_type(self) -> str:
        """What the call makes of its input if that is not a float of some width; empty where it is."""
        wanted = self.value("dtype")
        return wanted.name if isinstance(wanted, Dtype) and wanted.name not in FLOATS else ""

    # What it becomes.

    def constant(self, values: ArrayLike, suffix: str) -> str:
        """A constant tensor; returns its name."""
        name = self._fresh(suffix)
        self.whole.constants[name] = np.asarray(values)
        return name

    def emit(self, kind: str, *inputs: str, suffix: str, **attributes: Any) -> str:
        """Add a call whose result is used by the next ones; returns the tensor's name."""
        name = self._fresh(suffix)
        self.whole.calls.append(onnx.Call(kind, inputs, (name,), f"{self.label}_{suffix}", attributes))
        return name

    def emit_named(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], suffix: str, attributes: Mapping[str, Any]
    ) -> None:
        """Add a call with several results, whose names are given."""
        self.whole.calls.append(onnx.Call(kind, tuple(inputs), tuple(outputs), f"{self.label}_{suffix}", attributes))

    def give(self, kind: str, *inputs: str, outputs: Sequence[str] | None = None, **attributes: Any) -> None:
        """Add the call that gives the outputs."""
        named = (self.output(),) if outputs is None else tuple(outputs)
        place = self.call.outputs.index(named[0]) if named[0] in self.call.outputs else 0
        label = f"{self.label}_{place}" if place else self.label
        self.whole.calls.append(onnx.Call(kind, inputs, named, label, attributes))

    def reshaped(self, tensor: str, shape: Sequence[int], suffix: str) -> str:
        """Add a Reshape; returns the tensor's name."""
        return self.emit("Reshape", tensor, self.constant(np.array(shape, np.int64), f"{suffix}_shape"), suffix=suffix)

    def give_reshaped(self, tensor: str, shape: Sequence[int] | None = None, output: int = 0) -> None:
        """Give a tensor in another shape; None for that of the output."""
        wanted = self.whole.shape(self.output(output)) if shape is None else shape
        named = self.constant(np.array(wanted, np.int64), f"shape_{output}" if output else "shape")
        self.give("Reshape", tensor, named, outputs=[self.output(output)])

    def _fresh(self, suffix: str) -> str:
        """A tensor's name that no tensor of the program has: theirs are identifiers."""
        return f"{self.call.name}.{suffix}"


Translator: TypeAlias = Callable[[Site], None]
"""Adds the calls that stand for one; raises UnsupportedError where there are none."""
