"""A model file as a Graph, with the type of each input settled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.data.coded import coded
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.data.file_axes import Orders, in_graph_order
from fpgaml.data.input_type import choose_input_type, given_input_types
from fpgaml.errors import FpgamlError, TooWideError, UnsupportedError
from fpgaml.files import file_sha256
from fpgaml.frontends.chain.files import Chain, ModelFile, files_of
from fpgaml.frontends.chain.parsed import ParsedChain
from fpgaml.frontends.model import Approximation, Built, ParsedModel
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.passes.base import run
from fpgaml.passes.pipeline import of_file
from fpgaml.precision.build import Calibrating, Numbers
from fpgaml.precision.by_plan import ByPlan
from fpgaml.record.precision import Precision

if TYPE_CHECKING:
    from fpgaml.frontends.building.precision import Precision as AnyPrecision

Check = Callable[[Mapping[str, Shape], Orders, int | None], None]
"""Refuses outputs (shapes in the Graph, axes of those that lie otherwise in the file) and a number of events."""

UNDECIDED = Quantizer(FixedType(1, 23, 24), Rounding.RND, Overflow.SAT)
"""Stands for an input whose type is not known yet: wide enough that a model's own quantizer decides."""

WIDE = 48
"""Bits of a result from which on a float network is told that it need not be so wide: a DSP's accumulator."""


@dataclass(frozen=True)
class InputChoice:
    """The type of one input, and why.

    Args:
        name: of the input layer.
        quantizer: the type, and how recorded data is brought into it.
        origin: "model" (its own quantizer), "given" (--input-type) or "data".
        reason: in one sentence.
        changed_fraction, largest_rounding: what the rounding does to the data, where the type comes from the data.
    """

    name: str
    quantizer: Quantizer
    origin: str
    reason: str
    changed_fraction: float = 0.0
    largest_rounding: float = 0.0


@dataclass(frozen=True)
class SourceFile:
    """A model file: its sha256, and what wrote it."""

    path: Path
    sha256: str
    framework: str


@dataclass(frozen=True, repr=False)
class LoadedModel:
    """A model file that became a Graph, or several that follow each other.

    Args:
        path: the file or files; files: each with its sha256 and what wrote it.
        graph: its meaning; approximations: what the file keeps in floating point and the Graph rounds.
        inputs: the type of each input.
        codings: for each input and output that carries integer codes what they mean.
        axes: for inputs by layer, outputs by node and layers by `layer/<name>` whose axes lie in another order in the
            file: which of its axes each one of the Graph's is.
        precision: the types that `--precision` or `--calibrate` gave; messages: what they could not keep.
        calibration: what `--calibrate` found.
    """

    path: ModelFile
    files: tuple[SourceFile, ...]
    name: str
    graph: Graph
    approximations: tuple[Approximation, ...]
    inputs: tuple[InputChoice, ...]
    codings: Mapping[str, PortCoding] = field(default_factory=dict)
    axes: Orders = field(default_factory=dict)
    precision: Precision | None = None
    messages: tuple[str, ...] = ()
    calibration: Calibrating | None = None

    def __repr__(self) -> str:
        return f"<LoadedModel of {self.path.name}: {len(self.graph.nodes)} operations, {self.framework}>"

    @property
    def framework(self) -> str:
        """What wrote the file, or the first of them."""
        return self.files[0].framework

    @property
    def sha256(self) -> str:
        """Of the file, or the first of them."""
        return self.files[0].sha256


def load_model(path: ModelFile, input_types: Sequence[str] = ()) -> LoadedModel:
    """Read a model file, or several that follow each other, and settle the types of its inputs, without data.

    Raises:
        FpgamlError: as for `load_with_data`.
    """
    return load_with_data(path, input_types, lambda _: None)[0]


def load_with_data(
    path: ModelFile,
    input_types: Sequence[str],
    open_events: Callable[[Mapping[str, Shape]], DataSet | None],
    numbers: Numbers | None = None,
    check: Check | None = None,
) -> tuple[LoadedModel, DataSet | None]:
    """Read a model file and settle the types of its inputs.

    Args:
        input_types: as for --input-type: `ap_fixed<14,4>` or `name=ap_fixed<14,4>`.
        open_events: given the inputs' shapes by layer, opens events, from which the type of an input is chosen
            that nothing else decides; None for no data.
        numbers: how to round what the file leaves in floating point; None: weights keep 16 bits, results are exact.
        check: hears the outputs' shapes in the Graph, the axes of those that lie otherwise in the file, and the number
            of events, as soon as they are known: before numbers are chosen by the data. It may refuse them.

    Returns:
        The model, and what `open_events` gave.

    Raises:
        FpgamlError: the file cannot be read, or an input's type is decided by nothing.
        UnsupportedError: layers that cannot be expressed.
    """
    _require_chainable(path, numbers)
    parsed = parse_model(path)
    found = open_events(parsed.input_shapes)
    data = in_graph_order(coded(found, parsed.codings), parsed.axes) if found else None
    if check is not None:
        parsed = _Checked(parsed, check, data.events if data else None)
    return settle(path, parsed, input_types, data, numbers), data


def _require_chainable(model: ModelFile, numbers: Numbers | None) -> None:
    """Refuse types that are chosen tensor by tensor from what one file computes, for several files.

    Raises:
        FpgamlError: as said.
    """
    if isinstance(model, Chain) and numbers is not None and not isinstance(numbers, ByPlan):
        advice = "Choose the types of each network by itself, and give them by --precision (LAYER, or FILE/LAYER)"
        raise FpgamlError(numbers.option, f"looks into one model file, not into {model.name}", advice)


def _files(model: ModelFile, parsed: ParsedModel) -> tuple[SourceFile, ...]:
    read = parsed.parsed if isinstance(parsed, _Checked) else parsed
    networks = read.networks if isinstance(read, ParsedChain) else (read,)
    pairs = zip(files_of(model), networks, strict=True)
    return tuple(SourceFile(path, file_sha256(path), network.framework) for path, network in pairs)


@dataclass
class _Checked:
    """Follows `ParsedModel`: a model whose Graph `check` sees when it is first built."""

    parsed: ParsedModel
    check: Check
    events: int | None
    done: bool = False

    @property
    def name(self) -> str:
        return self.parsed.name

    @property
    def framework(self) -> str:
        return self.parsed.framework

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        return self.parsed.input_shapes

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        return self.parsed.axes

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        return self.parsed.codings

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: AnyPrecision | None = None) -> Built:
        built = self.parsed.build(input_quantizers, precision)
        if not self.done:
            self.check({name: built.graph.shapes[name] for name in built.graph.outputs}, built.axes, self.events)
            self.done = True
        return built


def settle(
    path: ModelFile,
    parsed: ParsedModel,
    input_types: Sequence[str],
    data: DataSet | None,
    numbers: Numbers | None = None,
) -> LoadedModel:
    """A model file that was parsed already, with the types of its inputs settled; errors as for `load_with_data`."""
    names = list(parsed.input_shapes)
    given = given_input_types(input_types, names)
    choices = {name: InputChoice(name, q, "given", f"{q} as --input-type says") for name, q in given.items()}
    build = _Build(path, parsed, data, numbers)
    guesses = build.guesses(name for name in names if name not in given)
    build.run(given, {name: choice.quantizer for name, choice in guesses.items()})
    if build.open:
        choices |= {name: guesses[name] if name in guesses else _from_data(name, data) for name in build.open}
        if not set(build.open) <= guesses.keys():
            build.run({name: choice.quantizer for name, choice in choices.items()}, {})
    built, graph = build.built, build.built.graph
    messages = build.messages if numbers else _widths(built)
    for node in graph.inputs:
        assert isinstance(node.op, Input)
        if node.name not in choices:
            quantizer = node.op.quantizer
            choices[node.name] = InputChoice(
                node.name, quantizer, "model", _own_type(quantizer, parsed.codings.get(node.source))
            )
    for name, guess in (data.guesses if data else {}).items():
        choices[name] = replace(choices[name], reason=f"{choices[name].reason}; {guess}")
    return LoadedModel(
        path,
        _files(path, parsed),
        graph.name,
        graph,
        built.approximations,
        tuple(choices[node.source] for node in graph.inputs),
        dict(parsed.codings),
        {**parsed.axes, **built.axes},
        build.precision,
        messages,
        build.calibration,
    )


@dataclass
class _Build:
    """A Graph with input types that are to be settled.

    Args:
        open: after `run`, the inputs that have no type of the file's own.
    """

    path: ModelFile
    parsed: ParsedModel
    data: DataSet | None
    numbers: Numbers | None
    built: Built = field(init=False)
    open: list[str] = field(init=False)
    precision: Precision | None = None
    messages: tuple[str, ...] = ()
    calibration: Calibrating | None = None

    def guesses(self, names: Iterable[str]) -> dict[str, InputChoice]:
        """The types that inputs get unless the file has some: so that one build is enough."""
        if self.numbers is None:
            return {}
        found: dict[str, InputChoice] = {}
        for name in names:
            asked = self.numbers.input_type(name)
            if asked is not None:
                found[name] = InputChoice(name, asked, "given", f"{asked} as {self.numbers.option} says")
            elif self.data is not None:
                found[name] = _from_data(name, self.data)
        return found

    def run(self, fixed: Mapping[str, Quantizer], guesses: Mapping[str, Quantizer]) -> None:
        """Build with these input types, and see which inputs still have no type of their own."""
        names = list(self.parsed.input_shapes)
        undecided = {name: guesses.get(name, UNDECIDED) for name in names if name not in fixed}
        try:
            built = self._built({**undecided, **fixed})
        except UnsupportedError:
            raise
        except FpgamlError:
            if all(name in guesses for name in undecided):
                raise
            # The undecided width itself may be what does not fit: a real type decides.
            self.built, self.open = Built(Graph("undecided", (), ())), list(undecided)
            return
        nodes = built.graph.input_layers
        folded = run(of_file(given=frozenset(nodes[layer] for layer in fixed)), built.graph)
        self.open = [
            node.source
            for node in folded.inputs
            if isinstance(node.op, Input) and undecided.get(node.source) == node.op.quantizer
        ]
        self.built = Built(folded, built.approximations, built.axes)

    def _built(self, inputs: Mapping[str, Quantizer]) -> Built:
        if self.numbers is not None:
            rounded = self.numbers.build(self.parsed, inputs, self.data)
            self.precision, self.messages, self.calibration = rounded.precision, rounded.messages, rounded.calibration
            return rounded.built
        try:
            return self.parsed.build(inputs)
        except TooWideError as error:
            raise offered(error, self.path, self.data) from error


def _widths(built: Built) -> tuple[str, ...]:
    """What is said of a float network whose exact results are wide."""
    if not built.approximations or not built.graph.nodes:
        return ()
    widths = {node.source: int(built.graph.types[node.name].width.max()) for node in built.graph.nodes}
    layer = max(widths, key=lambda name: widths[name])
    if widths[layer] <= WIDE:
        return ()
    said = f"{layer}: exact results of up to {widths[layer]} bits, since the model says no types"
    return (f"{said}; --precision 'ap_fixed<16,6>', or --calibrate with --data, makes the firmware far smaller",)


def offered(error: TooWideError, path: ModelFile, data: DataSet | None) -> TooWideError:
    """An error about values that are too wide, with both ways to fewer bits, ready to paste."""
    events = data.path if data else "EVENTS.npz"
    first, *then = map(str, files_of(path))
    files = " --then ".join((first, *then))
    told = "A float network needs to be told how many bits its numbers have"
    advice = f"  fpgaml convert {files} --precision 'ap_fixed<16,6>'"
    if then:
        advice = f"{told}:\n{advice}"
    else:
        advice = f"{told}, or events that decide it:\n{advice}\n  fpgaml convert {files} --data {events} --calibrate"
    return TooWideError(error.where, error.reason, f"{error.advice}. {advice}" if error.advice else advice)


def _own_type(quantizer: Quantizer, coding: PortCoding | None) -> str:
    """Why an input has the type that the model itself gives it."""
    if coding is None:
        return f"{quantizer}, the model's own first quantizer"
    return f"{quantizer.type}, the file's int{coding.bits} codes: a value is {coding}"


def _from_data(name: str, data: DataSet | None) -> InputChoice:
    if data is None:
        raise FpgamlError(
            f"input {name}",
            "the model does not quantise it, so its type is not known",
            "Give --input-type 'ap_fixed<14,4>', or --data with typical events",
        )
    chosen = choose_input_type(data, name)
    return InputChoice(name, chosen.quantizer, "data", chosen.reason, chosen.changed_fraction, chosen.largest_rounding)
