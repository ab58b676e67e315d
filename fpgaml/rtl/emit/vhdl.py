"""Modules as VHDL-2008, with numeric_std.

Only operators that stay silent on 'U' and 'X' are used (no "<", no to_integer): a simulation starts without warnings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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
from fpgaml.rtl.netlist import wrapped

DECIMAL_BITS = 31
"""Constants of up to so many bits are written in decimal: VHDL's integers have 32."""

LIBRARIES = ["library ieee;", "use ieee.std_logic_1164.all;", "use ieee.numeric_std.all;", ""]


def write_table(table: Table) -> str:
    """The entity of a lookup table."""
    index, entry = table.index, table.entry
    ports = [*(["clk : in  std_logic"] if table.ranks else []), f"a : in  {_type(index)}", f"y : out {_type(entry)}"]
    lines = [*_comment(describe_table(table)), *LIBRARIES, *_entity(table.name, ports)]
    lines.append(f"architecture rtl of {table.name} is")
    if table.ranks:
        return _text([*lines, *_memory(table)])
    lines += ["begin", "    with a select y <="]
    for key, value in table.cases:
        lines.append(f"        {_string(value, entry.width)} when {_string(key, index.width)},  -- {key}: {value}")
    lines += [f"        {_string(table.default, entry.width)} when others;", "end architecture rtl;"]
    return _text(lines)


def _memory(table: Table) -> Iterator[str]:
    """The architecture of a table that is a memory: its entry behind a register."""
    index, entry = table.index, table.entry
    yield f"    signal entry : {_type(entry)};"
    yield "    attribute rom_style : string;"
    yield '    attribute rom_style of entry : signal is "block";'
    yield from ("begin", "    process (clk)", "    begin", "        if rising_edge(clk) then", "            case a is")
    for key, value in table.cases:
        text = f"when {_string(key, index.width)} => entry <= {_string(value, entry.width)};"
        yield f"                {text}  -- {key}: {value}"
    yield f"                when others => entry <= {_string(table.default, entry.width)};"
    yield from (
        "            end case;",
        "        end if;",
        "    end process;",
        "    y <= entry;",
        "end architecture rtl;",
    )


def write_layer(module: Module, plan: Plan) -> str:
    """The entity of a layer."""
    ports = ["clk : in  std_logic"] if module.clocked else []
    ports += [f"{vector.name} : in  {_vector(vector.width)}" for vector in module.inputs]
    ports += [f"{vector.name} : out {_vector(vector.width)}" for vector in module.outputs]
    lines = [*_comment(describe_module(module, plan)), *LIBRARIES, *_entity(module.name, ports)]
    lines += [f"architecture rtl of {module.name} is", *_declared(module), "begin", *_unpacked(module)]
    for stage in module.stages:
        lines += _stage(stage)
    for vector in module.outputs:
        lines.append("")
        for slot in vector.slots:
            sliced = _slice(vector, slot.low, slot.signal.width)
            lines.append(f"    {sliced} <= std_logic_vector({slot.signal.name});  -- {describe_slot(slot)}")
    return _text([*lines, "end architecture rtl;"])


def write_core(plan: Plan) -> str:
    """The core: layers, wired."""
    core = plan.core
    x = next(vector for vector in core.inputs if vector.name == "x")
    y = core.outputs[0]
    ports = ["clk : in  std_logic", f"x : in  {_vector(x.width)}", f"y : out {_vector(y.width)}"]
    lines = [*_comment(describe_core(plan)), *LIBRARIES, *_entity(core.name, ports)]
    lines.append(f"architecture rtl of {core.name} is")
    given = {vector.connected: vector for layer in plan.layers for vector in layer.outputs}
    for name, width in plan.wiring:
        lines.append(f"    signal {name} : {_vector(width)};  -- {describe_wiring(given[name])}")
    lines += [*_declared(core), "begin"]
    for layer in plan.layers:
        pins = [f"{vector.name} => {vector.connected}" for vector in (*layer.inputs, *layer.outputs)]
        pins = ["clk => clk", *pins] if layer.clocked else pins
        lines += [f"    {layer.instance} : entity work.{layer.name}", "        port map ("]
        lines += [*_listed(pins, "            ", ","), "        );", ""]
    lines += _unpacked(core)
    for stage in core.stages:
        lines += _stage(stage)
    lines.append("")
    for slot in y.slots:
        sliced = _slice(y, slot.low, slot.signal.width)
        lines.append(f"    {sliced} <= std_logic_vector({slot.signal.name});  -- {describe_slot(slot)}")
    return _text([*lines, "end architecture rtl;"])


def _entity(name: str, ports: list[str]) -> list[str]:
    return [
        f"entity {name} is",
        "    port (",
        *_listed(ports, "        ", ";"),
        "    );",
        f"end entity {name};",
        "",
    ]


def _listed(items: list[str], indent: str, mark: str) -> list[str]:
    return [f"{indent}{item}{mark if index < len(items) - 1 else ''}" for index, item in enumerate(items)]


def _declared(module: Module) -> Iterator[str]:
    signals = [slot.signal for vector in module.inputs for slot in vector.slots]
    for stage in module.stages:
        signals += [register.target for register in stage.registers]
        signals += [line.target for line in stage.lines]
    for signal in signals:
        yield f"    signal {signal.name} : {_type(signal)};"


def _unpacked(module: Module) -> Iterator[str]:
    for vector in module.inputs:
        for slot in vector.slots:
            kind = "signed" if slot.signal.signed else "unsigned"
            note = f"  -- {describe_slot(slot)}"
            yield f"    {slot.signal.name} <= {kind}({_slice(vector, slot.low, slot.signal.width)});{note}"


def _stage(stage: Stage) -> Iterator[str]:
    yield ""
    yield f"    -- {describe_stage(stage)}"
    if stage.registers:
        yield "    process (clk)"
        yield "    begin"
        yield "        if rising_edge(clk) then"
        for register in stage.registers:
            yield f"            {register.target.name} <= {register.source};"
        yield "        end if;"
        yield "    end process;"
    for line in stage.lines:
        yield f"    {_assign(line)}"


def _assign(line: Assign) -> str:
    name, expression = line.target.name, line.expression
    if isinstance(expression, Entry):
        clock = "clk => clk, " if line.clocked else ""
        pins = f"{clock}a => {expression.a.source.name}, y => {name}"
        return f"{name}_lut : entity work.{expression.table} port map ({pins});"
    bit = "(0)" if isinstance(expression, Less | AnyBit | AllBits) else ""  # these give a std_ulogic
    return f"{name}{bit} <= {_expression(expression, line.target)};"


def _expression(expression: Expression, target: Signal) -> str:
    match expression:
        case Join():
            return _join(expression, target)
        case Sum(a, b, minus):
            return _sum(a, b, "-" if minus else "+", target)
        case Product(a, b):
            return _product(a, b, target)
        case Less(a, b):
            signed = a.signed or b.signed
            return f"{_exact(a, signed)} ?< {_exact(b, signed)}"
        case Select(condition, a, b):
            x, y = (_sized(term, target.width, target.signed) for term in (a, b))
            return f"{x} when {condition.source.name}({condition.low}) = '1' else {y}"
        case Logic(either, a, b):
            return f"{_cast(a, False)} {'or' if either else 'and'} {_cast(b, False)}"
        case Inverse(a):
            return f"not {_cast(a, target.signed)}"
        case AnyBit(a):
            return f"or {_part(a)}"
        case AllBits(a):
            return f"and {_part(a)}"
    raise AssertionError(expression)


def _join(join: Join, target: Signal) -> str:
    texts, spare = [], 0
    for piece in join.pieces:
        if isinstance(piece, Fill):  # stands before its own part
            spare = piece.width
        elif isinstance(piece, Bits):
            texts.append(_string(piece.value, piece.width))
        elif spare:
            extended = f"resize({_cast(piece, True)}, {spare + piece.width})"
            texts.append(extended if target.signed else f"unsigned({extended})")
            spare = 0
        else:
            texts.append(_cast(piece, target.signed))
    return " & ".join(texts)


def _sum(a: Term, b: Term, operator: str, target: Signal) -> str:
    """Modulo the target's width: both operands in its type, at least one of them of its width."""
    x, y = (_sized(term, target.width, target.signed) for term in (a, b))
    if isinstance(b, Part) and b.signed == target.signed:
        y = _cast(b, target.signed)  # numeric_std extends the shorter operand
    return f"{x} {operator} {y}"


def _product(a: Term, b: Term, target: Signal) -> str:
    signed = a.signed or b.signed
    product = f"{_exact(a, signed)} * {_exact(b, signed)}"
    width = _exact_width(a, signed) + _exact_width(b, signed)
    if signed == target.signed:
        return product if width == target.width else f"resize({product}, {target.width})"
    kind = "signed" if target.signed else "unsigned"
    return f"resize({kind}({product}), {target.width})"


def _exact_width(term: Term, signed: bool) -> int:
    return term.width + int(signed and not term.signed)


def _exact(term: Term, signed: bool) -> str:
    """A term with its own value in a type of the given signedness."""
    return _sized(term, _exact_width(term, signed), signed)


def _sized(term: Term, width: int, signed: bool) -> str:
    """A term cut or extended to a width, in the type of the given signedness."""
    if isinstance(term, Literal):
        return _constant(term.value, width, signed)
    if term.width == width:
        return _cast(term, signed)
    extended = f"resize({_cast(term, term.signed)}, {width})"
    return extended if term.signed == signed else f"{'signed' if signed else 'unsigned'}({extended})"


def _cast(part: Part, signed: bool) -> str:
    text = _part(part)
    if part.source.signed == signed:
        return f"({text})" if part.lift else text
    return f"{'signed' if signed else 'unsigned'}({text})"


def _part(part: Part) -> str:
    name = part.source.name
    if not replace(part, lift=0).whole:
        name += f"({part.high} downto {part.low})"
    return f"{name} & {_string(0, part.lift)}" if part.lift else name


def _constant(value: int, width: int, signed: bool) -> str:
    kind = "signed" if signed else "unsigned"
    if width <= DECIMAL_BITS:
        return f"to_{kind}({wrapped(value, width, signed)}, {width})"
    return f"{kind}'({_string(value, width)})"


def _string(value: int, width: int) -> str:
    return f'"{wrapped(value, width, False):0{width}b}"'


def _type(signal: Signal) -> str:
    return f"{'signed' if signal.signed else 'unsigned'}({signal.width - 1} downto 0)"


def _vector(width: int) -> str:
    return f"std_logic_vector({width - 1} downto 0)"


def _slice(vector: Vector, low: int, width: int) -> str:
    return f"{vector.name}({low + width - 1} downto {low})"


def _comment(lines: list[str]) -> list[str]:
    return [f"-- {line}".rstrip() for line in lines]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
