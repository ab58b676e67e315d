"""Files written by hand, as CMSSW's L1Trigger/DemonstratorTools has them, are what is written, and are read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgaml.errors import CheckFailedError, FpgamlError
from fpgaml.graph.values import FixedArray
from fpgaml.patterns.formats import PatternFormat, as_text, read
from fpgaml.patterns.layout import LinkLayout
from fpgaml.patterns.packing import Packing
from fpgaml.project.ports import Port

A = Port("a", (2, 2), True, 20, 3)
B = Port("b", (2,), False, 12, 0)
"""4 * 20 + 2 * 12 = 104 bits, two words of 64."""
PORTS = (A, B)
VALUES = {
    "a": FixedArray(np.array([[[1, -1], [2, -524288]], [[0x12345, 0], [0, 0]]]), 3),
    "b": FixedArray(np.array([[0xABC, 1], [0, 0xFFF]]), 0),
}
# From the top b1, b0, a3, a2, a1, a0: event 0 is 001 abc 80000 00002 fffff 00001, event 1 is fff 000 and 12345 below.
EVENT_0 = ("000002fffff00001", "000000001abc8000")
EVENT_1 = ("0000000000012345", "000000fff0000000")
TWO_LINKS = LinkLayout((4, 7), spacing=2, lead=1)

EMP_1 = f"""Board fpgaml
 Quad/Chan :         q01c0                q01c3       
      Link :          004                  007        
Frame 0000 :   0v0000000000000000   0v0000000000000000
Frame 0001 :   1v{EVENT_0[0]}   1v{EVENT_0[1]}
Frame 0002 :   0v0000000000000000   0v0000000000000000
Frame 0003 :   1v{EVENT_1[0]}   1v{EVENT_1[1]}
Frame 0004 :   0v0000000000000000   0v0000000000000000
"""  # noqa: W291
EMP_2 = f"""ID: fpgaml
Metadata: (strobe,) start of orbit, start of packet, end of packet, valid

      Link              004                    007        
Frame 0000    0000 0000000000000000  0000 0000000000000000
Frame 0001    1111 {EVENT_0[0]}  1111 {EVENT_0[1]}
Frame 0002    0000 0000000000000000  0000 0000000000000000
Frame 0003    0111 {EVENT_1[0]}  0111 {EVENT_1[1]}
Frame 0004    0000 0000000000000000  0000 0000000000000000
"""  # noqa: W291
APX = f"""#Sideband ON
#LinkLabel                LINK_04                    LINK_07    
#BeginData
0x0000    0x00 0x0000000000000000    0x00 0x0000000000000000
0x0001    0x0b 0x{EVENT_0[0]}    0x0b 0x{EVENT_0[1]}
0x0002    0x00 0x0000000000000000    0x00 0x0000000000000000
0x0003    0x0b 0x{EVENT_1[0]}    0x0b 0x{EVENT_1[1]}
0x0004    0x00 0x0000000000000000    0x00 0x0000000000000000
"""  # noqa: W291
HEX = """// outputs: 2 events of 104 bits; reg [103:0] vectors [0:1]
// a: 4 elements of 20 bits from bit 0, in C order; signed, n * 2^-3
// b: 2 elements of 12 bits from bit 80, in C order; unsigned, n * 2^0
001abc8000000002fffff00001
fff00000000000000000012345
"""
FILES = [
    (PatternFormat.EMP, TWO_LINKS, EMP_1),
    (PatternFormat.EMP2, TWO_LINKS, EMP_2),
    (PatternFormat.APX, TWO_LINKS, APX),
    (PatternFormat.HEX, LinkLayout(packing=Packing(word=0)), HEX),
]


@pytest.mark.parametrize(("kind", "layout", "text"), FILES)
def test_a_file_written_by_hand(kind: PatternFormat, layout: LinkLayout, text: str, tmp_path: Path) -> None:
    assert as_text(kind, layout, PORTS, VALUES, "outputs") == text
    (tmp_path / "file").write_text(text)
    found = read(kind, layout, PORTS, tmp_path / "file")
    assert (found.values, found.words_over) == (VALUES, 0)


def test_elements_in_slots_are_sign_extended() -> None:
    """Slots of 24 bits: two a word, and 16 bits of each word unused."""
    words = [0x_FFFFFF_000001, 0x_F80000_000002, 0x_000001_000ABC]
    layout = LinkLayout(packing=Packing(24))
    board = layout.board(PORTS, VALUES)
    assert board.words[:3, 0].tolist() == words
    assert layout.events(PORTS, board, "file") == (VALUES, 0)
    # Without words, as hexadecimal vectors are.
    assert as_text(PatternFormat.HEX, LinkLayout(packing=Packing(24, word=0)), PORTS, VALUES, "").splitlines()[3] == (
        "000001000abcf80000000002ffffff000001"
    )


def test_an_element_wider_than_a_word() -> None:
    port = Port("w", (2,), True, 100, 0)
    values = {"w": FixedArray(np.array([[1 << 98, -1]], object), 0)}
    layout = LinkLayout()
    board = layout.board((port,), values)
    # 200 bits: element 0 has bit 98, bit 34 of word 1; element 1 is ones from bit 100, bit 36 of word 1, to bit 199.
    assert board.words[:4, 0].tolist() == [0, 0xFFFFFFF4_00000000, 2**64 - 1, 0xFF]
    assert layout.events((port,), board, "file") == (values, 0)


def test_what_was_captured_later_with_pauses_and_strobes(tmp_path: Path) -> None:
    """Version 1 has no marks: words are counted; those without a strobe are none. The last event is cut off."""
    (tmp_path / "file").write_text(
        f"""# captured
Board b0
 Quad/Chan :  q00c0 q00c1
 Link :  001   000

Frame 0000 :  1s0v0000000000000000  0vffffffffffffffff
Frame 0001 :  1s1v{EVENT_0[0]}  0v0000000000000000
Frame 0002 :  0s1v{EVENT_0[0]}  0v0000000000000000
Frame 0003 :  1s1v{EVENT_0[1]}  0v0000000000000000
Frame 0004 :  1s1v{EVENT_1[0]}  0v0000000000000000
"""
    )
    found = read(PatternFormat.EMP, LinkLayout((1,)), PORTS, tmp_path / "file")
    assert found.words_over == 1
    assert found.values == {name: FixedArray(v.integers[:1], v.fractional) for name, v in VALUES.items()}


SHORT = LinkLayout((4, 7))


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        (PatternFormat.EMP, ("Frame 0002", "Frame 0003"), "line 6: is not frame 2, which is the next"),
        (PatternFormat.EMP, ("1v0000000000012345", "1v000000000012345"), "line 7: `1v000000000012345` is not a word"),
        (PatternFormat.EMP, ("004    ", "007    "), "line 3: names a link twice"),
        (PatternFormat.EMP, ("004    ", "00x    "), "line 3: `00x` is not the number of a link"),
        (PatternFormat.EMP, ("Board", "ID:"), "line 1: `Board` is expected here"),
        (PatternFormat.EMP, ("   0v0000000000000000\n", "\n"), "frame 0 holds 1 words for 2 links"),
        (PatternFormat.EMP, ("0v0000000000000000\nF", "0v0000000000000000 0v0000000000000000\nF"), "more words than"),
        (PatternFormat.EMP, (f"1v{EVENT_1[1]}", f"0v{EVENT_1[1]}"), "different numbers of valid words: 2 on link 4, 1"),
        (PatternFormat.EMP2, ("  0111", "  0101"), "frame 3 of link 4 has no mark of a packet's end"),
        (PatternFormat.EMP2, ("  0111", "  0011"), "frame 3 of link 4 has no mark of a packet's start"),
        (PatternFormat.EMP2, ("Metadata", "Marks"), "line 2: `Metadata: (strobe,) start of orbit"),
        (PatternFormat.EMP2, ("0111 ", "0211 "), "line 8: `0211 0000000000012345` is not a word"),
        (PatternFormat.EMP2, ("007", "008"), "has no link 7; its links: 4, 8"),
        (PatternFormat.APX, ("LINK_04", "LINE_04"), "line 2: `LINE_04` is not LINK_"),
        (PatternFormat.APX, ("0x0002", "0x0004"), "line 6: is not frame 0x0002"),
        (PatternFormat.APX, ("0x0b 0x", "0x0b 1x"), "line 5: `0x0b 1x"),
        (PatternFormat.HEX, ("\nfff0", "\n1fff0"), "line 5: has more than the 104 bits of an event"),
        (PatternFormat.HEX, ("\nfff0", "\nghi0"), "line 5: `ghi0"),
    ],
)
def test_a_broken_file_is_named(kind: PatternFormat, change: tuple[str, str], reason: str, tmp_path: Path) -> None:
    text = next(text for each, _, text in FILES if each is kind).replace(*change, 1)
    layout = SHORT if kind is not PatternFormat.HEX else LinkLayout(packing=Packing(word=0))
    (tmp_path / "file").write_text(text)
    with pytest.raises(FpgamlError) as caught:
        read(kind, layout, PORTS, tmp_path / "file")
    assert reason in str(caught.value)
    assert caught.value.exit_code == 2


def test_bits_that_a_simulation_did_not_know(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(HEX.replace("\nfff0", "\nxff0"))
    with pytest.raises(CheckFailedError, match=r"line 5: event 1 holds bits that the simulation did not know"):
        read(PatternFormat.HEX, LinkLayout(packing=Packing(word=0)), PORTS, tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file ends before its line"),
        (b"\xff\xfe", "line 1: is not plain text"),
        (b"Board b" + b"x" * (1 << 20), "line 1: is longer than 1048576 bytes"),
        (b"Board b\nQuad/Chan :\nLink : " + b" 1" * 5000, "names 5000 links; at most 4096"),
    ],
)
def test_a_file_that_is_none(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(FpgamlError) as caught:
        read(PatternFormat.EMP, LinkLayout(), PORTS, tmp_path / "file")
    assert reason in str(caught.value)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate((1 << 28) + 1)
    with pytest.raises(FpgamlError, match="has more than 256 MB"):
        read(PatternFormat.EMP, LinkLayout(), PORTS, tmp_path / "file")


@pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus Verilog is not installed")
def test_verilog_reads_the_vectors_and_writes_them(tmp_path: Path) -> None:
    """`$readmemh` puts elements where the comment says, and what `$writememh` writes is read."""
    (tmp_path / "in.hex").write_text(HEX)
    (tmp_path / "bench.v").write_text(
        """module bench;
  reg [103:0] vectors [0:1];
  initial begin
    $readmemh("in.hex", vectors);
    $display("%0d %0d", $signed(vectors[0][60 +: 20]), vectors[1][92 +: 12]);
    $writememh("out.hex", vectors);
  end
endmodule
"""
    )
    subprocess.run(["iverilog", "-o", "bench", "bench.v"], cwd=tmp_path, check=True)
    done = subprocess.run(["vvp", "bench"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == "-524288 4095"
    found = read(PatternFormat.HEX, LinkLayout(packing=Packing(word=0)), PORTS, tmp_path / "out.hex")
    assert found.values == VALUES
