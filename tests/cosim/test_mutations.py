"""Wrong designs: each is caught, by the check that is there for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cosim.mini import Mini
from tests.cosim.running import LANGUAGES, failures, run_bench


@dataclass(frozen=True)
class Mutation:
    """A wrong design.

    Args:
        edit: text of the source, and what stands in its place; caught_by: checks that must fail.
        spared: checks that must not: the mutation concerns something else.
    """

    edit: tuple[str, str]
    caught_by: set[str]
    spared: set[str] = field(default_factory=set)
    shell: str = "axis"
    simulator: str = "icarus"


MUTATIONS = {
    "ignored tready": Mutation(
        ("moved = m_axis_tvalid && m_axis_tready", "moved = m_axis_tvalid"),
        {"random_back_pressure", "handshake_rules"},
        {"golden_vectors", "full_load", "random_gaps"},
    ),
    "too many credits": Mutation(
        ("s_axis_tready = used < DEPTH", "s_axis_tready = used < 12"),
        {"random_back_pressure"},
        {"golden_vectors", "full_load"},
    ),
    "swapped lane": Mutation(
        ("= frame[i*IN_LANE+:IN_WIDTH]", "= frame[(i<2?1-i:i)*IN_LANE+:IN_WIDTH]"),
        {"golden_vectors"},
        {"handshake_rules", "no_x_after_reset", "tlast_marks_the_last_beat"},
    ),
    "dropped register": Mutation(("y <= first", "y <= sums"), {"golden_vectors", "full_load"}),
    "flipped constant": Mutation(("% 7) - 3", "% 7) - (i == 4 && j == 2 ? 2 : 3)"), {"golden_vectors"}),
    "lost sign": Mutation(
        ("{(OUT_LANE - OUT_WIDTH) {element[OUT_WIDTH-1]}}", "{(OUT_LANE - OUT_WIDTH) {1'b0}}"), {"golden_vectors"}
    ),
    "spare lane not zero": Mutation(
        ("assign lanes[j*OUT_LANE+:OUT_LANE] = 0", "assign lanes[j*OUT_LANE+:OUT_LANE] = 1"), {"golden_vectors"}
    ),
    "X in data": Mutation(
        ("results[tail] <= y;", "results[tail] <= tail == 5 ? {y[35:1], 1'bx} : y;"), {"no_x_after_reset"}
    ),
    "X in control": Mutation(("      skipping <= 0;\n      started", "      started"), {"no_x_after_reset"}),
    "wrong tag": Mutation(
        ("tags[tail] <= tag_2", "tags[tail] <= tag_1"),
        {"tag_with_its_result"},
        {"golden_vectors", "random_back_pressure", "handshake_rules"},
    ),
    "tag of the last beat": Mutation(
        ("if (beat == 0 && !skipping) tag", "if (!skipping) tag"), {"tag_with_its_result"}, {"golden_vectors"}
    ),
    "tlast late": Mutation(
        ("assign m_axis_tlast = place == OUT_BEATS - 1", "assign m_axis_tlast = place == 0"),
        {"tlast_marks_the_last_beat"},
    ),
    "reset not clearing": Mutation(
        ("if (!aresetn) valid <= 2'b00;\n    else valid", "valid"),
        {"reset_in_mid_frame"},
        {"golden_vectors", "random_back_pressure", "latency_as_declared"},
    ),
    "valid not asked": Mutation(
        ("taken = s_axis_tvalid && s_axis_tready", "taken = s_axis_tready && (s_axis_tvalid || count == 7)"),
        {"random_back_pressure"},
    ),
    "short frame let through": Mutation(
        ("!skipping && at_end && s_axis_tlast", "!skipping && s_axis_tlast"),
        {"frame_cut_short_is_dropped"},
        {"golden_vectors", "random_back_pressure"},
    ),
    "short frame not told": Mutation(
        ("frame_short <= taken && !skipping && s_axis_tlast && !at_end", "frame_short <= 0"),
        {"frame_cut_short_is_dropped"},
        {"golden_vectors"},
    ),
    "long frame not skipped": Mutation(
        ("skipping <= !s_axis_tlast && (skipping || at_end)", "skipping <= 0"),
        {"frame_too_long_is_dropped"},
        {"golden_vectors", "frame_cut_short_is_dropped"},
    ),
    "one frame at a time": Mutation(
        ("s_axis_tready = used < DEPTH", "s_axis_tready = used < 1"),
        {"interval_as_declared"},
        {"golden_vectors", "latency_as_declared", "random_back_pressure"},
    ),
    "data changes while it waits": Mutation(
        ("assign m_axis_tuser = tags[head]", "assign m_axis_tuser = tags[head] ^ (m_axis_tready ? 0 : 1)"),
        {"handshake_rules"},
        {"golden_vectors", "tag_with_its_result"},
    ),
    "valid waits for ready": Mutation(
        ("assign m_axis_tvalid = count != 0", "assign m_axis_tvalid = count != 0 && m_axis_tready"),
        {"valid_without_ready", "outputs_follow_the_clock"},
        {"golden_vectors", "full_load"},
    ),
    "ready follows ready": Mutation(
        ("s_axis_tready = used < DEPTH", "s_axis_tready = used < DEPTH || done"),
        {"outputs_follow_the_clock"},
        {"golden_vectors", "full_load", "handshake_rules", "valid_without_ready"},
    ),
    "native: reset not clearing": Mutation(
        ("if (rst) valid <= 3'b000;\n    else valid", "valid"), {"reset_in_mid_frame"}, {"full_load"}, "native"
    ),
    "native: valid too early": Mutation(
        ("out_valid = valid[2]", "out_valid = valid[1]"), {"golden_vectors", "latency_as_declared"}, shell="native"
    ),
    "native: gaps ignored": Mutation(
        ("{valid[1:0], in_valid}", "{valid[1:0], in_valid || valid[0]}"), {"random_gaps"}, shell="native"
    ),
    "VHDL: element of another frame": Mutation(
        ("resize(signed(results(head)((j + 1)", "resize(signed(results((head + j / 2) mod DEPTH)((j + 1)"),
        {"golden_vectors"},
        simulator="ghdl",
    ),
    "VHDL: ignored tready": Mutation(
        ("moved <= m_axis_tvalid and m_axis_tready", "moved <= m_axis_tvalid"),
        {"random_back_pressure", "handshake_rules"},
        {"golden_vectors"},
        simulator="ghdl",
    ),
    "VHDL: register without reset": Mutation(
        ("        skipping <= '0';\n        started", "        started"), {"golden_vectors"}, simulator="ghdl"
    ),
    "VHDL: X in a tag": Mutation(
        ("tags(tail) <= tag_2;", "tags(tail) <= (0 => 'X', others => '0') when tail = 5 else tag_2;"),
        {"no_x_after_reset"},
        simulator="ghdl",
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_mutation_is_caught_by_its_check(tmp_path: Path, mutation: Mutation) -> None:
    mini = Mini(mutation.shell, LANGUAGES[mutation.simulator], edits=(mutation.edit,))
    found = failures(run_bench(mini.write(tmp_path / "p"), mutation.simulator))
    assert mutation.caught_by <= found.keys(), found
    assert not mutation.spared & found.keys(), found


def test_declared_numbers_are_checked(tmp_path: Path) -> None:
    project = Mini("native").write(tmp_path / "p")
    bench = project / "sim" / "bench.json"
    bench.write_text(
        bench.read_text().replace('"latency": 3', '"latency": 4').replace('"interval": 1', '"interval": 2')
    )
    found = failures(run_bench(project, "icarus"))
    assert found == {
        "latency_as_declared": "the latency is 3 cycles, declared are 4",
        "interval_as_declared": "frames follow each other after [1] cycles, declared are 2",
    }


def test_registers_that_reset_forgets_are_seen_without_x(tmp_path: Path) -> None:
    """Verilator knows no X: registers start at random, so what reset does not reach shows in the results."""
    edit = ("      count <= 0;\n", "")
    outcome = run_bench(Mini("axis", edits=(edit,)).write(tmp_path / "p"), "verilator")
    assert "golden_vectors" in failures(outcome)
