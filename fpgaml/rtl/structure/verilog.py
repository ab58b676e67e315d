"""Structure as Verilog (IEEE 1364-2001)."""

from __future__ import annotations

from fpgaml.rtl.structure.module import Assign, Both, Copies, Instance, Inverse, Module, Part, Piece, Wire, Zeros


def write(module: Module) -> str:
    """The module's text."""
    lines = [f"// {line}".rstrip() for line in module.header]
    lines += ["`default_nettype none", "", f"module {module.name} ("]
    ports = [
        *(("input  wire", wire) for wire in (module.clk, module.rst, *module.inputs)),
        *(("output wire", wire) for wire in module.outputs),
    ]
    for number, (direction, wire) in enumerate(ports):
        comma = "," if number < len(ports) - 1 else ""
        lines.append(f"    {direction} {_range(wire)}{wire.name}{comma}{_note(wire)}")
    lines.append(");")
    lines += [f"    wire {_range(wire)}{wire.name};{_note(wire)}" for wire in module.wires]
    for item in module.body:
        lines.append("")
        lines += _item(item)
    lines += _unread(module)
    return "\n".join([*lines, "endmodule", "", "`default_nettype wire", ""])


def _range(wire: Wire) -> str:
    return "" if wire.width is None else f"[{wire.width - 1}:0] "


def _note(wire: Wire) -> str:
    return f"  // {wire.note}" if wire.note else ""


def _item(item: Assign | Both | Instance) -> list[str]:
    if isinstance(item, Assign):
        return _assigned(item)
    if isinstance(item, Both):
        sign = "!" if item.invert_second else ""
        return [f"    assign {item.target.name} = {_part(item.first)} && {sign}{_part(item.second)};"]
    lines = [f"    // {item.note}"] if item.note else []
    parameters = ", ".join(f".{name}({value})" for name, value in item.parameters.items())
    lines.append(f"    {item.module} {f'#({parameters}) ' if parameters else ''}{item.label} (")
    ports = [f"        .{port}({wire.name if wire else ''})" for port, wire in item.ports.items()]
    return [*lines, ",\n".join(ports), "    );"]


def _assigned(item: Assign) -> list[str]:
    pieces = [_piece(piece) for piece in reversed(item.pieces)]
    if len(pieces) == 1:
        return [f"    assign {item.target.name} = {pieces[0]};"]
    joined = ",\n        ".join(pieces)
    return [f"    assign {item.target.name} = {{\n        {joined}}};"]


def _piece(piece: Piece) -> str:
    if isinstance(piece, Inverse):
        inverted = f"~{_part(piece.bit)}"
        return inverted if piece.width == 1 else f"{{{piece.width}{{{inverted}}}}}"
    if isinstance(piece, Copies):
        return f"{{{piece.width}{{{_part(piece.bit)}}}}}"
    return f"{piece.width}'d0" if isinstance(piece, Zeros) else _part(piece)


def _part(part: Part) -> str:
    if part.high is None:
        return part.wire.name
    return f"{part.wire.name}[{part.high}]" if part.high == part.low else f"{part.wire.name}[{part.high}:{part.low}]"


def _unread(module: Module) -> list[str]:
    """Names what is not read in full, so that no linter asks."""
    names = unread(module)
    return ["", f"    wire unused_bits = &{{1'b0, {', '.join(names)}}};"] if names else []


def unread(module: Module) -> list[str]:
    """Wires and inputs of which some bit is read by nothing."""
    read: dict[str, set[int]] = {}

    def note(part: Part) -> None:
        whole = range(part.width) if part.high is None or part.low is None else range(part.low, part.high + 1)
        read.setdefault(part.wire.name, set()).update(whole)

    for item in module.body:
        if isinstance(item, Assign):
            for piece in item.pieces:
                if isinstance(piece, Copies | Inverse):
                    note(piece.bit)
                elif isinstance(piece, Part):
                    note(piece)
        elif isinstance(item, Both):
            note(item.first)
            note(item.second)
        else:
            for wire in item.ports.values():
                if wire is not None:
                    note(Part(wire))
    candidates = [module.rst, *module.inputs, *module.wires]
    return [wire.name for wire in candidates if len(read.get(wire.name, ())) < (wire.width or 1)]
