"""Modules as Verilog-2005.

Verilog extends operands by the signedness of the whole expression, so an unsigned operand beside a signed one
gets a zero on top and is then read as signed.
"""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.rtl.emit.expressions import (
    AllBits,
    AnyBit,
    Assign,
    Bits,
    Entry,
    Expression,
    Fill,
    Inverse,
    Join,
    Less,
    Literal,
    Logic,
    Part,
    Product,
    Select,
    Signal,
    Sum,
    Term,
    signed_context,
)
from fpgaml.rtl.emit.plan import Module, Plan, Stage, Table, Vector
from fpgaml.rtl.emit.prose import (
    describe_core,
    describe_module,
    describe_slot,
    describe_stage,
    describe_table,
    describe_wiring,
)
from fpgaml.rtl.netlist import bits_for

STRICT, LENIENT = "`default_nettype none", "`default_nettype wire"
"""A misspelt name is an error within a file; the files that follow have Verilog's own rule again."""
DECIMAL_BITS = 31
"""Constants of up to so many bits are written in decimal, wider ones in hexadecimal."""


def write_table(table: Table) -> str:
    """The module of a lookup table."""
    index, entry = table.index, table.entry
    y, arrow, event = ("entry", "<=", "(posedge clk)") if table.ranks else ("y", "=", "*")
    ports = ["input  wire clk"] if table.ranks else []
    ports += [f"input  wire {_type(index)}a", f"output {'wire' if table.ranks else 'reg '} {_type(entry)}y"]
    lines = [*_comment(describe_table(table)), STRICT, f"module {table.name} (", *_listed(ports, "    "), ");"]
    if table.ranks:
        lines += ['    (* rom_style = "block" *)', f"    reg {_type(entry)}entry;", "    assign y = entry;", ""]
    lines += [f"    always @{event} begin", "        case (a)"]
    for key, value in table.cases:
        lines.append(f"            {_number(key, index.width, index.signed)}: "
                     f"{y} {arrow} {_number(value, entry.width, entry.signed)};")  # fmt: skip
    lines.append(f"            default: {y} {arrow} {_number(table.default, entry.width, entry.signed)};")
    lines += ["        endcase", "    end", "endmodule", LENIENT]
    return _text(lines)


def write_layer(module: Module, plan: Plan) -> str:
    """The module of a layer."""
    body = [line for stage in module.stages for line in _stage(stage)]
    lines = [*_comment(describe_module(module, plan)), *_pragmas(module), STRICT, f"module {module.name} ("]
    lines += [*_ports(module), ");", *_unpacked(module), *body]
    for vector in module.outputs:
        lines += _packed(vector)
    return _text([*lines, "endmodule", LENIENT, *_pragmas_end(module)])


def write_core(plan: Plan) -> str:
    """The core: layers, wired."""
    core = plan.core
    clocked = core.clocked or any(layer.clocked for layer in plan.layers)
    lines = [*_comment(describe_core(plan)), *_pragmas(core, clocked), STRICT, f"module {core.name} ("]
    x = next(vector for vector in core.inputs if vector.name == "x")
    y = core.outputs[0]
    lines += [
        "    input  wire clk,",
        f"    input  wire {_range(x.width)}x,",
        f"    output wire {_range(y.width)}y",
        ");",
    ]
    given = {vector.connected: vector for layer in plan.layers for vector in layer.outputs}
    for name, width in plan.wiring:
        lines.append(f"    wire {_range(width)}{name};  // {describe_wiring(given[name])}")
    for layer in plan.layers:
        pins = [f".{vector.name}({vector.connected})" for vector in (*layer.inputs, *layer.outputs)]
        pins = [".clk(clk)", *pins] if layer.clocked else pins
        lines += ["", f"    {layer.name} {layer.instance} (", *_listed(pins, "        "), "    );"]
    lines += [*_unpacked(core), *(line for stage in core.stages for line in _stage(stage)), *_packed(y)]
    return _text([*lines, "endmodule", LENIENT, *_pragmas_end(core, clocked)])


def _ports(module: Module) -> list[str]:
    ports = ["input  wire clk"] if module.clocked else []
    ports += [f"input  wire {_range(vector.width)}{vector.name}" for vector in module.inputs]
    ports += [f"output wire {_range(vector.width)}{vector.name}" for vector in module.outputs]
    return _listed(ports, "    ")


def _listed(items: list[str], indent: str) -> list[str]:
    return [f"{indent}{item}{',' if index < len(items) - 1 else ''}" for index, item in enumerate(items)]


def _pragmas(module: Module, clocked: bool = True) -> list[str]:
    """Lint messages that do not apply, with the reason."""
    lines = []
    if any(_extends(line) for stage in module.stages for line in stage.lines):
        lines += ["// Operands are extended to the width of their result, by Verilog's own rules.",
                  "/* verilator lint_off WIDTH */"]  # fmt: skip
    if module.unread or not clocked:
        lines += ["// Some bits are not needed: of vectors that others read too, or dropped by a quantizer.",
                  "/* verilator lint_off UNUSEDSIGNAL */"]  # fmt: skip
    return lines


def _pragmas_end(module: Module, clocked: bool = True) -> list[str]:
    """Each message that was switched off is switched on again, for the files that follow."""
    return [line.replace("lint_off", "lint_on") for line in _pragmas(module, clocked) if "lint_off" in line]


def _extends(line: Assign) -> bool:
    """Whether some operand is narrower than its context."""
    match line.expression:
        case Sum(a, b) | Select(_, a, b) | Product(a, b):
            return a.width < line.target.width or b.width < line.target.width
        case Less(a, b):
            return a.width != b.width or a.signed != b.signed
    return False


def _unpacked(module: Module) -> Iterator[str]:
    for vector in module.inputs:
        if vector.slots:
            yield ""
        for slot in vector.slots:
            note = f"  // {describe_slot(slot)}"
            sliced = _slice(vector, slot.low, slot.signal.width)
            yield f"    wire {_type(slot.signal)}{slot.signal.name} = {sliced};{note}"


def _packed(vector: Vector) -> Iterator[str]:
    """One concatenation: Icarus Verilog takes a time quadratic in the vector for an assignment to each slice."""
    yield ""
    yield f"    assign {vector.name} = {{"
    for slot in reversed(vector.slots):
        mark = "," if slot.low else ""
        yield f"        {slot.signal.name}{mark}  // {_place(slot.low, slot.signal.width)} {describe_slot(slot)}"
    yield "    };"


def _stage(stage: Stage) -> Iterator[str]:
    yield ""
    yield f"    // {describe_stage(stage)}"
    for register in stage.registers:
        yield f"    reg {_type(register.target)}{register.target.name};"
    if stage.registers:
        yield "    always @(posedge clk) begin"
        for register in stage.registers:
            yield f"        {register.target.name} <= {register.source};"
        yield "    end"
    for line in stage.lines:
        yield f"    {_assign(line)}"


def _assign(line: Assign) -> str:
    declared = f"wire {_type(line.target)}{line.target.name}"
    if isinstance(line.expression, Entry):
        clock = ".clk(clk), " if line.clocked else ""
        pins = f"({clock}.a({line.expression.a.source.name}), .y({line.target.name}))"
        return f"{declared}; {line.expression.table} {line.target.name}_lut {pins};"
    return f"{declared} = {_expression(line.expression, line.target)};"


def _expression(expression: Expression, target: Signal) -> str:
    match expression:
        case Join(found):
            texts = [_piece(piece) for piece in found]
            return texts[0] if len(texts) == 1 else f"{{{', '.join(texts)}}}"
        case Sum(a, b, minus):
            x, y = _operands(target.width, a, b)
            return f"{x} {'-' if minus else '+'} {y}"
        case Product(a, b):
            x, y = _operands(max(target.width, a.width + 1, b.width + 1), a, b)
            return f"{x} * {y}"
        case Less(a, b):
            x, y = _operands(max(a.width, b.width) + 1, a, b)
            return f"{x} < {y}"
        case Select(condition, a, b):
            signed = signed_context(target.width, a, b)
            x, y = (_arm(term, target.width, signed) for term in (a, b))
            return f"{_part(condition)} ? {x} : {y}"
        case Logic(either, a, b):
            return f"{_part(a)} {'|' if either else '&'} {_part(b)}"
        case Inverse(a):
            return f"~{_part(a)}"
        case AnyBit(a):
            return f"|{_part(a)}"
        case AllBits(a):
            return f"&{_part(a)}"
    raise AssertionError(expression)


def _operands(width: int, *terms: Term) -> tuple[str, ...]:
    """Terms that Verilog extends rightly to `width` bits."""
    signed = signed_context(width, *terms)
    return tuple(_operand(term, width, signed) for term in terms)


def _arm(term: Term, width: int, signed: bool) -> str:
    if isinstance(term, Literal):
        return _number(term.value, width, signed)
    return _operand(term, width, signed)


def _operand(term: Term, width: int, signed: bool) -> str:
    if isinstance(term, Literal):
        if term.width >= width or not signed:
            return _number(term.value, term.width, signed)
        return _number(term.value, bits_for(min(term.value, -1), term.value), True)
    text = _part(term)
    if not signed:
        return text
    if term.width < width and not term.signed:
        inside = text[1:-1] if term.lift else text
        return f"$signed({{1'b0, {inside}}})"
    plain = term.whole and term.source.signed
    return text if plain else f"$signed({text})"


def _piece(piece: Part | Fill | Bits) -> str:
    match piece:
        case Bits(value, width):
            return _number(value, width, False)
        case Fill(part, width):
            return f"{{{width}{{{_part(Part(part.source, part.high, part.high, False))}}}}}"
    return _part(piece)


def _part(part: Part) -> str:
    name = part.source.name
    if part.low > 0 or part.high < part.source.width - 1:
        name += f"[{part.low}]" if part.low == part.high else f"[{part.high}:{part.low}]"
    return f"{{{name}, {_number(0, part.lift, False)}}}" if part.lift else name


def _number(value: int, width: int, signed: bool) -> str:
    mark = "s" if signed else ""
    if width > DECIMAL_BITS:
        return f"{width}'{mark}h{value & ((1 << width) - 1):x}"
    if not signed:
        return f"{width}'d{value & ((1 << width) - 1)}"
    half = 1 << (width - 1)
    value = (value + half) % (2 * half) - half
    if value == -half:
        return f"{width}'sh{half:x}"
    return f"{'-' if value < 0 else ''}{width}'sd{abs(value)}"


def _range(width: int) -> str:
    return f"[{width - 1}:0] "


def _type(signal: Signal) -> str:
    return ("signed " if signal.signed else "") + (_range(signal.width) if signal.width > 1 else "")


def _slice(vector: Vector, low: int, width: int) -> str:
    return vector.name + _place(low, width)


def _place(low: int, width: int) -> str:
    return f"[{low}]" if width == 1 else f"[{low + width - 1}:{low}]"


def _comment(lines: list[str]) -> list[str]:
    return [f"// {line}".rstrip() for line in lines]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
