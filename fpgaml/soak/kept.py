"""What is kept of a stream's comparison, so that it goes on where it was stopped: one file a seed in the project."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from fpgaml.errors import FpgamlError
from fpgaml.files import write_whole
from fpgaml.record.base import Count, Fact, Hexadecimal, Name, NotNegative, Sha256
from fpgaml.soak.tally import Mismatch, Tally

FORMAT: Literal["fpgaml-soak"] = "fpgaml-soak"
FOLDER = "soak"
"""In a project; like what simulation leaves, it is none of its files."""


class Key(Fact):
    """What a comparison is of: with another one it starts anew."""

    project: Sha256
    """Of the files as they lie there."""
    seed: Count
    stream: Count
    """Version of the stream."""
    mix: Name
    fpgaml: Name
    tool: Name
    """What runs the firmware, with its version."""


class Wrong(Fact):
    """As `Mismatch`."""

    event: Count
    output: int
    element: int
    expected: int
    got: int
    problem: str


class Range(Fact):
    """Consecutive events that were compared."""

    first: Count
    events: Count
    compared: Count
    """Of these; fewer where firmware did not come through."""
    differing_events: Count
    differing_values: Count
    wrong: Wrong | None
    checksum: Hexadecimal
    sampled: Count

    @property
    def end(self) -> int:
        """The event behind the last one."""
        return self.first + self.events

    @property
    def tally(self) -> Tally:
        """As it adds up."""
        first = Mismatch(**self.wrong.model_dump()) if self.wrong else None
        counts = self.compared, self.differing_events, self.differing_values
        return Tally(*counts, first, int(self.checksum, 16), self.sampled)

    @classmethod
    def of(cls, first: int, count: int, tally: Tally) -> Range:
        """So many events, and what they came to."""
        return cls(
            first=first,
            events=count,
            compared=tally.events,
            differing_events=tally.differing_events,
            differing_values=tally.differing_values,
            wrong=Wrong(**vars(tally.first)) if tally.first else None,
            checksum=hex(tally.checksum),
            sampled=tally.sampled,
        )


class Kept(Fact):
    """The file's content."""

    format: Literal["fpgaml-soak"] = FORMAT
    version: Literal[1] = 1
    key: Key
    seconds: NotNegative
    ranges: tuple[Range, ...] = Field(default=())


@dataclass
class Ledger:
    """What was compared of a stream.

    Args:
        key: of what; ranges: ascending, with gaps between them; seconds: that it took, all runs together.
    """

    key: Key
    ranges: list[Range] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, first: int, count: int, tally: Tally) -> None:
        """More events; ranges without a difference that touch become one."""
        self.ranges.append(Range.of(first, count, tally))
        merged: list[Range] = []
        for each in sorted(self.ranges, key=lambda each: each.first):
            last = merged[-1] if merged else None
            if last and last.end == each.first and not (last.wrong or each.wrong):
                merged[-1] = Range.of(last.first, last.events + each.events, last.tally.plus(each.tally))
            else:
                merged.append(each)
        self.ranges = merged

    def gaps(self, events: int) -> list[tuple[int, int]]:
        """What is left of the first so many events."""
        found, place = [], 0
        for each in self.ranges:
            if each.first > place:
                found.append((place, min(each.first, events)))
            place = each.end
        found.append((place, events))
        return [(start, end) for start, end in found if start < end]

    def within(self, events: int) -> Tally:
        """What the ranges that begin among the first so many events came to."""
        total = Tally()
        for each in self.ranges:
            total = total.plus(each.tally) if each.first < events else total
        return total

    def first_wrong(self, events: int) -> Range | None:
        """The first of these ranges in which something differs."""
        return next((each for each in self.ranges if each.wrong and each.first < events), None)


@dataclass(frozen=True)
class Store:
    """The file of a seed.

    Args:
        project: the folder; seed: of the stream.
    """

    project: Path
    seed: int

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.project / FOLDER / f"seed_{self.seed}.json"

    def read(self, key: Key) -> tuple[Ledger, str]:
        """What was done of a key, and why it is nothing where there was something."""
        try:
            kept = Kept.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Ledger(key), ""
        except (OSError, ValidationError):
            return Ledger(key), f"{self.path} cannot be read: it starts anew"
        if kept.key == key:
            return Ledger(key, list(kept.ranges), kept.seconds), ""
        done = sum(each.events for each in kept.ranges)
        return Ledger(key), f"{_changed(kept.key, key)} since {done:,} events were compared: it starts anew"

    def write(self, ledger: Ledger) -> None:
        """Keep it, in the place of what is there; a killed run leaves the old content or the new.

        Raises:
            FpgamlError: it cannot be written.
        """
        kept = Kept(key=ledger.key, seconds=round(ledger.seconds, 3), ranges=tuple(ledger.ranges))
        _make(self.path.parent)
        write_whole(self.path, json.dumps(kept.to_json(), indent=1) + "\n")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Within the block no other process compares this stream of this project.

        Raises:
            FpgamlError: one does already, or the project cannot be written.
        """
        _make(self.path.parent)
        try:
            file = self.path.with_suffix(".lock").open("w")
        except OSError as error:
            raise FpgamlError(str(self.path.parent), f"cannot be written: {error.strerror}") from None
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                reason = f"another process compares the events of seed {self.seed}"
                raise FpgamlError(str(self.project), reason, "Wait for it, or take another --seed") from None
            except OSError:  # a file system without locks
                pass
            yield


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise FpgamlError(str(folder), f"cannot be written: {error.strerror}", "Copy the project") from None


def _changed(before: Key, now: Key) -> str:
    """What of a key is another one."""
    names: Sequence[tuple[str, str]] = (
        ("project", "the project changed"),
        ("tool", f"{now.tool} took the place of {before.tool}"),
        ("fpgaml", f"fpgaml {now.fpgaml} took the place of {before.fpgaml}"),
        ("mix", "the mix of events changed"),
        ("stream", "the stream changed"),
    )
    return next(text for name, text in names if getattr(before, name) != getattr(now, name))
