"""What one line of HDL holds, apart from any language: terms with exact widths, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fpgaml.rtl.netlist import bits_for, wrapped


@dataclass(frozen=True, slots=True)
class Signal:
    """A declared wire or register: `width` bits, two's complement if `signed`."""

    name: str
    width: int
    signed: bool


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant integer."""

    value: int

    @property
    def width(self) -> int:
        """Bits of the smallest type that holds it."""
        return bits_for(self.value, self.value)

    @property
    def signed(self) -> bool:
        """Whether that type is two's complement."""
        return self.value < 0


@dataclass(frozen=True, slots=True)
class Part:
    """Bits `high` to `low` of a signal, read as two's complement if `signed`, with `lift` zeros below."""

    source: Signal
    low: int
    high: int
    signed: bool
    lift: int = 0

    @property
    def width(self) -> int:
        """Bits, the zeros included."""
        return self.high - self.low + 1 + self.lift

    @property
    def whole(self) -> bool:
        """Whether it is the signal as it is."""
        return self.low == 0 and self.high == self.source.width - 1 and self.lift == 0


Term = Literal | Part


@dataclass(frozen=True, slots=True)
class Bits:
    """A constant of exactly `width` bits, given as an unsigned number."""

    value: int
    width: int


@dataclass(frozen=True, slots=True)
class Fill:
    """The top bit of a part, `width` times."""

    part: Part
    width: int


@dataclass(frozen=True, slots=True)
class Join:
    """Pieces side by side, the highest first; their widths add up to the target's."""

    pieces: tuple[Part | Fill | Bits, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """a + b, or a - b, modulo the target's width."""

    a: Term
    b: Term
    minus: bool


@dataclass(frozen=True, slots=True)
class Product:
    """a * b."""

    a: Term
    b: Term


@dataclass(frozen=True, slots=True)
class Less:
    """1 if a < b, else 0."""

    a: Term
    b: Term


@dataclass(frozen=True, slots=True)
class Select:
    """a if the one-bit condition is 1, else b, each cut or extended to the target's width."""

    condition: Part
    a: Term
    b: Term


@dataclass(frozen=True, slots=True)
class Logic:
    """a and b, or a or b, of one-bit parts."""

    either: bool
    a: Part
    b: Part


@dataclass(frozen=True, slots=True)
class Inverse:
    """Not a, of a one-bit part."""

    a: Part


@dataclass(frozen=True, slots=True)
class AnyBit:
    """1 if one of the part's bits is set, else 0."""

    a: Part


@dataclass(frozen=True, slots=True)
class AllBits:
    """1 if all of the part's bits are set, else 0."""

    a: Part


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry of a lookup table's module; of one with a clock, the entry of the cycle before."""

    table: str
    a: Part
    clocked: bool = False


Expression = Join | Sum | Product | Less | Select | Logic | Inverse | AnyBit | AllBits | Entry


@dataclass(frozen=True, slots=True)
class Assign:
    """A signal and what drives it."""

    target: Signal
    expression: Expression

    @property
    def clocked(self) -> bool:
        """Whether the target is a register of its own."""
        return isinstance(self.expression, Entry) and self.expression.clocked


def clocked(line: Assign) -> Assign:
    """A line that asks a table, of one with a clock."""
    assert isinstance(line.expression, Entry)
    return replace(line, expression=replace(line.expression, clocked=True))


def whole(signal: Signal) -> Part:
    """A signal as it is."""
    return Part(signal, 0, signal.width - 1, signal.signed)


def floored(term: Term, drop: int) -> Term:
    """floor(term / 2**drop)."""
    if drop == 0:
        return term
    if isinstance(term, Literal):
        return Literal(term.value >> drop)
    if term.lift:
        zeros = min(term.lift, drop)
        return floored(replace(term, lift=term.lift - zeros), drop - zeros)
    if term.low + drop <= term.high:
        return replace(term, low=term.low + drop)
    return replace(term, low=term.high) if term.signed else Literal(0)


def lifted(term: Term, shift: int) -> Term:
    """term * 2**shift."""
    if isinstance(term, Literal):
        return Literal(term.value << shift)
    return replace(term, lift=term.lift + shift)


def cut(term: Term, width: int) -> Term:
    """The term without the bits from `width` on; one that has `width` bits may be read as signed or unsigned."""
    if term.width <= width:
        return term
    if isinstance(term, Literal):
        return Literal(wrapped(term.value, width, False))
    if term.lift >= width:
        return Literal(0)
    return replace(term, high=term.low + width - term.lift - 1)


def pieces(term: Term, width: int) -> tuple[Part | Fill | Bits, ...]:
    """Exactly the low `width` bits of a term: cut or extended."""
    if width <= 0:
        return ()
    term = cut(term, width)
    if isinstance(term, Literal):
        return (Bits(wrapped(term.value, width, False), width),)
    zeros: tuple[Bits, ...] = (Bits(0, term.lift),) if term.lift else ()
    kept = replace(term, lift=0)
    spare = width - term.width
    above: tuple[Fill | Bits, ...] = ()
    if spare:
        above = (Fill(kept, spare),) if term.signed else (Bits(0, spare),)
    return (*above, kept, *zeros)


def signed_context(width: int, *terms: Term) -> bool:
    """Whether terms that are brought to `width` bits are to be extended by their sign.

    Unsigned terms need a zero on top then. Terms that have all the bits already can be read either way.
    """
    return any(term.signed and term.width < width for term in terms)


def parts_read(expression: Expression) -> Iterator[Part]:
    """The parts of signals that an expression reads."""
    match expression:
        case Join(found):
            for piece in found:
                if isinstance(piece, Fill):
                    yield replace(piece.part, low=piece.part.high)
                elif isinstance(piece, Part):
                    yield piece
        case Sum(a, b) | Product(a, b) | Less(a, b) | Logic(_, a, b):
            yield from (term for term in (a, b) if isinstance(term, Part))
        case Select(condition, a, b):
            yield from (term for term in (condition, a, b) if isinstance(term, Part))
        case Inverse(a) | AnyBit(a) | AllBits(a) | Entry(_, a, _):
            yield a
