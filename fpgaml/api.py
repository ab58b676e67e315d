"""The Python API, with the command line's words: load, convert, verify, predict, emulate, evaluate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.boards import find_board, parse_clock
from fpgaml.certificates.certify import By, Effort
from fpgaml.checking import Checking
from fpgaml.conversion import Conversion, Request, Vectors
from fpgaml.conversion import convert as run_conversion
from fpgaml.cpp.target import CppTarget
from fpgaml.data.dataset import DataSet, open_data
from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import chained, one_file
from fpgaml.graph.ops import Shape
from fpgaml.hls.target import HlsTarget
from fpgaml.precision.by_bits import bits_for
from fpgaml.precision.choose import choose_numbers
from fpgaml.precision.hls4ml_config import read_hls4ml_config
from fpgaml.progress import Silent
from fpgaml.proof.oracle import FrameworkUse
from fpgaml.rtl.target import RtlTarget
from fpgaml.running.emulate import emulate as run_emulator
from fpgaml.running.evaluation import Evaluation
from fpgaml.running.evaluation import evaluate as run_evaluation
from fpgaml.running.predict import predict as run_prediction
from fpgaml.soak.result import SoakRequest
from fpgaml.source import LoadedModel, load_with_data
from fpgaml.target import Target
from fpgaml.targets import target_class
from fpgaml.tasks.sources import sources
from fpgaml.tflite.target import TfliteTarget
from fpgaml.verification import Verification
from fpgaml.verification import verify as run_verification

Array = NDArray[np.generic]
Events = str | Path | Array | Mapping[str, Array]
"""A file, or numbers at hand: one array, or one for each name, with the events along the first axis."""


def load(
    model: str | Path,
    *,
    then: str | Path | Sequence[str | Path] = (),
    keep_outputs: bool = False,
    input_type: str | Sequence[str] = (),
    data: Events | None = None,
    data_axes: Sequence[int] | None = None,
) -> LoadedModel:
    """Read a model file into a Graph, or several that follow each other.

    Args:
        model: the file.
        then: files that follow: each reads what the one before answers, in order and of the same shapes.
        keep_outputs: whether what passes between them is an output too.
        input_type: `ap_fixed<14,4>`, or `name=ap_fixed<14,4>` for one of several inputs.
        data: events that decide an input's type where nothing else does.
        data_axes: a transposition of the data's axes.

    Raises:
        FpgamlError: the file cannot be read or holds what cannot be expressed.
    """
    with as_files(data=data) as files:

        def events(shapes: Mapping[str, Shape]) -> DataSet | None:
            return open_data(files["data"], shapes, axes=data_axes) if "data" in files else None

        return load_with_data(
            chained(Path(model), _paths(then), keep_outputs=keep_outputs), as_texts(input_type), events
        )[0]


def convert(
    model: str | Path,
    output: str | Path,
    *,
    then: str | Path | Sequence[str | Path] = (),
    keep_outputs: bool = False,
    target: str | Target = "hls",
    board: str | Path | None = None,
    part: str | None = None,
    clock_mhz: float | None = None,
    clock: str | None = None,
    input_type: str | Sequence[str] = (),
    data: Events | None = None,
    data_axes: Sequence[int] | None = None,
    events: int | None = None,
    reference: Events | None = None,
    labels: Events | None = None,
    framework: str = "auto",
    layers: bool = False,
    tolerance_lsb: float | None = None,
    precision: str | Sequence[str] = (),
    hls_config: str | Path | None = None,
    calibrate: bool = False,
    tolerance: str | float | None = None,
    auc_loss: float | None = None,
    bits: str | Path | None = None,
    requantize_bits: int | None = None,
    narrow: str | Sequence[str] = (),
    monotone: str | Sequence[str] = (),
    monotone_by: str = "auto",
    seed: int = 1,
    vectors: int = 256,
    golden: int = 256,
    force: bool = False,
) -> Conversion:
    """Convert a model into a firmware project, and prove it.

    Args:
        model: the file, or a task's name; output: the project's folder.
        then: files or tasks' networks that follow it, in the same core: each reads what the one before answers, in
            order and of the same shapes; keep_outputs: whether what passes between them leaves the core too.
        target: `HlsTarget(...)`, `RtlTarget(...)`, `TfliteTarget(...)` or `CppTarget(...)` with its settings, or a name
            for the defaults.
        board, part: a name of `fpgaml boards` or a board file (.toml), another part than its.
        clock_mhz, clock: another clock than the board's, as a number in MHz or as a text such as `5ns` or `200MHz`.
        input_type: type of an input that the model does not quantise, as for `load`.
        data, data_axes, events: to check on; the order of its axes; at most so many.
        reference: the source model's own answers to the data; labels: truth, for physics metrics.
        framework: "auto", "never" or "required": whether the model's framework is asked; layers: layer by layer.
        tolerance_lsb: a distance allowed between source model and Graph.
        precision: types for a float network, as for --precision; hls_config: a configuration file of hls4ml.
        calibrate: choose them by the data; tolerance: how far outputs may be from the float network's then, in output
            units, or as `1%` of their range; auc_loss: what the ROC AUC may lose instead.
        requantize_bits: of the factors between the codes of an integer model; None: exact.
        bits: a file of `fpgaml explore`, that says the bits of each tensor of a float network.
        narrow: bits that go from what the model quantises itself, as for --narrow: `hidden.weight=-2`.
        monotone: what the outputs are to be monotone in, as for --monotone: `+0,+1,-2`; monotone_by: "auto",
            "intervals" or "exhaustion".
        seed, vectors, golden: of the made-up vectors, how many, and how many events of the data are golden vectors.
        force: overwrite files of an old project that were edited.

    Returns:
        The conversion: `proved` says whether every hop was checked and held, `passed` whether none failed.

    Raises:
        FpgamlError: bad input; nothing is left behind.
    """
    kind = target_class(target) if isinstance(target, str) else type(target)
    if clock is not None:
        if clock_mhz is not None:
            raise FpgamlError("clock, clock_mhz", "both say what the clock is", "Give one of them")
        clock_mhz = parse_clock(clock)
    with (
        as_files(data=data, reference=reference, labels=labels) as files,
        sources(
            chained(Path(model), _paths(then), keep_outputs=keep_outputs),
            files.get("data"),
            files.get("labels"),
            kind.of_float,
            Silent(),
        ) as found,
    ):
        place, frequency = found.place(None if board is None else str(board), clock_mhz)
        config = read_hls4ml_config(Path(hls_config)).for_target(kind.name) if hls_config is not None else None
        own = config.settings if config else {}
        request = Request(
            output=Path(output),
            target=kind(**{**found.settings(kind.name), **own}) if isinstance(target, str) else target,
            board=find_board(place, part, frequency),
            board_chosen_by=found.chosen_by(None if board is None else str(board)) if kind.for_board else None,
            input_types=as_texts(input_type),
            numbers=choose_numbers(
                as_texts(precision),
                config=config.asked if config else None,
                calibrate=calibrate,
                tolerance=None if tolerance is None else str(tolerance),
                auc_loss=auc_loss,
                labels=found.labels,
                bits=bits_for(Path(bits), one_file(found.model, "bits")) if bits is not None else None,
            ),
            requantize_bits=requantize_bits,
            narrow=as_texts(narrow),
            monotone=as_texts(monotone),
            effort=_effort(monotone_by),
            force=force,
            checking=Checking(
                data=found.data,
                axes=data_axes,
                limit=events,
                reference=files.get("reference"),
                labels=found.labels,
                framework=_use(framework),
                layers=layers,
                tolerance_lsb=tolerance_lsb,
            ),
            vectors=Vectors(seed, vectors, golden),
        )
        return run_conversion(found.model, request)


def verify(
    project: str | Path,
    model: str | Path | None = None,
    *,
    then: str | Path | Sequence[str | Path] = (),
    cosim: bool = False,
    random: int | float = 0,
    seed: int = 1,
    time_limit: float | None = None,
    monotone: str | Sequence[str] = (),
    monotone_by: str = "auto",
    data: Events | None = None,
    data_axes: Sequence[int] | None = None,
    events: int | None = None,
    reference: Events | None = None,
    labels: Events | None = None,
    framework: str = "auto",
    layers: bool = False,
    tolerance_lsb: float | None = None,
) -> Verification:
    """Check a project again, as it lies in its folder.

    Args:
        project: the folder; model: the model file, to check the project against its source as well; then: the files
            that follow it, if the project was made from several.
        cosim: simulate its RTL too.
        random: so many random events through its firmware too, of the stream of this seed; what was done is kept in the
            project, and another call goes on. time_limit: seconds after which that stops; None: when all is done.
        monotone, monotone_by: as for `convert`; without a claim, those of the project's record are proved again.
        data, data_axes, events, reference, labels, framework, layers, tolerance_lsb: as for `convert`.

    Raises:
        FpgamlError: not a project, or nothing runs its firmware.
    """
    request = SoakRequest(int(random), seed, time_limit) if random else None
    with as_files(data=data, reference=reference, labels=labels) as files:
        checking = Checking(
            data=files.get("data"),
            axes=data_axes,
            limit=events,
            reference=files.get("reference"),
            labels=files.get("labels"),
            framework=_use(framework),
            layers=layers,
            tolerance_lsb=tolerance_lsb,
        )
        source = chained(Path(model), _paths(then)) if model else None
        return run_verification(
            Path(project),
            source,
            checking,
            cosim=cosim,
            random=request,
            monotone=as_texts(monotone),
            effort=_effort(monotone_by),
        )


def predict(
    project: str | Path,
    data: Events,
    *,
    data_axes: Sequence[int] | None = None,
    events: int | None = None,
    raw: bool = False,
    simulate: bool = False,
) -> dict[str, Array]:
    """What a project's firmware answers to events.

    Args:
        project: the folder; data, data_axes, events: as for `convert`.
        raw: the integers themselves, int64, in the binary points that the manifest says; else real numbers, float64.
        simulate: the Verilog of an RTL project itself, with Verilator.

    Returns:
        By output, shape (events, *shape) in the model file's order of axes.

    Raises:
        FpgamlError: not a project, or data that do not fit.
    """
    with as_files(data=data) as files:
        checking = Checking(data=files["data"], axes=data_axes, limit=events)
        return run_prediction(Path(project), checking, raw=raw, simulate=simulate)


def emulate(
    project: str | Path | LoadedModel,
    events: Array | Mapping[str, Array],
    *,
    raw: bool = False,
    threads: int | None = None,
    input_type: str | Sequence[str] = (),
) -> Any:
    """What a network answers to events, by its compiled emulator: on every bit what the firmware has to answer.

    A second call with the same project, file or model takes the library of the first. Some events of the first call,
    and of later ones, run through the integer interpreter too, and must be equal.

    Args:
        project: a project's folder, a model file, or what `load` gave.
        events: shape (events, *shape) in the model file's order of axes, for the one input or by input. Real numbers,
            float32 or float64, are rounded into each input's type; whole numbers are the numbers that they are.
        raw: events and answers are the integers themselves, n of n * 2**-fractional with the binary points of the
            Graph's inputs and outputs; arrays of the emulator's own integer type are passed without a copy.
        threads: that share the events; all cores by default.
        input_type: of a model file, as for `load`.

    Returns:
        Shape (events, *shape): the array, or by output where there are several. float32 where events are and every
        output is held by it exactly, else float64, the nearest beyond 53 bits; with `raw` the smallest integers that
        hold every answer.

    Raises:
        FpgamlError: no project or model, or events that do not fit.
        UnsupportedError: operations that the emulator has no code for. ToolError: no C++ compiler, or it failed.
        CheckFailedError: the emulator differs from the interpreter.
    """
    subject = Path(project) if isinstance(project, str) else project
    return run_emulator(subject, events, raw=raw, threads=threads, input_types=as_texts(input_type))


def evaluate(
    subject: str | Path,
    data: Events,
    labels: Events,
    *,
    model: str | Path | None = None,
    then: str | Path | Sequence[str | Path] = (),
    input_type: str | Sequence[str] = (),
    data_axes: Sequence[int] | None = None,
    events: int | None = None,
    reference: Events | None = None,
    framework: str = "auto",
    simulate: bool = False,
    background_hz: float | None = None,
) -> Evaluation:
    """Judge source model, Graph and firmware on the same labelled events; a project's results.json receives it.

    Args:
        subject: a project's folder, or a model file, which has no firmware.
        labels: 1 signal, 0 background; classes 0 to K - 1 or one-hot; or the true values of real outputs.
        model, then: of a project, the model file or files, so that their framework can be asked; input_type: of a model
            file.
        data, data_axes, events, reference, framework: as for `convert`; simulate: as for `predict`.
        background_hz: how often background comes; false positives are shown as trigger rates then.

    Returns:
        `physics` holds the metrics by column; `passed` says whether the firmware equals the Graph on every bit.

    Raises:
        FpgamlError: data or labels that do not fit.
    """
    with as_files(data=data, labels=labels, reference=reference) as files:
        checking = Checking(
            data=files["data"],
            axes=data_axes,
            limit=events,
            reference=files.get("reference"),
            labels=files["labels"],
            framework=_use(framework),
        )
        return run_evaluation(
            Path(subject),
            checking,
            model=chained(Path(model), _paths(then)) if model else None,
            input_types=as_texts(input_type),
            simulate=simulate,
            background_hz=background_hz,
        )


def as_texts(input_type: str | Sequence[str]) -> tuple[str, ...]:
    return (input_type,) if isinstance(input_type, str) else tuple(input_type)


def _paths(then: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    return (Path(then),) if isinstance(then, str | Path) else tuple(map(Path, then))


def _effort(by: str) -> Effort:
    if by not in tuple(By):
        raise FpgamlError("monotone_by", f"`{by}` is not known", f"Choose one of {', '.join(By)}")
    return Effort(By(by))


def _use(framework: str) -> FrameworkUse:
    if framework not in tuple(FrameworkUse):
        raise FpgamlError("framework", f"`{framework}` is not known", f"Choose one of {', '.join(FrameworkUse)}")
    return FrameworkUse(framework)


@contextmanager
def as_files(**given: Events | None) -> Iterator[dict[str, Path]]:
    """What was given as files; arrays are written into files that are gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="fpgaml-arrays-") as scratch:
        files: dict[str, Path] = {}
        for name, value in given.items():
            if value is None:
                continue
            if isinstance(value, str | Path):
                files[name] = Path(value)
            elif isinstance(value, Mapping):
                files[name] = Path(scratch) / f"{name}.npz"
                arrays: dict[str, Any] = {key: np.asarray(array) for key, array in value.items()}
                np.savez(files[name], **arrays)
            else:
                files[name] = Path(scratch) / f"{name}.npy"
                np.save(files[name], np.asarray(value), allow_pickle=False)
        yield files


__all__ = [
    "Conversion",
    "CppTarget",
    "Evaluation",
    "HlsTarget",
    "LoadedModel",
    "RtlTarget",
    "TfliteTarget",
    "Verification",
    "convert",
    "emulate",
    "evaluate",
    "load",
    "predict",
    "verify",
]
