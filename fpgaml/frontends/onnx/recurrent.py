"""RNN, GRU and LSTM of ONNX: weights in the order of ONNX's gates, one direction or both.

Source: ONNX, Operators, `RNN`, `GRU`, `LSTM` (operator sets 7 to 22). The default activations of a gate and of the
candidate are Sigmoid and Tanh.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fpgaml.frontends.building.cell_weights import CellWeights, FixedWeights
from fpgaml.frontends.building.cells import Arithmetic, Cell, gru, lstm, part, simple_rnn
from fpgaml.frontends.building.constants import BIAS_BITS, tensor
from fpgaml.frontends.building.scans import Run, run
from fpgaml.frontends.onnx.activations import clipped
from fpgaml.frontends.onnx.arrangement import BATCH, Axes
from fpgaml.frontends.onnx.elementwise import affine
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.program import Array
from fpgaml.frontends.onnx.tables import table
from fpgaml.frontends.onnx.value import Value
from fpgaml.graph.functions import FUNCTIONS
from fpgaml.graph.ops import Concatenate, Relu
from fpgaml.graph.values import FixedArray

TABLES = {"Sigmoid": "sigmoid", "Tanh": "tanh", "Softsign": "softsign", "Softplus": "softplus"}
KNOWN = (*TABLES, "Relu", "HardSigmoid")
DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
SETTINGS_ADVICE = "Export the layer with its plain settings"


@dataclass(frozen=True)
class Kind:
    """One of the three operators.

    Args:
        order: for each of the cell's gates, in the order of `building.cells`, its place in ONNX's.
        defaults: the activations; states: how many.
    """

    order: tuple[int, ...]
    defaults: tuple[str, ...]
    states: int = 1


KINDS = {
    "RNN": Kind((0,), ("Tanh",)),
    "GRU": Kind((0, 1, 2), ("Sigmoid", "Tanh")),
    "LSTM": Kind((0, 2, 3, 1), ("Sigmoid", "Tanh", "Tanh"), 2),
}
X, W, R, B, LENGTHS, STATE, CARRY, PEEPHOLES = range(8)


def recurrent(layer: Layer) -> Sequence[Value]:
    """All three operators: the sequence, the last state, and an LSTM's last carry."""
    kind, directions = KINDS[layer.call.kind], _directions(layer)
    batch_at = 0 if int(layer.attribute("layout", 0)) else 1
    x = _sequence(layer, batch_at)
    steps, width = layer.shape(x)
    weights = _weights(layer, kind, width, len(directions))
    _refuse(layer, steps)
    names = _activations(layer, kind, len(directions))
    before = [_initial(layer, position, batch_at, len(directions)) for position in (STATE, CARRY)[: kind.states]]
    results = []
    for number, reverse in enumerate(directions):
        suffix = ("backward" if reverse else "forward") if len(directions) > 1 else "scan"
        cell = _cell(layer, kind, weights[number], names[number])
        given = tuple(state[number] for state in before if state is not None)
        if given and len(given) != kind.states:
            raise layer.wrong("it has one of two initial states")
        results.append(run(layer, Run(cell, x, given, reverse, sequence=True, states=True, suffix=suffix)))
    units = weights[0].recurrent.shape[0]
    sequence = _joined(layer, [result[0] for result in results], (steps, len(directions), units), "sequence")
    shape = (steps, len(directions), layer.batch, units)
    axes: Axes = ((0,), (1,), (BATCH,), (2,))
    if batch_at == 0:
        shape, axes = (layer.batch, steps, len(directions), units), ((BATCH,), (0,), (1,), (2,))
    outputs = [Value(shape, sequence, axes)]
    for state in range(kind.states):
        node = _joined(layer, [result[1 + state] for result in results], (len(directions), units), f"last_{state}")
        whole = (len(directions), layer.batch, units) if batch_at else (layer.batch, len(directions), units)
        outputs.append(Value(whole, node, ((0,), (BATCH,), (1,)) if batch_at else ((BATCH,), (0,), (1,))))
    return outputs


def _joined(layer: Layer, nodes: Sequence[str], shape: tuple[int, ...], suffix: str) -> str:
    """Both directions, with an axis for them."""
    node = nodes[0] if len(nodes) == 1 else layer.add(Concatenate(-1), *nodes, suffix=suffix)
    return layer.reshaped(node, shape, f"{suffix}_directions")


def _directions(layer: Layer) -> tuple[bool, ...]:
    """For each direction whether it takes the steps from the last to the first."""
    name = str(layer.attribute("direction", "forward")).lower()
    if name not in DIRECTIONS:
        raise layer.wrong(f"the direction `{name}` is unknown")
    return DIRECTIONS[name]


def _with_batch(layer: Layer, value: Value, at: int) -> Value:
    """A tensor whose batch is one of the file's axes."""
    if value.batch == at:
        return value
    if value.batch is None and value.shape[at] == 1:
        axes = tuple((BATCH,) if axis == at else group for axis, group in enumerate(value.axes))
        return Value(value.shape, value.node, axes)
    raise layer.unsupported(
        f"{layer.call.kind} takes the steps along the batch of a tensor of shape {value.shape}",
        "Let its input be (steps, batch, features), or (batch, steps, features) with layout=1",
    )


def _sequence(layer: Layer, batch_at: int) -> str:
    """The node of shape (steps, features)."""
    value = layer.input(X)
    if len(value.shape) != 3:
        raise layer.wrong(f"its input has shape {value.shape}")
    return layer.arranged(_with_batch(layer, value, batch_at), (1 - batch_at, 2)).node


def _weights(layer: Layer, kind: Kind, width: int, directions: int) -> list[CellWeights]:
    """Each direction's weights, gates in the order of the cells."""
    w, r = (np.asarray(layer.known(position)) for position in (W, R))
    bias = None if layer.optional(B) is None else np.asarray(layer.known(B))
    gates, units = len(kind.order), r.shape[-1]
    wanted = {
        "W": (w, (directions, gates * units, width)),
        "R": (r, (directions, gates * units, units)),
        **({} if bias is None else {"B": (bias, (directions, 2 * gates * units))}),
    }
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise layer.wrong(f"its weight {name} has shape {array.shape}, its settings ask for {shape}")

    def ordered(array: Array) -> Array:
        return np.concatenate([array[gate * units : (gate + 1) * units] for gate in kind.order])

    found = []
    for direction in range(directions):
        both = None
        if bias is not None:
            both = np.stack([ordered(half) for half in np.split(bias[direction], 2)])
        found.append(CellWeights(ordered(w[direction]).T, ordered(r[direction]).T, both))
    return found


def _refuse(layer: Layer, steps: int) -> None:
    """Raise for settings that no cell here has."""
    problems = []
    if layer.attribute("clip") is not None:
        problems.append("clips the arguments of its activations")
    if int(layer.attribute("input_forget", 0)):
        problems.append("couples its input and forget gates")
    if layer.call.kind == "LSTM" and layer.optional(PEEPHOLES) is not None and layer.known(PEEPHOLES).any():
        problems.append("has peepholes")
    if layer.optional(LENGTHS) is not None and (layer.known(LENGTHS) != steps).any():
        problems.append(f"takes fewer than all {steps} steps of some events")
    if problems:
        raise layer.unsupported(f"{layer.call.kind} {' and '.join(problems)}", SETTINGS_ADVICE)


def _activations(layer: Layer, kind: Kind, directions: int) -> list[list[tuple[str, float | None, float | None]]]:
    """For each direction its activations, each with alpha and beta where the file gives them."""
    names = [str(name) for name in layer.attribute("activations") or kind.defaults * directions]
    count = len(kind.defaults)
    if len(names) != count * directions:
        raise layer.wrong(f"{len(names)} activations for {directions} directions of {count}")
    canonical = {name.lower(): name for name in KNOWN}
    unknown = [name for name in names if name.lower() not in canonical]
    if unknown:
        reason = f"{layer.call.kind} has the activation {unknown[0]}"
        raise layer.unsupported(reason, f"Use one of {', '.join(KNOWN)}")
    alphas, betas = ([float(v) for v in layer.attribute(f"activation_{word}") or ()] for word in ("alpha", "beta"))
    settings = []
    for name in (canonical[name.lower()] for name in names):  # values stand for the activations that take one
        takes = name == "HardSigmoid"
        alpha = alphas.pop(0) if takes and alphas else None
        settings.append((name, alpha, betas.pop(0) if takes and betas else None))
    return [settings[d * count : (d + 1) * count] for d in range(directions)]


def _initial(layer: Layer, position: int, batch_at: int, directions: int) -> list[str | FixedArray] | None:
    """A state before the first step, for each direction; None where it is left out."""
    value = layer.optional(position)
    if value is None:
        return None
    if value.array is not None:
        whole = np.moveaxis(np.asarray(layer.known(position), dtype=np.float64), batch_at, 0)
        if (whole != whole[:1]).any():
            raise layer.unsupported("an initial state that differs from event to event", "Give one for all events")
        return [tensor(layer, whole[0, number], BIAS_BITS, "initial state") for number in range(directions)]
    node = layer.arranged(_with_batch(layer, layer.applied(value), batch_at), (1 - batch_at, 2)).node
    units = layer.shape(node)[-1]
    flat = layer.reshaped(node, (directions * units,), f"given_{position}")
    return [part(layer, flat, d * units, (d + 1) * units, f"given_{position}_{d}") for d in range(directions)]


Activation = Callable[[Layer, str], str]


class _Arithmetic(Arithmetic):
    """Float weights, functions as tables."""

    layer: Layer

    def __init__(self, layer: Layer, weights: FixedWeights, activations: Sequence[Activation], units: int) -> None:
        super().__init__(layer, units)
        self._weights, self._activations = weights, activations

    def kernel(self, x: str) -> str:
        return self._weights.times_step(self.layer, x)

    def recurrent(self, h: str, first: int, last: int) -> str:
        return self._weights.times_state(self.layer, h, first * self.units, last * self.units)

    def gate(self, x: str) -> str:
        return self._activations[0](self.layer, x)

    def candidate(self, x: str) -> str:
        return self._activations[min(1, len(self._activations) - 1)](self.layer, x)

    def carried(self, x: str) -> str:
        return self._activations[2](self.layer, x)


def _cell(
    layer: Layer, kind: Kind, weights: CellWeights, names: Sequence[tuple[str, float | None, float | None]]
) -> Cell:
    """A direction's cell; what need not be added in two places is added once."""
    after = layer.call.kind == "GRU" and bool(int(layer.attribute("linear_before_reset", 0)))
    units, bias = weights.recurrent.shape[0], weights.bias
    if bias is not None and not after:
        weights = CellWeights(weights.kernel, weights.recurrent, np.asarray(bias.sum(axis=0)))
    fixed = FixedWeights.of_float(layer, weights)
    activations = [_activation(*each) for each in names]

    def make(emitter: Layer) -> Arithmetic:
        return _Arithmetic(emitter, fixed, activations, units)

    if layer.call.kind == "GRU":
        return gru(units, make, after)  # type: ignore[arg-type]
    return (lstm if layer.call.kind == "LSTM" else simple_rnn)(units, make)  # type: ignore[arg-type]


def _activation(name: str, alpha: float | None, beta: float | None) -> Activation:
    def activate(layer: Layer, node: str) -> str:
        x = Value(layer.shape(node), node, ((0,),))
        if name in TABLES:
            return table(layer, x, FUNCTIONS[TABLES[name]], TABLES[name]).node
        if name == "Relu":
            return layer.rounded(layer.add(Relu(), node, suffix="relu"))
        slope, offset = (default if v is None else v for v, default in ((alpha, 0.2), (beta, 0.5)))
        return clipped(layer, affine(layer, x, np.asarray(slope), np.asarray(offset), "line"), 0.0, 1.0).node

    return activate


OPERATORS: dict[str, Callable[[Layer], Sequence[Value]]] = dict.fromkeys(KINDS, recurrent)
"""By the operator's name."""
