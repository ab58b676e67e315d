"""Files of PyTorch's that are damaged, hostile, old or of another kind: a plain error, and nothing of them is run."""

from __future__ import annotations

import io
import json
import pickle
import random
import resource
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.registry import find_frontend, parse_model
from fpgaml.graph.types import FixedType, Quantizer
from tests.frontends.pytorch.damage import damaged, rewritten
from tests.paths import ROOT, fpgaml

DATA = ROOT / "tests" / "fixtures" / "pytorch"
FILES = [DATA / f"{name}.pt2" for name in ("mlp", "fixed_batch_of_four", "branches")]
SECONDS = 10.0
"""A limit for one file; they take some milliseconds."""
MEBIBYTES = 600
"""More than the whole test process may come to: no file makes it allocate what a damaged number asks for."""
INPUT = Quantizer(FixedType(1, 3, 6))


@pytest.mark.parametrize("seed", range(4))
def test_damage_never_surprises(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = random.Random(seed)
    path = tmp_path / "damaged.pt2"
    contents = [file.read_bytes() for file in FILES]
    refused = 0
    for _ in range(500):
        path.write_bytes(damaged(rng.choice(contents), rng))
        started = time.monotonic()
        try:
            model = parse_model(path)
            model.build(dict.fromkeys(model.input_shapes, INPUT))
        except FpgamlError as error:
            refused += 1
            assert error.where
            assert error.reason
        assert time.monotonic() - started < SECONDS
    assert 150 < refused < 500
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MEBIBYTES << 10
    assert [each.name for each in tmp_path.iterdir()] == ["damaged.pt2"]


class Payload:
    """What writes a file when it is unpickled."""

    def __init__(self, sentinel: Path) -> None:
        self.sentinel = sentinel

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.sentinel, "was run")


def zipped(path: Path, members: dict[str, bytes | str]) -> None:
    """An archive of these members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", ["model.pt", "weights.pth", "script.pt", "legacy.pt", "model.pt2", "old.pt2"])
def test_pickles_are_refused_and_never_run(name: str, tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    evil = pickle.dumps(Payload(sentinel))
    path = tmp_path / name
    if path.stem == "legacy":
        path.write_bytes(evil)
    elif path.stem == "old":
        members = {"version": "5.3", "serialized_exported_program.json": "{}", "serialized_state_dict.pt": evil}
        zipped(path, members)  # type: ignore[arg-type]
    else:
        code = {"model/constants.pkl": evil, "model/code/m.py": "x"} if path.stem == "script" else {}
        zipped(path, {"model/data.pkl": evil, "model/version": "3", **code})
    assert find_frontend(path).name == "pytorch"
    with pytest.raises(FpgamlError) as raised:
        parse_model(path)
    said = raised.value.advice
    if path.name == "model.pt":
        run = fpgaml("convert", path, "--output", tmp_path / "project")
        assert run.returncode == 2
        assert "Traceback" not in run.stderr
        assert " ".join(said.split()) in " ".join(run.stderr.split())
    assert "import torch; program = torch.export.export(model.eval(), (example,)); torch.export.save(program, " in said
    assert f'"{path.stem}_new.pt2")' in said if path.suffix == ".pt2" else f'"{path.stem}.pt2")' in said
    assert not sentinel.exists()
    pickle.loads(evil)  # the sentinel does tell
    assert sentinel.exists()


def test_pickles_within_an_exported_program_are_never_run(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"
    evil = pickle.dumps(Payload(sentinel))
    path = tmp_path / "model.pt2"

    def with_samples(members: dict[str, bytes]) -> None:
        members["data/sample_inputs/model.pt"] = evil

    path.write_bytes(rewritten(FILES[0].read_bytes(), with_samples))
    assert parse_model(path).input_shapes == parse_model(FILES[0]).input_shapes

    def with_weights(members: dict[str, bytes]) -> None:
        members["data/weights/weight_0"] = evil
        config = json.loads(members["data/weights/model_weights_config.json"])
        next(iter(config["config"].values()))["use_pickle"] = True
        members["data/weights/model_weights_config.json"] = json.dumps(config).encode()

    path.write_bytes(rewritten(FILES[0].read_bytes(), with_weights))
    with pytest.raises(FpgamlError, match="is an object in a pickle"):
        parse_model(path)

    def of_torch_2_8(members: dict[str, bytes]) -> None:
        members["data/weights/model.pt"] = members["data/constants/model.pt"] = evil

    path.write_bytes(rewritten(FILES[0].read_bytes(), of_torch_2_8))
    with pytest.raises(FpgamlError, match="saves the weights as a pickle"):
        parse_model(path)
    assert not sentinel.exists()


def test_texts_of_sizes_are_not_evaluated(tmp_path: Path) -> None:
    sentinel = tmp_path / "sentinel"

    def with_code(members: dict[str, bytes]) -> None:
        evil = f"__import__('pathlib').Path({str(sentinel)!r}).touch()"
        tree = json.loads(members["models/model.json"])
        graph = tree["graph_module"]["graph"]
        graph["tensor_values"][graph["outputs"][0]["as_tensor"]["name"]]["sizes"][0] = {"as_expr": {"expr_str": evil}}
        graph["tensor_values"]["input"]["sizes"][0] = {"as_expr": {"expr_str": evil}}
        members["models/model.json"] = json.dumps(tree).encode()

    path = tmp_path / "model.pt2"
    path.write_bytes(rewritten(FILES[0].read_bytes(), with_code))
    with pytest.raises(FpgamlError, match="the size `__import__"):
        parse_model(path)
    assert not sentinel.exists()


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt2"

    def bomb(members: dict[str, bytes]) -> None:
        members["data/weights/weight_0"] = bytes(200 << 20)

    path.write_bytes(rewritten(FILES[0].read_bytes(), bomb, zipfile.ZIP_DEFLATED))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FpgamlError, match=r"would unpack to 2097\d+; .*|would unpack to 2097"):
        parse_model(path)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("sizes", [{"as_int": 1 << 20}, {"as_int": 1 << 20}], "has 1099511627776 values"),
        ("sizes", [{"as_int": -10}, {"as_int": 6}], "a stored tensor has the sizes or strides"),
        ("strides", [{"as_int": 600}, {"as_int": 1}], "needs 5406 values, the archive holds 60"),
        ("storage_offset", {"as_int": 1}, "needs 61 values, the archive holds 60"),
        ("dtype", 29, "is of the element type number 29"),
        ("layout", 1, "is sparse"),
    ],
)
def test_tensors_stay_within_their_bytes(key: str, value: Any, said: str, tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        config = json.loads(members["data/weights/model_weights_config.json"])
        config["config"]["0.weight"]["tensor_meta"][key] = value
        members["data/weights/model_weights_config.json"] = json.dumps(config).encode()

    path = tmp_path / "model.pt2"
    path.write_bytes(rewritten(FILES[0].read_bytes(), change))
    with pytest.raises(FpgamlError, match=said):
        parse_model(path)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["data/weights/weight_0"] = b"\xff" * len(members["data/weights/weight_0"])

    path = tmp_path / "model.pt2"
    path.write_bytes(rewritten(FILES[0].read_bytes(), change))
    with pytest.raises(FpgamlError, match=r"0\.weight: holds values that are no numbers"):
        parse_model(path)


def changed(tmp_path: Path, change: Any, source: Path = FILES[0]) -> Path:
    """A copy of a model with its program changed."""

    def rewrite(members: dict[str, bytes]) -> None:
        tree = json.loads(members["models/model.json"])
        change(tree)
        members["models/model.json"] = json.dumps(tree).encode()

    path = tmp_path / "model.pt2"
    path.write_bytes(rewritten(source.read_bytes(), rewrite))
    return path


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        tree["schema_version"]["major"] = 9

    with pytest.raises(FpgamlError, match=r"version 9 of PyTorch's schema.*torch\.export\.save"):
        parse_model(changed(tmp_path, change))


def test_unknown_functions_are_named_at_once_with_their_modules(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        nodes = tree["graph_module"]["graph"]["nodes"]
        nodes[0]["target"] = "torch.ops.brevitas.quantize.default"
        nodes[-1]["target"] = "torch.ops.aten.from_file.default"

    with pytest.raises(UnsupportedError) as raised:
        parse_model(changed(tmp_path, change))
    first, last = raised.value.problems
    assert (first.where, last.where) == ("0", "6")
    assert "export_qonnx" in first.advice
    assert "aten.from_file.default is not converted" in last.reason


def test_a_quantised_module_is_named_once_with_the_way_through_qonnx(tmp_path: Path) -> None:
    def change(tree: Any) -> None:
        nodes = tree["graph_module"]["graph"]["nodes"]
        for node, inner in zip(nodes[:2], ("weight_quant", "act_quant"), strict=True):
            node["target"] = "torch.ops.aten.round.default"
            stack = f"a,,Net;b,0,brevitas.nn.quant_linear.QuantLinear;c,0.{inner},torch.nn.modules.container.Sequential"
            node["metadata"]["nn_module_stack"] = stack

    with pytest.raises(UnsupportedError) as raised:
        parse_model(changed(tmp_path, change))
    (problem,) = raised.value.problems
    assert problem.where == "0"
    assert problem.reason.startswith("brevitas.nn.quant_linear.QuantLinear quantises")
    assert "export_qonnx(model, args=example" in problem.advice


def test_a_truncated_file_is_pytorchs_and_said_to_be_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "cut.pt2"
    path.write_bytes(FILES[0].read_bytes()[:4000])
    assert find_frontend(path).name == "pytorch"
    with pytest.raises(FpgamlError, match="is not a whole archive"):
        parse_model(path)


def test_compressed_archives_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "small.pt2"
    path.write_bytes(rewritten(FILES[0].read_bytes(), lambda members: None, zipfile.ZIP_DEFLATED))
    assert zipfile.ZipFile(io.BytesIO(path.read_bytes())).infolist()[0].compress_type == zipfile.ZIP_DEFLATED
    assert parse_model(path).input_shapes == parse_model(FILES[0]).input_shapes
