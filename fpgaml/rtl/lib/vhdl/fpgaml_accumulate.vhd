-- fpgaml_accumulate: LANES accumulators of WIDTH bits: the sum, the largest or the smallest of what enters up to in_last.
--
-- MODE 0: sum, modulo 2**WIDTH: right whenever the whole sum fits, whatever the sums on the way. MODE 1: largest, MODE 2:
-- smallest, of two's complement where SIGNED = 1. After in_last (or a reset) the next valid word begins anew.
-- SHIFT > 0: what was summed so far is multiplied by 2**SHIFT before a word is added: digits, the highest first.
-- Timing: a word with in_last sampled at edge t -> out_valid (one cycle) and the result after edge t, sampled at edge t + 1,
-- the same edge at which the next result's first word may enter.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_accumulate is
  generic (
    LANES  : positive := 1;
    WIDTH  : positive := 8;
    MODE   : natural  := 0;
    SIGNED : natural  := 1;
    SHIFT  : natural  := 0
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_valid  : in  std_logic;
    in_last   : in  std_logic;
    in_data   : in  std_logic_vector(LANES * WIDTH - 1 downto 0);
    out_valid : out std_logic;
    out_data  : out std_logic_vector(LANES * WIDTH - 1 downto 0)
  );
end entity fpgaml_accumulate;

architecture rtl of fpgaml_accumulate is
  signal begins : std_logic;  -- the next valid word is the first of a result

  -- One bit more, so that one signed comparison serves both kinds.
  function ordered (word : unsigned(WIDTH - 1 downto 0)) return ieee.numeric_std.signed is
    variable wider : unsigned(WIDTH downto 0);
  begin
    wider := '0' & word;
    if SIGNED /= 0 then
      wider(WIDTH) := word(WIDTH - 1);
    end if;
    return ieee.numeric_std.signed(wider);
  end function;
begin
  all_lanes : for lane in 0 to LANES - 1 generate
    signal total : unsigned(WIDTH - 1 downto 0);
    signal term  : unsigned(WIDTH - 1 downto 0);
  begin
    term <= unsigned(in_data((lane + 1) * WIDTH - 1 downto lane * WIDTH));

    out_data((lane + 1) * WIDTH - 1 downto lane * WIDTH) <= std_logic_vector(total);

    sum : if MODE = 0 generate
      process (clk)
      begin
        if rising_edge(clk) then
          if in_valid = '1' then
            if begins = '1' then
              total <= term;
            else
              total <= shift_left(total, SHIFT) + term;
            end if;
          end if;
        end if;
      end process;
    end generate sum;

    extreme : if MODE /= 0 generate
      process (clk)
        variable better : boolean;
      begin
        if rising_edge(clk) then
          if MODE = 1 then
            better := ordered(total) < ordered(term);
          else
            better := ordered(term) < ordered(total);
          end if;
          if in_valid = '1' and (begins = '1' or better) then
            total <= term;
          end if;
        end if;
      end process;
    end generate extreme;
  end generate all_lanes;

  process (clk)
  begin
    if rising_edge(clk) then
      out_valid <= in_valid and in_last;
      if in_valid = '1' then
        begins <= in_last;
      end if;
      if rst = '1' then
        out_valid <= '0';
        begins    <= '1';
      end if;
    end if;
  end process;
end architecture rtl;
