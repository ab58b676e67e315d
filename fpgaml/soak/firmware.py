"""What is tried at depth: the artefact as it lies in a project, run on any number of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.file_axes import to_file
from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.work import multiplications
from fpgaml.progress import Progress
from fpgaml.project.ports import Port
from fpgaml.proof.hops import Simulated, Unchecked
from fpgaml.running.firmware import OpenProject
from fpgaml.soak.tally import Values, part_of
from fpgaml.targets import target_class


@dataclass(frozen=True)
class Ran:
    """What firmware made of a batch.

    Args:
        outputs: by port, of shape (events, *shape); those from `event` on mean nothing where there is a problem.
        event: index in the batch of the first that firmware did not come through; problem: what happened then.
    """

    outputs: Values
    event: int = 0
    problem: str = ""


class Run(Protocol):
    """A batch through firmware."""

    def __call__(self, values: Values) -> Ran:
        """Inputs by node, of shape (events, *shape).

        Raises:
            ToolError: what runs it cannot do its work.
        """


Reals = Callable[[Values], dict[str, NDArray[Any]]]


@dataclass(frozen=True)
class Tried:
    """Firmware that must equal a Graph on every bit of any event.

    Args:
        graph: what it must equal; ports: its outputs, named as the Graph's are.
        title: what runs it; check: the name of the check; tools: that take part, with versions.
        cost: of one event, in operations of about a nanosecond: pieces of work are cut by it.
        run: a batch; instead_of: the check that says that it is still to be made.
        inputs: the project's names of the Graph's inputs, where these are others.
        is_emulator: whether it is the emulator itself: the interpreter computes what it must give.
        reals: events as a file of data holds them, by layer.
        reproduce: the command that tries such a file, without its name.
        inputs: the project's names of the Graph's inputs, where these are others.
        is_emulator: whether it is the emulator: the interpreter computes what every event must give.
    """

    graph: Graph
    ports: Sequence[Port]
    title: str
    check: str
    tools: Mapping[str, str]
    cost: int
    run: Run
    reals: Reals
    reproduce: str
    instead_of: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    is_emulator: bool = False


def open_tried(project: OpenProject, progress: Progress) -> Tried:
    """Compile what runs a project's firmware: C-simulation, Verilog in bulk, a compiled library, LiteRT.

    Raises:
        FpgamlError: there is nothing that runs it; says why, and what would help.
        ToolError: no compiler or simulator.
    """
    if (project.folder / "sim" / "bench.json").is_file():
        from fpgaml.soak.rtl import open_rtl

        return open_rtl(project, progress)
    target = target_class(project.manifest.settings.target)
    firmware = target.reopen(project.folder, project.manifest, project.graph, None, progress)
    if not firmware.of_graph:
        from fpgaml.soak.flatbuffer import open_flatbuffer

        return open_flatbuffer(project, firmware)
    for hop in firmware.hops:
        if isinstance(hop, Simulated):
            compiler = firmware.tools.get("compiler")
            title = hop.name.removeprefix("Graph = ") + (f", {compiler}" if compiler else "")
            return Tried(
                project.graph,
                firmware.outputs,
                title,
                f"{hop.name} at random",
                firmware.tools,
                multiplications(project.graph),
                _whole(hop.run),
                as_data(project),
                "fpgaml verify PROJECT --data",
                is_emulator=hop.is_emulator,
            )
    why = next((hop.why for hop in firmware.hops if isinstance(hop, Unchecked)), "nothing runs it here")
    raise FpgamlError("--random", f"{project.folder}: {why}", "There is nothing to compare the Graph with")


def as_data(project: OpenProject) -> Reals:
    """Events of the Graph as `--data` takes them: real numbers, or codes as whole numbers, in the file's axes."""

    def reals(values: Values) -> dict[str, NDArray[Any]]:
        found = {}
        for layer, node in project.graph.input_layers.items():
            numbers: NDArray[Any] = values[node].to_float()
            numbers = numbers.astype(np.int64) if layer in project.codings else numbers
            found[layer] = to_file(numbers, project.axes.get(layer))
        return found

    return reals


def _whole(run: Callable[[Values], Values]) -> Run:
    """Firmware that gives the results of all events or of none; which event it is at fault with is searched for."""

    def run_whole(values: Values) -> Ran:
        try:
            return Ran(run(values))
        except CheckFailedError as error:
            problem = error.reason
        good, bad = 0, next(iter(values.values())).shape[0]  # events that it comes through, and does not
        outputs: Values = {}
        while bad - good > 1:
            middle = (good + bad) // 2
            try:
                outputs, good = run(part_of(values, 0, middle)), middle
            except CheckFailedError as error:
                problem, bad = error.reason, middle
        return Ran(outputs, good, problem)

    return run_whole
