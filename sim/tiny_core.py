"""A core of a few lines for the benches of the shells: y is x's bits repeated and inverted, LATENCY cycles later."""

from __future__ import annotations

from fpgaml.project.ports import packed_bits
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.shell import ShellSpec

VERILOG = """\
`default_nettype none
module {core} (
    input  wire        clk,
    input  wire [{x_bits}-1:0] x,
    output wire [{y_bits}-1:0] y
);
    reg [{x_bits}*{latency}-1:0] ranks;
    wire [{x_bits}*({latency}+1)-1:0] chain = {{ranks, x}};
    wire [{x_bits}*{copies}-1:0] repeated = {{{copies}{{~chain[{x_bits}*{latency} +: {x_bits}]}}}};

    always @(posedge clk)
        ranks <= chain[{x_bits}*{latency}-1:0];

    assign y = repeated[{x_bits}*{copies}-1 -: {y_bits}];
{unused}endmodule
`default_nettype wire
"""

UNUSED = "    wire unused_bits = &{{1'b0, repeated[{spare}-1:0]}};\n"

VHDL = """\
library ieee;
use ieee.std_logic_1164.all;

entity {core} is
  port (
    clk : in  std_logic;
    x   : in  std_logic_vector({x_bits} - 1 downto 0);
    y   : out std_logic_vector({y_bits} - 1 downto 0)
  );
end entity {core};

architecture rtl of {core} is
  type ranks_t is array (1 to {latency}) of std_logic_vector({x_bits} - 1 downto 0);
  signal ranks    : ranks_t;
  signal repeated : std_logic_vector({x_bits} * {copies} - 1 downto 0);
begin
  process (clk)
  begin
    if rising_edge(clk) then
      ranks(1) <= x;
      for i in 2 to {latency} loop
        ranks(i) <= ranks(i - 1);
      end loop;
    end if;
  end process;

  copies : for i in 0 to {copies} - 1 generate
    repeated((i + 1) * {x_bits} - 1 downto i * {x_bits}) <= not ranks({latency});
  end generate copies;

  y <= repeated({x_bits} * {copies} - 1 downto {x_bits} * {copies} - {y_bits});
end architecture rtl;
"""


def copies(x_bits: int, y_bits: int) -> int:
    """How often x is repeated to fill y."""
    return -(-y_bits // x_bits)


def answer(spec: ShellSpec, x: int) -> int:
    """What the core gives for a packed frame `x`."""
    x_bits, y_bits = packed_bits(spec.inputs), packed_bits(spec.outputs)
    inverted = ~x & ((1 << x_bits) - 1)
    repeated = sum(inverted << (i * x_bits) for i in range(copies(x_bits, y_bits)))
    return repeated >> (copies(x_bits, y_bits) * x_bits - y_bits)


def core_source(spec: ShellSpec) -> str:
    """HDL text of the core for `spec`, in its language."""
    x_bits, y_bits = packed_bits(spec.inputs), packed_bits(spec.outputs)
    count = copies(x_bits, y_bits)
    spare = count * x_bits - y_bits
    facts = {"core": spec.core.name, "x_bits": x_bits, "y_bits": y_bits, "latency": spec.core.latency, "copies": count}
    if spec.hdl is Hdl.VHDL:
        return VHDL.format(**facts)
    return VERILOG.format(unused=UNUSED.format(spare=spare) if spare else "", **facts)
