"""The main job: a model file becomes an HLS project that is proved equal to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.boards import Board, find_board
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Conv1D, Conv2D, Dense, EinsumDense, Shape
from fpgaml.graph.serial import graph_hash
from fpgaml.graph.values import FixedArray
from fpgaml.hls.csim import CSim, build
from fpgaml.hls.model import HlsModel
from fpgaml.hls.project import Texts, write_guides, write_project, write_vectors
from fpgaml.hls.settings import HlsSettings, IoType, LayerSettings, Strategy
from fpgaml.progress import Progress, Silent
from fpgaml.project.manifest import Manifest
from fpgaml.project.publish import check_target, staged
from fpgaml.proof.checks import (
    Batch,
    Proof,
    chunk_events,
    data_batches,
    source_check,
    split,
    target_check,
)
from fpgaml.proof.data import DataSet, open_data
from fpgaml.proof.labels import area_under_roc
from fpgaml.proof.oracle import Framework, FrameworkUse, Oracle, recorded_answers
from fpgaml.proof.vectors import corner_vectors
from fpgaml.report.results import Results, input_rows
from fpgaml.source import LoadedModel, load_with_data

PARALLEL_MULTIPLICATIONS = 10_000
PARALLEL_ELEMENTS = 4096
"""Above these, unrolling everything is hopeless: hls4ml partitions arrays of at most 4096 elements."""


@dataclass(frozen=True)
class Request:
    """Everything that a conversion depends on besides the model file.

    Args:
        board: a name of the catalogue; part, clock_mhz: override it.
        output: the project's folder.
        io: None chooses by the network's size.
        input_types: as for --input-type.
        data, dataset, axes, limit: events, the array's name, a transposition, at most so many.
        reference: recorded answers; labels: 0 and 1 for background and signal.
        framework, framework_events: whether the framework is asked, and for at most how many events.
        layers: compare layer by layer too.
        tolerance_lsb: a distance allowed between source and Graph.
        seed, vector_events, golden_events: of the made-up vectors; how many events of data become golden vectors.
    """

    board: str = "alveo"
    output: Path = Path("project")
    part: str | None = None
    clock_mhz: float | None = None
    backend: str = "vitis"
    io: IoType | None = None
    strategy: Strategy = Strategy.LATENCY
    reuse_factor: int = 1
    layer_settings: dict[str, LayerSettings] = field(default_factory=dict)
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
    tolerance_lsb: float | None = None
    seed: int = 1
    vector_events: int = 256
    golden_events: int = 256


@dataclass(frozen=True)
class Conversion:
    """A finished conversion.

    Args:
        folder: the project; model: what was read; board: with overrides applied; results: what was measured.
    """

    folder: Path
    model: LoadedModel
    board: Board
    settings: HlsSettings
    results: Results

    @property
    def proved(self) -> bool:
        """Whether no check failed."""
        return self.results.passed


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
    board = find_board(request.board).with_overrides(request.part, request.clock_mhz)
    with progress.step("reading the model"):
        model, data = read_model_and_data(path, request)
    settings = choose_settings(model.graph, board, request)
    oracle, why_not = choose_oracle(path, model.graph.outputs, request)
    with staged(request.output) as stage:
        with progress.step(f"writing the {settings.target.name} project"):
            hls = write_project(stage, model.graph, settings)
        csim, no_csim = compile_csim(stage, hls, settings, progress)
        proof = start_proof(
            model.graph, csim, oracle, request, model_rounds=all(c.origin == "model" for c in model.inputs)
        )
        golden = prove(proof, model.graph, data, request, progress)
        checks = (
            source_check(proof, bool(model.approximations), request.tolerance_lsb, why_not),
            target_check(proof, "Graph = C-simulation", "the integer interpreter", no_csim),
        )
        results = Results.gather(proof, checks, settings, csim, physics(proof, request))
        _finish(stage, model, board, settings, hls, golden, request, results)
    return Conversion(request.output, model, board, settings, results)


def read_model_and_data(path: Path, request: Request) -> tuple[LoadedModel, DataSet | None]:
    """The model, with its inputs' types settled by the data where nothing else does, and the data."""

    def events(shapes: Mapping[str, Shape]) -> DataSet | None:
        if request.data is None:
            return None
        return open_data(request.data, shapes, request.dataset, request.axes, request.limit)

    return load_with_data(path, request.input_types, events)


def choose_settings(graph: Graph, board: Board, request: Request) -> HlsSettings:
    """The HLS settings, with the input/output type chosen by the network's size where it is left open.

    Raises:
        FpgamlError: settings for a layer that does not exist, or that exclude each other.
    """
    known = {node.source for node in graph.nodes} | set(graph.layers)
    for layer in request.layer_settings:
        if layer not in known:
            raise FpgamlError("--layer", f"the model has no layer `{layer}`", f"Its layers: {', '.join(graph.layers)}")
    return HlsSettings(
        board.part,
        board.clock_ns,
        request.backend,
        request.io or _io_type(graph),
        request.strategy,
        request.reuse_factor,
        request.layer_settings,
    )


def _io_type(graph: Graph) -> IoType:
    largest = max(prod(shape) for shape in graph.shapes.values())
    multiplications = 0
    for node in graph.nodes:
        if isinstance(node.op, Dense | Conv1D | Conv2D | EinsumDense):
            each = prod(node.op.kernel.shape[:-1])
            multiplications += prod(graph.shapes[node.name]) * each
    small = largest <= PARALLEL_ELEMENTS and multiplications <= PARALLEL_MULTIPLICATIONS
    return IoType.PARALLEL if small else IoType.STREAM


def choose_oracle(path: Path | None, outputs: tuple[str, ...], request: Request) -> tuple[Oracle | None, str]:
    """Who gives the source model's answers; if nobody, why not.

    Args:
        path: the model file; None where it is not at hand.
        outputs: the names of the graph's outputs.

    Raises:
        FpgamlError: FPGAML_FRAMEWORK_PYTHON names no Python.
    """
    recorded = recorded_answers(request.reference, request.data, outputs, request.layers)
    if recorded is not None and request.framework != FrameworkUse.REQUIRED:
        return recorded, ""
    if request.framework == FrameworkUse.NEVER:
        return None, "the framework was not asked (--framework never), and no answers are recorded"
    if path is None:
        return None, "the model file is not at hand: give --model"
    from fpgaml.frontends.framework import framework_python
    from fpgaml.frontends.framework.answer import INSTALL

    if framework_python() is None and request.framework == FrameworkUse.AUTO:
        return None, f"Keras is not installed, and no answers are recorded (--reference). {INSTALL}"
    return Framework(path, outputs, request.layers, request.framework_events), ""


def compile_csim(folder: Path, hls: HlsModel, settings: HlsSettings, progress: Progress) -> tuple[CSim | None, str]:
    """The C-simulation, or why there is none."""
    target = settings.target
    if target.no_csim:
        return None, f"{target.name}: {target.no_csim}"
    with progress.step("compiling the C-simulation"):
        return build(folder, hls.inputs, hls.outputs, target.arithmetic), ""


def start_proof(
    graph: Graph, csim: CSim | None, oracle: Oracle | None, request: Request, *, model_rounds: bool
) -> Proof:
    """A proof that has seen nothing yet.

    Args:
        model_rounds: whether the source model itself brings raw data into the inputs' types.
    """
    return Proof(
        graph=graph,
        target=csim.run if csim else None,
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
    if not proof.outputs:
        raise FpgamlError("--labels", "labels need events", "Give --data as well")
    scores = {name: np.concatenate(parts) for name, parts in proof.outputs.items()}
    return {"roc_auc": area_under_roc(request.labels, scores)}


def _finish(
    stage: Path,
    model: LoadedModel,
    board: Board,
    settings: HlsSettings,
    hls: HlsModel,
    golden: Golden,
    request: Request,
    results: Results,
) -> None:
    write_vectors(stage, hls, golden.inputs, golden.outputs)
    parts = [
        f"{count} of {'the data' if origin == 'data' else f'seed {request.seed}'}"
        for origin, count in golden.origins.items()
    ]
    inputs = [f"`{choice.name}` is {choice.reason}." for choice in model.inputs]
    texts = Texts(model.path.name, board.title, inputs)
    write_guides(stage, model.graph, hls, settings, texts, ", ".join(parts), golden.events)
    manifest = Manifest(
        source={"file": model.path.name, "sha256": model.sha256, "framework": model.framework},
        graph_sha256=graph_hash(model.graph),
        board={"name": board.name, "part": board.part, "clock_ns": board.clock_ns, "note": board.chosen_by_alias or ""},
        settings={
            "backend": settings.target.name,
            "io": str(settings.io_type),
            "strategy": str(settings.strategy),
            "reuse_factor": settings.reuse_factor,
            "layers": {
                name: {"strategy": choice.strategy and str(choice.strategy), "reuse_factor": choice.reuse_factor}
                for name, choice in settings.layers.items()
            },
        },
        inputs=hls.inputs,
        outputs=hls.outputs,
        input_types=input_rows(model.inputs),
        approximations=[{"layer": a.layer, "what": a.what} for a in model.approximations],
        vectors={"seed": request.seed, "events": golden.origins, "data_sha256": _data_hash(request)},
        messages=hls.messages,
    )
    results.write(stage)
    manifest.write(stage)


def _data_hash(request: Request) -> str:
    from fpgaml.proof.arrays import split_path
    from fpgaml.proof.stored import file_sha256

    return file_sha256(split_path(request.data)[0]) if request.data else ""
