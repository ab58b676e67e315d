"""What is asked of a stream of random events, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.cluster.workers import Local, Workers
from fpgaml.emulator.titles import INTERPRETER, emulator_title
from fpgaml.record import soak as record
from fpgaml.record.checks import Check, Comparison
from fpgaml.record.results import Results
from fpgaml.record.verdict import Status
from fpgaml.soak.firmware import Tried
from fpgaml.soak.job import Opened
from fpgaml.soak.kept import Ledger
from fpgaml.soak.smallest import Smallest
from fpgaml.soak.stream import VERSION
from fpgaml.soak.tally import Mismatch, Tally

SHOWN = 64
"""Elements of the smallest event that are told one by one, at most."""


@dataclass(frozen=True)
class SoakRequest:
    """What to compare.

    Args:
        events: the first so many of the stream, or more if more was done before; seed: of the stream.
        seconds: after which no new piece is begun; None: until all is done.
        smallest_seconds: that the search for the smallest event may take.
        workers: where the work is done; piece_events: of a piece; None: by the design.
    """

    events: int
    seed: int = 1
    seconds: float | None = None
    smallest_seconds: float = 60.0
    workers: Workers = field(default_factory=Local)
    piece_events: int | None = None


@dataclass(frozen=True)
class Soaked:
    """A stream that was compared.

    Args:
        entry: for the record; check: the same as one of the checks; tools: that took part.
        instead_of: the check that said that this one was to be made.
        notes: what else the user must know: that it began anew, or could not be kept.
    """

    entry: record.Soak
    check: Check
    tools: dict[str, str]
    instead_of: str
    notes: tuple[str, ...] = ()

    def put_into(self, results: Results) -> Results:
        """Results with this comparison in the place of an earlier one."""
        return results.with_soak(self.entry).with_check(self.check, self.tools, instead_of=self.instead_of)


@dataclass(frozen=True)
class Came:
    """What a run came to.

    Args:
        total: of all events compared; rate: events a second in this run, None if it did nothing.
        stopped: why there is something left; smallest: found from the first difference; file: it, as data.
    """

    total: Tally
    rate: float | None
    stopped: str = ""
    smallest: Smallest | None = None
    file: Path | None = None


def soaked(
    project: Path, request: SoakRequest, opened: Opened, ledger: Ledger, came: Came, edited: tuple[str, ...]
) -> Soaked:
    """The result for user and record."""
    tried, total = opened.tried, came.total
    small = came.smallest
    entry = record.Soak(
        check=tried.check,
        tool=tried.title,
        oracle=INTERPRETER if total.sampled == total.events else emulator_title(total.events, total.sampled),
        seed=request.seed,
        stream=VERSION,
        mix=opened.stream.mix,
        asked=request.events,
        events=total.events,
        block_events=opened.stream.block_events,
        values=total.events * sum(port.size for port in tried.ports),
        differing_events=total.differing_events,
        differing_values=total.differing_values,
        checksum=hex(total.checksum),
        seconds=round(ledger.seconds, 3),
        events_per_second=round(came.rate, 1) if came.rate else None,
        edited=edited,
        stopped=came.stopped,
        first=_wrong(total.first, tried) if total.first else None,
        smallest=_small(project, tried, small, came.file) if small and came.file else None,
    )
    return Soaked(entry, _check(entry, tried), dict(tried.tools), tried.instead_of)


def _wrong(found: Mismatch, tried: Tried) -> record.WrongValue:
    if found.problem:
        return record.WrongValue(event=found.event, problem=found.problem)
    return record.WrongValue(
        event=found.event,
        output=tried.ports[found.output].name,
        element=found.element,
        expected=hex(found.expected),
        got=hex(found.got),
        problem="",
    )


def _small(project: Path, tried: Tried, small: Smallest, file: Path) -> record.SmallestEvent:
    inputs = []
    for name, value in small.inputs.items() if small.events == 1 else ():
        for element, raw in enumerate(value.integers[0].reshape(-1).tolist()):
            if raw:
                inputs.append(record.InputValue(input=name, element=element, raw=raw, fractional=value.fractional))
    nonzero = sum(int((value.integers != 0).sum()) for value in small.inputs.values())
    return record.SmallestEvent(
        events=small.events,
        wrong=_wrong(small.wrong, tried),
        nonzero=nonzero,
        inputs=tuple(inputs[:SHOWN]),
        finished=small.finished,
        file=file.relative_to(project).as_posix(),
        command=f"{tried.reproduce.replace('PROJECT', str(project))} {file}",
    )


def _check(entry: record.Soak, tried: Tried) -> Check:
    name, oracle = entry.check, entry.oracle
    if entry.first is not None:
        note = f"{entry.differing_events:,} of {entry.events:,} events differ; first {entry.first}"
        return Check(name=name, status=Status.FAILED, oracle=oracle, note=note)
    if not entry.events:
        return Check(name=name, status=Status.NOT_CHECKED, oracle="", note=entry.stopped)
    outputs = tuple(Comparison.equal(port.name, entry.events, port.size) for port in tried.ports)
    return Check(name=name, status=Status.EXACT, oracle=oracle, note=entry.stopped, outputs=outputs)
