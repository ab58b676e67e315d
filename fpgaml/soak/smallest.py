"""The smallest event on which firmware still differs: fewest elements that are not zero, then the smallest codes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.interpreter import interpret
from fpgaml.graph.types import Ints
from fpgaml.graph.values import FixedArray, as_ints, shift_left
from fpgaml.progress import Progress
from fpgaml.proof.vectors import codes_of
from fpgaml.soak.draw import Bits
from fpgaml.soak.job import Opened, require_equal
from fpgaml.soak.tally import Mismatch, Values, joined, part_of

CANDIDATES, CANDIDATE_VALUES = 4096, 1 << 21
"""Of events that are tried at once at most: how many, and how many numbers of inputs."""
EVERY_CODE, SPARSE = 1 << 16, 1 << 13
"""Codes of all inputs together, up to which each is tried alone; random events with few elements that are tried."""
COMPANY = 4096
"""Events before one that is wrong, among which its cause is looked for where it is right alone."""


@dataclass(frozen=True)
class Smallest:
    """Events that make firmware differ.

    Args:
        inputs: by node; one event, or those that come before it where it is right alone.
        wrong: what differs, counted from the first of them; finished: whether no smaller step was left to try.
    """

    inputs: Values
    wrong: Mismatch
    finished: bool

    @property
    def events(self) -> int:
        """How many."""
        return next(iter(self.inputs.values())).shape[0]


def smallest(opened: Opened, event: int, seconds: float, progress: Progress) -> Smallest | None:
    """Search from an event of the stream on which firmware differs, for at most so many seconds.

    Returns:
        None where it did not differ a second time, neither alone nor behind the events before it.

    Raises:
        CheckFailedError: it is the engine that differs from the interpreter, not the firmware.
    """
    until = time.monotonic() + seconds
    with progress.step("making the first difference small"):
        start = _event(opened, event, 1)
        require_equal(opened, interpret(opened.tried.graph, start), opened.engine.run(start), np.array([event]))
        search = _Search(opened, until)
        if not search.differs(start):
            return _in_company(opened, search, event)
        code = search.smaller(search.codes_of(start)[0])
        inputs = search.inputs(code[None])
        found = search.judged(inputs)
        return Smallest(inputs, found, search.finished) if found else None


def _event(opened: Opened, first: int, count: int) -> Values:
    return joined(list(opened.stream.events(first, count)))


def _in_company(opened: Opened, search: _Search, event: int) -> Smallest | None:
    """The fewest events before it that are needed, in powers of two; nothing is made smaller in them."""
    count = 1
    while count <= min(event, COMPANY):
        values = _event(opened, event - count, count + 1)
        found = search.judged(values)
        if found:
            return Smallest(values, found, False)
        count *= 2
    return None


_Steps = Callable[[Ints], Iterator[Ints]]
"""From an event's codes to smaller ones that are worth a try, the most promising first."""


class _Search:
    """Events as vectors of codes, all inputs' one behind the other."""

    def __init__(self, opened: Opened, until: float) -> None:
        self._opened, self._until = opened, until
        self.finished = False
        graph = opened.tried.graph
        self._names = [node.name for node in graph.inputs]
        self._plans = {name: (*codes_of(graph.ranges[name]), graph.ranges[name].unit) for name in self._names}
        ends = [np.stack([own.low.reshape(-1), own.high.reshape(-1)]) for own, _, _ in self._plans.values()]
        self._low, self._high = as_ints(np.concatenate(ends, axis=1))
        self._zero = np.minimum(np.maximum(np.zeros_like(self._low), self._low), self._high)
        self._most = max(1, min(CANDIDATES, CANDIDATE_VALUES // max(1, self._zero.size)))

    def codes_of(self, values: Values) -> Ints:
        """The codes of events, of shape (events, elements)."""
        parts = []
        for name in self._names:
            _, steps, unit = self._plans[name]
            parts.append(np.asarray(values[name].at(unit) >> steps).reshape(values[name].shape[0], -1))
        return as_ints(np.concatenate(parts, axis=1))

    def inputs(self, codes: Ints) -> Values:
        """Events of shape (events, *shape) from codes of shape (events, elements)."""
        found, place = {}, 0
        for name in self._names:
            own, steps, unit = self._plans[name]
            size = own.low.size
            shaped = as_ints(codes[:, place : place + size].reshape(-1, *own.shape))
            found[name] = FixedArray(shift_left(shaped, steps), unit)
            place += size
        return found

    def judged(self, values: Values) -> Mismatch | None:
        """The first thing wrong with firmware on some events, by the interpreter."""
        return self._opened.judge(values, interpret(self._opened.tried.graph, values), 0).first

    def differs(self, values: Values) -> bool:
        """Whether firmware is wrong on one event."""
        return self.judged(values) is not None

    def smaller(self, code: Ints) -> Ints:
        """One step after another, each of which leaves fewer elements or smaller codes, until there is none."""
        for steps in (self._fewer, self._sparser, self._nearer):
            code = self._walk(code, steps)
        return code

    def _walk(self, code: Ints, steps: _Steps) -> Ints:
        while True:
            found = None
            for batch in self._batches(steps(code)):
                if time.monotonic() > self._until:
                    return code
                found = self._best(batch)
                if found is not None:
                    break
            if found is None:
                self.finished = True
                return code
            self.finished = False
            code = found

    def _batches(self, candidates: Iterator[Ints]) -> Iterator[Ints]:
        rows: list[Ints] = []
        for each in candidates:
            rows.append(each)
            if len(rows) == self._most:
                yield np.stack(rows)
                rows = []
        if rows:
            yield np.stack(rows)

    def _best(self, codes: Ints) -> Ints | None:
        """Of candidates on which firmware differs the smallest."""
        wrong = np.flatnonzero(self._wrong(codes))
        order = sorted(wrong, key=lambda row: (*self._size(codes[row]), int(row)))
        # Among others an event may be wrong that is right alone.
        return next((codes[row] for row in order[:3] if self.differs(self.inputs(codes[row][None]))), None)

    def _wrong(self, codes: Ints) -> NDArray[np.bool_]:
        """On which of the candidates."""
        found = np.zeros(len(codes), bool)
        values = self.inputs(codes)
        expected = interpret(self._opened.tried.graph, values)
        start = 0
        while start < len(codes) and time.monotonic() <= self._until:
            ran = self._opened.tried.run(part_of(values, start, len(codes)))
            come = ran.event if ran.problem else len(codes) - start
            for port in self._opened.tried.ports if come else ():
                wanted = expected[port.name].at(port.fractional)[start : start + come].reshape(come, -1)
                given = ran.outputs[port.name].at(port.fractional)[:come].reshape(come, -1)
                found[start : start + come] |= np.asarray(wanted != given, bool).any(axis=1)
            start += come
            if ran.problem and start < len(codes):
                found[start] = True
                start += 1
        return found

    def _size(self, code: Ints) -> tuple[int, int]:
        """How many elements are not zero, and how large they are together."""
        away = code.astype(object) - self._zero
        return int(np.count_nonzero(away)), int(np.abs(away).sum())

    def _fewer(self, code: Ints) -> Iterator[Ints]:
        """All elements zero; then groups alone, and all but a group, the groups ever smaller (delta debugging)."""
        used = np.flatnonzero(code != self._zero)
        if len(used):
            yield self._zero.astype(code.dtype)
        size = len(used)
        while size > 1:
            size = -(-size // 2)
            for group in _groups(used, size):
                alone, without = self._zero.astype(code.dtype), code.copy()
                alone[group], without[group] = code[group], self._zero[group]
                yield from (alone, without) if len(group) < len(used) else ()

    def _sparser(self, code: Ints) -> Iterator[Ints]:
        """Other events with fewer elements that are not zero: every code of one, and random ones of one, two, more."""
        used = int(np.count_nonzero(code != self._zero))
        if used > 1 and self._codes() <= EVERY_CODE:
            for element, (low, high) in enumerate(zip(self._low, self._high, strict=True)):
                for value in range(int(low), int(high) + 1):
                    alone = self._zero.astype(code.dtype)
                    alone[element] = value
                    yield alone
        for count in range(1, used):
            yield from self._random(count)

    def _codes(self) -> int:
        return int((self._high.astype(object) - self._low + 1).sum())

    def _random(self, count: int) -> Iterator[Ints]:
        """Events of another stream, in which so many elements at most are not zero."""
        stream = replace(self._opened.stream, seed=self._opened.stream.seed + (1 << 32) * count)
        for block in range(-(-SPARSE // stream.block_events)):
            rows = self.codes_of(stream.block(block))
            chosen = Bits(stream.seed, block).lanes(16, rows.shape).argsort(axis=1, kind="stable") < count
            yield from np.where(chosen, rows, self._zero)[:SPARSE]

    def _nearer(self, code: Ints) -> Iterator[Ints]:
        """One element at zero, or nearer to it: halved again and again, or by a power of two."""
        for element in np.flatnonzero(code != self._zero):
            zero = int(self._zero[element])
            away = int(code[element]) - zero
            sign, size = (1, away) if away > 0 else (-1, -away)
            bits = size.bit_length()
            nearer = {size >> k for k in range(1, bits + 1)} | {size - (1 << k) for k in range(bits)}
            for distance in sorted(nearer):
                each = code.copy()
                each[element] = zero + sign * distance
                yield each


def _groups(elements: Sequence[int] | NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(elements), size):
        yield np.asarray(elements[start : start + size])
