"""Bulk simulation: run a compiled design on frames, and read what it says."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np

from fpgaml.cosim.bulk.build import BulkProgram
from fpgaml.errors import ToolError
from fpgaml.graph.values import FixedArray
from fpgaml.project.words import from_words, to_words


class Fault(IntEnum):
    """What a C++ driver found wrong, as bulk.h numbers it."""

    NONE = 0
    STUCK = 1
    SURPLUS = 2
    TAG = 3
    LAST = 4
    LANE = 5
    SHORT = 6
    LONG = 7
    CRASHED = 8
    BROKEN = 9


_TEXTS = {
    Fault.STUCK: "no result came for this frame",
    Fault.SURPLUS: "a result came that no frame asked for",
    Fault.TAG: "its result has the wrong tag in tuser: {element}, sent was this frame's number",
    Fault.LAST: "tlast is wrong on beat {element} of its result",
    Fault.LANE: "the unused bits of output lane {element} do not extend the element",
    Fault.SHORT: "frame_short was high, but every frame is whole",
    Fault.LONG: "frame_long was high, but every frame is whole",
    Fault.CRASHED: "the simulation crashed",
    Fault.BROKEN: "frame_broken was high, but every frame is whole",
}


@dataclass(frozen=True)
class Share:
    """What one process did.

    Args:
        first: index of its first frame; frames: how many results came out.
        cycles: clock edges; cpu_seconds: of the simulation alone.
        latency: cycles of its first frame; span: cycles between its first and its last result.
        fault, fault_frame, fault_element: the first thing wrong besides the results' values.
    """

    first: int
    frames: int
    cycles: int
    cpu_seconds: float
    latency: int
    span: int
    fault: Fault
    fault_frame: int
    fault_element: int

    @property
    def fault_text(self) -> str:
        """What is wrong, in words."""
        return _TEXTS[self.fault].format(element=self.fault_element)


@dataclass(frozen=True)
class Chunk:
    """What a run gave: outputs by name, shape (frames, *shape), and what each process did."""

    outputs: dict[str, FixedArray]
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Pauses:
    """How often the source and the sink hold back, in percent of the cycles, and the seed of when."""

    gap_percent: int = 0
    stall_percent: int = 0
    seed: int = 1

    @property
    def none(self) -> bool:
        """Whether frames come at full load and every result is taken at once."""
        return not (self.gap_percent or self.stall_percent)


NO_PAUSES = Pauses()
RANDOM_PAUSES = Pauses(33, 33)


class Run:
    """A simulation under way: started by the constructor, so that the caller can compute meanwhile.

    Args:
        values: for each input's name values of shape (frames, *shape), in the port's type.
    """

    def __init__(self, program: BulkProgram, values: Mapping[str, FixedArray], pauses: Pauses, processes: int) -> None:
        self._design = program.design
        self._scratch = tempfile.TemporaryDirectory(prefix="fpgaml-bulk-")
        folder = Path(self._scratch.name)
        self._frames = values[self._design.inputs[0].name].shape[0]
        self._processes = max(1, min(processes, self._frames))
        inputs = [folder / f"in{k}.bin" for k in range(len(self._design.inputs))]
        for port, path in zip(self._design.inputs, inputs, strict=True):
            to_words(values[port.name], port).tofile(path)
        self._results = [folder / f"out{k}.bin" for k in range(len(self._design.outputs))]
        numbers = (self._frames, self._processes, pauses.seed, pauses.gap_percent, pauses.stall_percent)
        command = [str(program.program), *map(str, numbers), *map(str, inputs), *map(str, self._results)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()
        self._scratch.cleanup()

    def wait(self) -> Chunk:
        """The results.

        Raises:
            ToolError: the program could not do its work (no memory, no disk).
        """
        said, complaint = self._process.communicate()
        if self._process.returncode != 0:
            raise ToolError("bulk simulation", f"failed: {complaint.strip() or self._process.returncode}")
        shares = tuple(self._share(k, line.split()) for k, line in enumerate(said.splitlines()))
        outputs = {
            port.name: from_words(np.fromfile(path, dtype=np.uint64), port, self._frames)
            for port, path in zip(self._design.outputs, self._results, strict=True)
        }
        return Chunk(outputs, shares)

    def _share(self, process: int, fields: list[str]) -> Share:
        frames, cycles, latency, start, end, fault, frame, element = map(int, fields[:8])
        first = self._frames * process // self._processes
        return Share(first, frames, cycles, float(fields[8]), latency, end - start, Fault(fault), frame, element)
