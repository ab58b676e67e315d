"""Ports: their rows in a manifest, and their numbers as raw bits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fpgaml.graph.values import FixedArray
from fpgaml.project.golden import read_golden, write_golden
from fpgaml.project.ports import CppPort, Port, packed_bits
from fpgaml.project.words import from_bits, from_words, to_bits, to_words

WIDTHS = (1, 7, 31, 32, 33, 61, 62, 63, 64, 65, 127, 128, 129)


def test_sizes() -> None:
    ports = Port("a", (2, 8), True, 14, 10), Port("b", (), False, 9, 0)
    assert [(port.size, port.bits) for port in ports] == [(16, 224), (1, 9)]
    assert packed_bits(ports) == 233


def test_a_row_of_a_manifest_comes_back() -> None:
    port = CppPort("x", (3, 1), True, 12, -2, "x_in", "ap_fixed<12,14>")
    row = json.loads(json.dumps(port.to_row()))
    assert row == {
        "name": "x", "shape": [3, 1], "signed": True, "width": 12, "fractional": -2,
        "variable": "x_in", "cpp": "ap_fixed<12,14>",
    }  # fmt: skip
    assert CppPort.from_row(row) == port
    assert Port.from_row(row) == Port("x", (3, 1), True, 12, -2)


def _events(width: int, signed: bool) -> list[int]:
    """The corners of a type and two numbers within, some beyond 64 bits."""
    low = -(1 << (width - 1)) if signed else 0
    high = low + (1 << width) - 1
    return [low, high, 0, (low + high) // 3, (2 * low + high) // 5, high - low if not signed else -1]


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_bits_are_twos_complement_whatever_the_width(tmp_path: Path, width: int, signed: bool) -> None:
    port, numbers = Port("y", (2, 1), signed, width, 3), _events(width, signed)
    values = FixedArray(np.array(numbers, dtype=object if width > 62 else np.int64).reshape(3, 2, 1), 3)
    wanted = [number % (1 << width) for number in numbers]
    bits = to_bits(values, port)
    assert bits.shape == (3, 2) and [int(n) for n in bits.flat] == wanted
    assert from_bits(bits, port) == values
    words = to_words(values, port)
    count = -(-width // 64)
    assert words.dtype == np.uint64 and words.tobytes() == b"".join(n.to_bytes(8 * count, "little") for n in wanted)
    assert from_words(np.frombuffer(words.tobytes(), np.uint64), port, 3) == values
    write_golden(tmp_path, port, "output", [values])
    assert (tmp_path / "tb_data" / "output_y.txt").read_text().split() == [f"{n:x}" for n in wanted]
    assert read_golden(tmp_path, port, "output") == values


def test_a_coarser_grid_is_shifted() -> None:
    port = Port("y", (1,), True, 8, 4)
    assert to_bits(FixedArray(np.array([[-3]]), 1), port).tolist() == [[(-24) % 256]]
