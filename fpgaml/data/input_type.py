"""The fixed-point type of an input that the model itself does not quantise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.graph.values import FixedArray, quantize_reals

MAX_BITS = 18
"""The narrower operand of one DSP multiplier on AMD and Intel parts; a wider input may take two of them."""
DEFAULT_ROUNDING = Rounding.RND
DEFAULT_OVERFLOW = Overflow.SAT
BLOCK_VALUES = 1 << 18
"""Numbers looked at together: bounds the memory of the intermediate arrays."""

_OPTION = "--input-type"


@dataclass(frozen=True)
class ChosenInput:
    """A type for an input's data.

    Args:
        quantizer: the type, and how numbers are brought into it.
        reason: why, in one sentence.
        largest_rounding: the largest |change| that it makes to the data, in the data's units.
        changed_fraction: of the values, how many it changes.
    """

    quantizer: Quantizer
    reason: str
    largest_rounding: float = 0.0
    changed_fraction: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether every value of the data is kept as it is."""
        return self.changed_fraction == 0.0


@dataclass(frozen=True)
class GivenInput:
    """A type from the command line: for the input of that name, or for every input."""

    name: str | None
    quantizer: Quantizer


def choose_input_type(dataset: DataSet, name: str, max_bits: int = MAX_BITS) -> ChosenInput:
    """The smallest type that holds every value of the data exactly; if that is too wide, one that rounds.

    A sign only where there are negative values, integer bits from the extreme values, fractional bits from the
    finest one. Whole numbers keep their last bit, even where a sample of them happens to be all even, unless only
    dropping such bits keeps the type within `max_bits`. Where even that is too wide, sign and integer bits stay and
    the fractional bits are cut: the data are then rounded (RND), and SAT catches what rounds up over the end.
    Values beyond those that the data show saturate.

    The data are read once, and once more where they are rounded, to say by how much.

    Args:
        name: of the input.
        max_bits: the widest type, its sign included.

    Raises:
        FpgamlError: the data cannot be read.
    """
    spread = _Spread()
    for chunk in dataset.chunks():
        for block in _blocks(chunk[name]):
            spread.add(block)
    signed, integer = int(spread.low < 0), spread.integer
    shown = f"{spread.count} values of {dataset.events} events from {spread.low:.6g} to {spread.high:.6g}"
    if not spread.low and not spread.high:
        return ChosenInput(_quantizer(FixedType(0, 1, 0)), f"all {spread.count} values are zero: one bit")
    room = max_bits - signed - integer
    kind = FixedType(signed, integer, max(spread.fractional, min(0, room)))
    if int(kind.width) <= max_bits:
        reason = f"{shown}, multiples of 2^{-spread.fractional}: {kind} holds each exactly"
        return ChosenInput(_quantizer(kind), reason)
    quantizer = _quantizer(FixedType(signed, integer, room))
    largest, changed = _rounding(dataset, name, quantizer)
    reason = (
        f"{shown} would need {int(kind.width)} bits to be exact; rounded to {quantizer}: "
        f"{changed / spread.count:.1%} of the values change, by at most {largest:.3g}"
    )
    return ChosenInput(quantizer, reason, largest, changed / spread.count)


def given_input_type(text: str) -> GivenInput:
    """Read `ap_fixed<14,4>`, `ap_fixed<14,4,RND,SAT>` or `name=ap_fixed<14,4>`.

    Without modes, data are rounded to nearest (RND) and saturate (SAT), as an acquisition system that knows its
    range does. This is not the default of `ap_fixed` itself (TRN, WRAP), which has to be written out.

    Raises:
        FpgamlError: no such type, or an unknown mode.
    """
    name, equals, kind = text.rpartition("=")
    if equals and not name.strip():
        raise FpgamlError(_OPTION, f"`{text}` has no name before the =", "Write for example waveform=ap_fixed<14,4>")
    return GivenInput(name.strip() or None, _parse_quantizer(kind))


def given_input_types(texts: Sequence[str], inputs: Sequence[str]) -> dict[str, Quantizer]:
    """The types that were given, by input; a type with a name goes before one without.

    Args:
        texts: as for `given_input_type`.
        inputs: the names of the model's inputs.

    Raises:
        FpgamlError: no such type or input, or two types for one input.
    """
    general: dict[str, Quantizer] = {}
    named: dict[str, Quantizer] = {}
    for given in map(given_input_type, texts):
        if given.name is not None and given.name not in inputs:
            raise FpgamlError(_OPTION, f"the model has no input `{given.name}`", f"Its inputs: {', '.join(inputs)}")
        targets, group = ([given.name], named) if given.name is not None else (list(inputs), general)
        for target in targets:
            if target in group:
                raise FpgamlError(_OPTION, f"two types for the input `{target}`", "Give one")
            group[target] = given.quantizer
    return general | named


class _Spread:
    """The extremes of a stream of numbers, and the fractional bits of the finest."""

    def __init__(self) -> None:
        self.count = 0
        self.low, self.high = np.inf, -np.inf
        self._finest: int | None = None

    def add(self, block: NDArray[np.float64]) -> None:
        self.count += block.size
        self.low, self.high = min(self.low, float(block.min())), max(self.high, float(block.max()))
        with np.errstate(over="ignore", invalid="ignore"):
            if self._finest is not None and (np.ldexp(block, self._finest) % 1 == 0).all():
                return  # nothing finer than before: the common case, and much cheaper than looking at every bit
        mantissas, exponents = np.frexp(block[block != 0])
        if mantissas.size:
            bits = FixedArray(np.ldexp(mantissas, 53).astype(np.int64), 0).trailing_zeros()
            finest = int((53 - exponents.astype(np.int64) - bits).max())
            self._finest = finest if self._finest is None else max(self._finest, finest)

    @property
    def fractional(self) -> int:
        """Every value is a multiple of 2**-fractional."""
        return self._finest or 0

    @property
    def integer(self) -> int:
        """Bits left of the binary point, without a sign: -2**i <= value < 2**i."""
        bits = [int(np.frexp(self.high)[1])] if self.high > 0 else []
        if self.low < 0:
            mantissa, exponent = np.frexp(-self.low)
            bits.append(int(exponent) - (mantissa == 0.5))  # a power of two itself still fits below zero
        return max(bits, default=0)


def _rounding(dataset: DataSet, name: str, quantizer: Quantizer) -> tuple[float, int]:
    """The largest |change| and how many values change."""
    largest, changed = 0.0, 0
    for chunk in dataset.chunks():
        for block in _blocks(chunk[name]):
            distance = np.abs(quantize_reals(block, quantizer).to_float() - block)
            largest = max(largest, float(distance.max()))
            changed += int(np.count_nonzero(distance))
    return largest, changed


def _blocks(values: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    flat = values.reshape(-1)
    for start in range(0, flat.size, BLOCK_VALUES):
        yield flat[start : start + BLOCK_VALUES]


def _quantizer(kind: FixedType) -> Quantizer:
    return Quantizer(kind, DEFAULT_ROUNDING, DEFAULT_OVERFLOW)


_MODES = re.compile(r"^(?P<head>[^<]*<[^,>]*(?:,\s*[-+]?\d+\s*)?)(?P<modes>(?:,\s*[A-Za-z]\w*\s*){1,2})>\s*$")


def _parse_quantizer(text: str) -> Quantizer:
    match = _MODES.match(text)
    if match is None:
        return _quantizer(FixedType.parse(text, _OPTION))
    kind = FixedType.parse(f"{match['head']}>", _OPTION)
    modes = [mode.strip().upper().removeprefix("AP_") for mode in match["modes"].split(",")[1:]]
    if modes[0] not in Rounding.__members__:
        raise FpgamlError(_OPTION, f"`{text}`: no rounding mode {modes[0]}", f"Known: {', '.join(Rounding)}")
    if len(modes) > 1 and modes[1] not in Overflow.__members__:
        raise FpgamlError(_OPTION, f"`{text}`: no overflow mode {modes[1]}", f"Known: {', '.join(Overflow)}")
    return Quantizer(kind, Rounding(modes[0]), Overflow(modes[1]) if len(modes) > 1 else DEFAULT_OVERFLOW)
