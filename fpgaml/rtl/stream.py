"""How frames lie on AXI4-Stream: elements in lanes, lanes in beats."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaml.project.ports import Port


@dataclass(frozen=True)
class StreamLayout:
    """Both directions of an axis shell, as bench.json holds them: lanes in bits, elements a beat, beats a frame."""

    lane_in: int
    beat_in: int
    beats_in: int
    lane_out: int
    beat_out: int
    beats_out: int
    tag_bits: int


@dataclass(frozen=True)
class Stream:
    """How one direction's elements lie on AXI4-Stream.

    Attributes:
        ports: the tensors of a frame, one after another.
        beat: elements a beat.
        aligned: each tensor begins a beat of its own, as a streaming core takes them.
        channels: events whose beats come in turn, a beat of each; together they are a frame.
    """

    ports: tuple[Port, ...]
    beat: int
    aligned: bool = False
    channels: int = 1

    @property
    def elements(self) -> int:
        """Elements of a frame."""
        return sum(port.size for port in self.ports)

    @property
    def beats(self) -> int:
        """Beats of a frame."""
        if self.aligned:
            return self.channels * sum(-(-port.size // self.beat) for port in self.ports)
        return -(-self.elements // self.beat)

    @property
    def widest(self) -> int:
        """Bits of the widest element."""
        return max(port.width for port in self.ports)

    @property
    def lane(self) -> int:
        """Bits of an element's lane: whole bytes that hold the widest element."""
        return 8 * -(-self.widest // 8)

    @property
    def tdata(self) -> int:
        """Bits of a beat."""
        return self.beat * self.lane

    def fitting(self, bits: int) -> int:
        """The most elements a beat, at least one, that keep a beat within so many bits."""
        return max(1, bits // self.lane)

    @property
    def signed(self) -> bool:
        """Whether some element is signed."""
        return any(port.signed for port in self.ports)

    @property
    def slot(self) -> int:
        """Bits that a lane needs so that extending them, signed if `signed`, gives the lane of any element."""
        needed = max(port.width + int(self.signed and not port.signed) for port in self.ports)
        return min(needed, self.lane)

    def places(self) -> list[dict[str, object]]:
        """Where each port lies: first bit in the packed frame (`offset`), first element in the frame (`first`)."""
        places: list[dict[str, object]] = []
        offset = first = 0
        for port in self.ports:
            facts = {"name": port.name, "size": port.size, "width": port.width, "signed": port.signed}
            places.append({**facts, "offset": offset, "first": first})
            offset += port.bits
            first += port.size
        return places
