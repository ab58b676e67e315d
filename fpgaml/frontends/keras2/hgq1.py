"""Proxy models of HGQ 1: Keras layers with exact weights, and these layers of HGQ between them.

Source: HGQ 0.2, `HGQ/proxy/fixed_point_quantizer.py` and `HGQ/proxy/unary_lut.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer
from fpgaml.graph.ops import Lookup, Quantize
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray


def fixed_point_quantizer(layer: KerasLayer) -> str:
    """FixedPointQuantizer: `keep_negative`, `bits` and `integers` (with the sign) for each element, or for all."""
    stored = [layer.weight(name) for name in ("keep_negative", "bits", "integers")]
    shape = layer.shape(layer.input)
    signed, bits, integers = (_for_elements(layer, array, len(shape)) for array in stored)
    if not np.isin(signed, (0, 1)).all() or (bits < 0).any():
        raise FpgamlError(layer.label, "bit widths that no fixed-point number has", "Make the proxy model again")
    held = bits > 0
    signed = np.where(held, signed, 0)
    kind = FixedType(signed, np.where(held, integers - signed, 0), np.where(held, bits - integers, 0))
    return layer.add(Quantize(Quantizer(kind, *_modes(layer))), layer.input)


def _for_elements(layer: KerasLayer, array: NDArray[np.float32], rank: int) -> NDArray[np.int64]:
    """Widths with the tensor's rank: the batch axis in front goes, missing axes come."""
    whole = np.asarray(array, dtype=np.int64)
    if whole.ndim == rank + 1 and whole.shape[0] == 1:
        return np.asarray(whole[0])
    if whole.ndim > rank:
        raise FpgamlError(layer.label, f"bit widths of shape {whole.shape} for a tensor of {rank} axes and the batch")
    return np.asarray(whole.reshape((1,) * (rank - whole.ndim) + whole.shape))


def _modes(layer: KerasLayer) -> tuple[Rounding, Overflow]:
    try:
        return Rounding(str(layer.config.get("RND", "TRN"))), Overflow(str(layer.config.get("SAT", "WRAP")))
    except ValueError:
        modes = f"{layer.config.get('RND')} and {layer.config.get('SAT')}"
        raise layer.unsupported(
            f"the quantizer modes {modes}", "Use those of ap_fixed: TRN or RND, WRAP or SAT"
        ) from None


def unary_lut(layer: KerasLayer) -> str:
    """UnaryLUT: a table over the bits of its input's type."""
    signed, integer, fractional = (int(n) for n in layer.config["kif_in"])
    domain = FixedType(signed, integer, fractional)
    table = layer.weight("table", 1 << (signed + integer + fractional)).astype(np.float64)
    # The table counts up from zero, and then through the negative ones.
    ascending = np.roll(table, table.size // 2) if signed else table
    node = layer.add(Quantize(Quantizer(domain, Rounding.RND_CONV, Overflow.WRAP)), layer.input, suffix="argument")
    return layer.add(Lookup(domain, FixedArray.from_float(ascending)), node)


LAYERS: dict[str, Converter[KerasLayer, str]] = {
    "FixedPointQuantizer": fixed_point_quantizer,
    "UnaryLUT": unary_lut,
}
"""Converters by class name."""

TRAINED = frozenset(
    (
        *("HQuantize", "HDense", "HDenseBatchNorm", "HConv1D", "HConv1DBatchNorm", "HConv2D", "HConv2DBatchNorm"),
        *("HActivation", "HAdd", "PReshape", "PFlatten", "PConcatenate", "PMaxPool1D", "PMaxPool2D", "PPermute"),
        *("PMaxPooling1D", "PMaxPooling2D", "PAveragePooling1D", "PAveragePooling2D", "Signature"),
    )
)
"""Layers of HGQ 1's training models, whose integer bits follow from data."""
PROXY = (
    "is a layer that HGQ 1 trains: its integer bits follow from data that is not in the file",
    "Save `HGQ.to_proxy_model(model)` after `HGQ.trace_minmax(model, data)`",
)
