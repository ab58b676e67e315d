"""Frames as words: where each element's bits lie, and what a wrong word means.

A word is what crosses the interface in one cycle, written as the simulator gives it: a string of 0 and 1, the highest
bit first. A frame is a tuple of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from bench_config import BenchError, Port

Codes = Sequence["np.ndarray[Any, Any]"]
"""For each port raw bits as unsigned integers, shape (events, elements)."""
Frame = tuple[str, ...]
_ZERO = ord("0")


@dataclass(frozen=True)
class Difference:
    """The first bit of a frame that is wrong.

    Args:
        output: name of the port; element: index in C order, -1 for bits that belong to none; bit: 0 is the lowest.
        expected, got: the element's bits, highest first.
    """

    output: str
    element: int
    bit: int
    expected: str
    got: str

    def __str__(self) -> str:
        if self.element < 0:
            return (
                f"bit {self.bit} of {self.output}, which carries no element: expected {self.expected}, got {self.got}"
            )
        return f"{self.output}[{self.element}] bit {self.bit}: expected {_hex(self.expected)}, got {_hex(self.got)}"


def _hex(bits: str) -> str:
    """Raw bits in hexadecimal, or as they are where some are neither 0 nor 1."""
    return hex(int(bits, 2)) if set(bits) <= {"0", "1"} else bits


class Layout:
    """Elements of all ports one after another, each in a lane, some lanes a word; element 0 in the lowest bits.

    Args:
        ports: in their order.
        lane: bits a lane; None packs each element tightly in its own width, the whole frame in one word.
        beat: lanes a word; None: all.
        aligned: each port begins a word of its own, and lanes without an element mean nothing, also in results.
        channels: events whose words come in turn; together they are a frame.
    """

    def __init__(
        self,
        ports: Sequence[Port],
        lane: int | None = None,
        beat: int | None = None,
        aligned: bool = False,
        channels: int = 1,
    ) -> None:
        self.ports, self._channels = tuple(ports), channels
        sizes = [port.elements for port in self.ports]
        beat = beat or sum(sizes)
        # Lanes of each port without the spare ones that may follow: of an aligned layout to the end of its last word.
        self._spare = [-size % beat if aligned else 0 for size in sizes]
        if not aligned:
            self._spare[-1] = -sum(sizes) % beat
        self._event_words = (sum(sizes) + sum(self._spare)) // beat
        self.words = channels * self._event_words
        """Words a frame."""
        self._beat, self._lane, self._aligned = beat, lane, aligned
        self._places: list[tuple[Port, int, int, int, int]] = []
        low = number = 0
        for port, spare in zip(self.ports, self._spare, strict=True):
            for index in range(port.elements):
                low = low if number % beat else 0
                width = lane or port.width
                self._places.append((port, index, number // beat, low, width))
                low += width
                number += 1
            number += spare
        self.width = beat * lane if lane else low
        """Bits a word."""
        self._unused = self._unused_bits() if aligned else {}

    def _unused_bits(self) -> dict[int, int]:
        """For each word with lanes that mean nothing, the number of bits above the last element."""
        ends: dict[int, int] = {}
        for _, _, word, low, width in self._places:
            ends[word] = max(ends.get(word, 0), low + width)
        return {word: self.width - end for word, end in ends.items() if end < self.width}

    def meant(self, number: int, word: str) -> str:
        """A frame's word with zeros where nothing is meant."""
        unused = self._unused.get(number // self._channels, 0)
        return "0" * unused + word[unused:]

    def frames(self, codes: Codes, filler: np.random.Generator | None = None) -> list[Frame]:
        """Frames from raw bits: of each event one; of several channels of as many events, the last ones filled up.

        Args:
            codes: one array a port, shape (events, elements).
            filler: fills lanes that carry no element with noise; None: with zeros.
        """
        lanes = [_bits(code, port, self._lane or port.width) for code, port in zip(codes, self.ports, strict=True)]
        events = lanes[0].shape[0]
        if not self._lane:
            # The highest bits come first in a word, so everything goes in backwards.
            parts = [bits[:, ::-1].reshape(events, -1) for bits in reversed(lanes)]
            return _split(np.concatenate(parts, axis=1)[:, None, :])
        parts = []
        for used, count in zip(lanes, self._spare, strict=True):
            shape = (events, count, self._lane)
            spare = np.zeros(shape, np.uint8) if filler is None else filler.integers(0, 2, shape, np.uint8)
            parts += [used, spare]
        everything = np.concatenate(parts, axis=1).reshape(events, self._event_words, self._beat, self._lane)
        return self._in_turn(_split(everything[:, :, ::-1].reshape(events, self._event_words, -1)))

    def _in_turn(self, frames: list[Frame]) -> list[Frame]:
        """Frames of one event each as frames of all channels, a word of each after another."""
        if self._channels == 1:
            return frames
        count = -(-len(frames) // self._channels) * self._channels
        filled = [frames[number % len(frames)] for number in range(count)]
        groups = (filled[first : first + self._channels] for first in range(0, count, self._channels))
        return [tuple(word for words in zip(*group, strict=True) for word in words) for group in groups]

    def difference(self, expected: Frame, got: Frame) -> Difference | None:
        """The first wrong bit: of the lowest element, the lowest bit; None if the frames are equal."""
        for channel in range(self._channels):
            of_channel = slice(channel, None, self._channels)
            found = self._difference(expected[of_channel], got[of_channel])
            if found is not None:
                named = f"{found.output} of channel {channel}" if self._channels > 1 else found.output
                return replace(found, output=named)
        return None

    def _difference(self, expected: Frame, got: Frame) -> Difference | None:
        """Of one channel."""
        for port, index, word, low, width in self._places:
            right, found = _cut(expected[word], low, width), _cut(got[word], low, width)
            if right != found:
                return Difference(port.name, index, _lowest(right, found), right, found)
        for word, (right, found) in enumerate(zip(expected, got, strict=True)):
            if right != found:
                bit = _lowest(right, found)
                return Difference(f"word {word}", -1, bit, right[-1 - bit], found[-1 - bit])
        return None


def _bits(codes: np.ndarray[Any, Any], port: Port, lane: int) -> np.ndarray[Any, Any]:
    """Bits of lanes, highest first: shape (events, elements, lane); extended as the port's sign wants."""
    if lane < port.width:
        raise BenchError(f"{port.name}: {port.width} bits do not fit into a lane of {lane}")
    places = np.minimum(np.arange(lane), port.width - 1)[::-1]
    if codes.dtype == object:
        bits = np.stack([((codes >> int(place)) & 1).astype(np.uint8) for place in places], axis=-1)
    else:
        bits = ((codes[..., None] >> places.astype(np.uint64)) & np.uint64(1)).astype(np.uint8)
    if not port.signed:
        bits[..., : lane - port.width] = 0
    return bits


def _split(bits: np.ndarray[Any, Any]) -> list[Frame]:
    """Frames from bits, shape (events, words, width)."""
    events, words, width = bits.shape
    text = (bits + _ZERO).astype(np.uint8).tobytes().decode("ascii")
    flat = [text[start : start + width] for start in range(0, len(text), width)]
    return [tuple(flat[event * words : (event + 1) * words]) for event in range(events)]


def _cut(word: str, low: int, width: int) -> str:
    return word[len(word) - low - width : len(word) - low]


def _lowest(expected: str, got: str) -> int:
    """The lowest bit in which two strings of equal length differ."""
    return next(bit for bit, pair in enumerate(zip(reversed(expected), reversed(got), strict=True)) if len({*pair}) > 1)


def read_codes(path: Path, port: Port) -> np.ndarray[Any, Any]:
    """A file of vectors: one event a line, elements in C order, raw bits in hexadecimal.

    Returns:
        Shape (events, elements), unsigned; dtype object where 64 bits are too few.

    Raises:
        BenchError: the file is missing, or not as it must be; with the line.
    """
    rows = []
    try:
        with path.open(encoding="ascii") as file:
            for number, line in enumerate(file, 1):
                row = [int(token, 16) for token in line.split()]
                if len(row) != port.elements:
                    raise BenchError(f"{path}:{number}: {len(row)} numbers, {port.name} has {port.elements}")
                if max(row) >> port.width or min(row) < 0:
                    raise BenchError(f"{path}:{number}: a number of more than {port.width} bits")
                rows.append(row)
    except (OSError, ValueError) as error:
        raise BenchError(f"{path}: {error}") from None
    if not rows:
        raise BenchError(f"{path}: holds no vectors")
    return np.array(rows, dtype=np.uint64 if port.width <= 64 else object)
