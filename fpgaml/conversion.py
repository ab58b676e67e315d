"""The main job: a model file becomes a firmware project that is proved equal to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from fpgaml.boards import Board
from fpgaml.certificates.asked import claims_of
from fpgaml.certificates.certify import Effort
from fpgaml.certificates.facts import certified
from fpgaml.checking import Checking
from fpgaml.data.arrays import split_path
from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.frontends.chain.files import Chain, ModelFile
from fpgaml.frontends.model import Approximation
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.serial import graph_hash
from fpgaml.oracles import choose_oracle
from fpgaml.passes.base import run
from fpgaml.passes.pipeline import of_requantisation
from fpgaml.precision.build import Numbers
from fpgaml.precision.by_narrowing import narrow
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import folder_hashes
from fpgaml.project.publish import check_target, staged
from fpgaml.proof.checks import Batch, Proof, chunk_events, data_batches, source_check, split
from fpgaml.proof.golden import Golden
from fpgaml.proof.oracle import ExactForm, Oracle
from fpgaml.proof.record import results_of
from fpgaml.proof.vectors import corner_vectors
from fpgaml.record import manifest as record
from fpgaml.record.base import Fact
from fpgaml.record.files import write_record
from fpgaml.record.manifest import (
    BoardChoice,
    ChosenBy,
    Coding,
    ConfigFile,
    InputType,
    Manifest,
    NextFile,
    PortFacts,
    Source,
    VectorFacts,
)
from fpgaml.record.results import Results
from fpgaml.source import InputChoice, LoadedModel, load_with_data
from fpgaml.target import Evidence, Target, Texts, Written
from fpgaml.toolchain import versions

CHECKED_EVENTS = 256
"""That a calibration's float network is compared with the framework on."""


@dataclass(frozen=True)
class Vectors:
    """The golden vectors.

    Args:
        seed, made_up: of the made-up ones, and how many; of_data: how many events of the data.
    """

    seed: int = 1
    made_up: int = 256
    of_data: int = 256


@dataclass(frozen=True)
class Request:
    """Everything that a conversion depends on besides the model file.

    Args:
        output: the project's folder; board: with the part and the clock that were asked for.
        board_chosen_by: who chose the board where the user asked for none.
        config: the file that the user asked by.
        target: what is made, with its own settings.
        input_types: as for --input-type.
        numbers: how to round what the model keeps in floating point; None: weights keep 16 bits, results are exact.
        requantize_bits: significant bits of the factors between the codes of an integer model; None: exact.
        narrow: bits that go from what the model quantises itself, as for --narrow.
        monotone: what the outputs are to be monotone in, as for --monotone; effort: what proving that may take.
        force: overwrite files of an old project in the folder that were edited.
    """

    output: Path
    target: Target
    board: Board
    input_types: Sequence[str] = ()
    numbers: Numbers | None = None
    requantize_bits: int | None = None
    narrow: Sequence[str] = ()
    monotone: Sequence[str] = ()
    effort: Effort = field(default_factory=Effort)
    force: bool = False
    checking: Checking = field(default_factory=Checking)
    vectors: Vectors = field(default_factory=Vectors)
    board_chosen_by: ChosenBy | None = None
    config: ConfigFile | None = None


@dataclass(frozen=True, repr=False)
class Conversion:
    """A finished conversion.

    Args:
        folder: the project; model: what was read; board: with overrides applied.
        written: what the target made; results: what was measured.
    """

    folder: Path
    model: LoadedModel
    board: Board
    written: Written
    results: Results

    @property
    def proved(self) -> bool:
        """Whether every hop was checked, and held on every bit."""
        return self.results.proved

    @property
    def passed(self) -> bool:
        """Whether no check failed: what was not checked is not counted."""
        return self.results.passed

    def __repr__(self) -> str:
        return f"<Conversion of {self.model.path.name} into {self.folder}: {self.results.verdict}>"


def convert(path: ModelFile, request: Request, progress: Progress | None = None) -> Conversion:
    """Convert and prove a model.

    Args:
        path: the model file, or several that follow each other.
        progress: hears what is being done.

    Raises:
        FpgamlError: bad input; nothing is left behind.
    """
    progress, checking, board = progress or Silent(), request.checking, request.board
    check_target(request.output, request.force)
    if request.numbers and request.target.of_float:
        reason = f"not used by --target {request.target.name}, which quantises a float network by rules of its own"
        raise FpgamlError(request.numbers.option, reason, "Leave it out")
    # A calibration shows its own steps.
    with nullcontext() if request.numbers else progress.step("reading the model"):
        model, data = load_with_data(path, request.input_types, checking.events, request.numbers, checking.check)
    model, exact = _requantised(model, request.requantize_bits)
    model, exact = _narrowed(model, exact, request)
    claims = claims_of(model.graph, request.monotone)
    evidence = _evidence(request, data)
    with progress.step("checking what can be written"):
        request.target.check(model.graph, board, evidence)
    monotonicity = certified(model.graph, claims, request.effort, progress)
    approximate = bool(model.approximations)
    oracle, why_not = choose_oracle(path, model.graph, checking, model.codings, model.axes, approximate=approximate)
    if oracle is None and exact is not None:
        oracle = exact
    with oracle or nullcontext(), staged(request.output, request.force) as stage:
        written = request.target.write(stage, model.graph, board, evidence, progress)
        hops = written.firmware.hops
        model_rounds = all(choice.origin == "model" for choice in model.inputs)
        proof = checking.proof(
            model.graph,
            hops,
            oracle,
            model_rounds=model_rounds,
            approximate=approximate,
            calibrated=model.precision is not None and model.precision.how == "calibrated",
            golden=request.vectors.of_data,
        )
        golden = _prove(proof, data, request.vectors, progress)
        parts = _cover(proof, written, golden, progress) | _requantisation(model, request.requantize_bits)
        parts |= _calibration(model, oracle, data)
        of_firmware = proof.firmware_checks()
        for hop in hops:
            parts |= hop.parts()
        checks = [source_check(proof, checking.tolerance_lsb, why_not), *of_firmware]
        equal = of_firmware if written.firmware.of_graph else ()
        physics = checking.physics(proof, equal, model.codings, model.axes)
        found = {"estimate": written.estimate, "monotonicity": monotonicity}
        results = results_of(proof, checks, written.firmware.tools, physics, **found, **parts)
        _finish(stage, model, written, golden, request, results)
    return Conversion(request.output, model, board, written, results)


def _requantised(model: LoadedModel, bits: int | None) -> tuple[LoadedModel, ExactForm | None]:
    """The model with shorter factors between its codes, and its exact Graph, if that is asked for."""
    if bits is None:
        return model, None
    if not model.codings:
        advice = "Leave it out: this model is fixed point already"
        raise FpgamlError("--requantize", "is for models whose inputs and outputs carry integer codes", advice)
    kept = "the nearest power of two" if bits == 1 else f"{bits} significant bits"
    note = Approximation("all layers", f"factors between the codes rounded to {kept} (--requantize)")
    rounded = run(of_requantisation(bits), model.graph)
    exact = ExactForm(model.graph, "the same network with exact requantisation")
    return replace(model, graph=rounded, approximations=(*model.approximations, note)), exact


def _narrowed(model: LoadedModel, exact: ExactForm | None, request: Request) -> tuple[LoadedModel, ExactForm | None]:
    """The model with fewer bits than it came with, if that is asked for, and what stands for it as it came."""
    if not request.narrow:
        return model, exact
    if request.numbers is not None:
        reason = f"not together with {request.numbers.option}, which says all types"
        raise FpgamlError("--narrow", reason, "Give fewer bits there")
    found = narrow(model.graph, request.narrow)
    exact = exact or ExactForm(model.graph, "the same network with all of its bits")
    notes = (*model.approximations, *found.notes)
    return replace(model, graph=found.graph, approximations=notes, precision=found.precision), exact


def _requantisation(model: LoadedModel, bits: int | None) -> dict[str, Fact]:
    """What an integer model's factors cost, as a part of the results."""
    if not model.codings:
        return {}
    from fpgaml.rtl.requantisation import requantisation_cost

    cost = requantisation_cost(model.graph, bits)
    return {"requantisation": cost} if cost else {}


def _calibration(model: LoadedModel, oracle: Oracle | None, data: DataSet | None) -> dict[str, Fact]:
    """What a calibration found, its float network checked against whoever answers for the source model."""
    found = model.calibration
    if found is None:
        return {}
    if oracle is None or data is None:
        return {"calibration": found.fact}
    few = {layer: array[:CHECKED_EVENTS] for layer, array in next(data.chunks()).items()}
    values = read_inputs(model.graph, {node: few[layer] for layer, node in model.graph.input_layers.items()})
    told = oracle.answers({layer: values[node].to_float() for layer, node in model.graph.input_layers.items()}, 0)
    answers = [np.asarray(told[name], dtype=np.float64) for name in model.graph.outputs]
    return {"calibration": found.checked(answers)}


def _evidence(request: Request, data: DataSet | None) -> Evidence:
    vectors = request.vectors
    return Evidence(data, request.checking.labels, vectors.seed, vectors.made_up, vectors.of_data)


def _prove(proof: Proof, data: DataSet | None, vectors: Vectors, progress: Progress) -> Golden:
    """Run made-up vectors and the data through everything; returns the golden vectors."""
    golden = Golden({"vectors": vectors.made_up, "data": vectors.of_data})
    graph = proof.graph

    def batches() -> Iterator[Batch]:
        yield from split(corner_vectors(graph, vectors.made_up, vectors.seed), chunk_events(graph), "vectors")
        if data is not None:
            yield from data_batches(proof, data)

    proof.wait(progress)
    with progress.bar("comparing bit for bit", vectors.made_up + (data.events if data else 0), "events") as advance:
        for batch in batches():
            golden.add(batch, proof.run(batch))
            advance(batch.events)
    return golden


def _cover(proof: Proof, written: Written, golden: Golden, progress: Progress) -> dict[str, Fact]:
    """Let the target add golden vectors, and run these through everything too; what it says of them all."""
    if written.cover is None:
        return {}
    with progress.step("choosing vectors that move what the others leave"):
        more, parts = written.cover(golden)
    for batch in split(more, chunk_events(proof.graph), "coverage"):
        golden.add(batch, proof.run(batch))
    return dict(parts)


def _finish(
    stage: Path, model: LoadedModel, written: Written, golden: Golden, request: Request, results: Results
) -> None:
    vectors, board = request.vectors, request.board
    said = {"vectors": f"of seed {vectors.seed}", "data": "of the data", "coverage": "added for what they move"}
    parts = [f"{count} {said[origin]}" for origin, count in golden.origins.items()]
    inputs = [f"`{choice.name}` is {choice.reason}." for choice in model.inputs]
    texts = Texts(model.path.name, board.title, inputs, ", ".join(parts), golden.events)
    written.finish(stage, golden, texts)
    write_record(stage, results)
    write_record(stage, _manifest(stage, model, written, golden, request))


def _manifest(stage: Path, model: LoadedModel, written: Written, golden: Golden, request: Request) -> Manifest:
    """What the project in the folder was generated from, with the hashes of all that lies there."""
    firmware, data = written.firmware, request.checking.data
    return Manifest(
        versions=versions(("numpy", "h5py", *written.packages)),
        source=_source(model),
        graph_sha256=graph_hash(model.graph),
        board=BoardChoice.model_validate(request.board.facts() | {"chosen_by": request.board_chosen_by}),
        config=request.config,
        settings=firmware.settings,
        inputs=tuple(PortFacts.model_validate(port.to_row()) for port in firmware.inputs),
        outputs=tuple(PortFacts.model_validate(port.to_row()) for port in firmware.outputs),
        input_types=tuple(_input_type(choice) for choice in model.inputs),
        precision=model.precision,
        approximations=tuple(record.Approximation(layer=each.layer, what=each.what) for each in model.approximations),
        vectors=VectorFacts(
            seed=request.vectors.seed,
            events=golden.origins,
            data_sha256=file_sha256(split_path(data)[0]) if data else "",
        ),
        remarks=() if request.target.of_float else model.messages,
        messages=tuple(written.messages),
        codings={name: Coding(**asdict(coding)) for name, coding in model.codings.items()},
        axes=model.axes,
        files=folder_hashes(stage),
    )


def _source(model: LoadedModel) -> Source:
    facts = [{"file": each.path.name, "sha256": each.sha256, "framework": each.framework} for each in model.files]
    kept = isinstance(model.path, Chain) and model.path.keep_outputs
    then = tuple(NextFile.model_validate(each) for each in facts[1:])
    return Source.model_validate({**facts[0], "then": then, "keep_outputs": kept})


def _input_type(choice: InputChoice) -> InputType:
    return InputType.model_validate(
        {
            "name": choice.name,
            "type": str(choice.quantizer),
            "origin": choice.origin,
            "reason": choice.reason,
            "changed_fraction": choice.changed_fraction,
            "largest_rounding": choice.largest_rounding,
        }
    )
