"""SimpleRNN, GRU, LSTM, RNN and Bidirectional of Keras, 2 and 3 alike: what their settings say, and what they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.cell_weights import CellWeights
from fpgaml.frontends.building.cells import AnyCell, Arithmetic, Cell, Make, Stack, gru, lstm, simple_rnn
from fpgaml.frontends.building.constants import scaled
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.scans import Run, flipped, run
from fpgaml.frontends.keras.arguments import tensors_in
from fpgaml.frontends.keras.layer import UNUSABLE, KerasLayer
from fpgaml.graph.ops import Add, Concatenate, Multiply

Config = Mapping[str, Any]

GATES = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
STATES = {"SimpleRNN": 1, "GRU": 1, "LSTM": 2}
MERGE_MODES = ("concat", "sum", "ave", "mul", None)
MOST_UNITS = 1 << 12


@dataclass(frozen=True)
class Place:
    """One cell of a layer.

    Args:
        kind: `SimpleRNN`, `GRU` or `LSTM`; quantized: whether its class is a quantized one.
        config: its settings.
        path: where its arrays are within the layer, such as `forward_layer/cell`.
        number: among the cells of its direction.
    """

    kind: str
    quantized: bool
    config: Config
    path: str
    number: int = 0

    @property
    def units(self) -> int:
        """Of each state."""
        units = int(self.config["units"])
        if not 0 < units <= MOST_UNITS:
            raise ValueError(f"{units} units")
        return units

    @property
    def reset_after(self) -> bool:
        """Of a GRU: Keras' own is True, that of QKeras is False where the file does not say."""
        return bool(self.config.get("reset_after", not self.quantized))

    def cell(self, make: Make) -> Cell:
        """The cell with its arithmetic."""
        if self.kind == "GRU":
            return gru(self.units, make, self.reset_after)
        return (lstm if self.kind == "LSTM" else simple_rnn)(self.units, make)


class MakeArithmetic(Protocol):
    """A frontend's arithmetic of a cell."""

    def __call__(self, layer: Any, place: Place, width: int) -> Arithmetic:
        """For a layer that receives the nodes.

        Args:
            width: elements of a step.
        """


def form_of(kind: str) -> str | None:
    """`GRU` for `GRU`, `QGRU`, `GRUCell` and `QGRUCell`; None for a class that is no recurrent layer."""
    plain = kind.removesuffix("Cell")
    plain = plain[1:] if plain[:1] == "Q" else plain
    return plain if plain in GATES else None


def inner_layers(kind: str, config: Config) -> Iterator[tuple[str, Config, Config]]:
    """Layers and cells within a wrapper: each one's class, settings, and serialised form."""
    if kind in ("Bidirectional", "QBidirectional"):
        parts = [config["layer"], *([config["backward_layer"]] if config.get("backward_layer") else [])]
    elif kind == "RNN":
        parts = [config["cell"]] if isinstance(config["cell"], Mapping) else list(config["cell"])
    elif kind == "StackedRNNCells":
        parts = list(config["cells"])
    else:
        return
    for part in parts:
        name = str(part["class_name"]).rpartition(">")[2]
        yield name, part["config"], part
        yield from inner_layers(name, part["config"])


def output_count(kind: str, config: Config) -> int:
    """How many tensors a layer gives; 1 for one that is not recurrent."""
    try:
        if kind in ("Bidirectional", "QBidirectional"):
            name, inner, _ = next(inner_layers(kind, config))
            states = output_count(name, inner) - 1
            return (1 if config.get("merge_mode", "concat") is not None else 2) + 2 * states
        if not config.get("return_state") or (form_of(kind) is None and kind != "RNN"):
            return 1
        if kind != "RNN":
            return 1 + STATES[str(form_of(kind))]
        cells = [form_of(name) for name, *_ in inner_layers(kind, config)]
        return 1 + sum(STATES[cell] for cell in cells if cell is not None)
    except (*UNUSABLE, StopIteration, RecursionError):
        return 1  # `problem` says what is wrong


def problem(kind: str, config: Config) -> tuple[str, str] | None:
    """Why a recurrent layer's settings are not supported, and what to do; None where they are."""
    if config.get("stateful"):
        return (
            "keeps its states from one event to the next (stateful), and firmware takes events as they come",
            "Build it with stateful=False and load the weights",
        )
    if config.get("time_major"):
        return "has its steps on the first axis (time_major)", "Build it with time_major=False"
    if kind in ("Bidirectional", "QBidirectional") and config.get("merge_mode", "concat") not in MERGE_MODES:
        return f"has merge_mode={config['merge_mode']!r}", "Use concat, sum, ave, mul or None"
    if kind == "RNN" and config.get("return_state") and len([*inner_layers(kind, config)]) > 1:
        return "returns the states of several cells (return_state)", "Use a layer for each cell"
    for name in ("activation", "recurrent_activation"):
        if config.get(name) == "softmax":
            return f"has softmax as {name}, which mixes its units", "Use tanh, sigmoid or relu"
    return None


def recurrent(make: MakeArithmetic) -> Callable[[Any], Sequence[str]]:
    """The converter of every recurrent layer, for a frontend's arithmetic; gives the output, then the states."""

    def convert(layer: KerasLayer) -> Sequence[str]:
        for position, name in ((2, "mask"), (3, "constants")):
            if any(tensors_in(layer.arguments.get(position, name))):
                reason = f"a {layer.kind} that is called with {name}"
                raise layer.unsupported(reason, "Call it without, on events of one length")
        if layer.kind in ("Bidirectional", "QBidirectional"):
            return _bidirectional(layer, make)
        direction = _Direction(layer, make, layer.kind, layer.config, "", layer.inputs[1:])
        output, *states = direction.run()
        return [_result(layer, output), *states]

    return convert


@dataclass(frozen=True)
class _Direction:
    """One pass over the steps."""

    layer: KerasLayer
    make: MakeArithmetic
    kind: str
    config: Config
    path: str
    before: tuple[str, ...]
    suffix: str = ""

    def run(self, flip: bool = False) -> list[str]:
        """Its output, in the order in which it takes the steps (or in the other one), and its states."""
        config = self.config
        reverse, sequence = bool(config.get("go_backwards")), bool(config.get("return_sequences"))
        states = bool(config.get("return_state"))
        x = self.layer.inputs[0]
        shape = self.layer.shape(x)
        if len(shape) != 2:
            raise FpgamlError(self.layer.label, f"a {self.kind} over a tensor of shape {shape}")
        cell = self._cell(shape[-1])
        how = Run(cell, x, self.before, reverse, sequence, states, self.suffix)
        output, *rest = run(self.layer, how)
        if sequence and reverse != flip:
            output = flipped(self.layer, output, f"{self.suffix}_flipped".lstrip("_"))
        return [output, *rest]

    def _cell(self, width: int) -> AnyCell:
        places = list(_places(self.kind, self.config, self.path))
        cells = []
        for place in places:
            cells.append(place.cell(self._made(place, width)))
            width = place.units
        return cells[0] if len(cells) == 1 else Stack(tuple(cells))

    def _made(self, place: Place, width: int) -> Make:
        def make(emitter: Emitter) -> Arithmetic:
            return self.make(emitter, place, width)

        return make


def _places(kind: str, config: Config, path: str) -> Iterator[Place]:
    """The cells of a layer, from the first on."""
    here = f"{path}cell"
    if kind != "RNN":
        yield Place(str(form_of(kind)), kind.startswith("Q"), config, here)
        return
    given = config["cell"]
    cells = given if isinstance(given, list | tuple) else [given]
    stacked = isinstance(given, list | tuple)
    if not stacked and str(given["class_name"]).rpartition(">")[2] == "StackedRNNCells":
        cells, stacked = given["config"]["cells"], True
    counts: dict[str, int] = {}
    for number, cell in enumerate(cells):
        name = str(cell["class_name"]).rpartition(">")[2]
        stem = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()
        count = counts.get(stem, 0)
        counts[stem] = count + 1
        numbered = f"{stem}_{count}" if count else stem
        place = f"{here}/cells/{numbered}" if stacked else here
        yield Place(str(form_of(name)), name.startswith("Q"), cell["config"], place, number)


def _bidirectional(layer: KerasLayer, make: MakeArithmetic) -> list[str]:
    """Two layers, one of which takes the steps from the last to the first."""
    parts = [
        (name, inner) for name, inner, _ in inner_layers(layer.kind, layer.config) if form_of(name) or name == "RNN"
    ]
    (kind, forward), given = parts[0], layer.config.get("backward_layer")
    backward = dict(given["config"]) if given else {**forward, "go_backwards": not forward.get("go_backwards")}
    before, half = layer.inputs[1:], len(layer.inputs[1:]) // 2
    there = _Direction(layer, make, kind, forward, "forward_layer/", before[:half], "forward").run()
    back = _Direction(layer, make, kind, backward, "backward_layer/", before[half:], "backward").run(flip=True)
    merged = _merged(layer, layer.config.get("merge_mode", "concat"), there[0], back[0])
    return [*(_result(layer, node) for node in merged), *there[1:], *back[1:]]


def _merged(layer: KerasLayer, mode: str | None, a: str, b: str) -> list[str]:
    if mode is None:
        return [a, b]
    if mode == "concat":
        return [layer.add(Concatenate(-1), a, b)]
    if mode == "mul":
        return [layer.add(Multiply(), a, b)]
    if mode == "sum":
        return [layer.add(Add(), a, b)]
    return [scaled(layer, layer.add(Add(), a, b, suffix="sum"), 0.5, 0.0, "mean")]


def _result(layer: KerasLayer, node: str) -> str:
    quantized = layer.kind.startswith("Q") or any(
        name[:1] == "Q" for name, *_ in inner_layers(layer.kind, layer.config)
    )
    return node if quantized else layer.rounded(node)


def checked_weights(layer: Emitter, place: Place, width: int, arrays: Mapping[str, NDArray[Any]]) -> CellWeights:
    """Out of arrays by their names in Keras.

    Raises:
        FpgamlError: one is missing or has another shape.
    """
    columns, double = GATES[place.kind] * place.units, place.kind == "GRU" and place.reset_after
    wanted: dict[str, tuple[int, ...]] = {"kernel": (width, columns), "recurrent_kernel": (place.units, columns)}
    if place.config.get("use_bias", True):
        wanted["bias"] = (2, columns) if double else (columns,)
    for name, shape in wanted.items():
        found = arrays[name].shape if name in arrays else None
        if found != shape:
            reason = f"the weight `{name}` of `{place.path}` has shape {found}, its settings ask for {shape}"
            raise FpgamlError(layer.label, reason, "The file is inconsistent: save the model again")
    kernel, recurrent, *bias = (np.asarray(arrays[name], dtype=np.float32) for name in wanted)
    return CellWeights(kernel, recurrent, bias[0] if bias else None)
