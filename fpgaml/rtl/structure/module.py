"""A module of wires and instances, apart from any language."""

from __future__ import annotations

from dataclasses import dataclass, field

from fpgaml.rtl.names import is_reserved


@dataclass(frozen=True)
class Wire:
    """A signal or a port.

    Args:
        name: an identifier; width: bits of a vector; None: a single bit that is no vector.
        note: what it is.
    """

    name: str
    width: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Part:
    """Bits of a wire, `high` down to `low`; the whole wire where both are None.

    Args:
        wire: what is read.
    """

    wire: Wire
    high: int | None = None
    low: int | None = None

    @property
    def width(self) -> int:
        """Bits."""
        if self.high is None or self.low is None:
            return 1 if self.wire.width is None else self.wire.width
        return self.high - self.low + 1


@dataclass(frozen=True)
class Zeros:
    """So many zeros."""

    width: int


@dataclass(frozen=True)
class Copies:
    """One bit, so many times: a sign that is extended.

    Args:
        bit: of one bit.
    """

    bit: Part
    width: int


@dataclass(frozen=True)
class Inverse:
    """One bit, inverted, so many times.

    Args:
        bit: of one bit.
    """

    bit: Part
    width: int = 1


Piece = Part | Zeros | Copies | Inverse


@dataclass(frozen=True)
class Assign:
    """A vector or a bit from pieces, the lowest first.

    Args:
        target: all of whose bits are given; pieces: their widths sum to its width.
    """

    target: Wire
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Both:
    """A bit that is the AND of two bits, each of them possibly inverted."""

    target: Wire
    first: Part
    second: Part
    invert_second: bool = False


@dataclass(frozen=True)
class Instance:
    """A module in a module.

    Args:
        label: its name there; module: of what; parameters: generics by name; ports: port to wire, None: left open.
    """

    label: str
    module: str
    parameters: dict[str, int]
    ports: dict[str, Wire | None]
    note: str = ""


@dataclass
class Module:
    """A module under construction: `clk` and `rst` are its first two ports.

    Args:
        name: of the module; header: the comment above it, lines without comment signs.
    """

    name: str
    header: list[str]
    inputs: list[Wire] = field(default_factory=list)
    outputs: list[Wire] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    body: list[Assign | Both | Instance] = field(default_factory=list)

    clk = Wire("clk")
    rst = Wire("rst")

    def input(self, name: str, width: int | None = None, note: str = "") -> Wire:
        """A new input port."""
        self.inputs.append(_wire(name, width, note))
        return self.inputs[-1]

    def output(self, name: str, width: int | None = None, note: str = "") -> Wire:
        """A new output port."""
        self.outputs.append(_wire(name, width, note))
        return self.outputs[-1]

    def wire(self, name: str, width: int | None = None, note: str = "") -> Wire:
        """A new signal."""
        self.wires.append(_wire(name, width, note))
        return self.wires[-1]

    def assign(self, target: Wire, *pieces: Piece) -> None:
        """The target from pieces, the lowest first."""
        given = sum(piece.width for piece in pieces)
        wanted = 1 if target.width is None else target.width
        assert given == wanted, f"{self.name}: {given} bits for {target.name} of {wanted}"
        self.body.append(Assign(target, pieces))

    def both(self, target: Wire, first: Part | Wire, second: Part | Wire, *, invert_second: bool = False) -> None:
        """The target is first AND second (inverted where asked)."""
        self.body.append(Both(target, part(first), part(second), invert_second))

    def instance(
        self, label: str, module: str, parameters: dict[str, int], ports: dict[str, Wire | None], note: str = ""
    ) -> None:
        """An instance."""
        assert not is_reserved(label), f"{self.name}: an instance `{label}`"
        self.body.append(Instance(label, module, parameters, ports, note))


def _wire(name: str, width: int | None, note: str) -> Wire:
    assert not is_reserved(name), f"a wire `{name}`"
    return Wire(name, width, note)


def part(wire: Part | Wire) -> Part:
    """A wire as a part of itself."""
    return Part(wire) if isinstance(wire, Wire) else wire


def bits(wire: Wire, low: int, width: int) -> Part:
    """`width` bits of a vector from `low` on."""
    return Part(wire, low + width - 1, low)
