"""One operation of an expression on its way into the Graph: what it adds, and how it names what it rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fpgaml.frontends.building.constants import SCALE_BITS, WEIGHT_BITS, tensor
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.building.tables import entries, narrow, points
from fpgaml.frontends.model import Approximation
from fpgaml.frontends.symbolic.evaluate import evaluate
from fpgaml.frontends.symbolic.expression import Expression
from fpgaml.frontends.symbolic.render import shortened, text_of
from fpgaml.graph.ops import Concatenate, Dense, Lookup, Quantize, Scale
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray, quantize_reals

EXACT = frozenset((-1.0, 0.0, 1.0))
"""Constants that no precision rounds: they are signs, or nothing."""


@dataclass(kw_only=True)
class Operation(Emitter):
    """One operation.

    Args:
        expression: that it computes.
        kind: the operation's kind, as a layer's class.
    """

    expression: Expression
    kind: str = ""

    def note(self, what: str) -> None:
        """As in `Emitter`, with the expression, so that a reader knows which part of the file is meant."""
        said = what.replace("float32 values", "float64 values")
        note = Approximation(self.label, f"{said}; in {shortened(text_of(self.expression))}")
        if note not in self.notes:
            self.notes.append(note)

    def constants(self, values: ArrayLike, what: str, bits: int) -> FixedArray:
        """Constants of the file, rounded where they have too many bits or a precision says so.

        Args:
            what: kernel, scale or bias.
        """
        wide = np.asarray(values, np.float64)
        if set(wide.reshape(-1).tolist()) <= EXACT:
            return FixedArray.from_float(wide)
        return tensor(self, wide, bits, what)

    def affine(self, x: str, factor: float, offset: float) -> str:
        """factor * x + offset."""
        if factor == 1.0 and offset == 0.0:
            return x
        scale = self.constants([factor], "scale", SCALE_BITS)
        return self.add(Scale(scale, self.constants([offset], "bias", SCALE_BITS)), x)

    def dense(self, x: str, factors: list[float], offset: float) -> str:
        """The sum of a vector's elements times factors, plus an offset: shape (1,)."""
        kernel = self.constants(np.asarray(factors)[:, None], "kernel", WEIGHT_BITS)
        bias = None if offset == 0.0 else self.constants([offset], "bias", SCALE_BITS)
        return self.add(Dense(kernel, bias), x)

    def vector(self, nodes: list[str], suffix: str) -> str:
        """Values of shape (1,) one after another."""
        return nodes[0] if len(nodes) == 1 else self.add(Concatenate(0), *nodes, suffix=suffix)

    def table(self, node: str, core: Expression, quantizer: Quantizer | None) -> str:
        """The expression as a table over the node that carries its core.

        Args:
            quantizer: of the file, that rounds the entries; None: they keep 16 fractional bits, or what is asked for.

        Raises:
            UnsupportedError: it is not finite somewhere within the type of the core.
        """
        argument = narrow(self, node)
        domain = self.uniform(argument)
        at = points(domain)
        values = np.broadcast_to(evaluate(self.expression, {core: at}), at.shape)
        if not np.isfinite(values).all():
            where = f"{shortened(text_of(core), 30)} is {float(at[~np.isfinite(values)][0]):g}"
            raise self.unsupported(
                f"{shortened(text_of(self.expression))} is not finite where {where}",
                "Keep it within a range, exp(min(x0, 10)), or round it to a type: exp(ap_fixed(x0, 10, 4, RND, SAT))",
            )
        kept = entries(self, values, self.kind) if quantizer is None else quantize_reals(values, quantizer)
        return self.add(Lookup(domain, kept), argument)

    def quantized(self, node: str, quantizer: Quantizer) -> str:
        """The node after a rounding that the file asks for; itself where that changes nothing."""
        op, held = Quantize(quantizer), self.graph.range(node)
        if bool((held.fractional <= quantizer.type.fractional).all()) and not op.overflows(held):
            return node
        return self.add(op, node, suffix="fixed")
