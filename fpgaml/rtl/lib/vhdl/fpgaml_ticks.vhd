-- fpgaml_ticks: the ticks of a frame: WORDS that bring a word, then FLUSH without one.
--
-- Timing: tick and take are of the same cycle as in_valid. take: a word is taken (in_valid, and its turn); tick: the
-- window moves on, with a word or without; index: of this tick in its frame, from 0 on. While ticks without a word go
-- on, one a cycle, in_valid waits. rst begins a frame.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_ticks is
  generic (
    WORDS      : positive := 1;
    FLUSH      : natural  := 0;
    INDEX_BITS : positive := 1
  );
  port (
    clk      : in  std_logic;
    rst      : in  std_logic;
    in_valid : in  std_logic;
    take     : out std_logic;
    tick     : out std_logic;
    index    : out std_logic_vector(INDEX_BITS - 1 downto 0)
  );
end entity fpgaml_ticks;

architecture rtl of fpgaml_ticks is
  constant LAST_INDEX : natural := WORDS + FLUSH - 1;

  signal count    : natural range 0 to LAST_INDEX;
  signal flushing : std_logic;
  signal moves    : std_logic;
begin
  take  <= in_valid and not flushing;
  moves <= in_valid or flushing;
  tick  <= moves;
  index <= std_logic_vector(to_unsigned(count, INDEX_BITS));

  process (clk)
  begin
    if rising_edge(clk) then
      if moves = '1' then
        if count = LAST_INDEX then
          count    <= 0;
          flushing <= '0';
        elsif LAST_INDEX > 0 then  -- where 0 is the only index, tools refuse an index + 1
          count <= count + 1;
          if count = WORDS - 1 then
            flushing <= '1';
          end if;
        end if;
      end if;
      if rst = '1' then
        count    <= 0;
        flushing <= '0';
      end if;
    end if;
  end process;
end architecture rtl;
