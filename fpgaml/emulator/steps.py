"""Each step of a plan as a C++ function over one block of events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fpgaml.emulator.bodies import BODIES
from fpgaml.emulator.integers import IntType
from fpgaml.emulator.plan import Plan, Step, workspace
from fpgaml.emulator.site import Element, Elementwise, Site, Tensor, Value, Whole
from fpgaml.emulator.tables import Tables
from fpgaml.graph.graph import Node
from fpgaml.graph.ops import Constant, Reshape

INDENT = "    "


def step_function(plan: Plan, step: Step, tables: Tables) -> str:
    """The function `step_<prefix><result>(in0, in1, ..., out)`, and before it what it calls alone."""
    arrays = step.arrays(plan.graph)
    tensors = {name: plan.tensor(name, f"in{k}") for k, name in enumerate(arrays)}
    out = plan.tensor(step.result, "out")
    parameters = [f"const {t.type.cpp} (*{t.name})[LANES]" for t in tensors.values()]
    parameters += [f"{out.type.cpp} (*out)[LANES]", *(["unsigned char *work"] if workspace(step) else [])]
    head = f"STEP void {_name(plan, step)}({', '.join(parameters)}) {{"
    comment = f"// {', '.join(f'{node.name}: {type(node.op).__name__}' for node in step.nodes)}"
    if step.whole is None:
        rows = _chain_rows(plan, step, tensors, tables, None)
        body = [f"for (int i = 0; i < {out.size}; ++i) {{", *_indented(rows), "}"]
        return "\n".join([comment, head, *_indented(body), "}"])
    if isinstance(step.whole.op, Constant):
        return "\n".join([comment, head, *_indented(_constant(step.whole, out, tables)), "}"])
    writer = BODIES[type(step.whole.op)]
    assert isinstance(writer, Whole)
    operands = tuple(tensors[name] for name in step.whole.inputs)
    result = plan.tensor(step.whole.name, "out")
    body = list(writer.write(Site(step.whole.op, operands, result, step.whole.name, tables)))
    before: list[str] = []
    if writer.finishes:
        before, declared = _finish(plan, step, tensors, tables)
        body = [declared, *body]
    text = "\n".join(body)
    body += [f"static_cast<void>({t.name});" for t in tensors.values() if t.name not in text]  # zeros need not be read
    return "\n".join([comment, *before, head, *_indented(body), "}"])


def _name(plan: Plan, step: Step) -> str:
    return f"step_{plan.prefix}{step.result}"


def calls(plan: Plan) -> list[str]:
    """The calls of all steps, in order; their arrays lie at `arena`."""
    lines = []
    for step in plan.steps:
        given = [array(plan, name) for name in (*step.arrays(plan.graph), step.result)]
        given += [f"arena + {plan.workspaces[step.result]} * LANES"] if step.result in plan.workspaces else []
        lines.append(f"{_name(plan, step)}({', '.join(given)});")
    return lines


def array(plan: Plan, name: str) -> str:
    """The array of a node, at its place."""
    return f"rows<{plan.tensor(name, '').type.cpp}>(arena, {plan.places[plan.homes[name]]})"


def _finish(plan: Plan, step: Step, tensors: dict[str, Tensor], tables: Tables) -> tuple[list[str], str]:
    """What happens to each row of the operation that begins a step: a struct, and its object `finish`."""
    assert step.whole is not None
    out, whole = plan.tensor(step.result, "out"), plan.tensor(step.whole.name, "row")
    read = [name for node in step.chain for name in node.inputs if name in tensors]
    members = [tensors[name] for name in dict.fromkeys(read)]
    declared = [f"const {t.type.cpp} (*{t.name})[LANES];" for t in members] + [f"{out.type.cpp} (*out)[LANES];"]
    rows = _chain_rows(plan, step, tensors, tables, whole.computed)
    name = f"finish_{plan.prefix}{step.result}"
    call = f"void operator()(int i, const {whole.computed.cpp} *__restrict row) const {{"
    struct = [f"struct {name} {{", *_indented([*declared, call, *_indented(rows), "}"]), "};"]
    return struct, f"const {name} finish{{{', '.join([*(t.name for t in members), 'out'])}}};"


def _chain_rows(plan: Plan, step: Step, tensors: dict[str, Tensor], tables: Tables, row: IntType | None) -> list[str]:
    """Statements for element i: the loop over lanes, and before it what all lanes share."""
    before: list[str] = []
    lines: list[str] = []
    taken = [0]
    known: dict[str, Value] = {}
    if step.whole is not None:
        assert row is not None
        lines.append(f"const {row.cpp} x = row[l];")
        known[step.whole.name] = Value("x", plan.graph.ranges[step.whole.name])
    for node in step.chain:
        element = Element(node.op, (), plan.graph.ranges[node.name], node.name, tables, before, lines, taken)
        operands = [known[name] if name in known else _read(plan, element, name, tensors) for name in node.inputs]
        element.operands = tuple(operands)
        known[node.name] = _written(plan, element, node)
    out = plan.tensor(step.result, "out")
    store = f"to[l] = static_cast<{out.type.cpp}>({known[step.result].text});"
    loop = ["for (int l = 0; l < LANES; ++l) {", *_indented([*lines, store]), "}"]
    return [*before, f"{out.type.cpp} *__restrict to = out[i];", *loop]


def _written(plan: Plan, element: Element, node: Node) -> Value:
    if isinstance(node.op, Reshape):
        return Value(element.operands[0].text, plan.graph.ranges[node.name])
    writer = BODIES[type(node.op)]
    assert isinstance(writer, Elementwise)
    expression = writer.write(element)
    kind = plan.tensor(node.name, "").computed
    return Value(element.let(kind, f"static_cast<{kind.cpp}>({expression})"), plan.graph.ranges[node.name])


def _read(plan: Plan, element: Element, name: str, tensors: dict[str, Tensor]) -> Value:
    """An element of a tensor that lies in memory, or of a constant."""
    op, held = plan.graph[name].op, plan.graph.ranges[name]
    if isinstance(op, Constant):
        return Value(element.parameter(op.value.at(held.unit), name), held)
    tensor = tensors[name]
    flat = np.arange(tensor.size)
    shape = element.result.shape
    index = "i"
    if tensor.size != element.result.low.size:
        index = element.parameter(np.broadcast_to(flat.reshape(tensor.shape), shape), f"from_{name}")
    row = element.row(f"const {tensor.type.cpp} *__restrict {{}} = {tensor.name}[{index}];")
    return Value(element.let(tensor.computed, f"{row}[l]"), held)


def _constant(node: Node, out: Tensor, tables: Tables) -> Sequence[str]:
    assert isinstance(node.op, Constant)
    table = tables.add(node.op.value.at(out.unit), f"{node.name}_value", out.type)
    return [f"for (int i = 0; i < {out.size}; ++i)", f"    for (int l = 0; l < LANES; ++l) out[i][l] = {table}[i];"]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{INDENT}{line}" for line in lines]
