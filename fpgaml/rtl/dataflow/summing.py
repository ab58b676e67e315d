"""Sums over steps, wired up: what a step adds, the accumulators, and what follows them."""

from __future__ import annotations

from fpgaml.project.ports import Port
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.parts import delay
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.structure.module import Module, Part, Wire, bits


def wire_sums(
    module: Module,
    products: Kernel,
    after: Kernel,
    given: tuple[Wire, tuple[Part, ...]],
    result: tuple[Wire, Wire, Port],
    step: str,
    shift: int = 0,
) -> None:
    """From steps to the result.

    Args:
        products: what a step adds to each sum, and whether it is the last; after: the sums to the result.
        given: the steps' valid bit, and what the products' kernel reads; result: its valid bit, its word, its port.
        step: what a step is called; shift: by how many bits the sums move up before each one.
    """
    valid, pieces = given
    out_valid, out_data, port = result
    added, wanted = products.outputs[0], after.inputs[0]
    x = module.wire("x", sum(piece.width for piece in pieces))
    y = module.wire("y", added.bits + 1)
    module.assign(x, *pieces)
    module.instance("products", products.module, {}, {"clk": module.clk, "x": x, "y": y})
    terms = module.wire("terms", wanted.bits, "what this beat adds to each sum")
    parts = module.wire("parts", added.bits)
    last, summed = module.wire("last"), module.wire("summed")
    module.assign(parts, bits(y, 0, added.bits))
    module.assign(last, bits(y, added.bits, 1))
    regrid(module, parts, added, terms, wanted)
    delay(module, f"{step}_valids", products.latency, valid, summed, reset=True)
    sums, done = module.wire("sums", wanted.bits), module.wire("done")
    sizes = {"LANES": wanted.size, "WIDTH": wanted.width, "MODE": 0, "SIGNED": int(wanted.signed)}
    module.instance(
        "accumulators",
        "fpgaml_accumulate",
        sizes | ({"SHIFT": shift} if shift else {}),
        {
            "clk": module.clk,
            "rst": module.rst,
            "in_valid": summed,
            "in_last": last,
            "in_data": terms,
            "out_valid": done,
            "out_data": sums,
        },
    )
    answer = module.wire("result", after.outputs[0].bits)
    module.instance("after_kernel", after.module, {}, {"clk": module.clk, "x": sums, "y": answer})
    regrid(module, answer, after.outputs[0], out_data, port)
    delay(module, "valids", after.latency, done, out_valid, reset=True)
