"""The proofs hold, are not vacuous, and fail on a library that is wrong."""

import shutil

import pytest

from sim import prove
from sim.prove import PROOFS, bounded, covered, induction, prepare

pytestmark = pytest.mark.skipif(prove.missing() is not None, reason=str(prove.missing()))


@pytest.mark.parametrize("name", list(PROOFS))
def test_proof(name, tmp_path):
    proof = PROOFS[name]
    assert proof.depth > proof.induction, "the bounded run is the induction's base"
    if proof.beside_vhdl and shutil.which("ghdl") is None:
        pytest.skip("ghdl is not installed")
    prepare(proof, tmp_path)
    for run in (bounded, induction, covered) if proof.induction else (bounded, covered):
        verdict = run(proof, tmp_path)
        assert verdict.passed, verdict.log


MUTATIONS = {
    "one credit too many": ("axis_1_1_1", "network.v", ".CREDITS(DEPTH)", ".CREDITS(DEPTH + 1)"),
    "credits that never end": ("credit_5", "fpgaml_credit.v", "available <= next_count !=", "available <= 1'b1 | "),
    "credit not given back": ("axis_1_1_1", "network.v", "give = result_valid && result_ready", "give = 1'b0"),
    "output ignores the stall": ("axis_1_1_1", "fpgaml_deframer.v", "load = !out_valid || out_ready", "load = 1'b1"),
    "frame dropped while stalled": ("deframer_2", "fpgaml_deframer.v", "in_ready = load && ", "in_ready = "),
    "tlast on every beat": ("deframer_2", "fpgaml_deframer.v", "out_last <= last_beat", "out_last <= 1'b1"),
    "write to a full FIFO": ("fifo_3", "fpgaml_fifo.v", "write = in_valid && in_ready", "write = in_valid"),
    "not ready at once": ("fifo_3_eager", "fpgaml_fifo.v", "in_ready <= EAGER != 0", "in_ready <= 1'b0"),
    "address wraps late": ("fifo_3", "fpgaml_fifo.v", "LAST_ADDRESS = DEPTH - 1", "LAST_ADDRESS = DEPTH"),
    "tlast not looked at": ("framer_2", "fpgaml_framer.v", "last_beat && in_last;", "last_beat;"),
    "long frame not discarded": ("framer_2", "fpgaml_framer.v", "discard <= !in_last && (", "discard <= 1'b0 && ("),
    "tag of the last beat": ("framer_3", "fpgaml_framer.v", "accept && first_beat", "accept"),
    "beats the wrong way round": (
        "framer_2",
        "fpgaml_framer.v",
        "{in_data, frame_data[BEATS*BEAT_BITS-1:BEAT_BITS]}",
        "{frame_data[(BEATS-1)*BEAT_BITS-1:0], in_data}",
    ),
    "tag one cycle late": ("axis_1_1_1", "network.v", ".WIDTH(2), .DEPTH(LATENCY)", ".WIDTH(2), .DEPTH(LATENCY + 1)"),
    "valid one cycle early": (
        "axis_1_2_2",
        "network.v",
        ".WIDTH(1), .DEPTH(LATENCY)",
        ".WIDTH(1), .DEPTH(LATENCY - 1)",
    ),
    "no reset of valids": ("axis_1_1_1", "network.v", ".DEPTH(LATENCY), .RESET(1)", ".DEPTH(LATENCY), .RESET(0)"),
    "a cycle too early": ("pause_5", "fpgaml_pause.v", "ALL = CYCLES - 1", "ALL = CYCLES - 2"),
    "room for less than a block": (
        "room_5_2",
        "fpgaml_room.v",
        "next_free >= ONE_BLOCK",
        "next_free + 1'b1 >= ONE_BLOCK",
    ),
    "a frame without room": ("gate_3_2_4", "fpgaml_gate.v", "(due && room)", "due"),
    "no rest between frames": ("gate_3_2_4", "fpgaml_gate.v", "(due && room)", "room"),
    "short frame not completed": ("gate_2_1_3", "fpgaml_gate.v", "fill && spaced", "1'b0"),
    "long frame goes on": ("gate_2_1_3", "fpgaml_gate.v", "accept && !discard", "accept"),
    "last beat before the end": ("exit_2", "fpgaml_exit.v", "(end_valid || !last_beat)", "1'b1"),
    "half a result dropped": ("exit_2", "fpgaml_exit.v", "first_beat ? broken : dropping", "broken"),
    "one place too many": ("axis_streaming_2_1_4", "network.v", ".PLACES(DEPTH)", ".PLACES(DEPTH + 1)"),
    "place given back late": (
        "axis_streaming_2_2_3",
        "network.v",
        "give = result_valid && result_ready",
        "give = result_done",
    ),
    "tag kept with the end": ("axis_streaming_2_2_3", "network.v", ".in_valid(begins)", ".in_valid(in_end)"),
    "Verilog unlike VHDL": ("vhdl_2_1_2", "fpgaml_framer.v", "accept && first_beat", "accept"),
    "word stored a place late": (
        "store_1",
        "fpgaml_store.v",
        "memory[write_address] <=",
        "memory[write_address + 1'b1] <=",
    ),
    "loop one turn short": ("loop_3", "fpgaml_loop.v", "LAST_INDEX = LIMIT - 1", "LAST_INDEX = LIMIT - 2"),
    "block before its words": ("blocks_7_2_3_1", "fpgaml_blocks.v", "waiting >= claim", "waiting + 1'b1 >= claim"),
    "last block leaves words": ("blocks_9_5_3_1", "fpgaml_blocks.v", "(before_last || remaining", "(remaining"),
    "base moves with every block": ("blocks_7_2_3_1", "fpgaml_blocks.v", "if (first)", "if (first || 1'b1)"),
    "sum not begun anew": ("accumulate_0_0", "fpgaml_accumulate.v", "begins <= in_last;", "begins <= 1'b0;"),
    "largest without its sign": (
        "accumulate_1_1",
        "fpgaml_accumulate.v",
        "{SIGNED != 0 && term[WIDTH-1], term}",
        "{1'b0, term}",
    ),
    "pieces above a frame's last": ("narrow_3_7_2", "fpgaml_narrow.v", "left <= last_word ? ", "left <= 1'b0 ? "),
    "frame's last word waits": ("widen_3_7", "fpgaml_widen.v", "(last_word && place ==", "(1'b0 && place =="),
    "line one word short": ("line_5", "fpgaml_line.v", "LAST_ADDRESS = DEPTH - 1", "LAST_ADDRESS = DEPTH - 2"),
    "line moves without words": (
        "line_2",
        "fpgaml_line.v",
        "if (enable)\n            address",
        "if (1'b1)\n            address",
    ),
    "oldest word at the top": (
        "shift_4",
        "fpgaml_shift.v",
        "{in_data, out_data[DEPTH*WIDTH-1:WIDTH]}",
        "{out_data[(DEPTH-1)*WIDTH-1:0], in_data}",
    ),
    "first step is the second": ("state_2_2", "fpgaml_state.v", "first <= next_step ==", "first <= step =="),
    "state of another channel": ("state_3_2", "fpgaml_state.v", "memory[write_channel] <=", "memory[read_channel] <="),
    "one word too many left out": ("skip_3", "fpgaml_skip.v", "ALL = COUNT;", "ALL = COUNT + 1;"),
    "words of the next input": ("route_5_2_3", "fpgaml_route.v", "index >= FIRST_INDEX", "index > FIRST_INDEX"),
    "word taken among ticks without": ("ticks_3_2", "fpgaml_ticks.v", "in_valid && !flushing", "in_valid"),
    "one tick without a word less": ("ticks_3_2", "fpgaml_ticks.v", "WORDS + FLUSH - 1", "WORDS + FLUSH - 2"),
    "rows one column short": ("raster_6_4_3", "fpgaml_raster.v", "ROW_END = COLUMNS - 1", "ROW_END = COLUMNS - 2"),
    "frame ends in its last row's first column": (
        "raster_4_4_4",
        "fpgaml_raster.v",
        "row == LAST_ROW[ROW_BITS-1:0] && column",
        "row == LAST_ROW[ROW_BITS-1:0] || column",
    ),
    "sign not extended": ("axis_1_1_1", "network.v", "{6{out_beat[1]}}", "{6{1'b0}}"),
}


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_a_proof_can_fail(name, tmp_path):
    proof_name, file, old, new = MUTATIONS[name]
    proof = PROOFS[proof_name]
    sources = proof.sources()
    assert sources[file].count(old) == 1
    if proof.beside_vhdl and shutil.which("ghdl") is None:
        pytest.skip("ghdl is not installed")
    prepare(proof, tmp_path, {**sources, file: sources[file].replace(old, new)})
    verdict = bounded(proof, tmp_path)
    assert not verdict.passed
    assert "Assert failed" in verdict.log
