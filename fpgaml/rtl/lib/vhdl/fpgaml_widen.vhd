-- fpgaml_widen: collects PIECES >= 2 pieces into a word, the first in the lowest bits.
--
-- FRAME_PIECES pieces make a frame, whose last word may be partly filled: above its pieces, out_data holds old bits.
-- Timing: the piece that completes a word, sampled at edge t -> out_data and out_valid (one cycle) after edge t, sampled at
-- edge t + 1, the same edge at which the next word's first piece may enter. Outputs come from registers.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_widen is
  generic (
    PIECE_BITS   : positive := 8;
    PIECES       : positive := 2;
    FRAME_PIECES : positive := 2
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_valid  : in  std_logic;
    in_data   : in  std_logic_vector(PIECE_BITS - 1 downto 0);
    out_valid : out std_logic;
    out_data  : out std_logic_vector(PIECES * PIECE_BITS - 1 downto 0)
  );
end entity fpgaml_widen;

architecture rtl of fpgaml_widen is
  constant WORDS       : positive := (FRAME_PIECES + PIECES - 1) / PIECES;
  constant FRAME_PLACE : natural  := FRAME_PIECES - (WORDS - 1) * PIECES - 1;

  signal place    : natural range 0 to PIECES - 1;  -- in its word, of the piece that enters next
  signal number   : natural range 0 to WORDS - 1;   -- in its frame, of that word
  signal complete : std_logic;
begin
  complete <= '1' when place = PIECES - 1 or (number = WORDS - 1 and place = FRAME_PLACE) else '0';

  process (clk)
  begin
    if rising_edge(clk) then
      for piece in 0 to PIECES - 1 loop
        if in_valid = '1' and place = piece then
          out_data((piece + 1) * PIECE_BITS - 1 downto piece * PIECE_BITS) <= in_data;
        end if;
      end loop;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      out_valid <= in_valid and complete;
      if in_valid = '1' then
        if complete = '1' then
          place <= 0;
          if number = WORDS - 1 then
            number <= 0;
          elsif WORDS > 1 then  -- where 0 is the only number, tools refuse a number + 1
            number <= number + 1;
          end if;
        else
          place <= place + 1;
        end if;
      end if;
      if rst = '1' then
        out_valid <= '0';
        place     <= 0;
        number    <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
