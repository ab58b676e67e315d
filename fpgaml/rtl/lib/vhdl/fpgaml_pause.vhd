-- fpgaml_pause: says when CYCLES >= 1 cycles have passed since the last `start`.
--
-- Timing: start at edge t -> over is low from edge t on, and high again for edge t + CYCLES; with CYCLES = 1 it stays high.
-- over comes from a register; after reset it is high.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_pause is
  generic (
    CYCLES : positive := 2
  );
  port (
    clk   : in  std_logic;
    rst   : in  std_logic;
    start : in  std_logic;
    over  : out std_logic
  );
end entity fpgaml_pause;

architecture rtl of fpgaml_pause is
  signal rest   : natural range 0 to CYCLES - 1;  -- edges until over is high
  signal passed : std_logic;
begin
  over <= passed;

  process (clk)
  begin
    if rising_edge(clk) then
      if start = '1' then
        rest   <= CYCLES - 1;
        passed <= '0';
        if CYCLES = 1 then
          passed <= '1';
        end if;
      elsif passed /= '1' and rest /= 0 then
        rest <= rest - 1;
        if rest = 1 then
          passed <= '1';
        end if;
      end if;
      if rst = '1' then
        rest   <= 0;
        passed <= '1';
      end if;
    end if;
  end process;
end architecture rtl;
