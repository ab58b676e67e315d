"""The cocotb benches of the library and of the shells, and that both languages do the same in every cycle."""

import pytest

from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.shell import library_source
from sim import run
from sim.run import BENCHES, run_bench

# A few: each is a C++ build. `python -m sim.run --sim verilator` runs them all.
ON_VERILATOR = (
    "framer_beat_bits8_beats5_tag_bits4",
    "axis_whole_frames",
    "axis_beats_of_mixed_ports",
    "native",
    "axis_streaming_mixed_ports",
)


def needs(*simulators):
    reasons = [reason for reason in map(run.missing, simulators) if reason]
    return pytest.mark.skipif(bool(reasons), reason="; ".join(reasons))


def unlike(trace, other):
    """Cycles in which two traces differ."""
    pairs = zip(trace, other, strict=True)
    return [(line, line_there) for line, line_there in pairs if line != line_there]


@needs("icarus", "ghdl")
@pytest.mark.parametrize("name", list(BENCHES))
def test_verilog_and_vhdl_do_the_same_in_every_cycle(name, tmp_path):
    verilog = run_bench(BENCHES[name], "icarus", tmp_path / "verilog")
    vhdl = run_bench(BENCHES[name], "ghdl", tmp_path / "vhdl")
    assert len(verilog) > 100
    # In the first cycle nothing has been reset: what is undefined then, each language says in its own way.
    assert unlike(verilog[1:], vhdl[1:]) == []


@needs("verilator", "icarus")
@pytest.mark.parametrize("name", ON_VERILATOR)
def test_verilator(name, tmp_path):
    """Verilator knows no undefined bits: where Icarus says x, it may say anything."""
    verilator = run_bench(BENCHES[name], "verilator", tmp_path / "verilator")
    icarus = run_bench(BENCHES[name], "icarus", tmp_path / "icarus")
    there = [
        " ".join(new if old == "x" else old for old, new in zip(line.split(" "), other.split(" "), strict=True))
        for line, other in zip(icarus, verilator, strict=True)
    ]
    assert unlike(verilator, there) == []


@needs("icarus")
@pytest.mark.parametrize(
    ("name", "module", "old", "new", "check"),
    [
        (
            "fifo_width8_depth5_eager0",
            "fifo",
            "(read && !write) ? count - 1'b1",
            "(read && !write) ? count",
            "as_a_queue",
        ),
        ("delay_width3_depth7_reset1", "delay", "RESET != 0", "RESET == 0", "reset_clears_every_stage_or_none"),
        (
            "framer_beat_bits8_beats2_tag_bits4",
            "framer",
            "accept && first_beat",
            "accept",
            "frames_good_short_and_long",
        ),
        ("deframer_beat_bits8_beats2_tag_bits4", "deframer", "!out_valid || out_ready", "1'b1", "every_beat_in_order"),
        (
            "store_width8_address_bits4_read_ranks2",
            "store",
            "assign read_data = word_again",
            "assign read_data = word",
            "words_lie",
        ),
        (
            "blocks_frame_words9_blocks4_first_claim0_claim3_address_bits3",
            "blocks",
            "(!step || finish)",
            "!step",
            "a_block_begins",
        ),
        (
            "narrow_piece_bits5_pieces3_frame_pieces7_spacing2",
            "narrow",
            "LAST_WAIT = SPACING - 1",
            "LAST_WAIT = SPACING - 2",
            "every_piece",
        ),
        (
            "gate_beat_bits8_beats4_spacing3_rest8_tag_bits4",
            "gate",
            ".start(send && last_beat)",
            ".start(take)",
            "frames_good_short_and_long",
        ),
        ("pause_cycles7", "pause", "ALL = CYCLES - 1", "ALL = CYCLES - 2", "over_when_its_cycles_have_passed"),
        ("room_places5_block_size2", "room", "give ? left + 1'b1", "give ? left", "counts_what_is_free"),
        ("exit_beat_bits8_beats2_tag_bits4", "exit", "(end_valid || !last_beat)", "1'b1", "good_broken_and_flagged"),
        ("line_width5_depth5", "line", "LAST_ADDRESS = DEPTH - 1", "LAST_ADDRESS = DEPTH - 2", "every_word_comes_out"),
        ("shift_width5_depth4", "shift", "if (enable) out_data <= {", "out_data <= {", "the_last_words"),
        ("state_width5_channels5_steps3", "state", "last <= next_step", "last <= step", "every_step_reads"),
        ("skip_count3", "skip", "in_valid && open;", "open;", "the_first_words"),
        ("route_total5_first2_count3", "route", "END_INDEX = FIRST + COUNT", "END_INDEX = COUNT", "its_own_beats"),
        ("ticks_words5_flush3_index_bits3", "ticks", "in_valid || flushing", "in_valid", "words_then_ticks"),
        (
            "raster_words12_flush7_columns4_row_bits3_column_bits2",
            "raster",
            "(last || row_ends)",
            "row_ends",
            "rows_and_columns",
        ),
        ("axis_streaming_early", "exit", "first_beat ? broken : dropping", "broken", "gaps_back_pressure_and_broken"),
        ("axis_streaming_deep", "room", "PLACES;", "PLACES - 1;", "interval_is_as_declared"),
        ("axis_streaming_paced", "gate", "fill && spaced", "fill && 1'b0", "gaps_back_pressure_and_broken_frames"),
        (
            "axis_whole_frames",
            "credit",
            "ALL_CREDITS = CREDITS",
            "ALL_CREDITS = CREDITS - 1",
            "interval_is_as_declared",
        ),
    ],
)
def test_a_bench_can_fail(name, module, old, new, check, tmp_path, monkeypatch):
    module = f"fpgaml_{module}"
    text = library_source(module, Hdl.VERILOG)
    assert old in text
    sources = {**BENCHES[name].sources(Hdl.VERILOG), f"{module}.v": text.replace(old, new)}
    monkeypatch.setattr(run.Bench, "sources", lambda *_: sources)
    with pytest.raises(RuntimeError, match=rf"{check}\w* +FAIL"):
        run_bench(BENCHES[name], "icarus", tmp_path)
