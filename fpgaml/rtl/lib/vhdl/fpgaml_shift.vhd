-- fpgaml_shift: the last DEPTH >= 1 words, the newest at the top.
--
-- Timing: in_data with enable at edge t is at the top of out_data after edge t. No reset: what a frame has not brought
-- yet is for its reader to leave alone.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_shift is
  generic (
    WIDTH : positive := 8;
    DEPTH : positive := 1
  );
  port (
    clk      : in  std_logic;
    enable   : in  std_logic;
    in_data  : in  std_logic_vector(WIDTH - 1 downto 0);
    out_data : out std_logic_vector(DEPTH * WIDTH - 1 downto 0)
  );
end entity fpgaml_shift;

architecture rtl of fpgaml_shift is
  signal words : std_logic_vector(DEPTH * WIDTH - 1 downto 0);
begin
  out_data <= words;

  process (clk)
  begin
    if rising_edge(clk) then
      if enable = '1' then
        if DEPTH > 1 then
          words <= in_data & words(DEPTH * WIDTH - 1 downto WIDTH);
        else
          words <= in_data;
        end if;
      end if;
    end if;
  end process;
end architecture rtl;
