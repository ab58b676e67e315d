"""What to do about operators that are not converted."""

from __future__ import annotations

from collections.abc import Mapping

_LOOP = "Export one model without conditions and loops"
_LATER = "Leave it out of the model, and do it after the firmware"
_REMARKS: Mapping[str, str] = {
    **dict.fromkeys(("If", "Loop", "Scan"), _LOOP),
    **dict.fromkeys(("ArgMax", "ArgMin", "TopK", "NonMaxSuppression"), _LATER),
    "ConvTranspose": "Use Resize (nearest) and Conv",
    "DynamicQuantizeLinear": "Quantise statically: scales that depend on the data need a division",
    "qonnx.custom_op.general:QuantAvgPool2d": "Export AveragePool, Mul and Trunc, as newer versions of Brevitas do",
    "LpNormalization": "Use BatchNormalization, whose statistics are constants",
    "LRN": "Use BatchNormalization, whose statistics are constants",
    "GlobalLpPool": "Use GlobalAveragePool",
    "LpPool": "Use AveragePool",
}


def instead_of(kind: str) -> str:
    """What to use in an operator's place."""
    return _REMARKS.get(kind, "Leave it out of the model, or write it with operators that docs/onnx.md lists")
