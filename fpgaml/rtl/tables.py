"""What the bench needs to read every entry of every lookup table: a design of the tables alone, and what they hold.

The entries come from the netlist, never from the HDL's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from fpgaml.project.golden import FOLDER as VECTORS
from fpgaml.rtl.emit.plan import Table
from fpgaml.rtl.netlist import bits_for
from fpgaml.rtl.render import templates
from fpgaml.rtl.settings import Hdl


def write_tables(
    project: Path, sim: Path, hdl_folder: str, tables: Sequence[Table], top: str, hdl: Hdl
) -> dict[str, Any]:
    """Write the design of the tables into a project's bench, and their entries beside its golden vectors.

    Args:
        project: its folder; sim: its bench's; hdl_folder: where its sources lie, relative to the project.
        tables: at least one; top: the project's top module.

    Returns:
        The entry `tables` of bench.json.
    """
    name = f"{top}_tables"
    source = f"{name}{hdl.suffix}"
    environment = templates()
    environment.filters |= {"kind": _kind, "raw": _raw}
    widths = [table.entry.width for table in tables]
    context = {
        "top": name,
        "tables": tables,
        "clocked": any(table.ranks for table in tables),
        "place_width": bits_for(0, max(len(table.entries) for table in tables) - 1),
        "y_width": sum(widths),
        "places": [0, *accumulate(widths)],
    }
    (sim / source).write_text(environment.get_template(f"tables{hdl.suffix}.jinja").render(context))
    rows = []
    for table in tables:
        entries = f"{VECTORS}/table_{table.name}.txt"
        (project / entries).write_text("".join(f"{_raw(entry, table.entry.width):x}\n" for entry in table.entries))
        row: dict[str, Any] = {"name": table.name, "source": f"../{hdl_folder}/{table.name}{hdl.suffix}"}
        row |= {"index_width": table.index.width, "entry_width": table.entry.width}
        rows.append({**row, "first": table.low, "entries": f"../{entries}", "ranks": table.ranks})
    return {"top": name, "source": source, "modules": rows}


def _kind(signed: bool) -> str:
    return "signed" if signed else "unsigned"


def _raw(value: int, width: int) -> int:
    return value & ((1 << width) - 1)
