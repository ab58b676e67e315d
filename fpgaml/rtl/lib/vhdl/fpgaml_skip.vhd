-- fpgaml_skip: without the first COUNT >= 1 valid words after a reset: those that reach back before it.
--
-- Timing: out_valid is of the same cycle as in_valid.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_skip is
  generic (
    COUNT : positive := 1
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_valid  : in  std_logic;
    out_valid : out std_logic
  );
end entity fpgaml_skip;

architecture rtl of fpgaml_skip is
  signal left_out : natural range 0 to COUNT;  -- still to be left out
begin
  out_valid <= in_valid when left_out = 0 else '0';

  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' and left_out > 0 then
        left_out <= left_out - 1;
      end if;
      if rst = '1' then
        left_out <= COUNT;
      end if;
    end if;
  end process;
end architecture rtl;
