"""Lanes of one port as lanes of another: another grid, another width, the same values."""

from __future__ import annotations

from fpgaml.project.ports import Port
from fpgaml.rtl.structure.module import Copies, Module, Part, Piece, Wire, Zeros, bits


def regrid(module: Module, source: Wire, given: Port, target: Wire, wanted: Port) -> None:
    """All lanes of a vector on another port's grid and in its width.

    Bits that fall away below are zeros, and those that fall away above are what a sum that fits can do without: a value
    is right modulo 2**width.
    """
    pieces = [piece for lane in range(wanted.size) for piece in _lane(source, lane, given, wanted)]
    module.assign(target, *pieces)


def _lane(source: Wire, lane: int, given: Port, wanted: Port) -> list[Piece]:
    low = lane * given.width
    rise = wanted.fractional - given.fractional  # zeros that enter below, or bits that fall away there
    zeros, drop = min(max(rise, 0), wanted.width), max(-rise, 0)
    kept = max(min(given.width - drop, wanted.width - zeros), 0)
    pieces: list[Piece] = [Zeros(zeros)] if zeros else []
    if kept:
        pieces.append(bits(source, low + drop, kept))
    above = wanted.width - zeros - kept
    if above:
        sign = Part(source, low + given.width - 1, low + given.width - 1)
        pieces.append(Copies(sign, above) if given.signed else Zeros(above))
    return pieces
