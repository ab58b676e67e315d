"""What a bulk run is asked, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.cosim.bulk.run import NO_PAUSES, Pauses, Share
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.graph.values import FixedArray
from fpgaml.project.ports import Port

Values = dict[str, FixedArray]


@dataclass(frozen=True)
class WrongBit:
    """The first bit that differs.

    Args:
        frame: index among all frames; output: the port; element: in C order; bit: 0 is the lowest.
        expected, got: raw bits of the element, as unsigned integers.
    """

    frame: int
    output: str
    element: int
    bit: int
    expected: int
    got: int

    def __str__(self) -> str:
        place = f"frame {self.frame}, {self.output}[{self.element}] bit {self.bit}"
        return f"{place}: expected {self.expected:#x}, got {self.got:#x}"


@dataclass(frozen=True)
class BulkRequest:
    """What to run.

    Args:
        frames: how many; of data, at most.
        seed: of random inputs and pauses.
        data: a file of events (.npy, .npz, .h5, .csv); None: corners of the inputs' types and random codes.
        pauses: how often source and sink hold back; none: full load.
        processes: 0: one a core.
    """

    frames: int
    seed: int = 1
    data: Path | None = None
    pauses: Pauses = NO_PAUSES
    processes: int = 0


@dataclass(frozen=True)
class BulkResult:
    """What a bulk run found.

    Args:
        shell: of the design; pauses: those that it could have.
        frames: how many results were compared; cycles: clock edges simulated.
        first: the first difference; problem: what else is wrong, with its frame. Empty if nothing is.
        declared, measured: latency and interval in cycles; of the interval None where pauses or a single frame hide it.
        outputs: name and `elements` of each; processes: how many simulated at once; verilator: version.
        compile_seconds: 0 if the program was in the cache; seconds: wall time of all the rest.
        simulation_seconds: wall time that the simulation alone takes on its processes, from their CPU time.
        graph_by: who computed what was expected.
    """

    shell: str
    pauses: Pauses
    frames: int
    cycles: int
    first: WrongBit | None
    problem: str
    declared: Mapping[str, int | float]
    measured: Mapping[str, int | float | None]
    outputs: Sequence[Mapping[str, Any]]
    processes: int
    verilator: str
    compile_seconds: float
    seconds: float
    simulation_seconds: float
    graph_by: str = INTERPRETER

    @property
    def passed(self) -> bool:
        """Whether every frame came out right."""
        return self.first is None and not self.problem and self.frames > 0

    @property
    def simulated_per_second(self) -> float:
        """Frames per second of the simulation itself."""
        return self.frames / self.simulation_seconds if self.simulation_seconds else 0.0

    @property
    def frames_per_second(self) -> float:
        """Frames per second of the whole: making inputs, simulation, the Graph and comparison."""
        return self.frames / self.seconds if self.seconds else 0.0


def first_wrong(ports: Sequence[Port], share: Share, got: Values, expected: Values) -> WrongBit | None:
    """The first wrong bit among the results of one process: of the first frame, the first output and element."""
    rows = slice(share.first, share.first + share.frames)
    places: list[tuple[int, int, int]] = []
    for index, port in enumerate(ports):
        right = expected[port.name].at(port.fractional)[rows].reshape(share.frames, port.size)
        found = got[port.name].integers[rows].reshape(share.frames, port.size)
        different = right != found
        if different.any():
            frame, element = divmod(int(np.flatnonzero(different)[0]), port.size)
            places.append((frame, index, element))
    if not places:
        return None
    frame, index, element = min(places)
    port, row, mask = ports[index], share.first + frame, (1 << ports[index].width) - 1
    wanted = int(expected[port.name].at(port.fractional)[row].reshape(-1)[element]) & mask
    seen = int(got[port.name].integers[row].reshape(-1)[element]) & mask
    difference = wanted ^ seen
    return WrongBit(row, port.name, element, (difference & -difference).bit_length() - 1, wanted, seen)
