"""Calls that exporters write apart and that are one layer: a product and its bias, a chain of constant factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import prod

import numpy as np

from fpgaml.frontends.onnx.program import Array, Call, Program
from fpgaml.graph.ops import Shape

AFFINE = "fpgaml:Affine"
"""x * factor + offset, both constant inputs."""
KEEPING = ("Quant", "IntQuant", "BipolarQuant", "QuantizeLinear", "DequantizeLinear", "Clip", "Identity", "Cast")
"""Operators on constants that leave their shape as it is, by their names without a domain."""


def fused(program: Program) -> Program:
    """The program with biases in their products, and with chains of constant factors and offsets as one call each."""
    return _with_chains(_with_biases(_constants_first(program)))


def _constants_first(program: Program) -> Program:
    """The program with calls that read constants alone before all others."""
    known = set(program.constants)
    first: list[Call] = []
    rest: list[Call] = []
    for call in program.calls:
        of_constants = bool(call.inputs) and all(name in known or not name for name in call.inputs)
        known.update(call.outputs if of_constants else ())
        (first if of_constants else rest).append(call)
    return replace(program, calls=(*first, *rest))


def _shapes(program: Program) -> Mapping[str, Shape]:
    """The shapes of constants, and of what quantizers make of them."""
    shapes = {name: array.shape for name, array in program.constants.items()}
    for call in program.calls:
        shape = shapes.get(call.inputs[0]) if call.inputs else None
        if shape is None or not call.outputs:
            continue
        if call.kind.rpartition(":")[2] in KEEPING:
            shapes[call.outputs[0]] = shape
        elif call.kind == "Transpose" and len(shape) == 2 and tuple(call.attributes.get("perm") or (1, 0)) == (1, 0):
            shapes[call.outputs[0]] = shape[::-1]
    return shapes


class _Reads:
    """Who reads a tensor, and who gives it."""

    def __init__(self, program: Program) -> None:
        self._counts = Counter(name for call in program.calls for name in call.inputs) + Counter(program.outputs)
        self._givers = {name: call for call in program.calls for name in call.outputs}

    def only(self, name: str) -> Call | None:
        """The call that gives a tensor which one place alone reads."""
        return self._givers.get(name) if self._counts[name] == 1 else None


def _with_biases(program: Program) -> Program:
    """Each Add of a constant behind a MatMul or Conv, transposed in between or not, as that one's third input."""
    reads, constants, shapes = _Reads(program), dict(program.constants), _shapes(program)
    replaced: dict[str, Call | None] = {}
    for call in program.calls:
        found = _bias(program, call, reads, shapes)
        if found is None:
            continue
        product, moved, name, bias = found
        if bias is not None:
            name = f"{call.label}:bias"
            constants[name] = bias
        inputs = (*product.inputs[:2], name)
        replaced[call.label] = None
        if moved is None:
            # PyTorch's are parts of one layer, named after it.
            label = call.label if product.label.startswith(f"{call.label}_") else product.label
            whole = replace(product, inputs=inputs, outputs=call.outputs, label=label, compared=call.label)
            replaced[product.label] = whole
        else:
            replaced[product.label] = replace(product, inputs=inputs, compared="")
            replaced[moved.label] = replace(moved, outputs=call.outputs, compared=call.label)
    calls = (replaced.get(call.label, call) for call in program.calls)
    return replace(program, calls=tuple(call for call in calls if call is not None), constants=constants)


def _bias(
    program: Program, call: Call, reads: _Reads, shapes: Mapping[str, Shape]
) -> tuple[Call, Call | None, str, Array | None] | None:
    """The product that an Add gives a bias, the Transpose in between, the bias, and it in one axis if it has more."""
    if call.kind != "Add" or len(call.inputs) != 2:
        return None
    for sums, name in (call.inputs, tuple(reversed(call.inputs))):
        added, product, moved = shapes.get(name), reads.only(sums), None
        if product is not None and product.kind == "Transpose":
            product, moved = reads.only(product.inputs[0]), product
        if added is None or product is None or len(product.inputs) != 2:
            continue
        kernel = shapes.get(product.inputs[1])
        if kernel is None or not _along_outputs(product, moved, kernel, added):
            continue
        if len(added) == 1 or name in program.constants:
            return product, moved, name, None if len(added) == 1 else program.constants[name].reshape(-1)
    return None


def _along_outputs(product: Call, moved: Call | None, kernel: Shape, added: Shape) -> bool:
    """Whether a constant is a bias: it differs along the outputs alone, and makes the tensor no larger."""
    rank = len(kernel)
    if product.kind == "MatMul" and rank == 2 and moved is None:
        units, axis = kernel[1], -1
    elif product.kind == "Conv":
        units, axis = kernel[0], 1 - rank
        if moved is not None:
            order = list(moved.attributes.get("perm", ()))
            if sorted(order) != list(range(rank)):
                return False
            axis = order.index(1) - rank
    else:
        return False
    return len(added) >= -axis and added[axis] == units == prod(added)


def _with_chains(program: Program) -> Program:
    """Each run of two or more additions and multiplications by constants as one call."""
    reads, constants = _Reads(program), dict(program.constants)
    chains: dict[str, tuple[list[Call], str, Array, Array]] = {}  # by the last call's label: tensor, factor, offset
    for call in program.calls:
        step = _step(program, call)
        if step is None:
            continue
        tensor, factor, offset = step
        before = reads.only(tensor)
        if before is not None and before.label in chains:
            calls, first, own, was = chains.pop(before.label)
            chains[call.label] = ([*calls, call], first, own * factor, was * factor + offset)
        else:
            chains[call.label] = ([call], tensor, factor, offset)
    replaced: dict[str, Call | None] = {}
    for label, (calls, tensor, factor, offset) in chains.items():
        if len(calls) < 2:
            continue
        replaced |= {call.label: None for call in calls}
        names = (f"{label}:factor", f"{label}:offset")
        constants |= dict(zip(names, (factor, offset), strict=True))
        replaced[label] = replace(calls[-1], kind=AFFINE, inputs=(tensor, *names), attributes={})
    kept = (replaced.get(call.label, call) for call in program.calls)
    return replace(program, calls=tuple(call for call in kept if call is not None), constants=constants)


def _step(program: Program, call: Call) -> tuple[str, Array, Array] | None:
    """A call as x * factor + offset by float constants: its tensor, the factor and the offset, in float64."""
    if call.kind not in ("Add", "Sub", "Mul", "Div") or len(call.inputs) != 2:
        return None
    first, second = (program.constants.get(name) for name in call.inputs)
    if (first is None) == (second is None):
        return None
    given = first if second is None else second
    assert given is not None
    value = given.astype(np.float64)
    one, zero = np.ones(()), np.zeros(())
    if second is None:
        found = {"Add": (one, value), "Sub": (-one, value), "Mul": (value, zero)}.get(call.kind)
        return None if found is None else (call.inputs[1], *found)
    if call.kind == "Div" and not np.all(value):
        return None
    forms = {"Add": (one, value), "Sub": (one, -value), "Mul": (value, zero)}
    return (call.inputs[0], *(forms[call.kind] if call.kind != "Div" else (1.0 / value, zero)))
