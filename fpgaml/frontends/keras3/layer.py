"""One layer of a Keras 3 or HGQ2 network on its way into the Graph, with its arrays and quantizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp

import numpy as np

from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.frontends.keras3.quantizers import FixedQuantizer, load
from fpgaml.frontends.keras3.weights import Array, Variables
from fpgaml.graph.ops import Quantize, Scale
from fpgaml.graph.values import FixedArray

EBOPS = ("beta", "ebops")
"""HGQ2's bookkeeping of a layer's cost, which has no part in what it computes."""


@dataclass(kw_only=True)
class Layer(KerasLayer):
    """One layer as it is called in the network.

    Args:
        package: that its class is of: `keras` or `hgq`.
        variables: its arrays.
        quantized_next: whether every reader of the layer's output quantises it first.
    """

    package: str
    variables: Variables
    quantized_next: bool = False

    def arrays(self, order: Sequence[str], *parts: str) -> dict[str, Array]:
        """As `KerasLayer.arrays`, by their order in the file."""
        inside = [part for part in parts if self.variables.holds(part)]
        place = self.variables.inside((inside or list(parts))[0]) if parts else self.variables
        return {name: np.asarray(array, dtype=np.float32) for name, array in place.take(order).items()}

    def own(self, *order: str) -> dict[str, Array]:
        """An HGQ2 layer's arrays: `order` names them in Keras's order, `*` marks where its bookkeeping comes."""
        names: list[str] = []
        for name in order:
            names += (EBOPS if self.config.get("enable_ebops", True) else ()) if name == "*" else (name,)
        return self.variables.take(names)

    def quantizer(self, part: str, conf: str = "") -> FixedQuantizer:
        """One of the layer's quantizers.

        Args:
            part: `iq`, `oq`, `kq` or `bq`, or a longer path inside the layer.
            conf: the key of its configuration, if it is not `<part>_conf`.
        """
        return load(self.config.get(conf or f"{part}_conf"), self.variables.inside(part))

    def quantized_input(self, node: str) -> str:
        """After the layer's input quantizer, where it is enabled."""
        return self.quantize(node, self.quantizer("iq"), "iq") if self.config.get("enable_iq", False) else node

    def output_quantizer(self) -> FixedQuantizer | None:
        """The layer's output quantizer, where it is enabled."""
        return self.quantizer("oq") if self.config.get("enable_oq", False) else None

    def quantized_output(self, node: str) -> str:
        """After the layer's output quantizer, where it is enabled."""
        quantizer = self.output_quantizer()
        return node if quantizer is None else self.quantize(node, quantizer, "oq")

    def quantize(self, node: str, quantizer: FixedQuantizer, suffix: str) -> str:
        """Append a quantizer, with its scaler and affine part where it has them."""
        if quantizer.is_dummy:
            return node
        scaler, affine = quantizer.settings.scaler, quantizer.settings.affine
        if scaler is not None:
            if frexp(scaler)[0] != 0.5:
                self.note(f"the division by the quantizer's scaler {scaler} is a multiplication by its inverse")
            node = self.scale(node, 1 / scaler, 0.0, f"{suffix}_unscaled")
        node = self.add(Quantize(quantizer.for_data()), node, suffix=suffix)
        if scaler is not None:
            node = self.scale(node, scaler, 0.0, f"{suffix}_scaled")
        if affine is not None:
            node = self.scale(node, *affine, f"{suffix}_affine")
        return node

    def scale(self, node: str, factor: float, offset: float, suffix: str = "") -> str:
        """Append x * factor + offset with numbers as float32 holds them."""
        shape = (1,) * len(self.shape(node))
        constants = (FixedArray.from_float(np.full(shape, np.float32(c))) for c in (factor, offset))
        return self.add(Scale(*constants), node, suffix=suffix)

    def sized(self, node: str, rank: int) -> str:
        """With axes of size 1 in front, up to `rank` axes."""
        shape = self.shape(node)
        return self.reshaped(node, (1,) * (rank - len(shape)) + shape, "expanded")
