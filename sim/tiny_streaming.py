"""A streaming core of a few lines for the benches of the shells, made from its boundary alone.

It keeps a number S, as wide as x: S <- 3 S + x over the beats of a frame, from 0 on; bits of x that carry no element
do not count. Beat j of the result is S + j, repeated over the lanes. Where the boundary says that results leave
before the frame's end (`early`), beat j is made of S after input beat j; else of S after the last beat, as a trigger
has it. A beat that comes too early for the boundary's spacing or rest spoils S, so a shell that breaks the pace
gives wrong results.
"""

from __future__ import annotations

from collections.abc import Sequence

from fpgaml.project.ports import Port
from fpgaml.rtl.core import Boundary
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.stream import Stream
from fpgaml.rtl.streaming import end_known

VERILOG = """\
`default_nettype none
module {core} (
    input  wire        clk,
    input  wire        rst,
    input  wire        x_valid,
    input  wire [{x_bits}-1:0] x,
    output reg         y_valid,
    output wire [{y_bits}-1:0] y
);
    reg [31:0] index;   // of the beat that comes next
    reg [31:0] spaced;  // cycles since the last beat
    reg [{x_bits}-1:0] total;

    wire [{x_bits}-1:0] mask = {masks};  // bits that carry elements
    wire soon = spaced < (index == 32'd0 ? 32'd{rest} : 32'd{spacing});
    wire [{x_bits}-1:0] base = index == 32'd0 ? {{{x_bits}{{1'b0}}}} : total;
    wire [{x_bits}-1:0] sum = base + base + base + (x & mask);
    wire [{x_bits}-1:0] after = soon ? ~sum : sum;
    wire made = x_valid && {made};

    always @(posedge clk) begin
        spaced <= spaced + 32'd1;
        if (x_valid) begin
            total <= after;
            index <= index == 32'd{last_in} ? 32'd0 : index + 32'd1;
            spaced <= 32'd1;
        end
        if (rst) begin
            index <= 32'd0;
            spaced <= 32'd{rest};
        end
    end

    // What is made waits {delay} cycle(s).
    reg [{delay}-1:0] valids;
    reg [{x_bits}*{delay}-1:0] numbers;
    wire [{delay}:0] valid_chain = {{valids, made}};
    wire [{x_bits}*({delay}+1)-1:0] number_chain = {{numbers, after}};
    always @(posedge clk) begin
        valids <= rst ? {{{delay}{{1'b0}}}} : valid_chain[{delay}-1:0];
        numbers <= number_chain[{x_bits}*{delay}-1:0];
    end
    wire ripe = valid_chain[{delay}];

    // Each that is made becomes {burst} beat(s), {step} cycle(s) apart.
    reg [31:0] place;  // of the beat at y
    reg [31:0] pause;
    reg [{x_bits}-1:0] word;
    reg [{x_bits}-1:0] offset;  // place, as wide as the word
    wire [{x_bits}-1:0] one = {x_bits}'d1;
    wire [{x_bits}-1:0] next_offset = place == 32'd{last_out} ? {{{x_bits}{{1'b0}}}} : offset + one;
    wire more = 1'b{more} && place != 32'd{last_out};
    always @(posedge clk) begin
        y_valid <= ripe || (more && pause == 32'd0);
        pause <= pause - 32'd1;
        if (more && pause == 32'd0) word <= word + one;
        if (ripe) word <= number_chain[{x_bits}*{delay} +: {x_bits}] + next_offset;
        if (ripe || (more && pause == 32'd0)) begin
            place <= place == 32'd{last_out} ? 32'd0 : place + 32'd1;
            offset <= next_offset;
            pause <= 32'd{step} - 32'd1;
        end
        if (rst) begin
            y_valid <= 1'b0;
            place <= 32'd{last_out};
        end
    end

    wire [{copies}*{x_bits}-1:0] repeated = {{{copies}{{word}}}};
    assign y = {result};
    wire unused_bits = &{{1'b0, repeated}};
endmodule
`default_nettype wire
"""

VHDL = """\
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity {core} is
  port (
    clk     : in  std_logic;
    rst     : in  std_logic;
    x_valid : in  std_logic;
    x       : in  std_logic_vector({x_bits} - 1 downto 0);
    y_valid : out std_logic;
    y       : out std_logic_vector({y_bits} - 1 downto 0)
  );
end entity {core};

architecture rtl of {core} is
  subtype word_t is unsigned({x_bits} - 1 downto 0);
  type numbers_t is array (1 to {delay}) of word_t;
  signal index        : natural range 0 to {last_in};
  signal spaced       : natural range 0 to {rest};
  signal total        : word_t;
  signal mask         : word_t;
  signal base         : word_t;
  signal sum          : word_t;
  signal after_it     : word_t;
  signal made         : std_logic;
  signal valid_chain  : std_logic_vector(1 to {delay});
  signal number_chain : numbers_t;
  signal place        : natural range 0 to {last_out};
  signal pause        : natural range 0 to {step};
  signal word         : word_t;
  signal go_on        : std_logic;
  signal repeated     : std_logic_vector({copies} * {x_bits} - 1 downto 0);
begin
  mask     <= {masks};
  base     <= resize(total * to_unsigned(3, 2), {x_bits}) when index /= 0 else (others => '0');
  sum      <= base + (unsigned(x) and mask);
  after_it <= not sum when (index = 0 and spaced < {rest}) or spaced < {spacing} else sum;
  made     <= x_valid when {made} else '0';

  process (clk)
  begin
    if rising_edge(clk) then
      if spaced < {rest} then
        spaced <= spaced + 1;
      end if;
      if x_valid = '1' then
        total  <= after_it;
        spaced <= 1;
        if index = {last_in} then
          index <= 0;
        elsif {last_in} > 0 then
          index <= index + 1;
        end if;
      end if;
      if rst = '1' then
        index  <= 0;
        spaced <= {rest};
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      valid_chain(1)  <= made and not rst;
      number_chain(1) <= after_it;
      for i in 2 to {delay} loop
        valid_chain(i)  <= valid_chain(i - 1) and not rst;
        number_chain(i) <= number_chain(i - 1);
      end loop;
    end if;
  end process;

  go_on <= '1' when {more} = 1 and place /= {last_out} and pause = 0 else '0';
  process (clk)
  begin
    if rising_edge(clk) then
      y_valid <= valid_chain({delay}) or go_on;
      if pause > 0 then
        pause <= pause - 1;
      end if;
      if go_on = '1' then
        word <= word + 1;
      end if;
      if valid_chain({delay}) = '1' then
        word <= number_chain({delay}) + (place + 1) mod {beats_out};
      end if;
      if valid_chain({delay}) = '1' or go_on = '1' then
        pause <= {step} - 1;
        if place = {last_out} then
          place <= 0;
        elsif {last_out} > 0 then
          place <= place + 1;
        end if;
      end if;
      if rst = '1' then
        y_valid <= '0';
        place   <= {last_out};
      end if;
    end if;
  end process;

  copies : for i in 0 to {copies} - 1 generate
    repeated((i + 1) * {x_bits} - 1 downto i * {x_bits}) <= std_logic_vector(word);
  end generate copies;
  y <= {result};
end architecture rtl;
"""


def early(core: Boundary) -> bool:
    """Whether results begin to leave before a frame is in."""
    return core.latency <= end_known(core) + 1


def core_source(core: Boundary) -> str:
    """HDL text of the core, in its language."""
    vhdl = core.hdl is Hdl.VHDL
    facts = {
        "core": core.name,
        "x_bits": core.x_bits,
        "y_bits": core.y_bits,
        "spacing": core.spacing,
        "rest": core.rest,
        "last_in": core.beats_in - 1,
        "last_out": core.beats_out - 1,
        "delay": core.latency - 1 - (0 if early(core) else end_known(core)),
        "step": _step(core),
        "more": int(not early(core)),
        "burst": 1 if early(core) else core.beats_out,
        "copies": _copies(core),
        "masks": _masks_vhdl(core) if vhdl else _masks_verilog(core),
        "made": _made_vhdl(core) if vhdl else _made_verilog(core),
        "beats_out": core.beats_out,
        "result": _result(core),
    }
    return (VHDL if vhdl else VERILOG).format(**facts)


def answer(core: Boundary, beats: Sequence[int]) -> list[int]:
    """Beats at y for a frame's beats at x; those that carry no element may be anything."""
    total, totals = 0, []
    for beat, mask in zip(beats, masks(core.x_stream, core.x_lane), strict=True):
        total = (3 * total + (beat & mask)) % (1 << core.x_bits)
        totals.append(total)
    results = []
    for j, port in enumerate(_ports_of_beats(core.y_stream)):
        word = ((totals[j] if early(core) else total) + j) % (1 << core.x_bits)
        repeated = sum(word << (i * core.x_bits) for i in range(_copies(core)))
        lanes = [_extended(repeated >> (lane * core.y_lane), port, core.y_lane) for lane in range(core.y_stream.beat)]
        results.append(sum(bits << (lane * core.y_lane) for lane, bits in enumerate(lanes)))
    return results


def masks(stream: Stream, lane: int) -> list[int]:
    """Of each beat of a frame the bits that carry elements."""
    found = []
    for port in stream.ports:
        for first in range(0, port.size, stream.beat):
            count = min(stream.beat, port.size - first)
            found.append(sum(((1 << port.width) - 1) << (i * lane) for i in range(count)))
    return found


def _ports_of_beats(stream: Stream) -> list[Port]:
    return [port for port in stream.ports for _ in range(0, port.size, stream.beat)]


def _extended(bits: int, port: Port, lane: int) -> int:
    low = bits & ((1 << port.width) - 1)
    above = ((1 << lane) - (1 << port.width)) if port.signed and low >> (port.width - 1) else 0
    return low | above


def _step(core: Boundary) -> int:
    return (core.last - core.latency) // max(core.beats_out - 1, 1) if core.beats_out > 1 else 1


def _copies(core: Boundary) -> int:
    return -(-core.y_bits // core.x_bits)


def _masks_verilog(core: Boundary) -> str:
    rows = list(enumerate(masks(core.x_stream, core.x_lane)))
    texts = [f"index == 32'd{i} ? {core.x_bits}'b{mask:b} : " for i, mask in rows[:-1]]
    return f"{''.join(texts)}{core.x_bits}'b{rows[-1][1]:b}"


def _masks_vhdl(core: Boundary) -> str:
    rows = list(enumerate(masks(core.x_stream, core.x_lane)))
    texts = [f'"{mask:0{core.x_bits}b}" when index = {i} else ' for i, mask in rows[:-1]]
    return f'{"".join(texts)}"{rows[-1][1]:0{core.x_bits}b}"'


def _made_verilog(core: Boundary) -> str:
    return f"index < 32'd{core.beats_out}" if early(core) else f"index == 32'd{core.beats_in - 1}"


def _made_vhdl(core: Boundary) -> str:
    return f"index < {core.beats_out}" if early(core) else f"index = {core.beats_in - 1}"


def _result(core: Boundary) -> str:
    """Lanes of the beat at y, by the port that it belongs to."""
    stream, vhdl = core.y_stream, core.hdl is Hdl.VHDL
    choices = []
    for port in stream.ports:
        pieces = [_lane(port, lane * core.y_lane, core.y_lane, vhdl) for lane in reversed(range(stream.beat))]
        choices.append((" & " if vhdl else ", ").join(pieces))
    ends = [sum(-(-port.size // stream.beat) for port in stream.ports[: i + 1]) for i in range(len(choices))]
    if vhdl:
        texts = [f"{choice} when place < {last} else " for choice, last in zip(choices[:-1], ends, strict=False)]
        return "".join(texts) + choices[-1]
    texts = [f"place < 32'd{last} ? {{{choice}}} : " for choice, last in zip(choices[:-1], ends, strict=False)]
    return f"{''.join(texts)}{{{choices[-1]}}}"


def _lane(port: Port, low: int, lane: int, vhdl: bool) -> str:
    top, more = low + port.width - 1, lane - port.width
    if vhdl:
        own = f"repeated({top} downto {low})"
        sign = f"repeated({top})" if port.signed else "'0'"
        return " & ".join([sign] * more + [own])
    own = f"repeated[{top}:{low}]"
    sign = f"repeated[{top}]" if port.signed else "1'b0"
    return ", ".join([f"{{{more}{{{sign}}}}}", own] if more else [own])
