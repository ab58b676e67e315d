"""ROOT trees as data: which branches are meant, what they hold, and that no more is read than is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fpgaml.checking import Checking
from fpgaml.cluster.workers import HERE
from fpgaml.data.arrays import arrays_in
from fpgaml.data.dataset import open_data, open_reference, reference_in
from fpgaml.data.labels import read_labels
from fpgaml.errors import FpgamlError
from fpgaml.proof.oracle import FrameworkUse
from fpgaml.running import pieces
from fpgaml.running.evaluation import evaluate
from tests.paths import LEGACY

uproot = pytest.importorskip("uproot", reason="ROOT files need uproot: pip install 'fpgaml[physics]'")

IMAGES = np.arange(7 * 4 * 3, dtype=np.float32).reshape(7, 4, 3) / 4
PT = np.array([0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5])
TRACKS = np.array([-3, -2, -1, 0, 1, 2, 3], np.int16)
TIGHT = np.array([1, 0, 1, 0, 0, 1, 1], np.bool_)
EVENTS = {"image": IMAGES, "pt": PT, "tracks": TRACKS, "tight": TIGHT}
JAGGED = [[1.0], [], [2.0, 3.0], [4.0], [5.0], [6.0], [7.0, 8.0, 9.0]]


def write(path: Path, baskets: int = 3, **trees: Mapping[str, Any]) -> Path:
    """Trees of so many baskets a branch; lists become jagged branches."""
    ak = pytest.importorskip("awkward")
    with uproot.recreate(path) as file:
        for name, branches in (trees or {"events": EVENTS}).items():
            types = {
                k: (b.dtype, b.shape[1:]) if isinstance(b, np.ndarray) else "var * float64" for k, b in branches.items()
            }
            file.mktree(name.replace("__", "/"), types)
            for part in np.array_split(np.arange(len(next(iter(branches.values())))), baskets):
                file[name.replace("__", "/")].extend(
                    {
                        k: b[part] if isinstance(b, np.ndarray) else ak.Array([b[i] for i in part])
                        for k, b in branches.items()
                    }
                )
    return path


def read(path: Path | str, shapes: Mapping[str, tuple[int, ...]], max_values: int = 24) -> dict[str, np.ndarray]:
    chunks = list(open_data(path, shapes).chunks(max_values))
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in shapes}


@pytest.mark.parametrize("max_values", [1, 24, 60, 10**6])
def test_every_type_by_chunks_of_any_size(tmp_path: Path, max_values: int) -> None:
    shapes = {"image": (4, 3), "pt": (1,), "tracks": (1,), "tight": ()}
    found = read(write(tmp_path / "a.root"), shapes, max_values)
    for name, shape in shapes.items():
        assert np.array_equal(found[name], EVENTS[name].astype(np.float64).reshape(7, *shape))


@pytest.mark.parametrize("name", ["", ":image", ":events", ":events/image"])
def test_the_only_tree_need_not_be_named(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "run:2.root")
    assert np.array_equal(read(f"{path}{name}", {"image": (4, 3)})["image"], IMAGES)


def test_of_several_trees_one_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", reco__train={"x": PT}, reco__test={"x": PT + 1, "w": PT}, runs={"x": TRACKS})
    assert read(f"{path}:reco/test", {"x": (1,)})["x"][:, 0].tolist() == (PT + 1).tolist()
    assert read(f"{path}:reco/train/x", {"inp": (1,)})["inp"][:, 0].tolist() == PT.tolist()
    assert set(read(f"{path}:reco/test", {"w": (1,), "x": (1,)})) == {"w", "x"}
    with pytest.raises(FpgamlError, match=r"several arrays could hold the input `inp`.*holds reco/test/w, reco/test/x"):
        read(path, {"inp": (1,)})
    with pytest.raises(FpgamlError, match=r"no array `reco/valid`"):
        read(f"{path}:reco/valid", {"inp": (1,)})


class TestColumns:
    def test_branches_of_a_flat_ntuple_in_the_order_of_their_names(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.root")
        expected = np.stack([TRACKS, PT, TIGHT], axis=1)
        for name in ("tracks,pt,tight", "events/tracks,pt,tight", "tracks, pt, tight"):
            assert np.array_equal(read(f"{path}:{name}", {"inp": (3,)}, 6)["inp"], expected)

    def test_one_tree_is_opened_for_all_and_closed_with_the_last(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data, opened = open_data(f"{write(tmp_path / 'a.root')}:pt,tracks,tight", {"inp": (3,)}), []
        whole = uproot.open

        def counted(*arguments: Any, **options: Any) -> Any:
            opened.append(whole(*arguments, **options))
            return opened[-1]

        monkeypatch.setattr(uproot, "open", counted)
        reader = data.sources["inp"].array.open()
        (file,) = opened
        assert not file.file.closed and reader.rows(6, 7).tolist() == [[6.5, 3.0, 1.0]]
        reader.close()
        assert file.file.closed

    def test_of_any_format(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", pt=PT, tracks=TRACKS)
        found = read(f"{tmp_path / 'a.npz'}:tracks,pt", {"inp": (2,)})
        assert np.array_equal(found["inp"], np.stack([TRACKS, PT], axis=1))

    def test_integers_that_float64_would_round(self, tmp_path: Path) -> None:
        run = np.arange(7) + 2**53 - 3
        path = write(tmp_path / "a.root", events={"pt": PT, "run": run})
        with pytest.raises(FpgamlError, match=r"`events/run`: 9007199254740993 in event 4 is beyond 2\*\*53"):
            read(f"{path}:pt,run", {"inp": (2,)})

    def test_what_is_no_column(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.root", events={**EVENTS, "hits": JAGGED})
        with pytest.raises(FpgamlError, match="no array `phi`, `eta`"):
            read(f"{path}:pt,phi,eta", {"inp": (3,)})
        with pytest.raises(FpgamlError, match=r"`events/image`: events of shape \(4, 3\), where a column takes one"):
            read(f"{path}:pt,image", {"inp": (2,)})
        with pytest.raises(FpgamlError, match="`events/hits`: has entries of different lengths"):
            read(f"{path}:pt,hits", {"inp": (2,)})
        with pytest.raises(FpgamlError, match="is one array, the model has 2 inputs"):
            read(f"{path}:pt,tracks", {"a": (1,), "b": (1,)})

    def test_they_are_asked_for_and_never_guessed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.root", events={"pt": PT, "eta": PT, "phi": PT})
        with pytest.raises(FpgamlError, match=r"or 3 of one number an event as its elements.*a\.root:A,B"):
            read(path, {"inp": (3,)})


def test_jagged_branches_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", events={**EVENTS, "hits": JAGGED})
    for name in (path, f"{path}:hits"):
        with pytest.raises(FpgamlError, match=r"`events/hits`: has entries of different lengths .*padded with zeros"):
            read(name, {"hits": (3,)})
    assert np.array_equal(read(path, {"inp": (4, 3)})["inp"], IMAGES), "beside others they disturb nobody"


def test_fields_of_an_rntuple(tmp_path: Path) -> None:
    ak = pytest.importorskip("awkward")
    path = tmp_path / "a.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("nt", {"flat": IMAGES.reshape(7, 12), "pt": PT, "tracks": TRACKS, "hits": ak.Array(JAGGED)})
    assert np.array_equal(read(f"{path}:flat", {"inp": (4, 3)})["inp"], IMAGES)
    assert np.array_equal(read(f"{path}:nt/tracks,pt", {"inp": (2,)}, 4)["inp"], np.stack([TRACKS, PT], axis=1))
    with pytest.raises(FpgamlError, match="`nt/hits`: has entries of different lengths"):
        read(path, {"hits": (3,)})


class TestReadingNoMoreThanIsAskedFor:
    def test_each_basket_is_unpacked_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path, asked = write(tmp_path / "a.root"), []
        branch_type = uproot.behaviors.TBranch.TBranch
        whole = branch_type.array

        def array(self: Any, **options: Any) -> Any:
            asked.append((options["entry_start"], options["entry_stop"]))
            return whole(self, **options)

        monkeypatch.setattr(branch_type, "array", array)
        assert len(read(path, {"image": (4, 3)}, 12)["image"]) == 7
        assert asked == [(0, 3), (3, 5), (5, 7)]

    def test_damage_is_met_where_it_is_and_named(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.root", events={"x": IMAGES.repeat(40, axis=1)})
        with uproot.open(path) as file:
            first = file["events"]["x"].basket_key(0)
            place = first.data_cursor.index + 9
        content = bytearray(path.read_bytes())
        content[place : place + 20] = bytes(20)
        path.write_bytes(content)
        reader = arrays_in(path)["events/x"]().open()
        assert np.array_equal(reader.rows(3, 5), IMAGES.repeat(40, axis=1)[3:5])
        with pytest.raises(FpgamlError, match=r"a\.root, array `events/x`: cannot be read"):
            reader.rows(2, 4)
        reader.close()


def test_labels_and_recorded_answers(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root", events={"x": PT, "y": PT * 2, "truth": TIGHT}, other={"labels": TRACKS})
    for name in ("events", "events/truth"):
        assert read_labels(Path(f"{path}:{name}"), 7).values[:, 0].tolist() == TIGHT.tolist()
    with pytest.raises(FpgamlError, match="which array holds the labels is not clear"):
        read_labels(path, 7)
    with open_reference(f"{path}:events/y") as answers:
        assert answers.outputs["y"][2:5].tolist() == [5.0, 7.0, 9.0]
    one = write(tmp_path / "b.root", events={"x": PT, "y": TIGHT})
    found = reference_in(one)
    assert found is not None and list(found.outputs) == ["y"]
    for labels in ("b.root:y", "b.root:events/y"):
        assert Checking(one, labels=tmp_path / labels).data_with_answers is None, "the truth is no answer"
    assert Checking(one, labels=Path(f"{path}:other")).data_with_answers == one


def test_files_that_are_damaged_or_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.root")
    content = path.read_bytes()
    for size in (0, 60, 400, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(FpgamlError, match=r"a\.root.* (cannot be read|ends before)"):
            read(path, {"image": (4, 3)})
    path.write_bytes(content.replace(b"TTree", b"TThee"))
    with pytest.raises(FpgamlError, match=r"a\.root.*(cannot be read|holds no arrays)"):
        read(path, {"image": (4, 3)})


def test_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.root")
    monkeypatch.setitem(sys.modules, "uproot", None)
    with pytest.raises(FpgamlError, match=r"reading ROOT needs uproot\. pip install 'fpgaml\[physics\]'"):
        read(path, {"image": (4, 3)})


def test_pieces_of_a_ntuple_are_judged_as_the_whole_and_as_an_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16 features in branches of their own, the framework's answers and the classes beside them; 6 pieces."""
    with np.load(LEGACY / "jets_dense.npz") as file:
        x, y = file["x"], file["y"]
    classes = np.where(np.arange(len(x)) % 4 == 0, 2, y.argmax(axis=1)).astype(np.int32)
    features = {f"f{k}": np.ascontiguousarray(x[:, k]) for k in range(16)}
    path = write(tmp_path / "jets.root", events={**features, "y": y, "truth": classes})
    np.savez(tmp_path / "jets.npz", x=x, y=y, truth=classes)
    monkeypatch.setattr(pieces, "PIECE_EVENTS", 50)

    def judged(data: str, labels: str, workers: Any = None) -> Any:
        checking = Checking(tmp_path / data, labels=tmp_path / labels, framework=FrameworkUse.NEVER)
        return evaluate(LEGACY / "jets_dense.h5", checking, workers=workers).physics

    data = f"{path.name}:{','.join(features)}"
    whole = judged(data, "jets.root:truth")
    assert whole == judged(data, "jets.root:events/truth", HERE)
    archived = judged("jets.npz:x", "jets.npz:truth")
    assert whole.rocs == archived.rocs and whole.confusions == archived.confusions
    assert len(whole.rocs) >= 10, "five classes of the source and of fixed point"
