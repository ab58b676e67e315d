"""Names, reuse factors, strategies and sizes: what hls4ml is told, and what the user is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fpgaml.boards import find_board
from fpgaml.errors import FpgamlError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph, GraphBuilder
from fpgaml.graph.types import Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.hls.model import HlsModel, to_hls4ml
from fpgaml.hls.names import safe_names
from fpgaml.hls.reuse import closest_reuse_factor, possible_reuse_factors
from fpgaml.hls.settings import HlsSettings, IoType, LayerSettings, Strategy
from fpgaml.hls.target import HlsTarget
from tests.hls.catalog import BYTE, GROUPS, chain, dense
from tests.hls.harness import check, differences, needs_compiler, settings

NAMES = [
    "input",
    "int",
    "class",
    "network",
    "layer2_out",
    "w2",
    "b2",
    "config2",
    "result_t",
    "input_t",
    "layer2_t",
    "nnet",
    "hls",
    "main",
    "std",
    "w2_t",
    "relu",
    "dense",
    "clone_x",
    "x",
    "X",
    "repack_x",
    "model_default_t",
    "in0",
    "out",
    "x_int_x",
    "N_INPUT_1",
    "compute_x",
    "weight",
    "size",
    "array",
    "DIV_ROUNDUP",
    "MIN",
    "MAX",
    "ap_fixed",
    "double",
    "template",
    "x_accum_t",
    "data",
    "res",
]


def named_network() -> Graph:
    """An Input, an operation and an output for every awkward name."""
    builder = GraphBuilder("names")
    outputs = []
    for name in NAMES:
        x = builder.add(o.Input((2,), Quantizer(BYTE)), name=name)
        y = builder.add(dense(2, 2), x, name=f"{name}_y")
        outputs += [builder.add(o.Subtract(), x, x, name=f"{name}_z"), builder.add(o.Relu(), y, name=f"{name}_t")]
    return builder.build(outputs)


@needs_compiler
@pytest.mark.parametrize(
    ("backend", "io_type"), [("vitis", "io_parallel"), ("vitis", "io_stream"), ("quartus", "io_parallel")]
)
def test_awkward_names(backend: str, io_type: str, tmp_path: Path) -> None:

    assert differences(named_network(), settings(backend, io_type), tmp_path) == []


def test_names_stay_apart() -> None:
    chosen = safe_names(NAMES)
    assert len(set(chosen.values())) == len(NAMES)
    assert chosen["x"] == "x" and chosen["int"] not in ("int", "x_int_x")


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (4, 3), (6, 4), (12, 5), (7, 7), (5, 12)])
def test_reuse_factors_are_hls4mls(inputs: int, outputs: int) -> None:
    from hls4ml.backends import get_backend

    backend = get_backend("Vitis")
    valid = backend.get_valid_reuse_factors(inputs, outputs)
    assert possible_reuse_factors(inputs, outputs) == valid
    for wanted in range(1, 2 * inputs * outputs):
        assert closest_reuse_factor(inputs, outputs, wanted) == backend.get_closest_reuse_factor(valid, wanted)


def lowered(graph: Graph, chosen: HlsSettings, folder: Path) -> HlsModel:
    return to_hls4ml(graph, chosen, folder)


def test_an_adjusted_reuse_factor_is_reported(tmp_path: Path) -> None:
    model = lowered(chain(dense(4, 3)), settings(strategy=Strategy.RESOURCE, reuse_factor=7), tmp_path)
    assert any("reuse factor of 7; the closest possible one, 4, is used" in message for message in model.messages)
    assert not any("Invalid ReuseFactor" in message for message in model.messages)


def test_layers_have_choices_of_their_own(tmp_path: Path) -> None:
    chosen = settings(layers={"y3": LayerSettings(Strategy.RESOURCE, 5)})
    model = lowered(GROUPS["linear"]()["dense_twice"], chosen, tmp_path)
    layers = {layer.name: layer for layer in model.handle.get_layers()}
    assert layers["y0"].get_attr("strategy") == "latency"
    assert layers["y3"].get_attr("strategy") == "resource" and layers["y3"].get_attr("reuse_factor") == 5


def test_an_einsum_that_shares_nothing_is_reported(tmp_path: Path) -> None:
    model = lowered(GROUPS["linear"]()["einsum_4"], settings(strategy=Strategy.RESOURCE, reuse_factor=2), tmp_path)
    assert any("EinsumDense shares no multipliers" in message for message in model.messages)


def test_a_large_tensor_in_registers_is_reported(tmp_path: Path) -> None:
    network = chain(o.Relu(), shape=(100, 50))
    assert any("5,000 elements at once" in message for message in lowered(network, settings(), tmp_path).messages)
    assert lowered(network, settings("vitis", "io_stream"), tmp_path).messages == ()


def test_distributed_arithmetic_refuses_what_it_would_round(tmp_path: Path) -> None:
    pytest.importorskip("da4ml", reason="da4ml is not installed")
    chosen = settings(strategy=Strategy.DISTRIBUTED_ARITHMETIC)
    with pytest.raises(FpgamlError, match="at most 24 bits for weights"):
        lowered(GROUPS["types"]()["wide_dense"], chosen, tmp_path)


def test_distributed_arithmetic_has_no_reuse() -> None:
    with pytest.raises(FpgamlError, match="no multipliers to share"):
        settings(strategy=Strategy.DISTRIBUTED_ARITHMETIC, reuse_factor=2)


def test_an_unread_stream_is_refused(tmp_path: Path) -> None:
    builder = GraphBuilder("unread")
    x = builder.add(o.Input((2,), Quantizer(BYTE)), name="x")
    builder.add(o.Input((2,), Quantizer(BYTE)), name="unread")
    network = builder.build([builder.add(o.Relu(), x, name="y")])
    with pytest.raises(FpgamlError, match="unread: no output depends on this input"):
        lowered(network, settings("vitis", "io_stream"), tmp_path)


@needs_compiler
def test_an_unread_array_is_harmless(tmp_path: Path) -> None:
    builder = GraphBuilder("unread")
    x = builder.add(o.Input((2,), Quantizer(BYTE)), name="x")
    builder.add(o.Input((2,), Quantizer(BYTE)), name="unread")
    check({"unread": builder.build([builder.add(o.Relu(), x, name="y")])}, settings(), tmp_path)


@pytest.mark.parametrize(
    ("equation", "kernel", "io"),
    [
        # 80 rows of 10 × 12 weights each: every weight once, 9,600 products
        ("tc,tcd->td", (80, 10, 12), IoType.PARALLEL),
        # the same 10 × 126 weights in every one of 80 rows: 100,800 products
        ("tc,cd->td", (10, 126), IoType.STREAM),
    ],
)
def test_the_products_of_an_einsum_choose_how_tensors_travel(
    equation: str, kernel: tuple[int, ...], io: IoType
) -> None:
    ones = FixedArray(np.ones(kernel, dtype=np.int64), 0)
    graph = chain(o.EinsumDense(ones, None, equation), shape=(80, 10))
    assert HlsTarget().settings(graph, find_board("kcu116")).io_type == io
