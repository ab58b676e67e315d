"""Which reuse factors hls4ml's resource strategy has for a matrix of weights.

Source: hls4ml 1.3, `FPGABackend._validate_reuse_factor`. hls4ml itself does not apply it to the pointwise
convolutions that it makes, whose C++ then is wrong or does not compile.
"""

from __future__ import annotations

from math import isqrt


def closest_reuse_factor(inputs: int, outputs: int, wanted: int) -> int:
    """The possible reuse factor next to the wanted one; of two as close, the smaller."""
    return min(possible_reuse_factors(inputs, outputs), key=lambda reuse: (abs(reuse - wanted), reuse))


def possible_reuse_factors(inputs: int, outputs: int) -> list[int]:
    """Those that divide the products evenly among the multipliers, ascending."""
    total = inputs * outputs
    small = [n for n in range(1, isqrt(total) + 1) if total % n == 0]
    divisors = sorted({*small, *(total // n for n in small)})
    return [reuse for reuse in divisors if _possible(inputs, outputs, reuse)]


def _possible(inputs: int, outputs: int, reuse: int) -> bool:
    if reuse >= inputs:
        return reuse % inputs == 0
    return -(-inputs * outputs // reuse) % outputs == 0
