"""Configuration files of hls4ml. `mlp_name.yml` is what hls4ml 1.3 writes for `mlp_tanh`, by name, with fixed<16,6>."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Lookup, Quantize
from fpgaml.graph.types import Rounding
from fpgaml.hls.settings import LayerSettings, Strategy
from fpgaml.hls.target import HlsTarget
from fpgaml.precision.by_plan import ByPlan
from fpgaml.precision.hls4ml_config import read_hls4ml_config
from fpgaml.source import load_with_data
from tests.precision.test_by_plan import FLOAT

HAND = """
Backend: Vitis
IOType: io_stream
ClockPeriod: 5
HLSConfig:
  Model:
    Precision: {default: 'ap_fixed<16,6>', accum: 'ap_fixed<24,8>'}
    ReuseFactor: 4
    Strategy: Resource
    TargetCycles: 7
  LayerType:
    Softmax: {Precision: 'ufixed<12,0>'}
  LayerName:
    dense:
      Precision: {weight: 'fixed<8,2,RND_CONV,SAT>', result: auto}
      ReuseFactor: 2
    dense_relu: {Precision: 'ap_ufixed<10,4,AP_RND,AP_SAT,0>'}
    gone: {Precision: 'ap_fixed<8,2>', Strategy: Latency}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yml"
    path.write_text(text)
    return path


def test_names_go_before_classes_and_these_before_the_model(tmp_path: Path) -> None:
    config = read_hls4ml_config(written(tmp_path, HAND))
    model = load_with_data(FLOAT / "keras3" / "mlp_softmax.keras", (), lambda _: None, ByPlan(config.asked))[0]
    assert model.precision is not None
    got = {(each.layer, each.part): each.type for each in model.precision.choices}
    assert got["dense", "weight"] == "ap_fixed<8,2>"
    assert got["dense", "bias"] == "ap_fixed<16,6>"
    assert ("dense", "result") not in got  # auto: exact
    assert got["dense_relu", "result"] == "ap_ufixed<10,4> RND SAT"
    assert got["dense_1", "result"] == "ap_fixed<16,6> TRN WRAP"
    assert got["dense_1_softmax", "result"] == "ap_ufixed<12,0> TRN WRAP"
    said = " ".join(model.messages)
    assert "accumulators are exact here" in said
    assert "TargetCycles" in said
    assert "Backend, ClockPeriod not used" in said
    assert "the model has no layer `gone`" in said


def test_strategies_and_reuse_factors_become_those_of_the_hls_target(tmp_path: Path) -> None:
    target = HlsTarget(**read_hls4ml_config(written(tmp_path, HAND.partition("    gone")[0])).settings)
    assert (target.io, target.strategy, target.reuse_factor) == ("io_stream", Strategy.RESOURCE, 4)
    other = read_hls4ml_config(written(tmp_path, HAND)).for_target("rtl")
    assert not other.settings and "not used: --target rtl" in other.asked.messages[-1]
    assert target.layer_settings == {"dense": LayerSettings(None, 2)}


def test_the_file_that_hls4ml_writes_itself() -> None:
    """Linear layers are `auto`, which is exact; activations take the model's type."""
    config = read_hls4ml_config(FLOAT / "mlp_tanh.yml")
    model = load_with_data(FLOAT / "keras3" / "mlp_tanh.keras", (), lambda _: None, ByPlan(config.asked))[0]
    assert not [message for message in model.messages if "no layer" in message]
    truncated = [n for n in model.graph.nodes if isinstance(n.op, Quantize) and n.op.quantizer.rounding == Rounding.TRN]
    assert not truncated  # the tables' entries, of fixed<18,8>, fit into the activations' <16,6> as they are
    tables = [node.op.table for node in model.graph.nodes if isinstance(node.op, Lookup)]
    assert [int(table.fractional) <= 10 for table in tables] == [True, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("!!python/object/apply:os.system ['true']", "cannot be read as YAML"),
        ("a: 1", "has neither Model"),
        ("[1, 2]", "is no configuration"),
        ("Model: {Precision: 'float'}", "is not a fixed-point type"),
        ("Model: {ReuseFactor: many}", "is no reuse factor"),
        ("LayerName: {dense: 3}", "is not a list of settings"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FpgamlError, match=said):
        read_hls4ml_config(written(tmp_path, text))
