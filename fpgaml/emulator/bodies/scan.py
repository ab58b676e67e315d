"""Scan: the cell as a function of its own, called once a step."""

from __future__ import annotations

from itertools import accumulate

from fpgaml.emulator.bodies.moves import transfer
from fpgaml.emulator.site import Site, Tensor, Whole
from fpgaml.graph.ops import Operation
from fpgaml.graph.ops.scan import Scan


def workspace(op: Operation) -> int:
    """Bytes for one lane: the cell's arrays, then the states between two steps."""
    return _held(op)[-1]


def _held(op: Operation) -> list[int]:
    """Where each state lies between two steps, and where what lies behind the last one begins."""
    from fpgaml.emulator.plan import array_bytes, plan  # which asks this module for writers

    assert isinstance(op, Scan)
    return list(accumulate((array_bytes(op.cell, s.name) for s in op.states), initial=plan(op.cell).bytes))


def scan(site: Site) -> list[str]:
    """States are copied into the cell's arrays before each step, and from what it gives after.

    An array of the cell may lie where another one lay that is no longer read, so states lie elsewhere between steps.
    """
    from fpgaml.emulator.plan import plan
    from fpgaml.emulator.steps import array, calls, step_function

    op = site.op
    assert isinstance(op, Scan)
    made = plan(op.cell, site.tables.fresh(f"{site.label}_cell"))
    functions = [step_function(made, step, site.tables) for step in made.steps]
    site.tables.functions += functions
    held = [
        (Tensor(f"held{k}", op.cell.ranges[state.name]), place)
        for k, (state, place) in enumerate(zip(op.states, _held(op), strict=False))
    ]
    lines = ["unsigned char *const arena = work;"]
    lines += [f"{h.type.cpp} (*const {h.name})[LANES] = rows<{h.type.cpp}>(work, {place});" for h, place in held]
    lines += _first_states(site, [h for h, _ in held])
    steps, x = site.operands[0].shape[0], made.tensor(op.step.name, array(made, op.step.name))
    output = made.tensor(op.output, array(made, op.output))
    at = f"({steps - 1} - step)" if op.reverse else "step"
    every = [_moved(x, Tensor(f"{site.operands[0].name} + {at} * {x.size}", site.operands[0].range))]
    every += [_moved(made.tensor(s.name, array(made, s.name)), h) for s, (h, _) in zip(op.states, held, strict=True)]
    every += calls(made)
    every += [_moved(h, made.tensor(new, array(made, new))) for new, (h, _) in zip(op.new_states, held, strict=True)]
    if op.sequence:
        every.append(_moved(Tensor(f"out + {at} * {output.size}", site.result.range), output, output.size))
    lines += [f"for (int step = 0; step < {steps}; ++step) {{", *(f"    {line}" for line in every), "}"]
    return lines if op.sequence else [*lines, _moved(site.result, output)]


def _first_states(site: Site, held: list[Tensor]) -> list[str]:
    assert isinstance(site.op, Scan)
    given = iter(site.operands[1:])
    lines = []
    for state, value in zip(held, site.op.initial, strict=True):
        if value is None:
            lines.append(_moved(state, next(given)))
            continue
        table = site.table(value.at(state.unit), state.name, state.type)
        lines.append(f"for (int i = 0; i < {state.size}; ++i)")
        lines.append(f"    for (int l = 0; l < LANES; ++l) {state.name}[i][l] = {table}[i];")
    return lines


def _moved(to: Tensor, source: Tensor, count: int | None = None) -> str:
    return transfer(to, to.name, source, source.name, str(to.size if count is None else count))


BODIES: dict[type[Operation], Whole] = {Scan: Whole(scan, workspace=workspace)}
