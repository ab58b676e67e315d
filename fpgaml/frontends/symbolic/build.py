"""Expressions as a Graph: sums as Dense, products as products, and each function of one value as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from fpgaml.errors import Problem, UnsupportedError
from fpgaml.frontends.building.constants import SCALE_BITS
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.building.tables import LOOKUP_BITS
from fpgaml.frontends.model import Approximation, Built
from fpgaml.frontends.symbolic.evaluate import evaluate
from fpgaml.frontends.symbolic.exact import EXACT_CALLS
from fpgaml.frontends.symbolic.expression import (
    Call,
    Expression,
    Fixed,
    Number,
    Power,
    Product,
    Variable,
    is_constant,
    walk,
    whole_power,
)
from fpgaml.frontends.symbolic.layer import Operation
from fpgaml.frontends.symbolic.render import shortened, text_of
from fpgaml.frontends.symbolic.source import Source
from fpgaml.frontends.symbolic.structure import (
    Combination,
    Cores,
    combination_of,
    element_of,
    has_long_constants,
    input_quantizers,
    is_function,
    joined_factors,
    needs_table,
    with_joined_tables,
)
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Add, Concatenate, Constant, Input, Multiply, Quantize, Slice, Subtract
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray

INPUT, OUTPUT = "x", "y"
"""Names of the input vector and of the vector of results."""
FLOAT64_BITS = 53


class Builder:
    """Adds the operations of all expressions, each once however often it is written.

    Args:
        name: of the network; source: the expressions; quantizer: of the input; precision: as for `ParsedModel.build`.
    """

    def __init__(self, name: str, source: Source, quantizer: Quantizer, precision: Precision | None) -> None:
        self._source, self._precision = source, precision
        self._graph = GraphBuilder(name)
        self._notes: list[Approximation] = []
        self._cores = Cores()
        self._nodes: dict[Expression, str] = {}
        self._slices: dict[tuple[str, int], str] = {}
        self._names = {expression: label for label, expression in reversed(source.outputs)}
        self._kinds: Counter[str] = Counter()
        self._input = self._graph.add(Input((len(source.inputs),), quantizer), name=INPUT, source=INPUT)
        self._graph.layers[INPUT] = self._input
        self._fixed, self._quantizers = self._rounded_input()

    def built(self) -> Built:
        """The Graph.

        Raises:
            UnsupportedError: expressions that cannot be expressed, all of them named.
        """
        nodes: list[str] = []
        problems: list[Problem] = []
        for label, expression in self._source.outputs:
            try:
                nodes.append(self._node(expression))
                self._graph.layers.setdefault(label, nodes[-1])
            except UnsupportedError as error:
                problems += [problem for problem in error.problems if problem not in problems]
        if problems:
            raise UnsupportedError("", problems)
        last = Operation(self._graph, OUTPUT, self._notes, expression=self._source.outputs[0][1])
        output = last.add(Concatenate(0), *nodes)
        return Built(self._graph.build([output]), tuple(self._notes))

    def _rounded_input(self) -> tuple[str, Mapping[int, Quantizer]]:
        """The input vector as the file rounds it, where it rounds every element that is read in one way."""
        found = input_quantizers([expression for _, expression in self._source.outputs])
        read = {part.index for _, output in self._source.outputs for part in walk(output) if isinstance(part, Variable)}
        modes = {(each.rounding, each.overflow) for each in found.values()}
        if not found or read != found.keys() or len(modes) != 1:
            return self._input, {}
        kinds = [found.get(index, next(iter(found.values()))).type for index in range(len(self._source.inputs))]
        parts = ([int(getattr(kind, name)) for kind in kinds] for name in ("signed", "integer", "fractional"))
        quantizer = Quantizer(FixedType(*(np.array(part) for part in parts)), *modes.pop())
        return self._graph.add(Quantize(quantizer), self._input, name=f"{INPUT}_fixed", source=INPUT), found

    def _node(self, expression: Expression) -> str:
        """The node of shape (1,) that carries an expression's value."""
        if expression not in self._nodes:
            self._nodes[expression] = self._added(expression)
        return self._nodes[expression]

    def _added(self, expression: Expression, quantizer: Quantizer | None = None) -> str:
        """Add an expression.

        Args:
            quantizer: that the file puts behind it: nothing else rounds it then.
        """
        if isinstance(expression, Variable):
            return self._element(self._input, expression.index)
        if isinstance(expression, Fixed):
            return self._rounded(expression)
        core = self._cores.of(expression)
        layer = self._operation(expression)
        if core is None:
            value = float(evaluate(expression, {}))
            node = layer.add(Constant(layer.constants([value], "bias", SCALE_BITS)))
        elif core != expression and (
            (needs_table(expression) and self._fuses(expression, core))
            or (quantizer is not None and has_long_constants(expression) and self._short(core))
        ):
            node = layer.table(self._node(core), core, quantizer)
        else:
            node = self._computed(layer, expression)
        if quantizer is None:
            node = layer.rounded(node)
            self._graph.layers[layer.label] = node
        self._check_width(layer, layer.narrow_enough(node))
        return node

    def _fuses(self, expression: Expression, core: Expression) -> bool:
        """Whether a function of one value is one table as a whole."""
        return is_function(expression) or self._short(core)

    def _short(self, core: Expression) -> bool:
        """Whether tables over a value lose nothing of it; with a precision they are made whatever its type.

        The structure must not depend on types that a calibration is still looking for.
        """
        if self._precision is not None:
            return True
        return int(self._graph.type(self._node(core)).uniform().width) <= LOOKUP_BITS

    def _computed(self, layer: Operation, expression: Expression) -> str:
        """An operation on what its parts are computed to."""
        if isinstance(expression, Call):
            return EXACT_CALLS[expression.name](layer, [self._node(part) for part in expression.parts])
        if isinstance(expression, Power):
            times = whole_power(expression)
            if times is None:
                raise layer.unsupported(
                    f"{shortened(text_of(expression))} is a power of two computed values", "Write exp(b*log(a))"
                )
            return _product(layer, [self._node(expression.base)] * times)
        if isinstance(expression, Product) and not isinstance(expression.parts[0], Number):
            return _product(layer, [self._node(part) for part in self._joined(expression)])
        return self._sum(layer, with_joined_tables(combination_of(expression), self._cores, self._short))

    def _joined(self, product: Product) -> Sequence[Expression]:
        return joined_factors(product.parts, self._cores, self._short)

    def _sum(self, layer: Operation, found: Combination) -> str:
        parts, factors = list(found.terms), list(found.terms.values())
        if not parts:
            return layer.add(Constant(layer.constants([found.offset], "bias", SCALE_BITS)))
        if len(parts) == 1:
            return layer.affine(self._node(parts[0]), factors[0], found.offset)
        if len(parts) == 2 and found.offset == 0.0 and factors in ([1.0, 1.0], [1.0, -1.0]):
            return layer.add(Add() if factors[1] > 0 else Subtract(), *(self._node(part) for part in parts))
        whole = self._whole_input(parts)
        if whole is not None:
            place = {index: factor for (index, _), factor in zip(map(element_of, parts), factors, strict=True)}
            every = [place.get(index, 0.0) for index in range(len(self._source.inputs))]
            return layer.dense(whole, every, found.offset)
        return layer.dense(layer.vector([self._node(part) for part in parts], "terms"), factors, found.offset)

    def _whole_input(self, parts: list[Expression]) -> str | None:
        """The input vector, if all of some parts are elements of it as it is, or as the file rounds it."""
        elements = [element_of(part) for part in parts]
        if all(index >= 0 and quantizer is None for index, quantizer in elements):
            return self._input
        rounds = all(index >= 0 and self._quantizers.get(index) == quantizer for index, quantizer in elements)
        return self._fixed if rounds and self._quantizers else None

    def _rounded(self, expression: Fixed) -> str:
        inner = expression.value
        if isinstance(inner, Variable):
            if self._quantizers:
                return self._element(self._fixed, inner.index)
            node = self._node(inner)
        elif is_constant(expression):
            value = FixedArray.from_float(np.asarray([float(evaluate(expression, {}))]))
            return self._operation(expression).add(Constant(value))
        else:
            node = self._added(inner, expression.quantizer)
        layer = self._operation(expression, "fixed")
        node = layer.quantized(node, expression.quantizer)
        self._graph.layers[layer.label] = node
        return node

    def _element(self, vector: str, index: int) -> str:
        if len(self._source.inputs) == 1:
            return vector
        if (vector, index) not in self._slices:
            name = f"{INPUT}_{self._source.inputs[index]}"
            taken = self._graph.add(Slice((index,), (index + 1,), (1,)), vector, name=name, source=name)
            self._slices[vector, index] = taken
        return self._slices[vector, index]

    def _operation(self, expression: Expression, kind: str = "") -> Operation:
        """A layer for an expression: an output's name, or its kind and a number."""
        kind = kind or _kind(expression)
        label = self._names.pop(expression, "")
        if not label:
            self._kinds[kind] += 1
            label = f"{kind}_{self._kinds[kind]}"
        return Operation(self._graph, label, self._notes, precision=self._precision, expression=expression, kind=kind)

    def _check_width(self, layer: Operation, node: str) -> None:
        """Say where exact values are wider than the float64 that the expression is evaluated in."""
        width = int(self._graph.type(node).width.max())
        if width > FLOAT64_BITS:
            layer.note(f"exact values of {width} bits, where the expression is evaluated in float64 of {FLOAT64_BITS}")


def _product(layer: Operation, factors: list[str]) -> str:
    """Factors multiplied in pairs, so that few products lie one behind another."""
    while len(factors) > 1:
        last = len(factors) <= 2
        pairs = [factors[at : at + 2] for at in range(0, len(factors), 2)]
        factors = [
            layer.add(Multiply(), *pair, suffix="" if last else "part") if len(pair) == 2 else pair[0] for pair in pairs
        ]
    return factors[0]


def _kind(expression: Expression) -> str:
    if isinstance(expression, Call):
        return expression.name
    if isinstance(expression, Product) and isinstance(expression.parts[0], Number):
        return "scaled"
    return {"Sum": "sum", "Number": "constant"}.get(type(expression).__name__, type(expression).__name__.lower())
