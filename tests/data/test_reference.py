"""Recorded framework outputs: which arrays they are, and slices of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from fpgaml.data.dataset import open_data, open_reference, reference_in
from fpgaml.errors import FpgamlError

Y = np.random.default_rng(2).normal(size=(20, 5)).astype(np.float32)
HIDDEN = np.random.default_rng(3).normal(size=(20, 8)).astype(np.float32)


def test_npy_is_the_only_output(tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", Y)
    with open_reference(tmp_path / "y.npy") as reference:
        assert reference.events == 20
        assert reference.sha256 == hashlib.sha256((tmp_path / "y.npy").read_bytes()).hexdigest()
        assert list(reference.outputs) == ["y"] and not reference.layers
        output = reference.outputs["y"]
        assert output.shape == (5,) and output.dtype == np.float32
        assert np.array_equal(output[3:9], Y[3:9]) and output[0:1].dtype == np.float32


def test_npz_with_layers_beside_data(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=HIDDEN, y=Y, labels=Y[:, 0], **{"layer/dense_1": HIDDEN})
    for reference in (open_reference(path), reference_in(path)):
        assert reference is not None
        with reference:
            assert list(reference.outputs) == ["y"] and list(reference.layers) == ["dense_1"]
            chunks = [reference.layers["dense_1"][start : start + 6] for start in range(0, 20, 6)]
            assert np.array_equal(np.concatenate(chunks), HIDDEN)
            assert np.array_equal(reference.outputs["y"][2:3], Y[2:3])
            assert np.array_equal(reference.outputs["y"][0:2], Y[:2])
        assert np.array_equal(reference.outputs["y"][18:99], Y[18:])  # opens again after closing
        reference.close()
    assert np.array_equal(next(open_data(path, {"anything": (8,)}).chunks())["anything"], HIDDEN.astype(np.float64))


def test_outputs_by_layer_name(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=HIDDEN, energy=Y, time=Y + 1)
    assert set(open_reference(path).outputs) == {"energy", "time"}
    assert reference_in(path) is None
    found = reference_in(path, ["time", "energy"])
    assert found is not None and list(found.outputs) == ["time", "energy"]


def test_named_array_and_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["answers/keras"], file["y"] = Y, Y + 1
    for suffix, expected in ((":answers/keras", Y), ("", Y + 1)):
        with open_reference(f"{tmp_path / 'a.h5'}{suffix}") as reference:
            assert np.array_equal(reference.outputs["y"][:], expected)
    with pytest.raises(FpgamlError, match="no array `none`"):
        open_reference(f"{tmp_path / 'a.h5'}:none")


def test_big_endian_becomes_native(tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", Y.astype(">f4"))
    with open_reference(tmp_path / "y.npy") as reference:
        assert reference.outputs["y"][0:2].dtype == np.dtype("=f4")


def test_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x=HIDDEN, **{"layer/d": HIDDEN})
    with pytest.raises(FpgamlError, match="no recorded outputs"):
        open_reference(path)
    np.savez(path, y=Y, **{"layer/d": HIDDEN[:7]})
    with pytest.raises(FpgamlError, match=r"different numbers of events: y 20, layer/d 7"):
        open_reference(path)
    bad = Y.copy()
    bad[11, 3] = np.nan
    np.savez(path, y=bad)
    with open_reference(path) as reference:
        with pytest.raises(FpgamlError, match=r"array `y`: NaN in event 11, position 3"):
            reference.outputs["y"][10:15]
        with pytest.raises(ValueError, match="step of 1"):
            reference.outputs["y"][::2]
    np.save(tmp_path / "x.npy", Y)
    assert reference_in(tmp_path / "x.npy") is None
