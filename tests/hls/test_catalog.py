"""Every operation with its tricky settings: C-simulation against the interpreter, bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.hls.settings import Strategy
from tests.hls.catalog import GROUPS
from tests.hls.harness import check, needs_compiler, settings

REFUSED = ("constant_output",)
TOGETHER = 60
"""Cases in one project: large projects compile slower than several small ones."""


@needs_compiler
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_vitis(io_type: str, group: str, tmp_path: Path) -> None:
    cases = list(GROUPS[group]().items())
    if io_type == "io_stream" and group == "quantize":  # the casts are those of io_parallel, the functions are not
        cases = [case for case in cases if case[0].startswith("q_")] + cases[::9]
    for start in range(0, len(cases), TOGETHER):
        check(dict(cases[start : start + TOGETHER]), settings("vitis", io_type), tmp_path / str(start), REFUSED)


@needs_compiler
@pytest.mark.parametrize("group", ["linear", "conv"])
@pytest.mark.parametrize(
    ("io_type", "strategy", "reuse"),
    [
        ("io_parallel", Strategy.RESOURCE, 3),
        ("io_stream", Strategy.RESOURCE, 3),
        ("io_parallel", Strategy.LATENCY, 2),
        ("io_parallel", Strategy.DISTRIBUTED_ARITHMETIC, 1),
        ("io_stream", Strategy.DISTRIBUTED_ARITHMETIC, 1),
    ],
)
def test_strategies(io_type: str, strategy: Strategy, reuse: int, group: str, tmp_path: Path) -> None:
    if strategy == Strategy.DISTRIBUTED_ARITHMETIC:
        pytest.importorskip("da4ml", reason="da4ml is not installed")
    check(GROUPS[group](), settings("vitis", io_type, strategy=strategy, reuse_factor=reuse), tmp_path)


@needs_compiler
@pytest.mark.parametrize("io_type", ["io_parallel", "io_stream"])
def test_vivado(io_type: str, tmp_path: Path) -> None:
    cases = GROUPS["linear"]() | GROUPS["pool"]()
    check(cases, settings("vivado", io_type), tmp_path, REFUSED)
