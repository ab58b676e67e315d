-- fpgaml_route: of a frame of TOTAL beats the COUNT ones from FIRST on: those of one of several inputs.
--
-- Timing: out_valid is of the same cycle as in_valid. rst begins a frame.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_route is
  generic (
    TOTAL : positive := 2;
    FIRST : natural  := 0;
    COUNT : positive := 1
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_valid  : in  std_logic;
    out_valid : out std_logic
  );
end entity fpgaml_route;

architecture rtl of fpgaml_route is
  signal index : natural range 0 to TOTAL - 1;  -- of the beat that comes next
begin
  out_valid <= in_valid when index >= FIRST and index < FIRST + COUNT else '0';

  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' then
        if index = TOTAL - 1 then
          index <= 0;
        elsif TOTAL > 1 then  -- where 0 is the only index, tools refuse an index + 1
          index <= index + 1;
        end if;
      end if;
      if rst = '1' then
        index <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
