-- fpgaml_credit: counts the places that are still free in a buffer of CREDITS >= 1 places.
--
-- `take` claims a place, allowed only while `available`; `give` hands one back. Both at once leave the count.
-- Timing: available comes from a register; a credit given at edge t may be taken at edge t + 1. After reset all
-- credits are there; the first may be taken at the second edge with rst low.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_credit is
  generic (
    CREDITS : positive := 1
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    take      : in  std_logic;
    give      : in  std_logic;
    available : out std_logic
  );
end entity fpgaml_credit;

architecture rtl of fpgaml_credit is
  signal count : natural range 0 to CREDITS;
begin
  process (clk)
    variable next_count : natural range 0 to CREDITS;
  begin
    if rising_edge(clk) then
      next_count := count;
      if rst /= '1' then
        if take = '1' and give /= '1' then
          next_count := count - 1;
        elsif give = '1' and take /= '1' then
          next_count := count + 1;
        end if;
      end if;

      count     <= next_count;
      available <= '1';
      if next_count = 0 then
        available <= '0';
      end if;
      if rst = '1' then
        count     <= CREDITS;
        available <= '0';
      end if;
    end if;
  end process;
end architecture rtl;
