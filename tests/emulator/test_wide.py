"""The integers of any width of generated C++, against Python's: every operation, sanitized."""

import random
import subprocess
from pathlib import Path

import pytest

import fpgaml.emulator
from fpgaml.toolchain import find_compiler

LIBRARY = Path(fpgaml.emulator.__file__).parent / "lib"
FLAGS = ("-std=c++17", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=undefined,address")
SIZES = (1, 2, 3, 5)
CASES = 200

pytestmark = pytest.mark.skipif(find_compiler() is None, reason="no C++ compiler")


def signed(number: int, bits: int) -> int:
    """The low bits of a number, in two's complement."""
    low = number & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


def expected(a: int, b: int, shift: int, words: int) -> list[int]:
    """What the driver answers, as unsigned numbers of its words; N + 1 words for the sum that is held in more."""
    numbers = [a + b, a - b, a * b, a << shift, a >> shift, a & b, a | b, a ^ b, ~a, -a]
    numbers += [signed(a, 128), a & ((1 << 128) - 1), signed(a, 16), a & ((1 << 64) - 1), a * b]
    mask = (1 << 64 * words) - 1
    results = [number & mask for number in numbers]
    return [*results, (a + b) & (mask << 64 | (1 << 64) - 1), (a - 5) & mask]


def drawn(rng: random.Random, bits: int) -> int:
    """A number of up to so many bits, often at an end, near zero or near a word's border."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice((0, 1, -1, -(1 << (bits - 1)), (1 << (bits - 1)) - 1))
    if kind == 1:
        return signed(rng.choice((1, -1)) * ((1 << rng.randrange(bits)) + rng.randrange(-1, 2)), bits)
    return signed(rng.getrandbits(bits) >> rng.randrange(bits), bits) * (1 if kind == 2 else -1)


def hexadecimal(number: int, words: int) -> str:
    return " ".join(f"{number >> 64 * k & (1 << 64) - 1:x}" for k in range(words))


def test_every_operation_is_that_of_pythons_integers(tmp_path: Path) -> None:
    compiler, driver = find_compiler(), Path(__file__).with_name("wide_driver.cpp")
    assert compiler is not None
    program = tmp_path / "wide"
    subprocess.run([compiler, *FLAGS, f"-I{LIBRARY}", str(driver), "-o", str(program)], check=True)
    rng = random.Random(1)
    cases = []
    for words in SIZES:
        bits = 64 * words
        for _ in range(CASES):
            a, b = (signed(drawn(rng, bits), bits) for _ in range(2))
            cases.append((words, a, b, rng.choice((0, 1, 63, 64, 65, bits - 1, bits, bits + 70, rng.randrange(bits)))))
    asked = [f"{n} {hexadecimal(a, n)} {hexadecimal(b, n)} {shift}" for n, a, b, shift in cases]
    done = subprocess.run([program], input="\n".join(asked), capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(cases)
    for (words, a, b, shift), line in zip(cases, lines, strict=True):
        *numbers, flags = line.split()
        assert [int(number, 16) for number in numbers] == expected(a, b, shift, words), (words, a, b, shift)
        assert flags == "".join(str(int(f)) for f in (a < b, a <= b, a > b, a >= b, a == b, a != b, a != 0))
