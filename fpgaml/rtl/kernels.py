"""Constant matrix-vector products as few additions, by alkaid's optimiser (distributed arithmetic).

Source of the method: Sun et al., "da4ml: Distributed Arithmetic for Real-time Neural Networks on FPGAs",
arXiv:2507.04535. Only which terms are shared is taken from it: every wire is made and ranged here, so a result is
exact whatever the optimiser proposes, and lower/sums.py puts the additions in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from fpgaml.errors import ToolError
from fpgaml.graph.types import Ints
from fpgaml.rtl.builder import NetlistBuilder, Value

WEIGHT_BITS = 24
"""alkaid takes float32 weights: integers of up to 24 bits. Wider ones are cut into pieces."""

RANGE_LIMIT = 2.0**100
"""Ranges only guide the search for common terms; as float64 they need no more."""

TREE_SLACKS, WORTH = (-1, 2), 0.95
"""How many adders deeper than a balanced tree alkaid may make a product for the sake of fewer adders; -1: any number.

Both are tried: `balanced` takes most of the depth away again, so a twentieth fewer adder bits are worth it."""

Kind = tuple[int, int, int]
"""Lowest and highest integer of a value, and its fractional bits."""

Program = tuple[Any, ...]
"""alkaid's stages, one after the other."""

SUBTRACT, ADD, INPUT, NEGATE = 1, 0, -1, -2
"""alkaid's codes of operations; a matrix product has no others."""


def product(builder: NetlistBuilder, vector: Sequence[Value], matrix: Ints, fractional: int) -> list[Value]:
    """vector @ matrix * 2**-fractional.

    Args:
        vector: n values; matrix: (n, m) integers.

    Returns:
        m values.
    """
    columns, varying = _constant_part(builder, vector, matrix, fractional)
    for piece, lift in _pieces(varying):
        rows, used = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
        if not len(rows):
            continue
        parts = _optimised(builder, [vector[int(row)] for row in rows], piece[np.ix_(rows, used)], fractional - lift)
        for column, part in zip(used, parts, strict=True):
            columns[column] = builder.add(columns[column], part)
    return columns


def _constant_part(
    builder: NetlistBuilder, vector: Sequence[Value], matrix: Ints, fractional: int
) -> tuple[list[Value], Ints]:
    """What the constants among the values come to, which alkaid takes for zero; and the matrix of the others."""
    numbers = [builder.value_of(x) or 0 for x in vector]
    unit = max((x.fractional for x, n in zip(vector, numbers, strict=True) if n), default=0)
    scaled = [n << (unit - x.fractional) if n else 0 for x, n in zip(vector, numbers, strict=True)]
    sums = np.array(scaled, dtype=object) @ matrix.astype(object)
    known = np.array([n != 0 for n in numbers], dtype=bool)
    return [builder.constant(int(n), unit + fractional) for n in sums], np.where(known[:, None], 0, matrix)


def _pieces(matrix: Ints) -> list[tuple[Ints, int]]:
    """Matrices of at most WEIGHT_BITS bits, with the powers of two that they are to be shifted by."""
    pieces, rest, lift = [], matrix.astype(object), 0
    half = 1 << (WEIGHT_BITS - 1)
    while rest.any():
        low = (rest + half) % (2 * half) - half  # between -half and half - 1
        pieces.append((low.astype(np.int64), lift))
        rest = (rest - low) >> WEIGHT_BITS
        lift += WEIGHT_BITS
    return pieces


def _optimised(builder: NetlistBuilder, vector: Sequence[Value], matrix: Ints, fractional: int) -> list[Value]:
    kinds = tuple((builder.wires[x.wire].low, builder.wires[x.wire].high, x.fractional) for x in vector)
    values = [Value(value.wire, value.fractional + fractional) for value in vector]
    return _replayed(builder, _solve(matrix.tobytes(), matrix.shape, kinds), values)


@cache
def _solve(matrix: bytes, shape: tuple[int, int], kinds: tuple[Kind, ...]) -> Program:
    """The better of alkaid's programs for a matrix; the windows of a convolution ask for the same one many times."""
    try:
        from alkaid.cmvm import cmvm_solve
    except ImportError:
        raise ToolError("--target rtl", "needs the package alkaid", "Install it: pip install 'fpgaml[rtl]'") from None
    weights = np.frombuffer(matrix, dtype=np.int64).reshape(shape).astype(np.float32)
    ranges = [_range(*kind) for kind in kinds]
    programs = [
        tuple(cmvm_solve(weights, qintervals=ranges, latencies=[0.0] * shape[0], hard_dc=slack))
        for slack in TREE_SLACKS
    ]
    deep, shallow = (sum(stage.cost for stage in program) for program in programs)
    return programs[0] if deep < WORTH * shallow else programs[1]


def _range(low: int, high: int, fractional: int) -> tuple[float, float, float]:
    """(lowest, highest, step) as alkaid takes it."""
    step = 2.0**-fractional
    lowest, highest = (min(max(float(edge) * step, -RANGE_LIMIT), RANGE_LIMIT) for edge in (low, high))
    return lowest, highest, step


def _replayed(builder: NetlistBuilder, program: Program, vector: Sequence[Value]) -> list[Value]:
    """alkaid's stages one after the other."""
    values = list(vector)
    for stage in program:
        values = _replay(builder, stage, values)
    return values


def _replay(builder: NetlistBuilder, stage: Any, vector: Sequence[Value]) -> list[Value]:
    """One stage of alkaid's program, with the builder's own additions."""
    values: list[Value] = []
    for op in stage.ops:
        if op.opcode == INPUT:
            index = op.data[0]
            values.append(_shifted(vector[index], stage.inp_shifts[index]))
        elif op.opcode == NEGATE:
            values.append(builder.subtract(builder.constant(0), values[op.addr[0]]))
        elif op.opcode in (ADD, SUBTRACT):
            a, b = values[op.addr[0]], _shifted(values[op.addr[1]], op.data[0])
            values.append(builder.add(a, b) if op.opcode == ADD else builder.subtract(a, b))
        else:
            raise ToolError("alkaid", f"gave an operation {op.opcode}, which is no addition", "Install alkaid 0.8")
    results = []
    for index, shift, negative in zip(stage.out_idxs, stage.out_shifts, stage.out_negs, strict=True):
        result = _shifted(values[index], shift) if index >= 0 else builder.constant(0)
        results.append(builder.subtract(builder.constant(0), result) if negative else result)
    return results


def _shifted(value: Value, shift: int) -> Value:
    return Value(value.wire, value.fractional - int(shift))
