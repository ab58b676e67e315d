"""An ONNX model that was read, on its way to a Graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.building.converters import convert_all
from fpgaml.frontends.building.outputs import freed, named
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.building.reading import UNUSABLE, guarded
from fpgaml.frontends.model import Approximation, Built
from fpgaml.frontends.onnx.advice import instead_of
from fpgaml.frontends.onnx.arrangement import BATCH, Axes
from fpgaml.frontends.onnx.file import read
from fpgaml.frontends.onnx.fold import FOLDS, fold
from fpgaml.frontends.onnx.fusion import fused
from fpgaml.frontends.onnx.join_tables import with_joined_tables
from fpgaml.frontends.onnx.layer import Layer
from fpgaml.frontends.onnx.operators import OPERATORS, Converter
from fpgaml.frontends.onnx.ports import port_axes
from fpgaml.frontends.onnx.program import Call, Port, Program
from fpgaml.frontends.onnx.quantizers import qonnx
from fpgaml.frontends.onnx.quantizers.rewrite import rewritten
from fpgaml.frontends.onnx.reorder import without_transposes
from fpgaml.frontends.onnx.simplify import simplified
from fpgaml.frontends.onnx.tensors import AGAIN
from fpgaml.frontends.onnx.value import Value, constant
from fpgaml.graph.graph import GraphBuilder, identifier
from fpgaml.graph.ops import Input, Shape
from fpgaml.graph.types import Quantizer
from fpgaml.passes.drop_dead_nodes import DropDeadNodes

QUANTIZERS = frozenset(kind for kind in qonnx.OPERATORS if kind.endswith("Quant")) | {"QuantizeLinear"}
"""Operators that round what they read to a type."""


@dataclass(frozen=True)
class ProgramModel:
    """A program whose operators are all of a supported kind; see `ParsedModel`.

    Args:
        where: the file, for messages.
        axes: for each input the order of the file's axes, the batch not counted, that its node has.
    """

    where: str
    program: Program = field(repr=False)
    axes: Mapping[str, tuple[int, ...]]

    @property
    def name(self) -> str:
        """The network's name: that of the file."""
        return self.program.name

    @property
    def framework(self) -> str:
        """What wrote the file."""
        return self.program.framework

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Each input's shape as the file has it, without a batch axis."""
        return MappingProxyType({port.name: event_shape(port) for port in self.program.inputs})

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """None: ports carry numbers as they are."""
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """The Graph, for inputs of these types.

        Raises:
            UnsupportedError: operators that cannot be expressed, all of them named.
            FpgamlError: an input without a type, or a call that contradicts itself.
        """
        with guarded(self.where, AGAIN):
            builder = _Builder(self, input_quantizers, precision)
            convert_all(self.where, self.program.calls, builder.add)
            return builder.built()


class _Builder:
    def __init__(self, model: ProgramModel, quantizers: Mapping[str, Quantizer], precision: Precision | None) -> None:
        program = model.program
        missing = [port.name for port in program.inputs if port.name not in quantizers]
        if missing:
            raise FpgamlError(missing[0], "no type is given for this input", "Give one such as ap_fixed<14,4>")
        self._program, self._precision = program, precision
        self._graph = GraphBuilder(program.name)
        self._notes: list[Approximation] = []
        self._readers: dict[str, list[str]] = {name: [""] for name in program.outputs}
        for call in program.calls:
            for name in call.inputs:
                self._readers.setdefault(name, []).append(call.kind)
        self._orders: dict[str, tuple[int, ...]] = {}
        self._values = {name: constant(array) for name, array in program.constants.items()}
        for port in program.inputs:
            self._values[port.name] = self._entering(port, model.axes.get(port.name), quantizers[port.name])

    def _entering(self, port: Port, order: tuple[int, ...] | None, quantizer: Quantizer) -> Value:
        shape = event_shape(port)
        order = tuple(range(len(shape))) if order is None else order
        node = self._graph.add(Input(tuple(shape[axis] for axis in order), quantizer), name=port.name, source=port.name)
        self._graph.layers[port.name] = node
        place = {axis: index for index, axis in enumerate(order)}
        first: Axes = ((BATCH,),) if port.batched else ()
        groups = tuple((place[axis],) for axis in range(len(port.shape) - len(first)))
        return Value(port.shape, node, (*first, *groups))

    def layer(self, call: Call) -> Layer:
        """A call, ready to be converted."""
        return Layer(
            self._graph,
            call.label,
            self._notes,
            precision=self._precision,
            call=call,
            values=self._values,
            batch=self._program.batch,
            any_batch=self._program.any_batch,
            quantised=self._precision is None and _by_quantizers(self._readers.get(next(iter(call.outputs), ""))),
        )

    def add(self, call: Call) -> None:
        """Convert a call, or compute it where all that it reads is constant."""
        layer = self.layer(call)
        with _guarded(call):
            found = self._folded(layer)
            if found is None:
                results = _converter(layer)(layer)
                found = (results,) if isinstance(results, Value) else tuple(results)
            layer.give(*found)
        self._keep_layer(call, found[0])
        for value in found:
            if value.node:
                layer.narrow_enough(value.node)

    def _keep_layer(self, call: Call, value: Value) -> None:
        """Note which node is a call's result, where it has the file's axes whole and nothing is left to be done."""
        if call.compared == "" or not value.node or not value.plain or any(len(group) != 1 for group in value.axes):
            return
        if len(value.real) == len(self._graph.shape(value.node)):
            label = call.label if call.compared is None else call.compared
            self._graph.layers[label] = value.node
            self._orders[label] = node_order(value)

    def _folded(self, layer: Layer) -> tuple[Value, ...] | None:
        values = [layer.optional(position) for position in range(len(layer.call.inputs))]
        if any(value is not None and (value.array is None or not value.plain) for value in values):
            return None
        arrays = fold(layer.call, [None if value is None else value.array for value in values])
        return None if arrays is None else tuple(constant(array) for array in arrays)

    def built(self) -> Built:
        """The Graph, with its outputs under their own names."""
        last = self.layer(self._program.calls[-1])
        values = []
        for name in self._program.outputs:
            if name not in self._values:
                raise FpgamlError(name, "is an output that nothing gives", "Export the model again")
            values.append(last.arranged(last.as_node(last.applied(self._values[name]))))
        built = DropDeadNodes().apply(self._graph.build([value.node for value in values]))
        if self._precision is None:
            built = with_joined_tables(built)
        names = [identifier(name) for name in self._program.outputs]
        graph = named(freed(without_transposes(built), names), names)
        orders = dict(zip(graph.outputs, (node_order(value) for value in values), strict=True))
        orders |= {f"layer/{label}": order for label, order in self._orders.items() if label in graph.layers}
        moved = {name: order for name, order in orders.items() if order != tuple(range(len(order)))}
        return Built(graph, tuple(self._notes), moved)


def event_shape(port: Port) -> Shape:
    """The shape of one event at a port, as the file has it."""
    return (port.shape[1:] if port.batched else port.shape) or (1,)


def _by_quantizers(readers: list[str] | None) -> bool:
    """Whether a tensor's readers, by the kinds of their calls, are quantizers."""
    return bool(readers) and all(kind in QUANTIZERS for kind in readers or ())


def node_order(value: Value) -> tuple[int, ...]:
    """Which of the file's axes, the batch not counted, each axis of a node is that has them whole."""
    real = value.real
    return tuple(sorted(range(len(real)), key=lambda each: value.axes[real[each]]))


def _converter(layer: Layer) -> Converter:
    converter = OPERATORS.get(layer.call.kind)
    if converter is None:  # one that is computed on constants alone
        raise layer.unsupported(f"{layer.call.kind} of a computed tensor is not converted", instead_of(layer.call.kind))
    return converter


@contextmanager
def _guarded(call: Call) -> Iterator[None]:
    try:
        yield
    except UNUSABLE as error:
        reason = f"this {call.kind} does not fit its inputs ({type(error).__name__}: {error})"
        raise FpgamlError(call.label, reason, "Export the model again") from error


def problems(program: Program) -> list[Problem]:
    """Every call of an operator that is not converted, with what to do."""
    return [
        Problem(call.label, f"{call.kind} is not converted", instead_of(call.kind))
        for call in program.calls
        if call.kind not in OPERATORS and call.kind not in FOLDS
    ]


def model_of(program: Program, where: str) -> ProgramModel:
    """A program as a model.

    Args:
        where: the file, for messages.

    Raises:
        UnsupportedError: operators that cannot be expressed, all of them named.
    """
    found = problems(program)
    if found:
        raise UnsupportedError(where, found)
    with guarded(where, AGAIN):
        program = fused(simplified(program))
    return ProgramModel(where, program, port_axes(program))


def parse(path: Path) -> ProgramModel:
    """Read an ONNX model; nothing of it is executed.

    Raises:
        UnsupportedError: operators that cannot be expressed, all of them named.
        FpgamlError: a damaged file, or one that is none.
    """
    return model_of(rewritten(read(path)), str(path))
