"""Random QONNX networks: quantizers of every kind between Gemm, ReLU and Trunc, and what they compute in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from hypothesis import strategies as st

from tests.frontends.onnx.quantizers.build import Net

MODES = ("ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN")
NEAR = 2.0**-17
"""So near to where a rounding changes, by ratio, factors of 18 bits may decide otherwise than float64."""
NOISE = 2.0**-40
"""What float64 itself may be off by."""
Quantize = Callable[..., np.ndarray]


def quantize(x: np.ndarray, scale: Any, zero: Any, bits: int, signed: int, narrow: int, mode: str) -> np.ndarray:
    """QONNX's Quant by its definition."""
    position = x / scale + zero
    if bits == 1 and signed:
        return (np.where(position >= 0, 1.0, -1.0) - zero) * scale
    low = -(2 ** (bits - 1)) + narrow if signed else 0
    high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1 - narrow
    return (np.clip(whole(position, mode), low, high) - zero) * scale


def whole(position: np.ndarray, mode: str) -> np.ndarray:
    """Rounded to a whole number, from the floor and what is left of it."""
    floor = np.floor(position)
    rest = position - floor
    tie, positive = rest == 0.5, position > 0
    up = {
        "CEIL": rest > 0,
        "FLOOR": np.zeros_like(tie),
        "DOWN": (rest > 0) & ~positive,
        "UP": (rest > 0) & positive,
        "HALF_UP": (rest > 0.5) | (tie & positive),
        "HALF_DOWN": (rest > 0.5) | (tie & ~positive),
    }.get(mode, (rest > 0.5) | (tie & (floor % 2 == 1)))
    return np.asarray(floor + up)


@dataclass
class Chain:
    """A network that grows with its values.

    Args:
        quantize: computes Quant; values: of the last tensor; unsure: events with a value near to where a rounding
            changes.
    """

    net: Net
    tensor: str
    values: np.ndarray
    quantize: Quantize = quantize
    exact: bool = True
    unsure: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def quant(self, scale: Any, zero: float, bits: int, signed: int, narrow: int, mode: str) -> None:
        """Append a Quant."""
        self.tensor = self.net.quant(self.tensor, scale, bits, zero, signed=signed, narrow=narrow, mode=mode)
        self._look(self.values / scale, zero, bits == 1 and bool(signed))
        self.values = self.quantize(self.values, scale, zero, bits, signed, narrow, mode)

    def gemm(self, weights: np.ndarray, bias: np.ndarray, scale: Any, bias_scale: Any, bits: int) -> None:
        """Append a Gemm with quantised weights and bias."""
        net = self.net
        w = net.quant(net.constant(weights), scale, bits, narrow=1)
        b = net.quant(net.constant(bias), bias_scale, 16)
        self.tensor = net.add("Gemm", self.tensor, w, b)
        # constants have the codes that float32 gives them
        w_codes = np.clip(np.rint(weights / np.float32(scale)), -(2 ** (bits - 1)) + 1, 2 ** (bits - 1) - 1)
        b_codes = np.clip(np.rint(bias / np.float32(bias_scale)), -(2**15), 2**15 - 1)
        self.values = self.values @ (w_codes.astype(np.float64) * scale) + b_codes.astype(np.float64) * bias_scale

    def relu(self) -> None:
        """Append a Relu."""
        self.tensor = self.net.add("Relu", self.tensor)
        self.values = np.maximum(self.values, 0)

    def residual(self, *settings: Any) -> None:
        """Append the sum of the tensor and of a Quant of it."""
        tensor, values = self.tensor, self.values
        self.quant(*settings)
        self.tensor = self.net.add("Add", tensor, self.tensor)
        self.values = values + self.values

    def normalise(self, factor: np.ndarray, offset: np.ndarray) -> None:
        """Append a BatchNormalization of means 0 and deviations 1."""
        net, count = self.net, len(factor)
        parts = [factor, offset, np.zeros(count), np.ones(count)]
        self.tensor = net.add("BatchNormalization", self.tensor, *(net.constant(part) for part in parts), epsilon=0.0)
        self.values = self.values * factor + offset

    def _look(self, ratio: np.ndarray, zero: float, sign: bool) -> None:
        """Find the events whose rounding is not certain; nothing is uncertain about zero."""
        position = ratio + zero
        away = np.abs(position) if sign else np.abs(position - np.rint(2 * position) / 2)
        near = (away <= NEAR * np.abs(ratio).max() + NOISE) & (ratio != 0)
        events = near.reshape(len(near), -1).any(axis=1)
        self.unsure = events if not self.unsure.size else self.unsure | events

    def model(self) -> onnx.ModelProto:
        """The network."""
        return self.net.model(self.tensor)


def scales(draw: st.DrawFn, exact: bool, channels: int) -> Any:
    """A scale, or one for each channel: powers of two, or any float32."""
    count = channels if draw(st.booleans()) else 1

    def one() -> float:
        if exact:
            return 2.0 ** draw(st.integers(-3, 2))
        return float(np.float32(draw(st.floats(0.03, 1.5))))

    found = np.array([one() for _ in range(count)])
    return found.reshape(1, -1) if count > 1 else float(found[0])


@st.composite
def chains(draw: st.DrawFn, exact: bool, quantizer: Quantize = quantize) -> tuple[Chain, np.ndarray]:
    """A network and its input's events; scales are powers of two, or not."""
    width = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    x = rng.integers(-40, 41, (16, width)) / 4  # coarse: many ties
    chain = Chain(Net((1, width)), "x", x, quantizer, exact)
    for _ in range(draw(st.integers(1, 3))):
        quant(draw, chain, width)
        if draw(st.booleans()):
            out = draw(st.integers(1, 4))
            bits = draw(st.integers(2, 7))
            scale, bias_scale = scales(draw, exact, out), scales(draw, exact, out)
            weights = rng.normal(0, 1, (width, out)).astype(np.float32)
            bias_scale = bias_scale if np.ndim(bias_scale) == 0 else bias_scale.reshape(-1)
            chain.gemm(weights, rng.normal(0, 1, out).astype(np.float32), scale, bias_scale, bits)
            width = out
        if draw(st.integers(0, 3)) == 3:
            count = chain.values.shape[1]
            factor = np.array([draw(st.sampled_from((0.5, 1.0, -2.0))) for _ in range(count)])
            chain.normalise(factor, rng.integers(-6, 7, count) / 4)
        if draw(st.booleans()):
            chain.relu()
        if draw(st.integers(0, 3)) == 3:
            chain.residual(*settings(draw, chain, width))
    quant(draw, chain, width)
    return chain, x


def quant(draw: st.DrawFn, chain: Chain, width: int) -> None:
    """Append a Quant of any kind."""
    chain.quant(*settings(draw, chain, width))


def settings(draw: st.DrawFn, chain: Chain, width: int) -> tuple[Any, float, int, int, int, str]:
    """Scale, zero point, bits, sign, narrow and rounding of a Quant."""
    signed, bits = draw(st.integers(0, 1)), draw(st.integers(1, 9))
    narrow = draw(st.integers(0, 1)) if bits > 1 else 0
    zero = float(draw(st.sampled_from((0, 0, 0, 1, -2, 7))))
    return scales(draw, chain.exact, width), zero, bits, signed, narrow, draw(st.sampled_from(MODES))
