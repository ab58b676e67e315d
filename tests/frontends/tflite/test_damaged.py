"""Damaged `.tflite` files: always an error that names the file, soon, and never anything else."""

from __future__ import annotations

import random
import struct
import time
from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import parse_model
from fpgaml.frontends.tflite.schema import read
from tests.paths import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "tflite"
FILES = [FOLDER / f"{name}.tflite" for name in ("waveform_int8", "branches_int16", "dense_per_tensor", "random_9_int8")]
SECONDS = 20.0
"""A limit for one file; they take 0.01 to 2 s on a quiet machine."""
NUMBERS = (b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\x10\0")


def damaged(content: bytes, rng: random.Random) -> bytes:
    """A file with some bytes changed, a number replaced, or its end cut off."""
    kind = rng.random()
    if kind < 0.2:
        return content[: rng.randrange(len(content))]
    changed = bytearray(content)
    if kind < 0.8:
        for _ in range(rng.choice([1, 1, 2, 4, 16])):
            changed[rng.randrange(len(changed))] = rng.choice([0, 1, 255, 127, 128, rng.randrange(256)])
    else:
        at = rng.randrange(len(changed) - 4)
        changed[at : at + 4] = rng.choice(NUMBERS)
    return bytes(changed)


@pytest.mark.parametrize("seed", range(4))
def test_damage_never_surprises(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path = tmp_path / "damaged.tflite"
    refused = 0
    for _ in range(120):
        path.write_bytes(damaged(rng.choice(FILES).read_bytes(), rng))
        started = time.monotonic()
        try:
            parse_model(path).build({})
        except FpgamlError as error:
            refused += 1
            assert str(path) in str(error)
            assert error.reason
            assert error.advice or "not supported" in error.reason
        assert time.monotonic() - started < SECONDS
    assert refused > 50


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    content = FILES[2].read_bytes()
    path = tmp_path / "cut.tflite"
    for size in range(8, len(content) - 1, 41):
        path.write_bytes(content[:size])
        with pytest.raises(FpgamlError, match=r"is damaged|refers to"):
            parse_model(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x08\0\0\0TFL3", "refers to bytes"),
        (struct.pack("<I4si", 8, b"TFL3", 100), "refers to bytes -92"),
        (struct.pack("<I4siHH", 8, b"TFL3", -4, 3, 4), "no proper head"),
        (b"\0\0\0\0TFL2" + bytes(40), "is not a TensorFlow Lite file"),
    ],
)
def test_hand_made_damage(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "made.tflite"
    path.write_bytes(content)
    with pytest.raises(FpgamlError, match=said):
        read(path)


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    content = bytearray(FILES[2].read_bytes())
    root = struct.unpack_from("<I", content, 0)[0]
    vtable = root - struct.unpack_from("<i", content, root)[0]
    field = struct.unpack_from("<H", content, vtable + 4)[0]
    struct.pack_into("<I", content, root + field, 9)
    path = tmp_path / "new.tflite"
    path.write_bytes(content)
    with pytest.raises(FpgamlError, match="has schema version 9, not 3"):
        read(path)
