"""A product followed by the addition of a constant is one layer with a bias, as exporters' own layers were."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from fpgaml.frontends.onnx.program import Call, Program


def with_biases(program: Program) -> Program:
    """The program with each Add of a constant behind a MatMul as the MatMul's third input, if nobody else reads it.

    The layer is called what the Add was called, whose result it has.
    """
    constant = set(program.constants)
    reads = Counter(name for call in program.calls for name in call.inputs) + Counter(program.outputs)
    products: dict[str, Call] = {}
    replaced: dict[str, Call | None] = {}
    for call in program.calls:
        if all(name in constant or not name for name in call.inputs) and call.inputs:
            constant.update(call.outputs)
        elif call.kind == "MatMul" and len(call.inputs) == 2 and call.inputs[1] in constant:
            products[call.outputs[0]] = call
        elif call.kind == "Add" and len(call.inputs) == 2:
            fused = _fused(program, call, products, reads)
            if fused is not None:
                product, bias = fused
                inputs = (*product.inputs, bias)
                replaced[call.label] = replace(product, inputs=inputs, outputs=call.outputs, label=call.label)
                replaced[product.label] = None
    calls = (replaced.get(call.label, call) for call in program.calls)
    return replace(program, calls=tuple(call for call in calls if call is not None))


def _fused(program: Program, call: Call, products: dict[str, Call], reads: Counter[str]) -> tuple[Call, str] | None:
    """The product that an Add may be joined with, and the name of what it adds."""
    for sums, bias in (call.inputs, tuple(reversed(call.inputs))):
        product, added = products.get(sums), program.constants.get(bias)
        if product is None or added is None or reads[sums] != 1:
            continue
        kernel = program.constants.get(product.inputs[1])
        if kernel is not None and kernel.ndim == 2 and added.shape == (kernel.shape[1],):
            return product, bias
    return None
