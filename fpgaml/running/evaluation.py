"""A user's own model on labelled events: source, Graph and firmware side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fpgaml.checking import Checking
from fpgaml.cluster.workers import Workers
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.data.file_axes import Orders
from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import ModelFile
from fpgaml.graph.graph import Graph
from fpgaml.oracles import choose_oracle
from fpgaml.physics.columns import columns_of_proof, in_file_terms, shared
from fpgaml.physics.measure import Scored, measure
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import content_of, edited_files
from fpgaml.project.publish import is_project
from fpgaml.proof.checks import Proof
from fpgaml.proof.part import in_order
from fpgaml.record.files import update_results
from fpgaml.record.physics import Column, ColumnRole, Physics
from fpgaml.running.answers import Answers
from fpgaml.running.firmware import OpenProject
from fpgaml.running.pieces import EventsJob, FirmwareOf, run_here, run_there
from fpgaml.running.source_files import as_converted
from fpgaml.source import load_with_data

EVERY = 1 << 62
"""Events that the framework is asked about: a sample would judge columns on different ones."""


@dataclass(frozen=True)
class Evaluation:
    """What labelled events said.

    Args:
        subject: the project's folder or the model file.
        physics: every column's metrics; notes: what else the reader must know.
        different: of how many events the firmware's answers are not the Graph's, on some bit.
        recorded: whether the project's results.json has it now.
    """

    subject: Path
    physics: Physics
    notes: tuple[str, ...] = ()
    different: int = 0
    recorded: bool = False

    @property
    def passed(self) -> bool:
        """Whether firmware, where there is some, equals the Graph on every bit of every event."""
        return not self.different


def evaluate(
    subject: Path,
    checking: Checking,
    progress: Progress | None = None,
    *,
    model: ModelFile | None = None,
    input_types: Sequence[str] = (),
    simulate: bool = False,
    background_hz: float | None = None,
    workers: Workers | None = None,
) -> Evaluation:
    """Judge a project, or a model file without firmware, on labelled events.

    A project's results.json receives what was found, unless its files were edited.

    Args:
        subject: a project's folder, or a model file.
        checking: data with labels; recorded answers, or whether the framework is asked.
        model: of a project, the model file or files, so that their framework can be asked.
        input_types: of a model, as for `convert`; simulate: as for `running.firmware.start`.
        background_hz: how often background comes: its false-positive rates are trigger rates then.
        workers: that share the events; None: this process. The framework of the source runs here in any case.

    Raises:
        FpgamlError: no data or labels, or what does not fit; before anything is compiled or asked.
    """
    progress = progress or Silent()
    checking = replace(checking, framework_events=EVERY)
    for option, given in (("--data", checking.data), ("--labels", checking.labels)):
        if given is None:
            reason = "is needed to judge by"
            raise FpgamlError(option, reason, "`fpgaml predict` writes answers without labels; a task brings its own")
    if is_project(subject):
        return _of_project(subject, checking, progress, model, simulate, background_hz, workers)
    if subject.is_dir():
        raise FpgamlError(str(subject), "is a folder, but no project", "Give the folder that `fpgaml convert` wrote")
    if simulate or model is not None:
        raise FpgamlError("--sim, --model", "go with a project", "Convert the model, and give the project's folder")
    return _of_model(subject, checking, progress, input_types, background_hz, workers)


def _of_model(
    path: Path,
    checking: Checking,
    progress: Progress,
    input_types: Sequence[str],
    background_hz: float | None,
    workers: Workers | None,
) -> Evaluation:
    with progress.step("reading the model"):
        model, data = load_with_data(path, input_types, checking.events, None, checking.check)
    assert data is not None
    inputs_of_model = all(choice.origin == "model" for choice in model.inputs)
    judged = _Judged(model.graph, data, model.codings, model.axes, bool(model.approximations), inputs_of_model)
    physics, why_not, _ = judged.run(path, checking, None, progress, workers)
    physics = physics.model_copy(update={"background_hz": background_hz})
    notes = ("no firmware: a project of `fpgaml convert` is judged with its own", *why_not)
    return Evaluation(path, physics, notes)


def _of_project(
    folder: Path,
    checking: Checking,
    progress: Progress,
    model: ModelFile | None,
    simulate: bool,
    background_hz: float | None,
    workers: Workers | None,
) -> Evaluation:
    project = OpenProject.read(folder)
    graph, manifest = project.graph, project.manifest
    model = None if model is None else as_converted(model, manifest)
    data = project.events(checking.events)
    assert data is not None
    checking.check({name: graph.shapes[name] for name in graph.outputs}, project.axes, data.events)
    inputs_of_model = all(each.origin == "model" for each in manifest.input_types)
    judged = _Judged(graph, data, project.codings, project.axes, bool(manifest.approximations), inputs_of_model)
    firmware = FirmwareOf(folder.absolute(), content_of(folder, manifest), simulate)
    physics, why_not, different = judged.run(model, checking, firmware, progress, workers)
    physics = physics.model_copy(update={"background_hz": background_hz})
    edited = edited_files(folder, manifest)
    if not edited:
        update_results(folder, lambda results: results.with_physics(physics))
    said = [f"not recorded in the project: edited since it was generated: {', '.join(edited[:3])}"] if edited else []
    return Evaluation(folder, physics, (*why_not, *said), different, not edited)


@dataclass(frozen=True)
class _Judged:
    """A Graph and the events that it is judged on.

    Args:
        approximate: whether it rounds what the source keeps in floating point.
        model_rounds: whether the source itself brings data into the inputs' types.
    """

    graph: Graph
    data: DataSet
    codings: Mapping[str, PortCoding]
    axes: Orders
    approximate: bool
    model_rounds: bool

    def run(
        self,
        model: ModelFile | None,
        checking: Checking,
        firmware_of: FirmwareOf | None,
        progress: Progress,
        workers: Workers | None,
    ) -> tuple[Physics, tuple[str, ...], int]:
        """Everything on every event: metrics, why there is no source column, and events in which firmware differs."""
        oracle, why_not = choose_oracle(
            model, self.graph, checking, self.codings, self.axes, approximate=self.approximate
        )
        with oracle or nullcontext():
            firmware = Answers(firmware_of.start(progress)) if firmware_of else None
            proof = checking.proof(
                self.graph,
                [firmware] if firmware and workers is None else [],
                oracle,
                model_rounds=self.model_rounds,
                approximate=self.approximate,
                statistics=False,
            )
            proof.wait(progress)
            if workers is None:
                run_here(proof, self.data, "events through every column", progress)
            else:
                part = run_there(self._job(checking, firmware_of), proof, workers, progress)
                if firmware is not None:
                    firmware.outputs, firmware.found = in_order(part.firmware_outputs), dict(part.firmware)
        columns = columns_of_proof(proof, (), self.codings, self.axes)
        if firmware is not None:
            columns = (*columns, self._column(firmware, columns))
        shapes = {name: self.graph.shapes[name] for name in self.graph.outputs}
        assert checking.labels is not None
        with progress.step("physics metrics"):
            physics = measure(read_labels(checking.labels, self.data.events), shapes, columns)
        missing = () if proof.source_outputs and proof.oracle else (_no_source(proof, why_not),)
        return physics, missing, firmware.different if firmware else 0

    def _job(self, checking: Checking, firmware: FirmwareOf | None) -> EventsJob:
        return EventsJob(
            graph=self.graph,
            data=self.data,
            checking=checking,
            codings=self.codings,
            axes=self.axes,
            model_rounds=self.model_rounds,
            approximate=self.approximate,
            statistics=False,
            firmware=firmware,
            answers=True,
        )

    def _column(self, firmware: Answers, others: Sequence[Scored]) -> Scored:
        """The firmware's; of the Graph's answers where every bit of every event is equal."""
        running = firmware.running
        answers = {
            name: in_file_terms(np.concatenate(parts), running.codings.get(name), self.axes.get(name))
            for name, parts in firmware.outputs.items()
        }
        column = Column(
            key="firmware",
            role=ColumnRole.HARDWARE,
            title=running.title,
            tool=running.standing,
            events=self.data.events,
        )
        scored = Scored(column, answers)
        if running.of_graph and not firmware.different:
            fixed = next(each.column for each in others if each.column.role == ColumnRole.FIXED)
            return replace(scored, column=column.model_copy(update={"equal_to": fixed.equal_to or fixed.key}))
        return shared([*others, scored])[-1]


def _no_source(proof: Proof, why_not: str) -> str:
    reason = proof.no_answers or why_not or "it answered nothing for these events"
    return f"no column of the source model: {reason}"
