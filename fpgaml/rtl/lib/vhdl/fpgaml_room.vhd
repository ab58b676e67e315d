-- fpgaml_room: counts the free places of a buffer that takes BLOCK_SIZE words at once and hands them back one by one.
--
-- `take` claims BLOCK_SIZE places, allowed only while `available`; `give` hands one back. Both may come at once.
-- Timing: available comes from a register; a place given at edge t counts for edge t + 1. After reset all PLACES are free;
-- the first may be taken at the second edge with rst low.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_room is
  generic (
    PLACES     : positive := 4;
    BLOCK_SIZE : positive := 2
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    take      : in  std_logic;
    give      : in  std_logic;
    available : out std_logic
  );
end entity fpgaml_room;

architecture rtl of fpgaml_room is
  signal free : natural range 0 to PLACES;
begin
  process (clk)
    variable next_free : natural range 0 to PLACES;
  begin
    if rising_edge(clk) then
      next_free := free;
      if take = '1' and free >= BLOCK_SIZE then
        next_free := next_free - BLOCK_SIZE;
      end if;
      if give = '1' and next_free < PLACES then
        next_free := next_free + 1;
      end if;
      free      <= next_free;
      available <= '0';
      if next_free >= BLOCK_SIZE then
        available <= '1';
      end if;
      if rst = '1' then
        free      <= PLACES;
        available <= '0';
      end if;
    end if;
  end process;
end architecture rtl;
