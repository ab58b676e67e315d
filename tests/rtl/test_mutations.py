"""Wrong firmware: each edit of a generated project is caught, by the check that is there for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fpgaml.rtl.target import RtlTarget
from tests.cosim.running import failures, run_bench
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph

pytest.importorskip("alkaid", reason="alkaid is not installed")


@dataclass(frozen=True)
class Mutation:
    """A wrong design.

    Args:
        file: of hdl/; pattern, replacement: the edit, of the first match.
        caught_by: a check that must fail; spared: checks that must not, since they are about something else.
    """

    file: str
    pattern: str
    replacement: str
    caught_by: str
    spared: frozenset[str] = field(default_factory=lambda: frozenset({"handshake_rules"}))


MUTATIONS = {
    "a flipped constant": Mutation("network_first.v", r"\+ 5'sd9;", "+ 5'sd8;", "golden_vectors"),
    "a sum for a difference": Mutation("network_first.v", r"= (\w+) - (\w+);", r"= \1 + \2;", "golden_vectors"),
    "a lost half of a rounding": Mutation("network_first.v", r"3'sd3 - x0;", "3'sd2 - x0;", "golden_vectors"),
    "a lower ceiling": Mutation("network_relu.v", r"\? 4'd15 :", "? 4'd14 :", "golden_vectors"),
    "a lost sign": Mutation("network_first.v", r"\$signed\(x3\[5:1\]\)", "x3[5:1]", "golden_vectors"),
    "a wrong entry of a table": Mutation("network_lut0.v", r"(6'sd4: y = 8'sd)\d+;", r"\g<1>1;", "golden_vectors"),
    "a dropped register": Mutation("network_relu.v", r"(t\d+)_r1\[3:0\]", r"\1[3:0]", "golden_vectors"),
    "a swapped lane": Mutation(
        "network.v",
        r"s_axis_tdata\[13:8\], s_axis_tdata\[5:0\]",
        "s_axis_tdata[5:0], s_axis_tdata[13:8]",
        "golden_vectors",
    ),
    "a valid bit that comes early": Mutation(
        "network.v", r"\.DEPTH\(LATENCY\), \.RESET\(1\)", ".DEPTH(LATENCY-1), .RESET(1)", "latency_as_declared"
    ),
    "a late tag": Mutation(
        "network.v", r"\.DEPTH\(LATENCY\), \.RESET\(0\)", ".DEPTH(LATENCY+3), .RESET(0)", "tag_with_its_result"
    ),
    "an ignored tready": Mutation(
        "network.v",
        r"\.out_ready\(m_axis_tready\)",
        ".out_ready(1'b1)",
        "random_back_pressure",
        frozenset({"golden_vectors"}),
    ),
    "too many credits": Mutation(
        "network.v",
        r"\.CREDITS\(DEPTH\)",
        ".CREDITS(2*DEPTH)",
        "random_back_pressure",
        frozenset({"golden_vectors", "handshake_rules"}),
    ),
    "too few credits": Mutation(
        "network.v",
        r"DEPTH = 3;",
        "DEPTH = 1;",
        "interval_as_declared",
        frozenset({"golden_vectors", "handshake_rules"}),
    ),
    "a tlast that is never there": Mutation(
        "network.v",
        r"\.out_last\(m_axis_tlast\)",
        ".out_last()",
        "tlast_marks_the_last_beat",
        frozenset({"latency_as_declared"}),
    ),
    "a short frame that is not seen": Mutation(
        "network.v",
        r"\.in_last\(s_axis_tlast\)",
        ".in_last(s_axis_tlast && framer.index == 2)",
        "frame_cut_short_is_dropped",
        frozenset({"golden_vectors"}),
    ),
    "a reset that does not reach the framer": Mutation(
        "network.v",
        r"framer \(\s+\.clk\(aclk\), \.rst\(rst\)",
        "framer (.clk(aclk), .rst(1'b0)",
        "no_x_after_reset",
        frozenset(),
    ),
}


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_is_caught(name: str, tmp_path: Path) -> None:
    mutation = MUTATIONS[name]
    project = write_project(tmp_path / "p", small_graph(), RtlTarget(beat=2))
    path = project / "hdl" / mutation.file
    text, count = re.subn(mutation.pattern, mutation.replacement, path.read_text(), count=1)
    assert count == 1, "the pattern does not occur: adapt it to the HDL"
    path.write_text(text)
    failed = failures(run_bench(project, "icarus", frames=100))
    assert mutation.caught_by in failed
    assert not mutation.spared & failed.keys()
