-- fpgaml_delay: a shift register of DEPTH >= 1 stages.
--
-- Timing: in_data sampled at edge t is on out_data when sampled at edge t + DEPTH.
-- RESET = 1: rst clears every stage (valid bits). RESET = 0: no reset, so that it maps to SRLs (tags).
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_delay is
  generic (
    WIDTH : positive := 1;
    DEPTH : positive := 1;
    RESET : natural  := 1
  );
  port (
    clk      : in  std_logic;
    rst      : in  std_logic;
    in_data  : in  std_logic_vector(WIDTH - 1 downto 0);
    out_data : out std_logic_vector(WIDTH - 1 downto 0)
  );
end entity fpgaml_delay;

architecture rtl of fpgaml_delay is
  signal stages : std_logic_vector(DEPTH * WIDTH - 1 downto 0);

  -- The stages with the input below them: the first DEPTH words are the stages' next content, the last is the output.
  signal chain : std_logic_vector((DEPTH + 1) * WIDTH - 1 downto 0);
begin
  chain    <= stages & in_data;
  out_data <= chain((DEPTH + 1) * WIDTH - 1 downto DEPTH * WIDTH);

  process (clk)
  begin
    if rising_edge(clk) then
      stages <= chain(DEPTH * WIDTH - 1 downto 0);
      if rst = '1' and RESET /= 0 then
        stages <= (others => '0');
      end if;
    end if;
  end process;
end architecture rtl;
