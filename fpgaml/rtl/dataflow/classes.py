"""A table over rows and columns as one over their classes: rows and columns that no entry tells apart are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Add
from fpgaml.rtl.dataflow.localise import index_table


@dataclass(frozen=True)
class Classes:
    """Of the places of a grid.

    Args:
        rows, columns: the class of each row and of each column.
        members: for each class of rows and, within it, each class of columns a place that is in both, counted row by
            row; there are a power of two columns' classes for each row's, the last ones of which stand for none.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    members: tuple[int, ...]

    @property
    def step(self) -> int:
        """From one class of rows to the next."""
        return len(self.members) // (max(self.rows) + 1)

    def code(self, builder: GraphBuilder, row: str, column: str) -> str:
        """The number of a place's classes in `members`, in a Graph that knows its row and its column, each (1,)."""
        above = builder.add(index_table([number * self.step for number in self.rows]), row, name="row_class")
        below = builder.add(index_table(list(self.columns)), column, name="column_class")
        return builder.add(Add(), above, below, name="class")


def classify(symbols: Sequence[int], columns: int, beyond: int) -> Classes:
    """Classes that tell all symbols apart.

    Args:
        symbols: of each place, row by row; beyond: of those that the last row lacks.
    """
    rows = -(-len(symbols) // columns)
    spare = rows * columns - len(symbols)
    table = np.array([*symbols, *[beyond] * spare]).reshape(rows, columns)
    _, first_rows, row_classes = np.unique(table, axis=0, return_index=True, return_inverse=True)
    _, first_columns, column_classes = np.unique(table, axis=1, return_index=True, return_inverse=True)
    step = 1 << (len(first_columns) - 1).bit_length()
    spread = [*first_columns, *[first_columns[0]] * (step - len(first_columns))]
    members = tuple(int(row * columns + column) for row in first_rows for column in spread)
    return Classes(
        tuple(int(n) for n in row_classes.reshape(-1)), tuple(int(n) for n in column_classes.reshape(-1)), members
    )
