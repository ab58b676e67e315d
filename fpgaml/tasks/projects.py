"""The projects of an evaluation: made and proved, then opened as columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.boards import find_board
from fpgaml.budget.read import read_budget
from fpgaml.checking import Checking
from fpgaml.conversion import Conversion, Request, convert
from fpgaml.errors import CheckFailedError
from fpgaml.frontends.chain.files import ModelFile
from fpgaml.hls.target import HlsTarget
from fpgaml.progress import Progress
from fpgaml.rtl.settings import ShellKind
from fpgaml.rtl.target import RtlTarget
from fpgaml.target import Target
from fpgaml.tasks.columns import Column, Group, csim_column, graph_column, litert_column, rtl_column
from fpgaml.tasks.events import write_events
from fpgaml.tasks.sources import brought
from fpgaml.tasks.streams import stream_column
from fpgaml.tasks.task import Network, Task


@dataclass(frozen=True)
class ProjectMaker:
    """Makes the projects of one network.

    Args:
        weights: the folder of networks; output: the folder that receives the projects.
        rtl: whether RTL is wanted; events: test events that every column will answer.
        projects: the folders of those that were made.
    """

    task: Task
    network: Network
    weights: Path
    output: Path
    rtl: bool
    events: int
    progress: Progress
    projects: list[Path] = field(default_factory=list)

    def quantised(self) -> Group:
        """The quantised network: Graph, C-simulation, RTL simulation.

        Raises:
            FpgamlError, CheckFailedError: as for `convert`.
        """
        model = self.network.quantised_model(self.weights)
        hls = self._convert(model, "hls", HlsTarget())
        columns = [graph_column(hls.model.graph, self.events, self.progress), csim_column(hls.folder, self.progress)]
        if self.rtl:
            rtl = self._convert(model, "rtl", self._endless())
            columns.append(self._rtl_column(rtl.folder))
        return Group(hls.model.graph, tuple(columns))

    def integer(self) -> Group:
        """The float network as an int8 flatbuffer: LiteRT's reference kernels, and firmware from the flatbuffer.

        Raises:
            FpgamlError, CheckFailedError: as for `convert`.
        """
        from fpgaml.tflite.target import TfliteTarget

        name = self.network.name or self.task.name
        floating = self.network.float_model(self.weights)
        made = self._convert(
            floating, "tflite", TfliteTarget(model_name=name, output_ranges=self.task.int8_ranges), native=False
        )
        file = made.folder / f"{name}.tflite"
        hls = self._convert(file, "tflite_hls", HlsTarget(), native=False)
        columns = [
            litert_column(file, hls.model.graph),
            csim_column(hls.folder, self.progress, "tflite_csim", "int8, C-simulation"),
        ]
        if self.rtl:
            rtl = self._convert(file, "tflite_rtl", self._rtl(), native=False)
            columns.append(rtl_column(rtl.folder, self.progress, "tflite_rtl", "int8, RTL simulation"))
        return Group(hls.model.graph, tuple(columns), hls.model.codings)

    def _rtl(self) -> RtlTarget:
        """As the budget paces it."""
        settings = brought(self.task, self.network, read_budget(self.task.folder / "budget.toml"))
        return RtlTarget(shell=ShellKind.NATIVE, **settings.get("rtl", {}))

    def _endless(self) -> RtlTarget:
        """Of the quantised network, where it reads streams."""
        fed = self.network.interleaved
        if fed is None:
            return self._rtl()
        return RtlTarget(shell=ShellKind.NATIVE, continuous=True, hop=fed.hop, channels=fed.channels, rate=fed.rate)

    def _rtl_column(self, project: Path) -> Column:
        fed = self.network.interleaved
        return (
            rtl_column(project, self.progress) if fed is None else stream_column(project, fed.sequence, self.progress)
        )

    def _convert(self, model: ModelFile, name: str, target: Target, native: bool = True) -> Conversion:
        """One project; the quantised network's own has its recorded answers and the budget's clock.

        Requantisation multiplies by numbers of 31 bits: other networks run at the board's usual clock.
        """
        budget = read_budget(self.task.folder / "budget.toml")
        events = write_events(self.task, self.network, self.output / "events" / name, self.weights, native)
        request = Request(
            output=self.output / name,
            target=target,
            board=find_board(budget.board, clock_mhz=budget.clock_mhz if native else None),
            checking=Checking(data=events.data, labels=events.labels),
        )
        conversion = convert(model, request, self.progress)
        if not conversion.passed:
            raise CheckFailedError(str(conversion.folder), "a check of the conversion failed", "See `fpgaml report`")
        self.projects.append(conversion.folder)
        return conversion
