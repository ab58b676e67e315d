-- fpgaml_narrow: hands a word on in PIECES >= 2 pieces, the lowest bits first, one every SPACING cycles.
--
-- FRAME_PIECES pieces make a frame, whose last word may be partly filled: its upper pieces are not handed on. A word may
-- enter only in a cycle with in_ready.
-- Timing: a word entering at edge t -> its piece k is on out_data with out_valid (one cycle), sampled at edge
-- t + 1 + k SPACING; the next word may enter at edge t + SPACING times the word's pieces. Outputs come from registers.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_narrow is
  generic (
    PIECE_BITS   : positive := 8;
    PIECES       : positive := 2;
    FRAME_PIECES : positive := 2;
    SPACING      : positive := 1
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_valid  : in  std_logic;
    in_data   : in  std_logic_vector(PIECES * PIECE_BITS - 1 downto 0);
    in_ready  : out std_logic;
    out_valid : out std_logic;
    out_data  : out std_logic_vector(PIECE_BITS - 1 downto 0)
  );
end entity fpgaml_narrow;

architecture rtl of fpgaml_narrow is
  constant WORDS       : positive := (FRAME_PIECES + PIECES - 1) / PIECES;
  constant LAST_PIECES : positive := FRAME_PIECES - (WORDS - 1) * PIECES;
  constant NO_PIECE    : std_logic_vector(PIECE_BITS - 1 downto 0) := (others => '0');

  signal word      : std_logic_vector(PIECES * PIECE_BITS - 1 downto 0);
  signal left      : natural range 0 to PIECES;       -- pieces still to be handed on, the one on out_data included
  signal number    : natural range 0 to WORDS - 1;    -- in its frame, of the word that enters next
  signal waited    : natural range 0 to SPACING - 1;  -- cycles since the piece on out_data came
  signal ready     : std_logic;
  signal enter     : std_logic;
  signal last_wait : std_logic;
begin
  last_wait <= '1' when waited = SPACING - 1 else '0';
  ready     <= '1' when left = 0 or (last_wait = '1' and left = 1) else '0';
  enter     <= in_valid and ready;
  in_ready  <= ready;
  out_valid <= '1' when left /= 0 and waited = 0 else '0';
  out_data  <= word(PIECE_BITS - 1 downto 0);

  process (clk)
  begin
    if rising_edge(clk) then
      if enter = '1' then
        word <= in_data;
      elsif left /= 0 and last_wait = '1' then
        word <= NO_PIECE & word(PIECES * PIECE_BITS - 1 downto PIECE_BITS);
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      if left = 0 or last_wait = '1' then
        waited <= 0;
      elsif SPACING > 1 then  -- where 0 is the only count, tools refuse a count + 1
        waited <= waited + 1;
      end if;
      if enter = '1' then
        left <= PIECES;
        if number = WORDS - 1 then
          left   <= LAST_PIECES;
          number <= 0;
        elsif WORDS > 1 then
          number <= number + 1;
        end if;
      elsif left /= 0 and last_wait = '1' then
        left <= left - 1;
      end if;
      if rst = '1' then
        left   <= 0;
        number <= 0;
        waited <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
