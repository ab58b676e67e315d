"""An exported program of PyTorch, call by call, as `serve.py` runs it.

Neither `torch.export.load` nor a pickle is involved: the file is read as data by fpgaml's own reader, and each call is
made by name, if it is one that fpgaml translates.
"""

from __future__ import annotations

import operator
import platform
import sys
from pathlib import Path
from typing import Any

NUMBERS = {name: getattr(operator, name) for name in ("add", "sub", "mul", "floordiv", "mod")}
"""What programs compute of sizes: `_operator.add` and so on."""
IGNORED = ("device", "layout", "memory_format", "pin_memory")
"""Arguments that say where a tensor lies."""


class RefusedError(Exception):
    """This file is not run: why, and what to do."""

    advice = "Use layers that docs/pytorch.md lists"


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Read the program; the function runs it."""
    import torch

    sys.path.append(str(Path(__file__).resolve().parents[3]))
    from fpgaml.frontends.pytorch.exported import read
    from fpgaml.frontends.pytorch.translate import layer_tensors

    exported = read(Path(job["model"]))
    layers = layer_tensors(exported.program)
    runner = Runner(torch, exported, list(layers.values()) if job["layers"] else [], job["batch"], job["float64"])
    facts = {
        "outputs": unique(exported.program.outputs),
        "layers": list(layers) if job["layers"] else [],
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
        "precision": "float64" if job["float64"] else "float32",
        "float32_because": "",
    }
    return facts, runner


def unique(names: Any) -> list[str]:
    """The names, those that repeat made different."""
    found: list[str] = []
    for name in names:
        new = name
        while new in found:
            new += "_again"
        found.append(new)
    return found


def by_event(array: Any, axis: int | None) -> Any:
    """A tensor with its batch in front; without one it is that of a single event."""
    import numpy as np

    return array[None] if axis is None else np.moveaxis(array, axis, 0)


class Runner:
    """A program with its constants in one floating-point format.

    Args:
        layers: tensors that are wanted beside the outputs; batch: events at a time where the program takes any number.
    """

    def __init__(self, torch: Any, exported: Any, layers: list[str], batch: int, float64: bool) -> None:
        from fpgaml.frontends.pytorch.operators.table import TRANSLATORS, plain_name
        from fpgaml.frontends.pytorch.translate import batch_axis

        self.torch, self.program, self.layers, self.batch = torch, exported.program, layers, batch
        self.real = torch.float64 if float64 else torch.float32
        for call in self.program.calls:
            if plain_name(call.target) not in TRANSLATORS:
                raise RefusedError("it calls " + call.target + ", which fpgaml does not know")
        self.axes = [batch_axis(self.program, name) for name in (*self.program.outputs, *layers)]
        self.constants = {name: self.tensor(array) for name, array in exported.constants.items()}

    def tensor(self, array: Any) -> Any:
        """An array as a tensor of its own memory; real numbers in the format asked for."""
        found = self.torch.tensor(array)
        return found.to(self.real) if found.is_floating_point() else found

    def __call__(self, inputs: dict[str, Any]) -> list[Any]:
        """The outputs, then the layers, for events along the first axis."""
        import numpy as np

        events = len(next(iter(inputs.values())))
        size = self.at_a_time()
        found: list[list[Any]] = []
        with self.torch.no_grad():
            for first in range(0, events, size):
                chunk = {name: array[first : first + size] for name, array in inputs.items()}
                count = len(next(iter(chunk.values())))
                tensors = self.run({name: self.entering(name, part, size) for name, part in chunk.items()})
                arrays = [tensor.numpy() for tensor in tensors]
                found.append([by_event(array, axis)[:count] for array, axis in zip(arrays, self.axes, strict=True)])
        return [np.concatenate(parts) for parts in zip(*found, strict=True)]

    def at_a_time(self) -> int:
        """How many events the program takes at once."""
        shapes = [self.program.metas[name].sizes for name in self.program.inputs]
        batched = [shape[0] for shape in shapes if len(shape) > 1 or isinstance(shape[0], str)]
        fixed = [size for size in batched if not isinstance(size, str)]
        return int(fixed[0]) if fixed else self.batch if batched else 1

    def entering(self, name: str, events: Any, size: int) -> Any:
        """Events as the program's input; a fixed batch is filled up by the last one."""
        import numpy as np

        meta = self.program.metas[name]
        if not isinstance(meta.sizes[0], str) and len(events) < size:
            events = np.concatenate([events, np.repeat(events[-1:], size - len(events), axis=0)])
        shape = [size if isinstance(size, int) else -1 for size in meta.sizes]
        return self.tensor(events).to(self.dtype(meta.dtype)).reshape(shape)

    def dtype(self, name: str) -> Any:
        """PyTorch's type of a name; real numbers in the format asked for."""
        found = getattr(self.torch, name)
        return self.real if found.is_floating_point else found

    def run(self, inputs: dict[str, Any]) -> list[Any]:
        """The outputs and layers for one batch."""
        known = dict(self.constants)
        known.update(inputs)
        kept: dict[str, Any] = {}
        for call in self.program.calls:
            if not call.outputs:  # a check
                continue
            result = self.function(call.target)(**self.arguments(call, known))
            results = result if isinstance(result, (tuple, list)) else [result]
            known.update({name: value for name, value in zip(call.outputs, results, strict=True) if name})
            if call.outputs[0] in self.layers:  # a later call may write into it
                kept[call.outputs[0]] = results[0].clone()
        return [known[name] for name in self.program.outputs] + [kept[name] for name in self.layers]

    def function(self, target: str) -> Any:
        """A function of PyTorch, or arithmetic of sizes."""
        library, name, *overload = target.split(".")
        if library == "_operator":
            return lambda **given: NUMBERS[name](*given.values())
        return getattr(getattr(self.torch.ops.aten, name), overload[0])

    def arguments(self, call: Any, known: dict[str, Any]) -> dict[str, Any]:
        """A call's arguments as PyTorch's values."""
        return {name: self.value(item, known) for name, item in call.arguments.items() if name not in IGNORED}

    def value(self, item: Any, known: dict[str, Any]) -> Any:
        """One argument as PyTorch's value."""
        from fpgaml.frontends.pytorch.schema import Dtype, Foreign, Number, Ref

        if isinstance(item, (Ref, Number)):
            return known[item.name]
        if isinstance(item, Dtype):
            return self.dtype(item.name)
        if isinstance(item, tuple):
            return [self.value(each, known) for each in item]
        if isinstance(item, Foreign):
            raise RefusedError("it hands over a " + item.kind)
        return item
