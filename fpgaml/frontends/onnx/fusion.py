"""Calls that exporters write apart and that are one layer: a product and its bias, a chain of constant factors."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from fpgaml.frontends.onnx.program import Array, Call, Program

AFFINE = "fpgaml:Affine"
"""x * factor + offset, both constant inputs."""


def fused(program: Program) -> Program:
    """The program with biases in their products, and with chains of constant factors and offsets as one call each."""
    return _with_chains(_with_biases(program))


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
    reads, constants = _Reads(program), dict(program.constants)
    replaced: dict[str, Call | None] = {}
    for call in program.calls:
        found = _bias(program, call, reads)
        if found is None:
            continue
        product, moved, bias = found
        name = f"{call.label}:bias"
        constants[name] = bias
        inputs = (*product.inputs[:2], name)
        replaced[call.label] = None
        if moved is None:
            replaced[product.label] = replace(product, inputs=inputs, outputs=call.outputs, compared=call.label)
        else:
            replaced[product.label] = replace(product, inputs=inputs, compared="")
            replaced[moved.label] = replace(moved, outputs=call.outputs, compared=call.label)
    calls = (replaced.get(call.label, call) for call in program.calls)
    return replace(program, calls=tuple(call for call in calls if call is not None), constants=constants)


def _bias(program: Program, call: Call, reads: _Reads) -> tuple[Call, Call | None, Array] | None:
    """The product that an Add gives a bias, the Transpose in between, and the bias of one axis."""
    if call.kind != "Add" or len(call.inputs) != 2:
        return None
    for sums, name in (call.inputs, tuple(reversed(call.inputs))):
        added, product, moved = program.constants.get(name), reads.only(sums), None
        if product is not None and product.kind == "Transpose":
            product, moved = reads.only(product.inputs[0]), product
        if added is None or product is None or len(product.inputs) != 2:
            continue
        kernel = program.constants.get(product.inputs[1])
        if kernel is not None and (bias := _along_outputs(product, moved, kernel, added)) is not None:
            return product, moved, bias
    return None


def _along_outputs(product: Call, moved: Call | None, kernel: Array, added: Array) -> Array | None:
    """A constant as a bias of one axis; None where it differs along others, or makes the tensor larger."""
    if product.kind == "MatMul" and kernel.ndim == 2:
        units = kernel.shape[1]
        axis = -1
        if moved is not None:
            return None
    elif product.kind == "Conv":
        units, axis = kernel.shape[0], 1 - kernel.ndim
        if moved is not None:
            order = list(moved.attributes.get("perm", ()))
            if sorted(order) != list(range(kernel.ndim)):
                return None
            axis = order.index(1) - kernel.ndim
    else:
        return None
    fits = added.ndim >= -axis and added.shape[axis] == units == added.size
    return added.reshape(-1) if fits else None


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
