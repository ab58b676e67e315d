"""Structure as VHDL-2008."""

from __future__ import annotations

from fpgaml.rtl.structure.module import Assign, Both, Copies, Instance, Inverse, Module, Part, Piece, Wire, Zeros


def write(module: Module) -> str:
    """The module's text: an entity and its architecture `rtl`."""
    lines = [f"-- {line}".rstrip() for line in module.header]
    lines += ["library ieee;", "use ieee.std_logic_1164.all;", "", f"entity {module.name} is", "  port ("]
    ports = [
        *(("in ", wire) for wire in (module.clk, module.rst, *module.inputs)),
        *(("out", wire) for wire in module.outputs),
    ]
    for number, (direction, wire) in enumerate(ports):
        end = ";" if number < len(ports) - 1 else ""
        lines.append(f"    {wire.name} : {direction} {_type(wire)}{end}{_note(wire)}")
    lines += ["  );", f"end entity {module.name};", "", f"architecture rtl of {module.name} is"]
    lines += [f"  signal {wire.name} : {_type(wire)};{_note(wire)}" for wire in module.wires]
    lines.append("begin")
    for number, item in enumerate(module.body):
        lines += ["", *_item(item)] if number else _item(item)
    return "\n".join([*lines, "end architecture rtl;", ""])


def _type(wire: Wire) -> str:
    return "std_logic" if wire.width is None else f"std_logic_vector({wire.width - 1} downto 0)"


def _note(wire: Wire) -> str:
    return f"  -- {wire.note}" if wire.note else ""


def _item(item: Assign | Both | Instance) -> list[str]:
    if isinstance(item, Assign):
        return _assigned(item)
    if isinstance(item, Both):
        sign = "not " if item.invert_second else ""
        return [f"  {item.target.name} <= {_part(item.first)} and ({sign}{_part(item.second)});"]
    lines = [f"  -- {item.note}"] if item.note else []
    lines.append(f"  {item.label} : entity work.{item.module}")
    if item.parameters:
        lines.append(f"    generic map ({', '.join(f'{name} => {value}' for name, value in item.parameters.items())})")
    ports = ",\n      ".join(f"{port} => {wire.name if wire else 'open'}" for port, wire in item.ports.items())
    return [*lines, f"    port map (\n      {ports}\n    );"]


def _assigned(item: Assign) -> list[str]:
    """A vector is assigned piece by piece: a concatenation of single bits has no type of its own."""
    if item.target.width is None:
        return [f"  {item.target.name} <= {_bit(item.pieces[0])};"]
    lines, low = [], 0
    for piece in item.pieces:
        lines.append(f"  {_target(item.target, low, piece)} <= {_piece(piece)};")
        low += piece.width
    return lines


def _target(wire: Wire, low: int, piece: Piece) -> str:
    if _is_bit(piece):
        return f"{wire.name}({low})"
    if piece.width == wire.width:
        return wire.name
    return f"{wire.name}({low + piece.width - 1} downto {low})"


def _is_bit(piece: Piece) -> bool:
    return isinstance(piece, Part) and piece.high is None and piece.wire.width is None


def _piece(piece: Piece) -> str:
    if isinstance(piece, Inverse):
        return f"(others => not {_part(piece.bit)})"
    if isinstance(piece, Copies):
        return f"(others => {_part(piece.bit)})"
    return "(others => '0')" if isinstance(piece, Zeros) else _slice(piece)


def _slice(part: Part) -> str:
    if part.high is None:
        return part.wire.name
    return f"{part.wire.name}({part.high} downto {part.low})"


def _bit(piece: Piece) -> str:
    if isinstance(piece, Inverse):
        return f"not {_part(piece.bit)}"
    if isinstance(piece, Copies):
        return _part(piece.bit)
    return "'0'" if isinstance(piece, Zeros) else _part(piece)


def _part(part: Part) -> str:
    """A single bit."""
    if part.high is None:
        return part.wire.name if part.wire.width is None else f"{part.wire.name}(0)"
    return f"{part.wire.name}({part.high})"
