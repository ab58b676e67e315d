"""Data files: every format gives the same events; whatever is wrong with a file is said in one sentence."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from fpgaml.data.dataset import open_data
from fpgaml.errors import FpgamlError

SHAPE = (4, 3)
EVENTS = np.random.default_rng(1).normal(size=(23, *SHAPE))
EVENTS.setflags(write=False)


def write(path: Path, array: np.ndarray = EVENTS, key: str = "x") -> Path:
    match path.suffix:
        case ".npy":
            np.save(path, array)
        case ".npz":
            np.savez_compressed(path, **{key: array})
        case ".h5" | ".hdf5":
            with h5py.File(path, "w") as file:
                file.create_dataset(key, data=array, chunks=(5, *array.shape[1:]), compression="gzip")
        case ".csv":
            rows = (",".join(map(repr, map(float, row))) for row in array.reshape(len(array), -1))
            path.write_text("\n".join(rows) + "\n")
    return path


def read(path: Path | str, max_values: int = 60, **options: object) -> np.ndarray:
    data = open_data(path, {"inp": SHAPE}, **options)  # type: ignore[arg-type]
    chunks = [chunk["inp"] for chunk in data.chunks(max_values)]
    assert all(chunk.dtype == np.float64 and chunk.shape[1:] == SHAPE for chunk in chunks)
    assert all(chunk.size <= max(max_values, 12) for chunk in chunks)
    assert sum(map(len, chunks)) == data.events
    return np.concatenate(chunks)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5", "a.hdf5", "a.csv", "A.NPY"])
def test_every_format_gives_the_events(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name.lower()).rename(tmp_path / name)
    assert np.array_equal(read(path), EVENTS)
    assert np.array_equal(read(path, 10**6), EVENTS)
    assert np.array_equal(read(path, limit=7), EVENTS[:7])
    data = open_data(path, {"inp": SHAPE})
    assert data.events == 23
    assert data.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("stored", [np.float16, np.float32, ">f4", ">i2", np.uint8, np.int64, np.bool_])
def test_number_formats(tmp_path: Path, stored: object) -> None:
    array = (EVENTS * 10).astype(stored)  # type: ignore[call-overload]
    for name in ("a.npy", "a.npz", "a.h5"):
        assert np.array_equal(read(write(tmp_path / name, array)), array.astype(np.float64))


def test_fortran_order(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.asfortranarray(EVENTS))
    np.savez_compressed(tmp_path / "a.npz", x=np.asfortranarray(EVENTS))
    assert np.array_equal(read(tmp_path / "a.npy"), EVENTS)
    assert np.array_equal(read(tmp_path / "a.npz"), EVENTS)


def test_going_back_in_a_stream(tmp_path: Path) -> None:
    for name in ("a.npz", "a.csv"):
        data = open_data(write(tmp_path / name), {"inp": SHAPE})
        reader = data.sources["inp"].array.open()
        assert np.array_equal(reader.rows(20, 23).reshape(3, *SHAPE), EVENTS[20:])
        assert np.array_equal(reader.rows(1, 3).reshape(2, *SHAPE), EVENTS[1:3])
        reader.close()


class TestChoosingArrays:
    def test_by_the_inputs_name(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", inp=EVENTS, x=EVENTS + 1, other=EVENTS)
        assert np.array_equal(read(tmp_path / "a.npz"), EVENTS)

    @pytest.mark.parametrize("key", ["x", "X", "data", "whatever"])
    def test_usual_names_and_the_only_one(self, tmp_path: Path, key: str) -> None:
        np.savez(tmp_path / "a.npz", **{key: EVENTS, "y": np.zeros(23), "layer/d": np.zeros(23)})
        assert np.array_equal(read(tmp_path / "a.npz"), EVENTS)

    def test_named_dataset(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["run/one"], file["run/two"] = EVENTS, EVENTS + 1
        assert np.array_equal(read(f"{tmp_path / 'a.h5'}:run/two"), EVENTS + 1)
        assert np.array_equal(read(tmp_path / "a.h5", dataset="/run/one"), EVENTS)
        with pytest.raises(FpgamlError, match=r"several arrays could hold.*run/one, run/two"):
            read(tmp_path / "a.h5")
        with pytest.raises(FpgamlError, match=r"no array `three`.*run/one"):
            read(tmp_path / "a.h5", dataset="three")

    def test_several_inputs(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", a=EVENTS, b=EVENTS[:, 0], y=np.zeros(23))
        data = open_data(tmp_path / "a.npz", {"a": (4, 3), "b": (3,)})
        chunks = list(data.chunks(40))
        assert len(chunks) == 12
        assert np.array_equal(np.concatenate([c["b"] for c in chunks]), EVENTS[:, 0])
        with pytest.raises(FpgamlError, match="no array for the input c"):
            open_data(tmp_path / "a.npz", {"a": (4, 3), "c": (5,)})
        with pytest.raises(FpgamlError, match="one array, the model has 2 inputs"):
            open_data(tmp_path / "a.npz", {"a": (4, 3), "b": (3,)}, dataset="a")

    def test_several_inputs_in_a_group(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["g/a"], file["g/b"] = EVENTS, EVENTS[:5]
        with pytest.raises(FpgamlError, match="different numbers of events: a 23, b 5"):
            open_data(tmp_path / "a.h5", {"a": SHAPE, "b": SHAPE}, dataset="g")


TWO = {"jets": (4, 3), "met": (2,)}


class TestMatchingByShape:
    """Arrays whose names say nothing are taken where their shapes fit in one way only."""

    @staticmethod
    def saved(folder: Path, ending: str, **arrays: np.ndarray) -> Path:
        path = folder / f"events{ending}"
        if ending == ".npz":
            np.savez(path, **arrays)
        else:
            with h5py.File(path, "w") as file:
                for name, array in arrays.items():
                    file[f"run/{name}"] = array
        return path

    @pytest.mark.parametrize("ending", [".npz", ".h5"])
    def test_several_inputs(self, tmp_path: Path, ending: str) -> None:
        pair = EVENTS[:, 0, :2]
        path = self.saved(tmp_path, ending, a=pair, b=EVENTS.reshape(23, 12), c=np.zeros((23, 5)))
        data = open_data(path, TWO)
        (chunk,) = data.chunks()
        assert np.array_equal(chunk["jets"], EVENTS) and np.array_equal(chunk["met"], pair)
        name = "run/b" if ending == ".h5" else "b"
        assert f"`{name}` of events{ending}, the one array that fits it by shape" in data.guesses["jets"]
        assert set(data.guesses) == {"jets", "met"}

    def test_names_come_first(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ".npz", jets=EVENTS, other=EVENTS + 1, rest=EVENTS[:, 0, :2])
        data = open_data(path, TWO)
        assert np.array_equal(next(data.chunks())["jets"], EVENTS)
        assert set(data.guesses) == {"met"}

    def test_one_input(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ".npz", features=EVENTS, weights=np.ones(23), names=np.array(["e"] * 23))
        data = open_data(path, {"inp": SHAPE})
        assert np.array_equal(next(data.chunks())["inp"], EVENTS) and "features" in data.guesses["inp"]

    def test_answers_are_no_inputs(self, tmp_path: Path) -> None:
        arrays = {"a": EVENTS, "b": EVENTS[:, 0, :2], "y": EVENTS[:, 1, :2], "layer/d": EVENTS}
        data = open_data(self.saved(tmp_path, ".npz", **arrays), TWO)
        assert "`b`" in data.guesses["met"]

    @pytest.mark.parametrize(
        ("arrays", "because"),
        [
            ({"a": EVENTS, "b": EVENTS + 1, "c": EVENTS[:, 0, :2]}, "fit in more ways than one"),
            ({"a": EVENTS, "b": EVENTS.reshape(23, 12), "c": EVENTS[:, 0, :2]}, "fit in more ways than one"),
            ({"a": EVENTS, "b": EVENTS[:, 0]}, "no array has the shape of met"),
            ({"a": EVENTS, "b": EVENTS[:5, 0, :2]}, "do not fit together"),
        ],
    )
    def test_refused(self, tmp_path: Path, arrays: dict[str, np.ndarray], because: str) -> None:
        with pytest.raises(FpgamlError, match=rf"no array for the inputs jets, met: .*{because}.*The file holds a, b"):
            open_data(self.saved(tmp_path, ".npz", **arrays), TWO)

    def test_events_decide_between_arrays(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ".npz", a=EVENTS, b=EVENTS[:5], c=EVENTS[:5, 0, :2])
        assert np.array_equal(next(open_data(path, TWO).chunks())["jets"], EVENTS[:5])

    def test_two_inputs_of_one_shape_need_names(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ".npz", a=EVENTS, b=EVENTS)
        with pytest.raises(FpgamlError, match="fit in more ways than one"):
            open_data(path, {"left": SHAPE, "right": SHAPE})

    def test_where_names_are_asked_for(self, tmp_path: Path) -> None:
        path = self.saved(tmp_path, ".npz", a=EVENTS, b=EVENTS[:, 0, :2])
        with pytest.raises(FpgamlError, match=r"do not name the inputs\. By their shapes jets is `a`, met is `b`"):
            open_data(path, TWO, by_shape=False)


class TestShapes:
    @pytest.mark.parametrize("stored", [(12,), (4, 3, 1), (1, 4, 3)])
    def test_accepted(self, tmp_path: Path, stored: tuple[int, ...]) -> None:
        assert np.array_equal(read(write(tmp_path / "a.npy", EVENTS.reshape(23, *stored))), EVENTS)

    def test_one_axis_too_few(self, tmp_path: Path) -> None:
        data = open_data(write(tmp_path / "a.npy"), {"inp": (4, 3, 1)})
        assert next(data.chunks())["inp"].shape == (23, 4, 3, 1)
        data = open_data(write(tmp_path / "b.npy", EVENTS[:, 0, 0]), {"inp": (1,)})
        assert next(data.chunks())["inp"].shape == (23, 1)

    def test_permuted_axes_are_not_guessed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npy", EVENTS.transpose(0, 2, 1)[..., None])
        message = r"\(3, 4, 1\), where the input takes \(4, 3\): the axes are in another order.*--data-axes 0,2,1"
        with pytest.raises(FpgamlError, match=message):
            read(path)
        assert np.array_equal(read(path, axes=(0, 2, 1)), EVENTS)

    @pytest.mark.parametrize("axes", [(0, 1), (1, 0, 2), (0, 1, 1), (0, 1, 3)])
    def test_wrong_axes(self, tmp_path: Path, axes: tuple[int, ...]) -> None:
        with pytest.raises(FpgamlError, match="does not fit events of shape"):
            read(write(tmp_path / "a.npy"), axes=axes)

    def test_axes_that_lead_elsewhere(self, tmp_path: Path) -> None:
        with pytest.raises(FpgamlError, match=r"become \(3, 4\) by --data-axes 0,2,1"):
            read(write(tmp_path / "a.npy"), axes=(0, 2, 1))

    def test_flattening_has_to_be_asked_for(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npy")
        with pytest.raises(FpgamlError, match="--data-axes 0,1,2"):
            open_data(path, {"inp": (12,)})
        flat = next(open_data(path, {"inp": (12,)}, axes=(0, 1, 2)).chunks())["inp"]
        assert np.array_equal(flat, EVENTS.reshape(23, 12))

    @pytest.mark.parametrize("stored", [(5, 3), (13,), (2, 6)])
    def test_wrong(self, tmp_path: Path, stored: tuple[int, ...]) -> None:
        with pytest.raises(FpgamlError, match=r"events of shape \(.*where the input takes \(4, 3\)"):
            read(write(tmp_path / "a.npy", np.zeros((2, *stored))))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5", "a.csv"])
def test_numbers_that_are_none(tmp_path: Path, name: str, value: float) -> None:
    array = EVENTS.copy()
    array[17, 2, 1] = value
    with pytest.raises(FpgamlError, match=rf"{name}.*in event 17, position \(2, 1\)") as caught:
        read(write(tmp_path / name, array))
    assert ("NaN" if np.isnan(value) else "infinity") in str(caught.value)
    if name in ("a.npz", "a.h5"):
        assert "array `x`" in str(caught.value)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.empty((0, *SHAPE)), "no events"),
        (np.float64(3), "single number"),
        (np.zeros((2, *SHAPE), dtype=complex), "complex128, not real numbers"),
        (np.full((2, *SHAPE), "1.5"), "not real numbers"),
        (np.zeros((2, *SHAPE), dtype=np.longdouble), "not real numbers of up to 64 bits"),
        (np.zeros(2, dtype=[("a", "f4"), ("b", "f4")]), "not real numbers"),
        (np.full((2, *SHAPE), None), "Python objects, which are never loaded"),
        (np.full((2, *SHAPE), 2**60 + 1), "beyond 2\\*\\*53"),
    ],
)
def test_unusable_arrays(tmp_path: Path, array: np.ndarray, message: str) -> None:
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", x=array)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(FpgamlError, match=message):
            read(tmp_path / name)


def test_strings_in_hdf5(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = ["a", "b"]
    with pytest.raises(FpgamlError, match="Python objects"):
        read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = h5py.Empty("f4")
    with pytest.raises(FpgamlError, match="null dataset"):
        read(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "w"):
        pass
    with pytest.raises(FpgamlError, match=r"no array could hold.*The file holds no arrays"):
        read(tmp_path / "a.h5")


class TestBadFiles:
    @pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5", "a.csv"])
    def test_truncated_at_every_length_is_one_error(self, tmp_path: Path, name: str) -> None:
        path = write(tmp_path / name)
        whole = path.read_bytes()
        for size in sorted({0, 1, 5, 9, 40, 100, len(whole) // 2, len(whole) - 40, len(whole) - 3}):
            path.write_bytes(whole[:size])
            if name == "a.csv" and size:
                continue  # a shorter table may still be one
            with pytest.raises(FpgamlError):
                read(path)

    @pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5"])
    def test_damaged_bytes_raise_nothing_else(self, tmp_path: Path, name: str) -> None:
        path = write(tmp_path / name)
        whole = path.read_bytes()
        generator = np.random.default_rng(5)
        for _ in range(150):
            damaged = bytearray(whole)
            for place in generator.integers(0, min(len(whole), 1 << 20), size=3):
                damaged[place] = generator.integers(256)
            path.write_bytes(damaged)
            try:
                read(path)
            except FpgamlError:
                continue

    @pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.h5"])
    def test_another_format(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_text("1.0,2.0\n")
        with pytest.raises(FpgamlError, match="cannot be read"):
            read(tmp_path / name)

    def test_damaged_member(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", x=EVENTS)
        raw = bytearray((tmp_path / "a.npz").read_bytes())
        raw[400] ^= 0xFF
        (tmp_path / "a.npz").write_bytes(raw)
        with pytest.raises(FpgamlError, match="CRC"):
            read(tmp_path / "a.npz")

    def test_header_that_promises_too_much(self, tmp_path: Path) -> None:
        write(tmp_path / "a.npy")
        raw = (tmp_path / "a.npy").read_bytes().replace(b"(23, 4, 3)", b"(99999999, 4, 3)", 1)
        (tmp_path / "a.npy").write_bytes(raw.replace(b"      \n", b"\n", 1))
        with pytest.raises(FpgamlError, match="ends before the array"):
            read(tmp_path / "a.npy")

    def test_not_an_array_in_an_archive(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("x.npy", b"no array")
        with pytest.raises(FpgamlError, match=r"array `x`: cannot be read"):
            read(tmp_path / "a.npz")

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(FpgamlError, match="no such file"):
            read(tmp_path / "none.npy")
        with pytest.raises(FpgamlError, match="directory"):
            read(tmp_path)
        (tmp_path / "a.parquet").touch()
        with pytest.raises(FpgamlError, match=r"no data format has the ending `\.parquet`"):
            read(tmp_path / "a.parquet")

    def test_no_events_asked_for(self, tmp_path: Path) -> None:
        with pytest.raises(FpgamlError, match="leaves nothing to read"):
            read(write(tmp_path / "a.npy"), limit=0)


class TestTables:
    def table(self, tmp_path: Path, text: str) -> np.ndarray:
        (tmp_path / "a.csv").write_text(text, encoding="utf-8")
        data = open_data(tmp_path / "a.csv", {"inp": (3,)})
        return np.concatenate([chunk["inp"] for chunk in data.chunks(3)])

    @pytest.mark.parametrize(
        "text",
        [
            "1,2,3\n4,5,6\n",
            "a,b,c\n1,2,3\n4,5,6",
            "\ufeff1;2;3\r\n4;5;6\r\n",
            "1 2\t3\n\n  4  5 6 \n",
            "# recorded\n1, 2, 3\n# more\n4, 5, 6\n",
            "x0;x1;x2\n1e0;2.0;+3\n4;5;6\n",
        ],
    )
    def test_dialects(self, tmp_path: Path, text: str) -> None:
        assert np.array_equal(self.table(tmp_path, text), [[1, 2, 3], [4, 5, 6]])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("1,2,3\n4,five,6\n", "line 2: column 2 holds `five`, not a number"),
            ("a,b,c\n1,2,3\n4,,6\n", "line 3: column 2 holds ``"),
            ("1,2,3\n4,1_0,6\n", "line 2: column 2 holds `1_0`"),
            ("1,2,3\n\n4,5\n", "line 3: 2 columns, where the lines before have 3"),
            ("1,2,3\n4,nan,6\n", "NaN in event 1, position 1"),
            ("0,1,2\n4,5,6\n", "line 1: counts from 0 to 2: column numbers"),
            ("", "no events"),
            ("a,b,c\n", "no events"),
            ("1,2\n", r"events of shape \(2,\), where the input takes \(3,\)"),
        ],
    )
    def test_errors(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(FpgamlError, match=message):
            self.table(tmp_path, text)

    def test_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(FpgamlError, match="cannot be read"):
            read(tmp_path / "a.csv")


MEASURE = """
import re, sys
from pathlib import Path
from fpgaml.data.dataset import open_data
def peak(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
data = open_data(sys.argv[1], {"inp": (1024,)})
before, events = peak(), 0
for chunk in data.chunks():
    events += len(chunk["inp"])
assert events == data.events
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory from /proc")
@pytest.mark.parametrize("name", ["a.npy", "fortran.npy", "a.npz"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    shape = (25_000, 1024)  # 205 MB, sparse on disk
    sparse = tmp_path / "sparse.npy"
    np.lib.format.open_memmap(sparse, "w+", np.float64, shape, fortran_order=name == "fortran.npy").flush()
    path = sparse.rename(tmp_path / name) if name.endswith(".npy") else tmp_path / name
    if name.endswith(".npz"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(sparse, "x.npy")
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100
