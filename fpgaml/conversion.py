"""The main job: a model file becomes a firmware project that is proved equal to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.boards import Board, find_board
from fpgaml.data.dataset import DataSet, open_data
from fpgaml.data.labels import area_under_roc, check_labels
from fpgaml.errors import FpgamlError
from fpgaml.frontends.model import Approximation
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.graph.serial import graph_hash
from fpgaml.graph.values import FixedArray
from fpgaml.hls.target import HlsTarget
from fpgaml.oracles import choose_oracle
from fpgaml.passes.base import run
from fpgaml.passes.pipeline import of_requantisation
from fpgaml.progress import Progress, Silent
from fpgaml.project.manifest import Manifest
from fpgaml.project.publish import check_target, staged
from fpgaml.proof.checks import Batch, Check, Proof, chunk_events, data_batches, source_check, split, target_check
from fpgaml.proof.oracle import ExactForm, FrameworkUse, Oracle
from fpgaml.proof.vectors import corner_vectors
from fpgaml.record.verdict import Status
from fpgaml.report.results import Results, input_rows
from fpgaml.source import LoadedModel, load_with_data
from fpgaml.target import Evidence, Firmware, Judgement, NeedsEvidence, Run, Target, Texts


@dataclass(frozen=True)
class Request:
    """Everything that a conversion depends on besides the model file.

    Args:
        board: a name of the catalogue or a board file; part, clock_mhz: override it.
        output: the project's folder.
        target: what is made, with its own settings.
        input_types: as for --input-type.
        data, dataset, axes, limit: events, the array's name, a transposition, at most so many.
        reference: recorded answers; labels: 0 and 1 for background and signal.
        framework, framework_events: whether the framework is asked, and for at most how many events.
        layers: compare layer by layer too.
        requantize_bits: significant bits of the factors between the codes of an integer model; None: exact.
        tolerance_lsb: a distance allowed between source and Graph.
        seed, vector_events, golden_events: of the made-up vectors; how many events of data become golden vectors.
    """

    board: str = "alveo"
    output: Path = Path("project")
    part: str | None = None
    clock_mhz: float | None = None
    target: Target = field(default_factory=HlsTarget)
    input_types: Sequence[str] = ()
    data: Path | None = None
    dataset: str | None = None
    axes: Sequence[int] | None = None
    limit: int | None = None
    reference: Path | None = None
    labels: Path | None = None
    framework: FrameworkUse = FrameworkUse.AUTO
    framework_events: int = 10_000
    layers: bool = False
    requantize_bits: int | None = None
    tolerance_lsb: float | None = None
    seed: int = 1
    vector_events: int = 256
    golden_events: int = 256


@dataclass(frozen=True)
class Conversion:
    """A finished conversion.

    Args:
        folder: the project; model: what was read; board: with overrides applied.
        firmware: what the target made; results: what was measured.
    """

    folder: Path
    model: LoadedModel
    board: Board
    firmware: Firmware
    results: Results

    @property
    def passed(self) -> bool:
        """Whether no check failed: enough to go on, not a proof."""
        return self.results.passed

    @property
    def proved(self) -> bool:
        """Whether every check was made, and is exact."""
        return self.results.proved


def convert(path: Path, request: Request, progress: Progress | None = None) -> Conversion:
    """Convert and prove a model.

    Args:
        path: the model file.
        progress: hears what is being done.

    Raises:
        FpgamlError: bad input; nothing is left behind.
    """
    progress = progress or Silent()
    check_target(request.output)
    board = find_board(request.board, request.part, request.clock_mhz)
    with progress.step("reading the model"):
        model, data = read_model_and_data(path, request)
    model, exact = _requantised(model, request)
    target = _with_evidence(request, data)
    target.check(model.graph, board)
    oracle, why_not = choose_oracle(path, model.graph.outputs, request, model.codings)
    if oracle is None and exact is not None:
        oracle = ExactForm(exact)
    with staged(request.output) as stage:
        firmware = target.write(stage, model.graph, board, progress)
        model_rounds = all(choice.origin == "model" for choice in model.inputs)
        proof = start_proof(model.graph, firmware.run, oracle, request, model_rounds=model_rounds)
        proof.keep_outputs |= firmware.judge is not None
        golden = prove(proof, model.graph, data, request, progress)
        judged = _judgement(firmware, proof, progress)
        hop = (target_check(proof, firmware.check, "the integer interpreter", firmware.why_not),)
        checks = (
            source_check(proof, bool(model.approximations), request.tolerance_lsb, why_not),
            *(hop if firmware.check else ()),
            *judged.checks,
            *(Check(name, "", Status.NOT_CHECKED, how) for name, how in firmware.pending.items()),
        )
        sections = {**judged.sections, **_requantisation(model, request)}
        results = Results.gather(proof, checks, firmware, physics(proof, request), sections)
        _finish(stage, model, board, firmware, golden, request, results)
    return Conversion(request.output, model, board, firmware, results)


def _requantised(model: LoadedModel, request: Request) -> tuple[LoadedModel, Graph | None]:
    """The model with shorter factors between its codes, and its exact Graph, if that is asked for."""
    bits = request.requantize_bits
    if bits is None:
        return model, None
    if not model.codings:
        advice = "Leave it out: this model is fixed point already"
        raise FpgamlError("--requantize", "is for integer .tflite models", advice)
    kept = "the nearest power of two" if bits == 1 else f"{bits} significant bits"
    note = Approximation("all layers", f"factors between the codes rounded to {kept} (--requantize)")
    rounded = run(of_requantisation(bits), model.graph)
    return replace(model, graph=rounded, approximations=(*model.approximations, note)), model.graph


def _requantisation(model: LoadedModel, request: Request) -> dict[str, Any]:
    """What an integer model's factors cost, for the report."""
    if not model.codings:
        return {}
    from fpgaml.rtl.requantisation import requantisation_cost

    cost = requantisation_cost(model.graph, request.requantize_bits)
    return {"requantisation": cost.to_json()} if cost else {}


def _with_evidence(request: Request, data: DataSet | None) -> Target:
    """The request's target, with the data where it works on data."""
    if not isinstance(request.target, NeedsEvidence):
        return request.target
    evidence = Evidence(data, request.labels, request.seed, request.vector_events, request.golden_events)
    return request.target.with_evidence(evidence)


def _judgement(firmware: Firmware, proof: Proof, progress: Progress) -> Judgement:
    """What the target says of itself, given the Graph's outputs on the data."""
    if firmware.judge is None:
        return Judgement()
    with progress.step("measuring on the data"):
        return firmware.judge({name: np.concatenate(parts) for name, parts in proof.outputs.items()})


def read_model_and_data(path: Path, request: Request) -> tuple[LoadedModel, DataSet | None]:
    """The model, with its inputs' types settled by the data where nothing else does, and the data."""

    def events(shapes: Mapping[str, Shape]) -> DataSet | None:
        if request.data is None:
            return None
        return open_data(request.data, shapes, request.dataset, request.axes, request.limit)

    model, data = load_with_data(path, request.input_types, events)
    check_labels(request.labels, data.events if data else None)
    return model, data


def start_proof(graph: Graph, run: Run | None, oracle: Oracle | None, request: Request, *, model_rounds: bool) -> Proof:
    """A proof that has seen nothing yet.

    Args:
        run: the firmware's simulation, or None.
        model_rounds: whether the source model itself brings raw data into the inputs' types.
    """
    return Proof(
        graph=graph,
        target=run,
        oracle=oracle,
        model_rounds=model_rounds,
        oracle_required=request.framework == FrameworkUse.REQUIRED,
        counted="vectors" if request.data is None else "data",
        keep_outputs=request.labels is not None,
    )


@dataclass
class Golden:
    """The golden vectors: batches of inputs and the outputs that belong to them."""

    inputs: list[dict[str, FixedArray]] = field(default_factory=list)
    outputs: list[dict[str, FixedArray]] = field(default_factory=list)
    origins: dict[str, int] = field(default_factory=dict)

    def add(self, batch: Batch, outputs: dict[str, FixedArray], limit: int) -> None:
        """Keep the first events of an origin, at most `limit`."""
        room = limit - self.origins.get(batch.origin, 0)
        count = min(room, batch.events)
        if count <= 0:
            return
        self.inputs.append({n: FixedArray(v.integers[:count], v.fractional) for n, v in batch.values.items()})
        self.outputs.append({n: FixedArray(v.integers[:count], v.fractional) for n, v in outputs.items()})
        self.origins[batch.origin] = self.origins.get(batch.origin, 0) + count

    @property
    def events(self) -> int:
        """How many events in all."""
        return sum(self.origins.values())


def prove(proof: Proof, graph: Graph, data: DataSet | None, request: Request, progress: Progress) -> Golden:
    """Run made-up vectors and the data through everything; returns the golden vectors."""
    golden = Golden()
    limits = {"vectors": request.vector_events, "data": request.golden_events}
    total = request.vector_events + (data.events if data else 0)

    def batches() -> Iterator[Batch]:
        yield from split(corner_vectors(graph, request.vector_events, request.seed), chunk_events(graph), "vectors")
        if data is not None:
            yield from data_batches(proof, data)

    with progress.bar("comparing bit for bit", total) as advance:
        for batch in batches():
            golden.add(batch, proof.run(batch), limits[batch.origin])
            advance(batch.events)
    return golden


def physics(proof: Proof, request: Request) -> dict[str, Any]:
    """Physics metrics of the Graph's outputs on labelled data."""
    if request.labels is None:
        return {}
    scores = {name: np.concatenate(parts) for name, parts in proof.outputs.items()}
    return {"roc_auc": area_under_roc(request.labels, scores)}


def _finish(
    stage: Path,
    model: LoadedModel,
    board: Board,
    firmware: Firmware,
    golden: Golden,
    request: Request,
    results: Results,
) -> None:
    parts = [
        f"{count} of {'the data' if origin == 'data' else f'seed {request.seed}'}"
        for origin, count in golden.origins.items()
    ]
    inputs = [f"`{choice.name}` is {choice.reason}." for choice in model.inputs]
    texts = Texts(model.path.name, board.title, inputs, ", ".join(parts), golden.events)
    firmware.finish(stage, golden.inputs, golden.outputs, texts)
    manifest = Manifest(
        source={"file": model.path.name, "sha256": model.sha256, "framework": model.framework},
        graph_sha256=graph_hash(model.graph),
        board=board.facts(),
        settings=firmware.settings,
        inputs=firmware.inputs,
        outputs=firmware.outputs,
        input_types=input_rows(model.inputs),
        approximations=[{"layer": a.layer, "what": a.what} for a in model.approximations],
        vectors={"seed": request.seed, "events": golden.origins, "data_sha256": _data_hash(request)},
        messages=firmware.messages,
        packages=firmware.packages,
        codings={name: asdict(coding) for name, coding in model.codings.items()},
    )
    results.write(stage)
    manifest.write(stage)


def _data_hash(request: Request) -> str:
    from fpgaml.data.arrays import split_path
    from fpgaml.files import file_sha256

    return file_sha256(split_path(request.data)[0]) if request.data else ""
