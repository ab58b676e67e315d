"""Damaged ONNX files end in an FpgamlError, whatever is damaged; nothing outside of their folder is read."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.frontends.onnx.parsed import parse
from fpgaml.frontends.registry import find_frontend
from fpgaml.graph.graph import Graph
from fpgaml.source import load_model
from tests.frontends.onnx.make_models import Net
from tests.frontends.onnx.recorded import FOLDER, INPUT, NAMES

MUTATED = int(os.environ.get("FPGAML_MUTATED_FILES", "150"))
SECONDS = 20.0
"""That one damaged file may take: it may well be a network still, only another one."""


def mutated(content: bytes, random: Random) -> bytes:
    """A file with bytes changed, left out, repeated or cut off."""
    data = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        at = random.randrange(len(data))
        match random.randrange(6):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                data[at] ^= 1 << random.randrange(8)
            case 2:
                del data[at : at + random.randint(1, 8)]
            case 3:
                data[at:at] = bytes(random.randrange(256) for _ in range(random.randint(1, 8)))
            case 4:
                data[at : at + 4] = random.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f"))
            case 5:
                del data[at:]
        if not data:
            return b"\x08"
    return bytes(data)


def test_mutated_files(tmp_path: Path) -> None:
    path = tmp_path / "damaged.onnx"
    small = [name for name in NAMES if (FOLDER / f"{name}.onnx").stat().st_size < 4000]
    outcomes = {"built": 0, "refused": 0}
    for seed in range(MUTATED):
        random = Random(seed)
        path.write_bytes(mutated((FOLDER / f"{random.choice(small)}.onnx").read_bytes(), random))
        start = time.monotonic()
        try:
            model = parse(path)
            model.build(dict.fromkeys(model.input_shapes, INPUT))
            outcomes["built"] += 1
        except FpgamlError as error:
            assert str(error)
            outcomes["refused"] += 1
        assert time.monotonic() - start < SECONDS, seed
    assert min(outcomes.values()) > 0


def network(*constants: TensorProto, kind: str = "Add") -> onnx.ModelProto:
    """x combined with a constant c."""
    node = helper.make_node(kind, ["x", "c"], ["y"], name="the_node")
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node], "g", [value("x", TensorProto.FLOAT, ["N", 4])], [value("y", TensorProto.FLOAT, ["N", 4])], constants
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def outside(location: str, length: int = 16) -> TensorProto:
    """A constant whose data lies in another file."""
    tensor = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return tensor


def saved(folder: Path, model: onnx.ModelProto) -> Path:
    """The model's file, as it is."""
    folder.mkdir(exist_ok=True)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_constants_lie_in_the_models_folder_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.ones(4, np.float32).tobytes())
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "link.bin").symlink_to(secret)
    for location in ("../secret.bin", str(secret), "link.bin", "deeper/../../secret.bin", "", "."):
        with pytest.raises(FpgamlError, match=r"outside|not there"):
            parse(saved(folder, network(outside(location))))
    (folder / "weights.bin").write_bytes(np.arange(4, dtype=np.float32).tobytes())
    assert list(parse(saved(folder, network(outside("weights.bin")))).program.constants["c"]) == [0, 1, 2, 3]
    for location, length in (("weights.bin", 1 << 31), ("weights.bin", 12), ("absent.bin", 16)):
        with pytest.raises(FpgamlError):
            parse(saved(folder, network(outside(location, length))))


def test_sizes_are_checked_before_anything_is_allocated(tmp_path: Path) -> None:
    good = network(numpy_helper.from_array(np.ones(4, np.float32), "c")).SerializeToString()
    two_gigabytes = b"\xff\xff\xff\xff\x07"
    cases = [good[:2] + b"\x3a" + two_gigabytes + good[2:], good.replace(b"\x4a\x10", b"\x4a" + two_gigabytes, 1)]
    for dims in ([1 << 31], [1 << 20, 1 << 20], [-4], [1 << 62, 4]):
        tensor = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=dims, raw_data=b"\0" * 16)
        cases.append(network(tensor).SerializeToString())
    shape = numpy_helper.from_array(np.array([1 << 20, 1 << 20]), "s")
    for kind in ("ConstantOfShape", "Expand"):
        model = network(shape, kind="Add")
        inputs = ["s"] if kind == "ConstantOfShape" else ["one", "s"]
        model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "one"))
        model.graph.node.insert(0, helper.make_node(kind, inputs, ["c"]))
        cases.append(model.SerializeToString())
    for kind, settings in (
        ("MaxPool", {"kernel_shape": [30000, 30000], "pads": [29999] * 4}),
        ("MaxPool", {"kernel_shape": [30000, 30000], "auto_pad": "SAME_UPPER"}),
    ):
        net = Net(x=(1, 4, 4))
        cases.append(net.out(net(kind, "x", **settings)).SerializeToString())
    net = Net(x=(1, 4))
    cases.append(net.out(net("Expand", "x", np.array([1, 1 << 31, 4]))).SerializeToString())
    net = Net(x=(1 << 12, 16), z=(16, 1 << 12))
    cases.append(net.out(net("Einsum", "x", "z", equation="nab,nbc->nac")).SerializeToString())
    cases.append(Net(x=(1 << 20, 1 << 20)).out("x").SerializeToString())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, content in enumerate(cases):
        path = tmp_path / f"{number}.onnx"
        path.write_bytes(content)
        with pytest.raises(FpgamlError):
            load_model(path, ["ap_fixed<8,4>"])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 256 << 10  # KiB


def test_unsupported_operators_are_all_named(tmp_path: Path) -> None:
    model = network(numpy_helper.from_array(np.ones(4, np.float32), "c"))
    for number, kind in enumerate(("ArgMax", "NonZero", "If")):
        model.graph.node.append(helper.make_node(kind, ["y"], [f"z{number}"], name=f"odd_{number}"))
    model.graph.node.append(helper.make_node("Fancy", ["y"], ["w"], name="custom", domain="my.domain"))
    with pytest.raises(UnsupportedError) as caught:
        parse(saved(tmp_path, model))
    assert {problem.where for problem in caught.value.problems} == {"odd_0", "odd_1", "odd_2", "custom"}
    assert all(problem.advice for problem in caught.value.problems)


def test_it_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes((FOLDER / "cnn.onnx").read_bytes())
    assert find_frontend(path).name == "onnx"
    path = tmp_path / "text.onnx"
    path.write_text("no model at all")
    with pytest.raises(FpgamlError, match="is damaged, or no ONNX file"):
        parse(path)


def test_open_shapes_and_batches_that_differ_are_refused(tmp_path: Path) -> None:
    model = network(numpy_helper.from_array(np.ones(4, np.float32), "c"))
    model.graph.input[0].type.tensor_type.shape.dim[1].ClearField("dim_value")
    with pytest.raises(UnsupportedError, match="open shape"):
        parse(saved(tmp_path, model))
    model = network(kind="Add")
    model.graph.input.append(helper.make_tensor_value_info("c", TensorProto.FLOAT, [3, 4]))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2
    with pytest.raises(FpgamlError, match="batch, differ"):
        parse(saved(tmp_path, model))


def test_events_of_a_batch_of_any_size_are_not_mixed(tmp_path: Path) -> None:
    def reduced(batch: str | int, axis: int) -> Path:
        model = network(numpy_helper.from_array(np.array([axis], np.int64), "c"), kind="ReduceSum")
        for port in (*model.graph.input, *model.graph.output):
            port.type.tensor_type.shape.CopyFrom(
                helper.make_tensor_value_info("p", TensorProto.FLOAT, [batch, 4]).type.tensor_type.shape
            )
        return saved(tmp_path, model)

    inputs = {"x": INPUT}
    with pytest.raises(UnsupportedError, match="the_node: ReduceSum along the batch"):
        parse(reduced("N", 0)).build(inputs)
    assert list(_shapes(parse(reduced("N", 1)).build(inputs).graph)) == [(1,)]
    assert list(_shapes(parse(reduced(1, 0)).build(inputs).graph)) == [(1, 4)]  # one event alone: its own sum


def _shapes(graph: Graph) -> Iterator[tuple[int, ...]]:
    return (graph.shapes[name] for name in graph.outputs)
