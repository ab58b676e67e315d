"""Golden vectors in a project: one text file a port, one event a line, raw bits in hexadecimal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port
from fpgaml.project.words import from_bits, to_bits

FOLDER = "tb_data"


def golden_file(port: Port, direction: str) -> str:
    """A port's file, relative to the project; `direction` is "input" or "output"."""
    return f"{FOLDER}/{direction}_{port.name}.txt"


def write_golden(folder: Path, port: Port, direction: str, batches: Sequence[FixedArray]) -> None:
    """Write the events of all batches, each of shape (events, *shape)."""
    path = folder / golden_file(port, direction)
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        for batch in batches:
            write_events(file, port, batch)


def write_events(file: IO[str], port: Port, values: FixedArray) -> None:
    """Append events, of shape (events, *shape), to a port's file."""
    file.writelines(" ".join(f"{bits:x}" for bits in event) + "\n" for event in to_bits(values, port).tolist())


def read_golden(folder: Path, port: Port, direction: str) -> FixedArray:
    """Read a port's vectors, shape (events, *shape).

    Raises:
        FpgamlError: the file is missing or not as it was written.
    """
    path = folder / golden_file(port, direction)
    try:
        rows = [[int(token, 16) for token in line.split()] for line in path.read_text().splitlines() if line]
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise FpgamlError(str(path), f"golden vectors cannot be read: {error}", "Convert the model again") from None
    if not rows or {len(row) for row in rows} != {port.size}:
        raise FpgamlError(str(path), f"lines do not hold {port.size} numbers each", "Convert the model again")
    return from_bits(np.array(rows, dtype=object), port)
