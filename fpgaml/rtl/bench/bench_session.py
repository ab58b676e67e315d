"""What the checks share: the design's description, its vectors as frames, and the record of what was found."""

from __future__ import annotations

import functools
import json
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cocotb
from bench_config import BenchError, Settings, bench_file, read_bench
from driver import TWO_STATE, Driver, Received, Rules, Ticker
from drivers import driver_class
from layout import Difference, Frame, read_codes

FORMAT = "fpgaml bench results"
VERSION = 1
PASSED, FAILED, SKIPPED = "passed", "failed", "not applicable"


class CheckError(AssertionError):
    """A check failed; where a frame is wrong, with its place."""

    def __init__(self, message: str, frame: int | None = None, difference: Difference | None = None) -> None:
        super().__init__(message)
        self.frame, self.difference = frame, difference


@dataclass(frozen=True)
class Vectors:
    """Events as frames: `sent` as the driver takes them, `expected` as words."""

    sent: Sequence[Any]
    expected: Sequence[Frame]
    origin: str

    def __len__(self) -> int:
        return len(self.expected)


class Session:
    """One run of the simulator."""

    def __init__(self) -> None:
        self.bench = read_bench(bench_file())
        self.settings = Settings.from_environment()
        self.rules = Rules()
        self.ticker = Ticker(self.settings.progress)
        self.driver_class: Any = driver_class(self.bench)
        self.measured: dict[str, float | int] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._vectors: dict[str, Vectors] = {}
        self._counted = {"frames": 0, "cycles": 0, "seconds": 0.0}
        if os.environ.get("PART") == "tables":
            self._take_up()
        elif self.bench.tables is not None:
            # Another simulation checks them, and then says so in this row.
            self.record("tables", FAILED, "the simulation of the tables did not run")

    def _take_up(self) -> None:
        """Go on with what the simulation of the network found."""
        found = json.loads(self.settings.results.read_text("utf-8"))
        self.measured = found["measured"]
        self._rows = {row["name"]: row for row in found["checks"]}

    def random(self, check: str) -> random.Random:
        """Random numbers for one check, the same whichever other checks run."""
        return random.Random(f"{self.settings.seed} {check}")

    async def driver(self, dut: Any) -> Any:
        """A driver whose design has just been reset."""
        driver: Driver = self.driver_class(dut, self.bench, self.rules, self.ticker)
        await driver.start()
        return driver

    def golden(self, driver: Driver) -> Vectors:
        """The project's own vectors."""
        return self._read(driver, None)

    def extra(self, driver: Driver) -> Vectors:
        """The vectors of the folder VECTORS."""
        return self._read(driver, self.settings.vectors)

    def _read(self, driver: Driver, folder: Path | None) -> Vectors:
        key = str(folder or "tb_data")
        if key not in self._vectors:
            inputs, outputs = (
                [read_codes(folder / port.vectors.name if folder else port.vectors, port) for port in ports]
                for ports in (self.bench.inputs, self.bench.outputs)
            )
            lengths = {len(codes) for codes in (*inputs, *outputs)}
            if len(lengths) != 1:
                raise BenchError(f"{key}: files of vectors with {sorted(lengths)} lines")
            sent = driver.encode(inputs, self.settings.seed)
            self._vectors[key] = Vectors(sent, driver.layout_out.frames(outputs), key)
        return self._vectors[key]

    def count(self, received: Received) -> None:
        """What a run of the running check took."""
        self._counted["frames"] += len(received.frames)
        self._counted["cycles"] += received.cycles
        self._counted["seconds"] += received.seconds

    def begin(self, check: str) -> None:
        """A check begins."""
        self.rules.check = check
        self.ticker.begin(check)
        self._counted = {"frames": 0, "cycles": 0, "seconds": 0.0}

    def record(self, check: str, status: str, message: str = "", error: BaseException | None = None) -> None:
        """What a check came to; written at once, so that it survives a crash of the simulator."""
        row: dict[str, Any] = {"name": check, "status": status, "message": message, "first": None}
        if status != SKIPPED:
            row |= self._counted
        if isinstance(error, CheckError) and error.frame is not None:
            row["first"] = {"frame": error.frame, **(asdict(error.difference) if error.difference else {})}
        self._rows[check] = row
        self._write()

    def _write(self) -> None:
        bench = self.bench
        content = {
            "format": FORMAT,
            "version": VERSION,
            "simulator": {"name": cocotb.SIM_NAME, "version": cocotb.SIM_VERSION, "two_state": TWO_STATE},
            "cocotb": cocotb.__version__,
            "top": bench.top,
            "shell": bench.shell,
            "hdl": bench.hdl,
            "seed": self.settings.seed,
            "declared": self._declared(),
            "measured": self.measured,
            "checks": list(self._rows.values()),
        }
        path = self.settings.results
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")

    def _declared(self) -> dict[str, int | None]:
        declared = {"latency": self.bench.latency, "interval": self.bench.interval}
        if self.bench.streaming:
            declared |= {"drain": self.bench.streaming.drain, "fifo": self.bench.streaming.fifo_depth}
        return declared


SESSION = Session()

CheckBody = Callable[[Any], Awaitable[str | None]]
"""Raises what is wrong; may return what was done, where frames do not say it."""


def check(skip: str = "") -> Callable[[CheckBody], Any]:
    """Make a cocotb test of a function, and a row of the results.

    Args:
        skip: why the check does not apply to this design; empty if it does.
    """

    def decorate(body: CheckBody) -> Any:
        name = body.__name__
        if skip:
            SESSION.record(name, SKIPPED, skip)

        @cocotb.test(skip=bool(skip))
        @functools.wraps(body)
        async def run(dut: Any) -> None:
            SESSION.begin(name)
            started = time.monotonic()
            try:
                said = await body(dut)
            except BaseException as error:
                ours = isinstance(error, (CheckError, BenchError))
                text = str(error) if ours else f"{type(error).__name__}: {error}"
                SESSION.record(name, FAILED, text, error)
                raise
            SESSION.record(name, PASSED, said or "")
            cocotb.log.info("%s: %.2f s", name, time.monotonic() - started)

        return run

    return decorate


def compare(received: Received, vectors: Vectors, order: Sequence[int], driver: Driver) -> None:
    """Results must be those of the events sent, in their order, and no others.

    Raises:
        CheckError: with the first frame, output, element and bit that differ.
    """
    SESSION.count(received)
    for number, (event, got) in enumerate(zip(order, received.frames, strict=False)):
        if got == vectors.expected[event]:
            continue
        difference = driver.layout_out.difference(vectors.expected[event], got)
        raise CheckError(f"frame {number} (event {event} of {vectors.origin}): {difference}", number, difference)
    count, wanted = len(received.frames), len(order)
    if count != wanted:
        part = f", and {len(received.incomplete)} beats of one more" if received.incomplete else ""
        stuck = f"; {len(received.sent_at)} were taken" if len(received.sent_at) < wanted else ""
        raise CheckError(f"{count} frames came out{part}, {wanted} were sent{stuck}", min(count, wanted))
    if received.incomplete:
        raise CheckError(f"{len(received.incomplete)} beats too many came out after the last frame", wanted)
    if received.broken:
        raise CheckError(f"{len(received.broken)} results came with frame_broken, with no frame of wrong length")
    for name, times in received.flags.items():
        if times:
            raise CheckError(f"{name} was high at clock edge {times[0]}, with no frame of wrong length")


def pick(vectors: Vectors, order: Sequence[int]) -> list[Any]:
    """The events of an order, as the driver takes them."""
    return [vectors.sent[event] for event in order]
