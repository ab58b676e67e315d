"""QKeras 0.9's quantizers in inference, in float32, for constants (weights) and tables.

Every function follows the code of qkeras/quantizers.py step by step, in single precision. QKeras adds
the result as x + (q - x), the straight-through form; q itself is what is meant, and `Quantized.residue`
says whether float32 made the two differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.building.constants import is_power_of_two
from fpgaml.frontends.keras2.functions import Function

F32 = NDArray[np.float32]
_EPSILON = np.float32(1e-7)  # keras.backend.epsilon()
_LOG2 = np.float32(np.log(2.0))


@dataclass(frozen=True)
class Quantized:
    """A quantised tensor: grid * scale.

    Args:
        grid: multiples of a power of two.
        scale: broadcasts to the grid; None where it is 1 (a power of two is in the grid already).
        residue: whether QKeras' straight-through sum gives other float32 numbers.
    """

    grid: F32
    scale: F32 | None
    residue: bool

    @property
    def values(self) -> F32:
        """The numbers in float32."""
        return self.grid if self.scale is None else np.asarray(self.scale * self.grid, dtype=np.float32)


def quantize_constant(function: Function, values: NDArray[Any]) -> Quantized:
    """What a quantizer makes of a tensor in inference.

    Args:
        function: a quantizer that `weight_problem` finds nothing wrong with.
        values: float32, channels last.
    """
    function = function.plain()
    x = np.asarray(values, dtype=np.float32)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _FORWARD[function.kind](function, x)


def _finish(x: F32, grid: F32, scale: Any) -> Quantized:
    factor = np.asarray(scale, dtype=np.float32)
    used = factor[factor != 0]
    plain = all(is_power_of_two(abs(float(s))) for s in used.flat)
    xq = np.asarray(factor * grid, dtype=np.float32)
    residue = bool((x + (xq - x) != xq).any())
    return Quantized(xq, None, residue) if plain else Quantized(np.asarray(grid), factor, residue and plain)


def _power(exponent: Any) -> F32:
    return np.asarray(np.ldexp(np.float32(1), np.asarray(exponent).astype(np.int64)), dtype=np.float32)


def _rounded_log2(x: F32) -> F32:
    return np.asarray(np.rint(np.log(x) / _LOG2), dtype=np.float32)


def _least_squares(alpha: Any, x: F32, q: F32) -> Any:
    """`_get_scale`: the scale that fits x best, per output channel."""
    if alpha is None:
        return np.float32(1)
    if not isinstance(alpha, str):
        return np.float32(alpha)
    qx, qq = np.asarray(x * q), np.asarray(q * q)
    if x.ndim > 1:
        axes = tuple(range(x.ndim - 1))
        qx, qq = (np.asarray(np.mean(v, axis=axes, keepdims=True, dtype=np.float32)) for v in (qx, qq))
    scale = np.asarray(qx / (qq + _EPSILON), dtype=np.float32)
    return _power(_rounded_log2(scale + _EPSILON)) if alpha == "auto_po2" else scale


def _quantized_bits(function: Function, x: F32) -> Quantized:
    bits, alpha, negative = function["bits"], function["alpha"], int(bool(function["keep_negative"]))
    unsigned = bits - negative
    m, m_i = np.float32(2.0**unsigned), np.float32(2.0 ** function["integer"])
    if isinstance(alpha, str):
        return _quantized_bits_auto(function, x, m, m_i)
    scale = 1.0 if alpha is None else alpha
    if unsigned > 0:
        low = negative * (-m + np.float32(function["symmetric"]))
        grid = m_i * np.clip(np.rint(x * m / m_i), low, m - np.float32(1)) / m
    else:
        grid = np.where(x >= 0, np.float32(1), np.float32(-1))
        grid = grid if negative else (grid + np.float32(1)) / np.float32(2)
    return _finish(x, np.asarray(grid, dtype=np.float32), scale)


def _quantized_bits_auto(function: Function, x: F32, m: np.float32, m_i: np.float32) -> Quantized:
    axes = tuple(range(x.ndim - 1)) if x.ndim > 1 else None
    levels = np.float32((2 ** (function["bits"] - 1) - 1) * 2)
    scaled = x / m_i
    largest = np.max(np.abs(scaled), axis=axes, keepdims=True) if x.ndim else np.abs(scaled)
    scale = np.asarray(largest * np.float32(2) / levels, dtype=np.float32)

    def steps(width: F32) -> F32:
        v = np.floor(np.abs(scaled) / width + np.float32(0.5))
        half = np.float32(levels / 2)
        return np.asarray(np.sign(scaled) * np.where(v < half, v, half), dtype=np.float32)

    if function["alpha"] == "auto_po2":
        scale = _power(_rounded_log2(scale + _EPSILON))
        for _ in range(5):
            z = steps(scale)
            scale = _least_squares("auto_po2", scaled, z)
    else:
        z = steps(scale)
    return _finish(x, np.asarray(m_i * z / m, dtype=np.float32), scale * m)


def _binary(function: Function, x: F32) -> Quantized:
    sign = np.where(x >= 0, np.float32(1), np.float32(-1))
    if function["use_01"]:
        sign = (sign + np.float32(1)) / np.float32(2)
    if function["alpha"] is None:
        x = np.tanh(x)
    return _finish(x, np.asarray(sign, dtype=np.float32), _least_squares(function["alpha"], x, sign))


def _ternary(function: Function, x: F32) -> Quantized:
    alpha = function["alpha"]
    if isinstance(alpha, str):
        q, scale = _ternary_auto(alpha, int(function["number_of_unrolls"]), x)
        return _finish(x, q, scale)
    threshold = np.float32(0.33 if function["threshold"] is None else function["threshold"])
    q = np.asarray((np.abs(x) >= threshold) * np.sign(x), dtype=np.float32)
    return _finish(np.tanh(x) if alpha is None else x, q, 1.0 if alpha is None else alpha)


def _ternary_auto(alpha: str, unrolls: int, x: F32) -> tuple[F32, Any]:
    """The iteration of Li et al. (arXiv:1605.04711) as QKeras unrolls it."""
    axes = tuple(range(x.ndim - 1)) if x.ndim > 1 else None
    scale: Any = np.float32(2) * np.max(np.abs(x), axis=axes, keepdims=True) / np.float32(3)
    if alpha == "auto_po2":
        scale = _power(_rounded_log2(scale + _EPSILON))
    q = np.zeros_like(x)
    for _ in range(unrolls):
        v = scale * np.rint(x / scale)
        q = np.asarray((np.abs(v) >= scale / np.float32(2)) * np.sign(x), dtype=np.float32)
        scale = _least_squares(alpha, x, q)
    return q, scale


def _exponents(function: Function, size: F32, low: int, high: int) -> F32:
    """`_clip_power_of_two`: the exponent of the nearest power of two, of a size >= 0."""
    kept = np.where(size < _EPSILON, _EPSILON, size)
    if function["max_value"] is not None:
        kept = np.minimum(kept, np.float32(function["max_value"]))
    quadratic = bool(function["quadratic_approximation"])
    logs = np.log(np.sqrt(kept) if quadratic else kept) / _LOG2
    whole = np.floor(logs) if function["log2_rounding"] == "floor" else np.rint(logs)
    clipped = np.clip(whole, low, high) * (2 if quadratic else 1)
    return np.asarray(np.where(size < _EPSILON, low, clipped), dtype=np.float32)


def _exponent_range(function: Function, sign_bits: int) -> tuple[int, int]:
    top = function["max_value"]
    effective = function["bits"] - sign_bits - int(top is None or top > 1)
    # QKeras computes 2**effective with Python integers; a negative power leaves its clip on a fraction.
    low, high = -int(2**effective), int(2**effective) - 1
    return low, 2 * (high // 2) if function["quadratic_approximation"] else high


def _quantized_po2(function: Function, x: F32) -> Quantized:
    low, high = _exponent_range(function, 1)
    sign = np.where(x >= 0, np.float32(1), np.float32(-1))
    return _finish(x, sign * _power(_exponents(function, np.abs(x), low, high)), 1.0)


def _quantized_relu_po2(function: Function, x: F32) -> Quantized:
    low, high = _exponent_range(function, 0)
    slope = np.float32(function["negative_slope"])
    zero = np.float32(0)
    positive = _power(_exponents(function, np.maximum(x, zero), low, high))
    if not slope:
        return _finish(np.maximum(x, zero), positive, 1.0)
    negative = _power(_exponents(function, np.maximum(-x, zero) * slope, low, high))
    return _finish(np.where(x < 0, x * slope, x), np.where(x >= 0, positive, -negative), 1.0)


def _quantized_relu(function: Function, x: F32) -> Quantized:
    slope = np.float32(function["negative_slope"])
    m = np.float32(2.0 ** (function["bits"] - int(slope != 0)))
    m_i = np.float32(2.0 ** function["integer"])
    p = x * m / m_i
    grid = m_i * np.clip(np.rint(p) / m, np.float32(0), np.float32(1) - np.float32(1) / m)
    if slope:
        step = np.float32(1) / (slope * m)
        grid = grid + m_i * slope * np.clip(np.rint(p * slope) * step, np.float32(-1), np.float32(0))
    if function["relu_upper_bound"] and not function["is_quantized_clip"]:
        grid = np.minimum(grid, np.float32(function["relu_upper_bound"]))
    return Quantized(np.asarray(grid, dtype=np.float32), None, False)


_FORWARD: dict[str, Callable[[Function, F32], Quantized]] = {
    "quantized_bits": _quantized_bits,
    "quantized_relu": _quantized_relu,
    "quantized_po2": _quantized_po2,
    "quantized_relu_po2": _quantized_relu_po2,
    "binary": _binary,
    "ternary": _ternary,
}
