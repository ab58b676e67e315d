"""Files that are damaged, hostile, or not what they say; layers that are refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.keras3.parsed import parse
from fpgaml.graph.types import FixedType, Quantizer

DATA = Path(__file__).resolve().parents[2] / "fixtures" / "keras3"
GOOD = DATA / "dense_default.keras"
WIDE = Quantizer(FixedType(1, 8, 18))


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None], source: Path = GOOD) -> Path:
    """A copy of an archive with its members changed."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_config(path: Path, change: Callable[[dict[str, Any]], None], source: Path = GOOD) -> Path:
    """A copy of an archive with its configuration changed."""

    def edit(members: dict[str, bytes]) -> None:
        config = json.loads(members["config.json"])
        change(config)
        members["config.json"] = json.dumps(config).encode()

    return rewritten(path, edit, source)


def with_weights(path: Path, change: Callable[[h5py.File], None], source: Path = GOOD) -> Path:
    """A copy of an archive with its weights changed."""

    def edit(members: dict[str, bytes]) -> None:
        content = io.BytesIO(members["model.weights.h5"])
        with h5py.File(content, "r+") as store:
            change(store)
        members["model.weights.h5"] = content.getvalue()

    return rewritten(path, edit, source)


def build(path: Path) -> None:
    """Read a file and build its Graph."""
    model = parse(path)
    model.build(dict.fromkeys(model.input_shapes, WIDE))


def replace(store: h5py.File, name: str, value: np.ndarray) -> None:
    """Put another array in the place of one."""
    del store[name]
    store[name] = value


def test_the_copy_itself_is_good(tmp_path: Path) -> None:
    build(rewritten(tmp_path / "m.keras", lambda members: None))


@pytest.mark.parametrize("size", [0, 1, 7, 100, 1000, -1, -100])
def test_cut_off_files(tmp_path: Path, size: int) -> None:
    for source in (GOOD, DATA / "saved_as_h5.h5"):
        path = tmp_path / source.name
        path.write_bytes(source.read_bytes()[:size])
        with pytest.raises(FpgamlError) as caught:
            build(path)
        assert caught.value.advice


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04 not a zip", b"\x89HDF\r\n\x1a\n" + b"\0" * 50])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.keras"
    path.write_bytes(content)
    with pytest.raises(FpgamlError, match=r"m\.keras: not a whole"):
        parse(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="cannot be read"):
        parse(tmp_path / "none.keras")


def test_every_flipped_byte_is_an_error_or_harmless(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for source in (GOOD, DATA / "saved_as_h5.h5"):
        whole = bytearray(source.read_bytes())
        for position in rng.integers(0, len(whole), 60):
            damaged = bytearray(whole)
            damaged[position] ^= 0xFF
            path = tmp_path / source.name
            path.write_bytes(damaged)
            try:
                build(path)
            except FpgamlError as error:
                assert str(error)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_missing_members(tmp_path: Path, name: str) -> None:
    with pytest.raises(FpgamlError, match=r"config\.json|weights"):
        parse(rewritten(tmp_path / "m.keras", lambda members: members.__delitem__(name)))


@pytest.mark.parametrize("text", [b"{", b"[1, 2]", b"null", b"\xff\xfe", b"[" * 100000])
def test_broken_json(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(FpgamlError, match=r"config\.json"):
        parse(rewritten(tmp_path / "m.keras", lambda members: members.update({"config.json": text})))


def test_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = b"\0" * (8 << 20)
    with pytest.raises(FpgamlError, match="would unpack"):
        parse(rewritten(tmp_path / "m.keras", lambda members: members.update({"assets/big": bomb})))


def test_paths_that_leave_the_folder(tmp_path: Path) -> None:
    for name in ("../evil", "/etc/evil", "a/../../evil"):
        with pytest.raises(FpgamlError, match="leaves its folder"):
            parse(rewritten(tmp_path / "m.keras", lambda members, n=name: members.update({n: b"x"})))


def test_links_out_of_the_weight_file(tmp_path: Path) -> None:
    def link(store: h5py.File) -> None:
        del store["layers/q_dense/vars/0"]
        store["layers/q_dense/vars/0"] = h5py.ExternalLink("/etc/other.h5", "/x")

    with pytest.raises(FpgamlError, match="link to elsewhere"):
        parse(with_weights(tmp_path / "m.keras", link))


def test_a_virtual_array(tmp_path: Path) -> None:
    def virtual(store: h5py.File) -> None:
        layout = h5py.VirtualLayout(shape=(6, 7), dtype="f4")
        layout[:] = h5py.VirtualSource("/etc/other.h5", "x", shape=(6, 7))
        del store["layers/q_dense/vars/0"]
        store.create_virtual_dataset("layers/q_dense/vars/0", layout)

    with pytest.raises(FpgamlError, match="refers to another file"):
        parse(with_weights(tmp_path / "m.keras", virtual))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_numbers(tmp_path: Path, value: float) -> None:
    bad = np.full((6, 7), value, dtype=np.float32)
    path = with_weights(tmp_path / "m.keras", lambda store: replace(store, "layers/q_dense/vars/0", bad))
    with pytest.raises(FpgamlError, match="first: NaN or infinity in `kernel`"):
        build(path)


def test_weights_of_another_shape(tmp_path: Path) -> None:
    for shape in ((5, 7), (6, 8), (42,)):
        other = np.zeros(shape, dtype=np.float32)
        path = with_weights(tmp_path / "m.keras", lambda s, o=other: replace(s, "layers/q_dense/vars/0", o))
        with pytest.raises(FpgamlError, match="first"):
            build(path)


def test_missing_weights(tmp_path: Path) -> None:
    for name in ("layers/q_dense/vars/1", "layers/q_dense/kq/quantizer/vars/0", "layers/q_dense_1"):
        path = with_weights(tmp_path / "m.keras", lambda store, n=name: store.__delitem__(n))
        with pytest.raises(FpgamlError, match="arrays"):
            build(path)


def test_text_instead_of_numbers(tmp_path: Path) -> None:
    text = np.array([b"a", b"b"])
    with pytest.raises(FpgamlError, match="not numbers"):
        parse(with_weights(tmp_path / "m.keras", lambda store: replace(store, "layers/q_dense/vars/0", text)))


def test_all_unsupported_layers_are_named_at_once(tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        layers = config["config"]["layers"]
        layers[1] |= {"class_name": "Lambda", "module": "keras.layers", "registered_name": None}
        layers[2] |= {"class_name": "QGRU"}
        layers[3] |= {"class_name": "Mine", "module": "my.code", "registered_name": "Custom>Mine"}
        layers[4]["config"]["iq_conf"]["config"]["q_type"] = "float"
        layers[4]["config"]["activation"] = {"class_name": "function", "config": {"value": 1}}

    with pytest.raises(UnsupportedError) as caught:
        parse(with_config(tmp_path / "m.keras", change))
    problems = {problem.where: problem for problem in caught.value.problems}
    assert {"first", "drop", "second", "third"} == set(problems)
    assert "Python code, which fpgaml never runs" in problems["first"].reason
    assert len(caught.value.problems) == 5
    assert all(problem.advice for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["config"]["layers"][1]["config"].update(dtype="mixed_float16"), "mixed_float16"),
        (lambda c: c["config"]["layers"][1]["config"].update(data_format="channels_first"), "channels_first"),
        (lambda c: c["config"]["layers"][1]["config"].update(activation="crelu"), "crelu"),
        (lambda c: c.update(class_name="MyModel"), "MyModel"),
        (lambda c: c["config"].pop("layers"), "not a Sequential or Functional"),
        (lambda c: c["config"]["layers"][0]["config"].update(batch_shape=[None, None]), "open"),
        (lambda c: c["config"]["layers"][1].pop("config"), "not consistent"),
        (lambda c: c["config"].update(layers=[]), "no layers"),
    ],
)
def test_configurations_that_are_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str) -> None:
    with pytest.raises(FpgamlError, match=words):
        parse(with_config(tmp_path / "m.keras", change))


def test_a_loop_between_layers(tmp_path: Path) -> None:
    def change(config: dict[str, Any]) -> None:
        for layer in config["config"]["layers"]:
            if layer["name"] == "sum":
                layer["inbound_nodes"] = [
                    {"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["sum", 0, 0]}}]}
                ]

    with pytest.raises(FpgamlError, match="no source for"):
        parse(with_config(tmp_path / "m.keras", change, DATA / "shared_and_nested.keras"))


def test_an_input_without_type() -> None:
    with pytest.raises(FpgamlError, match="no type is given"):
        parse(GOOD).build({})


def test_keras_2_archives_are_refused(tmp_path: Path) -> None:
    meta = json.dumps({"keras_version": "2.15.0"}).encode()
    with pytest.raises(FpgamlError, match=r"Keras 2\.15\.0"):
        parse(rewritten(tmp_path / "m.keras", lambda members: members.update({"metadata.json": meta})))
