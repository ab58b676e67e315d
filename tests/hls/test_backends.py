"""The other backends: bit for bit where g++ compiles their sources, written and left alone where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError, UnsupportedError
from fpgaml.graph import ops as o
from fpgaml.graph.graph import Graph
from fpgaml.hls.model import to_hls4ml
from fpgaml.hls.settings import BACKENDS, Strategy
from tests.hls.catalog import GROUPS, chain
from tests.hls.harness import check, needs_compiler, settings

TOO_WIDE = 53
"""Bits that hls4ml's bridge of the ac_fixed backends passes."""


def narrow_cases(*groups: str, every: int = 1) -> dict[str, Graph]:
    """Every n-th case of some groups, without those whose ports are too wide for a bridge, or that are refused."""
    cases = {}
    for group in groups:
        for name, graph in list(GROUPS[group]().items())[::every]:
            ports = [*(node.name for node in graph.inputs), *graph.outputs]
            if name != "constant_output" and all(int(graph.types[p].uniform().width) <= TOO_WIDE for p in ports):
                cases[name] = graph
    return cases


@needs_compiler
@pytest.mark.parametrize("groups", [("linear", "conv", "pool"), ("elementwise", "layout"), ("types", "wiring")])
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_quartus(io_type: str, groups: tuple[str, ...], tmp_path: Path) -> None:
    check(narrow_cases(*groups, every=2 if io_type == "io_parallel" else 4), settings("quartus", io_type), tmp_path)


@needs_compiler
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_quartus_quantizers(io_type: str, tmp_path: Path) -> None:
    check(narrow_cases("quantize", every=2 if io_type == "io_parallel" else 5), settings("quartus", io_type), tmp_path)


@needs_compiler
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_catapult(io_type: str, tmp_path: Path) -> None:
    cases = narrow_cases("linear", "conv", "pool", "elementwise", "layout", "quantize", "types", "wiring", every=9)
    check(cases, settings("catapult", io_type), tmp_path)


@needs_compiler
@pytest.mark.parametrize("backend", ["quartus", "catapult"])
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_shared_multipliers(io_type: str, backend: str, tmp_path: Path) -> None:
    chosen = settings(backend, io_type, strategy=Strategy.RESOURCE, reuse_factor=3)
    check(narrow_cases("linear", "conv", every=2), chosen, tmp_path)


@needs_compiler
@pytest.mark.parametrize("backend", ["vitis", "quartus"])
def test_what_is_left_without_functions_of_our_own(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Backends that g++ cannot check get only what is bit-exact on those that it can."""
    monkeypatch.setitem(BACKENDS, backend, replace(BACKENDS[backend], generates_code=()))
    chosen, kept = settings(backend), {}
    for name, graph in narrow_cases("quantize", "wiring", "layout", every=3).items():
        try:
            to_hls4ml(graph, chosen, tmp_path)
            kept[name] = graph
        except UnsupportedError:
            continue
    assert len(kept) > 30
    check(kept, chosen, tmp_path)


@pytest.mark.parametrize(
    ("backend", "io_type"), [("oneapi", "io_parallel"), ("oneapi", "io_stream"), ("libero", "io_parallel")]
)
def test_written_without_a_compiler(backend: str, io_type: str, tmp_path: Path) -> None:
    model = to_hls4ml(GROUPS["linear"]()["dense_twice"], settings(backend, io_type), tmp_path)
    model.write(tmp_path)
    header = next(tmp_path.rglob("defines.h")).read_text()
    assert BACKENDS[backend].no_csim
    assert ("#include <sycl/sycl.hpp>" if backend == "oneapi" else "#include <hls/ap_fixpt.hpp>") in header


def test_libero_has_no_streams() -> None:
    with pytest.raises(FpgamlError, match="cannot write streams for Libero"):
        settings("libero", "io_stream")


def test_every_unsupported_layer_is_named(tmp_path: Path) -> None:
    network = chain(o.Transpose((1, 0)), o.Relu(), o.GroupSort(3), shape=(3, 2))
    with pytest.raises(UnsupportedError, match=r"2 layers are not supported: y0: Transpose.*y2: GroupSort"):
        to_hls4ml(network, settings("oneapi"), tmp_path)


def test_ports_beyond_the_bridge_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="passes at most 53"):
        check({"wide": GROUPS["types"]()["wide_relu"]}, settings("quartus"), tmp_path)
