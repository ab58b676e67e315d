"""Count cells: yosys' statistics as LUTs, registers, multipliers and memories."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from fpgaml.errors import ToolError
from fpgaml.synth.families import RESOURCES, YosysFamily

_PARAMETER = re.compile(r"\\?(\w+)=s?\d*'?([01]+)$")


@dataclass(frozen=True)
class Module:
    """One module of the design, all its instances together, without the modules inside.

    Args:
        name: as in the source, with the parameters that were given to it.
        instances: how often it occurs.
        cells: cells by type.
    """

    name: str
    instances: int
    cells: Mapping[str, int]


@dataclass(frozen=True)
class Statistics:
    """The cells of a design.

    Args:
        cells: of the whole design, by type; modules: the same, module by module, the top first.
    """

    cells: Mapping[str, int]
    modules: tuple[Module, ...] = field(default=())


def read_statistics(content: Mapping[str, Any], top: str) -> Statistics:
    """The content of `stat -json`.

    Raises:
        ToolError: it is not what yosys writes.
    """
    try:
        modules = {name: dict(entry["num_cells_by_type"]) for name, entry in content["modules"].items()}
        root = next(name for name in modules if name.removeprefix("\\") == top)
    except (KeyError, TypeError, AttributeError, StopIteration):
        raise ToolError("yosys", "its statistics cannot be read", "Use another version of yosys") from None
    # A module refers to another by its name without the leading backslash that marks names of the source.
    names = {name.removeprefix("\\"): name for name in modules}
    instances = _instances(modules, names, root)
    found = [
        Module(_readable(name), count, _own_cells(modules[name], names, count)) for name, count in instances.items()
    ]
    total: Counter[str] = Counter()
    for module in found:
        total.update(module.cells)
    return Statistics(dict(sorted(total.items())), tuple(found))


def _instances(modules: Mapping[str, Mapping[str, int]], names: Mapping[str, str], root: str) -> dict[str, int]:
    """How often each module occurs below the root, which is the first."""
    counts: Counter[str] = Counter()

    def visit(name: str, times: int) -> None:
        counts[name] += times
        for cell, number in modules[name].items():
            if cell.removeprefix("\\") in names:
                visit(names[cell.removeprefix("\\")], times * number)

    visit(root, 1)
    return dict(counts)


def _own_cells(cells: Mapping[str, int], names: Mapping[str, str], instances: int) -> dict[str, int]:
    return {
        cell.removeprefix("\\"): number * instances
        for cell, number in sorted(cells.items())
        if cell.removeprefix("\\") not in names and not cell.startswith("$scope")
    }


def _readable(name: str) -> str:
    """`$paramod\\fifo\\WIDTH=s32'...0100` as `fifo WIDTH=4`; a long list of parameters is a hash in yosys."""
    parts = name.split("\\")
    if not name.startswith("$paramod"):
        return name.removeprefix("\\")
    parameters = [_parameter(part) for part in parts[2:]]
    hashed = parts[0].removeprefix("$paramod").strip("$")
    return " ".join([parts[1], *parameters, *([f"#{hashed[:6]}"] if hashed else [])])


def _parameter(text: str) -> str:
    found = _PARAMETER.match(text)
    if found is None:
        return text
    bits = found[2]
    value = int(bits, 2) - ((1 << len(bits)) if "=s" in text and bits[0] == "1" else 0)
    return f"{found[1]}={value}"


def resources(cells: Mapping[str, int], family: YosysFamily) -> dict[str, int]:
    """What cells take of a device, for every name in RESOURCES; halves are rounded up at the end."""
    total: dict[str, Fraction] = dict.fromkeys(RESOURCES, Fraction(0))
    for cell, count in cells.items():
        for name, weight in family.cells.get(cell, {}).items():
            total[name] += Fraction(weight) * count
    return {name: math.ceil(amount) for name, amount in total.items()}


def uncounted(cells: Mapping[str, int], family: YosysFamily) -> tuple[str, ...]:
    """Types of cells that the family's table does not know."""
    return tuple(sorted(set(cells) - set(family.cells)))
