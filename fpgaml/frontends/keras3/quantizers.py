"""HGQ2's fixed-point quantizers at inference: as the Graph's types for data, in float32 for weights.

Sources: HGQ2 0.2, `hgq/quantizer/internal/fixed_point_quantizer.py` (`FixedPointQuantizerKIF`, `...KBI`), and
`quantizers/fixed_point/_fixed_point_ops.py` (`FixedPointQuantizer.forward`, the rounding and overflow functions).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.keras3.weights import Array, Variables
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray

Floats = NDArray[np.float32]

ROUNDINGS = frozenset({"TRN", "RND", "RND_CONV", "TRN_ZERO", "RND_ZERO", "RND_INF", "RND_MIN_INF"})
OVERFLOWS = frozenset({"WRAP", "SAT", "SAT_SYM"})

_ROUND: dict[Rounding, Callable[[Floats], Floats]] = {
    Rounding.TRN: np.floor,
    Rounding.RND: lambda x: np.floor(x + np.float32(0.5)),
    Rounding.RND_CONV: np.round,
    Rounding.TRN_ZERO: lambda x: np.floor(np.abs(x)) * np.sign(x),
    Rounding.RND_ZERO: lambda x: -np.floor(-np.abs(x) + np.float32(0.5)) * np.sign(x),
    Rounding.RND_MIN_INF: lambda x: -np.floor(-x + np.float32(0.5)),
    Rounding.RND_INF: lambda x: np.floor(np.abs(x) + np.float32(0.5)) * np.sign(x),
}


@dataclass(frozen=True)
class QuantizerSettings:
    """What a quantizer's configuration says, without its trained widths.

    Args:
        parametrization: `kif`, `kbi` or `dummy` (which does nothing).
        rounding, overflow: its modes.
        unbounded: whether inference rounds only, and applies no range (weights with overflow mode WRAP).
        scaler: values are divided by it before, and multiplied after; or None.
        affine: (factor, offset) that are applied last; or None.
    """

    parametrization: str
    rounding: Rounding = Rounding.RND
    overflow: Overflow = Overflow.WRAP
    unbounded: bool = False
    scaler: float | None = None
    affine: tuple[float, float] | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The trained variables in Keras's order: trainable ones first, each kind as it was created."""
        inner = "f" if self.parametrization == "kif" else "b"
        if self.overflow == Overflow.WRAP:
            return (inner, "k", "i", "i_decay_speed")
        return ("i", "f", "k") if self.parametrization == "kif" else ("b", "i", "k")


@dataclass(frozen=True)
class FixedQuantizer:
    """A trained quantizer.

    Args:
        settings: its modes.
        signed, integer, fractional: k, i and f, rounded, in float32, of the rank of what is quantised
            (with a batch axis of size 1 for data); None for a dummy quantizer.
    """

    settings: QuantizerSettings
    signed: Floats | None = None
    integer: Floats | None = None
    fractional: Floats | None = None

    @property
    def is_dummy(self) -> bool:
        """Whether it leaves values as they are."""
        return self.signed is None

    def for_data(self) -> Quantizer:
        """The same as a type of the Graph: widths without the batch axis, elements of no width as plain zero."""
        assert self.signed is not None and self.integer is not None and self.fractional is not None
        k, i, f = (array[0].astype(np.int64) for array in (self.signed, self.integer, self.fractional))
        held = k + i + f > 0
        if self.settings.overflow == Overflow.SAT_SYM:
            held &= i + f > 0  # a sign alone: both ends are zero here, while ap_fixed<1,1> keeps its -1
        lowest = int(f[held].min()) if held.any() else 0
        kind = FixedType(np.where(held, k, 0), np.where(held, i, -lowest), np.where(held, f, lowest))
        return Quantizer(kind, self.settings.rounding, self.settings.overflow)

    def apply(self, values: Array) -> Floats:
        """Quantise numbers as the framework does, in float32."""
        x = np.asarray(values, dtype=np.float32)
        scaler, affine = self.settings.scaler, self.settings.affine
        if self.is_dummy:
            return x
        if scaler is not None:
            x = x / np.float32(scaler)
        x = self._forward(x)
        if scaler is not None:
            x = x * np.float32(scaler)
        if affine is not None:
            x = x * np.float32(affine[0]) + np.float32(affine[1])
        return np.asarray(x, dtype=np.float32)

    def constant(self, values: Array, where: str) -> FixedArray:
        """Quantised weights as exact numbers.

        Raises:
            FpgamlError: the bit widths do not fit the weights.
        """
        if self.signed is not None:
            fits = self.signed.ndim == values.ndim and all(
                bits in (1, size) for bits, size in zip(self.signed.shape, values.shape, strict=True)
            )
            if not fits:
                reason = f"bit widths of shape {self.signed.shape} for weights of {values.shape}"
                raise FpgamlError(where, reason, "The weights belong to another model: save it again as a whole")
        return FixedArray.from_float(self.apply(values))

    def _forward(self, x: Floats) -> Floats:
        assert self.signed is not None and self.integer is not None and self.fractional is not None
        k, f = self.signed, self.fractional
        i = np.maximum(self.integer, -f)
        two = np.float32(2)
        mode, scale = self.settings.overflow, two**f
        top = two**i - two**-f
        if self.settings.unbounded:
            return np.asarray(_ROUND[self.settings.rounding](x * scale) / scale)
        if mode != Overflow.WRAP:
            bottom = -(top if mode == Overflow.SAT_SYM else two**i) * k
            x = np.where(x > top, top, np.where(x < bottom, bottom, x))
        x = np.asarray(_ROUND[self.settings.rounding](x * scale) / scale)
        if mode == Overflow.WRAP:
            bias = k * two ** (i + k - 1)
            x = (x + bias) % two ** (i + k) - bias
        return np.where(k + self.integer + f > 0, x, np.float32(0))


def settings_of(config: Any) -> QuantizerSettings | Problem:
    """Read a serialised `QuantizerConfig`, or say why it cannot be expressed (with no layer's name)."""
    if not isinstance(config, Mapping):
        return Problem("", "a quantizer without configuration", "Save the model again with HGQ2 0.2")
    values = dict(config.get("config") or {})
    name = str(config.get("class_name", "QuantizerConfig")).rpartition(">")[2]
    if name == "HardTanhConfig":  # HGQ2 does not save `symmetric`, so a loaded model has the default
        values |= {"overflow_mode": "SAT", "affine": None}
    elif name == "HardSigmoidConfig":
        values |= {"overflow_mode": "SAT", "affine": (0.25, 0.5)}
    elif name != "QuantizerConfig":
        return Problem("", f"the quantizer `{name}`", "Use HGQ2's QuantizerConfig with q_type 'kif' or 'kbi'")
    kind = str(values.get("q_type", "")).lower()
    if kind == "dummy":
        return QuantizerSettings("dummy")
    if kind not in ("kif", "kbi"):
        return Problem("", f"a quantizer of type '{kind}'", "Use the fixed-point types 'kif' or 'kbi'")
    if values.get("bw_mapper") is not None:
        return Problem("", "a bit-width mapper of its own", "Use heterogeneous_axis or homogeneous_axis")
    rounding = str(values.get("round_mode", "RND")).upper().removeprefix("S_")  # stochastic in training only
    overflow = str(values.get("overflow_mode", "WRAP")).upper()
    if rounding not in ROUNDINGS or overflow not in OVERFLOWS:
        reason = f"the quantizer modes {rounding} and {overflow}"
        return Problem("", reason, "Use RND, RND_CONV or TRN, and WRAP or SAT")
    # A weight quantizer in WRAP mode follows the weights' range in training and applies none at inference; the
    # kbi form does so only with RND.
    follows = bool(values.get("is_weight")) and bool(values.get("trainable", True)) and overflow == "WRAP"
    affine = values.get("affine")
    return QuantizerSettings(
        kind,
        Rounding(rounding),
        Overflow(overflow),
        follows and (kind == "kif" or rounding == "RND"),
        None if values.get("scaler") is None else float(values["scaler"]),
        None if affine is None else (float(affine[0]), float(affine[1])),
    )


def load(config: Any, variables: Variables) -> FixedQuantizer:
    """A trained quantizer.

    Args:
        config: its serialised configuration.
        variables: those of the `Quantizer` layer.

    Raises:
        FpgamlError: its widths are missing, or make no sense.
    """
    settings = settings_of(config)
    if isinstance(settings, Problem):
        raise FpgamlError(variables.where, f"`{variables.prefix}` is {settings.reason}", settings.advice)
    if settings.parametrization == "dummy":
        return FixedQuantizer(settings)
    taken = variables.inside("quantizer").take(settings.variables)
    k, i = (np.asarray(taken[name], dtype=np.float32) for name in ("k", "i"))
    i = np.round(i)
    f = np.asarray(np.round(taken["f" if "f" in taken else "b"]), dtype=np.float32)
    if "b" in taken:
        f = np.asarray(f - i, dtype=np.float32)
    same = k.shape == i.shape == f.shape
    if not same or not np.isin(k, (0, 1)).all() or max(np.abs(i).max(), np.abs(f).max()) > 126:
        reason = "a quantizer whose bit widths are not those of a fixed-point number"
        raise FpgamlError(variables.where, reason, "The file is damaged or the training diverged: train again")
    return FixedQuantizer(settings, k, i, f)
