"""What an operation is called with: tensors, constants and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras.arguments import Tensor
from fpgaml.frontends.keras.layer import KerasLayer

Operand = str | np.ndarray
"""A node, or a constant."""


def operand(layer: KerasLayer, position: int, *names: str) -> Operand:
    """One operand of the call.

    Raises:
        FpgamlError: there is none, or it is neither a tensor nor numbers.
    """
    value = layer.arguments.get(position, *names)
    if isinstance(value, Tensor):
        return layer.inputs[value.index]
    if isinstance(value, Mapping) and "config" in value:  # a constant tensor
        value = value["config"].get("value", value["config"]) if isinstance(value["config"], Mapping) else None
    numbers = np.asarray(value, dtype=np.float32) if value is not None else np.zeros(0, dtype=np.float32)
    if not numbers.size or not np.isfinite(numbers).all():
        raise FpgamlError(layer.label, f"its operand {position + 1} is neither a tensor nor finite numbers")
    return numbers.astype(np.float64)


def node_of(layer: KerasLayer, position: int = 0, *names: str) -> str:
    """An operand that is a tensor."""
    found = operand(layer, position, *names)
    if not isinstance(found, str):
        raise FpgamlError(layer.label, f"its operand {position + 1} is a constant, where a tensor is needed")
    return found


def setting(layer: KerasLayer, position: int, *names: str, default: Any = None) -> Any:
    """A setting of the call, or of the layer."""
    found = layer.arguments.get(position, *names)
    if found is None:
        found = next((layer.config[name] for name in names if layer.config.get(name) is not None), default)
    return found
