"""Where each element of an event's tensors lies in the bits that travel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port, packed_bits
from fpgaml.project.words import WORD, from_words, to_words, words_per_element

Bits = NDArray[np.bool_]
"""Shape (events, bits), bit 0 first."""


@dataclass(frozen=True)
class Place:
    """An element of an event.

    Args:
        port: its tensor; element: its index there; start: its lowest bit; width: how many bits it takes.
    """

    port: Port
    element: tuple[int, ...]
    start: int
    width: int


@dataclass(frozen=True)
class Packing:
    """How tensors become bits: all ports one after another, each in C order, least significant bit first.

    Args:
        element_bits: every element in a slot of so many bits, sign-extended; None: each in its port's own width,
            without gaps.
        word: slots do not straddle words of so many bits; 0 where bits do not travel in words.
    """

    element_bits: int | None = None
    word: int = WORD

    def check(self, ports: Sequence[Port]) -> None:
        """Refuse slots that do not hold the elements, or that a word does not hold.

        Raises:
            FpgamlError: says which port, or which width.
        """
        if self.element_bits is None:
            return
        if self.word and self.element_bits > self.word:
            raise FpgamlError("--element-bits", f"a word has {self.word} bits", f"Give {self.word} or fewer")
        for port in ports:
            if port.width > self.element_bits:
                reason = f"an element of `{port.name}` has {port.width} bits"
                raise FpgamlError("--element-bits", reason, f"Give {port.width} or more, or leave it out")

    def total(self, ports: Sequence[Port]) -> int:
        """Bits of an event."""
        if self.element_bits is None:
            return packed_bits(ports)
        last = np.array([sum(port.size for port in ports) - 1])
        return int(self._slot(last)[0]) + self.element_bits

    def width(self, port: Port) -> int:
        """Bits of one element of a port."""
        return port.width if self.element_bits is None else self.element_bits

    def pack(self, ports: Sequence[Port], values: Mapping[str, FixedArray]) -> Bits:
        """The bits of events.

        Args:
            values: by port, shape (events, *shape).
        """
        events = values[ports[0].name].shape[0]
        bits = np.zeros((events, self.total(ports)), bool)
        for port, starts in self._starts(ports):
            width = self.width(port)
            words = to_words(values[port.name], port).astype("<u8", copy=False)
            raw = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=-1, bitorder="little")
            raw = raw.reshape(events, port.size, -1)[:, :, : port.width].astype(bool)
            top = raw[:, :, -1:] if port.signed else np.zeros((events, port.size, 1), bool)
            slot = np.concatenate([raw, np.repeat(top, width - port.width, axis=2)], axis=2)
            bits[:, (starts[:, None] + np.arange(width)).reshape(-1)] = slot.reshape(events, -1)
        return bits

    def unpack(self, ports: Sequence[Port], bits: Bits) -> dict[str, FixedArray]:
        """The inverse; bits that are no element's, above a port's width or in a gap, are not looked at."""
        events, found = len(bits), {}
        for port, starts in self._starts(ports):
            places = (starts[:, None] + np.arange(port.width)).reshape(-1)
            raw = bits[:, places].reshape(events, port.size, port.width)
            filled = np.zeros((events, port.size, words_per_element(port) * WORD), bool)
            filled[:, :, : port.width] = raw
            words = np.packbits(filled, axis=-1, bitorder="little").view("<u8").astype(np.uint64)
            found[port.name] = from_words(words, port, events)
        return found

    def places(self, ports: Sequence[Port]) -> Iterator[Place]:
        """Every element, in order."""
        for port, starts in self._starts(ports):
            for element, start in zip(np.ndindex(*port.shape), starts.tolist(), strict=True):
                yield Place(port, element, start, self.width(port))

    def _starts(self, ports: Sequence[Port]) -> Iterator[tuple[Port, NDArray[np.int64]]]:
        """For each port the lowest bit of each of its elements."""
        start = count = 0
        for port in ports:
            elements = np.arange(prod(port.shape), dtype=np.int64)
            if self.element_bits is None:
                yield port, start + elements * port.width
                start += port.bits
            else:
                yield port, self._slot(count + elements)
                count += port.size

    def _slot(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """The lowest bits of slots."""
        assert self.element_bits is not None
        if not self.word:
            return index * self.element_bits
        a_word = self.word // self.element_bits
        return index // a_word * self.word + index % a_word * self.element_bits
