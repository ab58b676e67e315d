"""Reading a group's own events: the same arrays from .npz, HDF5 and ROOT, and files that are refused."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from fpgaml_models.common.arrays import needed, read_arrays, reshaped

from fpgaml.errors import FpgamlError

uproot = pytest.importorskip("uproot", reason="ROOT files need uproot: pip install 'fpgaml[physics]'")

TRACES = np.arange(5 * 4 * 3, dtype=np.int16).reshape(5, 4, 3)
SIGNAL = np.array([0, 1, 1, 0, 1], np.int8)


def write(path: Path) -> None:
    if path.suffix == ".npz":
        np.savez(path, traces=TRACES, signal=SIGNAL)
    elif path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file["traces"], file["signal"] = TRACES, SIGNAL
    else:
        with uproot.recreate(path) as file:
            file.mktree("events", {"traces": (np.dtype(np.int16), (4, 3)), "signal": np.int8})
            file["events"].extend({"traces": TRACES, "signal": SIGNAL})


@pytest.mark.parametrize("ending", ["npz", "h5", "root"])
def test_the_same_arrays_from_every_format(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"events.{ending}"
    write(path)
    found = read_arrays(path)
    assert set(found) == {"traces", "signal"}
    np.testing.assert_array_equal(found["traces"], TRACES)
    np.testing.assert_array_equal(found["signal"], SIGNAL)
    needed(path, found, "traces", "signal")
    with pytest.raises(FpgamlError, match=r"lacks snr, weight\. It holds: signal \(5,\), traces \(5, 4, 3\)"):
        needed(path, found, "snr", "traces", "weight")


def test_rntuples(tmp_path: Path) -> None:
    path = tmp_path / "events.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("events", {"signal": SIGNAL.astype(np.int32), "flat": TRACES.reshape(5, -1).astype(np.int32)})
    found = read_arrays(path)
    np.testing.assert_array_equal(found["signal"], SIGNAL)
    np.testing.assert_array_equal(reshaped(found["flat"], (4, 3)), TRACES)


def test_several_trees_are_sets_of_their_own_lengths(tmp_path: Path) -> None:
    path = tmp_path / "events.root"
    with uproot.recreate(path) as file:
        for name, count in (("background", 5), ("mine", 2)):
            file.mktree(name, {"images": (np.dtype(np.int16), (12,))})
            file[name].extend({"images": TRACES.reshape(5, -1)[:count]})
    found = read_arrays(path)
    assert {name: len(array) for name, array in found.items()} == {"background": 5, "mine": 2}
    np.testing.assert_array_equal(reshaped(found["mine"], (4, 3)), TRACES[:2])
    with uproot.update(path) as file:
        file.mktree("third", {"one": np.int8, "two": np.int8})
        file["third"].extend({"one": SIGNAL, "two": SIGNAL})
    with pytest.raises(FpgamlError, match="third: one of 3 trees, has 2 branches: one, two"):
        read_arrays(path)


def test_entries_of_unequal_length_are_refused(tmp_path: Path) -> None:
    ak = pytest.importorskip("awkward")
    path = tmp_path / "events.root"
    with uproot.recreate(path) as file:
        file.mktree("events", {"traces": "var * int16"})
        file["events"].extend({"traces": ak.Array([[1, 2], [3]])})
    with pytest.raises(FpgamlError, match="`events/traces`: has entries of different lengths"):
        read_arrays(path)


def test_files_that_are_none(tmp_path: Path) -> None:
    for ending in ("npz", "h5", "root"):
        path = tmp_path / f"broken.{ending}"
        path.write_bytes(b"nothing of the kind")
        with pytest.raises(FpgamlError, match=f"broken.{ending}: cannot be read"):
            read_arrays(path)
        with pytest.raises(FpgamlError, match="no such file"):
            read_arrays(tmp_path / f"none.{ending}")
    with pytest.raises(FpgamlError, match=r"ending `\.csv`. Known: \.npz, \.h5, \.hdf5, \.root"):
        read_arrays(tmp_path / "events.csv")


def test_only_flat_entries_get_axes() -> None:
    assert reshaped(np.zeros((5, 12)), (4, 3)).shape == (5, 4, 3)
    assert reshaped(np.zeros((5, 11)), (4, 3)).shape == (5, 11)
    assert reshaped(np.zeros((5, 4, 3)), (4, 3)).shape == (5, 4, 3)
    assert reshaped(np.zeros((5, 12)), (12,)).shape == (5, 12)
