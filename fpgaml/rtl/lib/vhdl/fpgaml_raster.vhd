-- fpgaml_raster: the ticks of an image: WORDS that bring a word, then FLUSH without one; COLUMNS ticks are a row.
--
-- Timing: tick and take are of the same cycle as in_valid. take: a word is taken (in_valid, and its turn); tick: the
-- window moves on, with a word or without; row, column: of this tick in its frame, from 0 on. While ticks without a word
-- go on, one a cycle, in_valid waits. rst begins a frame.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_raster is
  generic (
    WORDS       : positive := 4;
    FLUSH       : natural  := 0;
    COLUMNS     : positive := 2;
    ROW_BITS    : positive := 1;
    COLUMN_BITS : positive := 1
  );
  port (
    clk      : in  std_logic;
    rst      : in  std_logic;
    in_valid : in  std_logic;
    take     : out std_logic;
    tick     : out std_logic;
    row      : out std_logic_vector(ROW_BITS - 1 downto 0);
    column   : out std_logic_vector(COLUMN_BITS - 1 downto 0)
  );
end entity fpgaml_raster;

architecture rtl of fpgaml_raster is
  constant LAST_ROW    : natural := (WORDS + FLUSH - 1) / COLUMNS;
  constant LAST_COLUMN : natural := (WORDS + FLUSH - 1) mod COLUMNS;
  constant WORD_ROW    : natural := (WORDS - 1) / COLUMNS;
  constant WORD_COLUMN : natural := (WORDS - 1) mod COLUMNS;

  signal row_count    : natural range 0 to LAST_ROW;
  signal column_count : natural range 0 to COLUMNS - 1;
  signal flushing     : std_logic;
  signal moves        : std_logic;
begin
  take   <= in_valid and not flushing;
  moves  <= in_valid or flushing;
  tick   <= moves;
  row    <= std_logic_vector(to_unsigned(row_count, ROW_BITS));
  column <= std_logic_vector(to_unsigned(column_count, COLUMN_BITS));

  process (clk)
  begin
    if rising_edge(clk) then
      if moves = '1' then
        if row_count = LAST_ROW and column_count = LAST_COLUMN then
          row_count    <= 0;
          column_count <= 0;
          flushing     <= '0';
        else
          if column_count = COLUMNS - 1 then
            column_count <= 0;
            if LAST_ROW > 0 then  -- where 0 is the only row, tools refuse a row + 1
              row_count <= row_count + 1;
            end if;
          elsif COLUMNS > 1 then
            column_count <= column_count + 1;
          end if;
          if row_count = WORD_ROW and column_count = WORD_COLUMN then
            flushing <= '1';
          end if;
        end if;
      end if;
      if rst = '1' then
        row_count    <= 0;
        column_count <= 0;
        flushing     <= '0';
      end if;
    end if;
  end process;
end architecture rtl;
