"""Numbers in canonical signed-digit form: as few digits of +1 and -1 as a number can be written with.

Source: Reitwieser, "Binary arithmetic", Advances in Computers 1 (1960).
"""

from __future__ import annotations

from collections.abc import Iterable


def signed_digits(number: int) -> list[tuple[int, int]]:
    """The digits other than zero: (position, +1 or -1), no two of them neighbours, positive ones first."""
    digits, position = [], 0
    while number:
        if number & 1:
            digit = 2 - (number & 3)
            digits.append((position, digit))
            number -= digit
        number >>= 1
        position += 1
    return sorted(digits, key=lambda pair: (-pair[1], -pair[0]))


def digit_count(numbers: Iterable[int]) -> int:
    """How many digits other than zero all numbers have together."""
    # They are where n and 3n differ.
    return sum((size ^ 3 * size).bit_count() for size in (abs(int(n)) for n in numbers))
