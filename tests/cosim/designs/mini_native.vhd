-- The shell `native` around mini_core.
library ieee;
use ieee.std_logic_1164.all;

entity network is
  generic (
    INPUTS : positive := 5;
    IN_WIDTH : positive := 6;
    OUTPUTS : positive := 3;
    OUT_WIDTH : positive := 12
  );
  port (
    clk : in std_logic;
    rst : in std_logic;
    in_valid : in std_logic;
    in_data : in std_logic_vector(INPUTS * IN_WIDTH - 1 downto 0);
    out_valid : out std_logic;
    out_data : out std_logic_vector(OUTPUTS * OUT_WIDTH - 1 downto 0)
  );
end entity;

architecture rtl of network is
  signal valid : std_logic_vector(2 downto 0);
  signal data : std_logic_vector(in_data'range);
begin
  process (clk)
  begin
    if rising_edge(clk) then
      data <= in_data;
      if rst = '1' then
        valid <= "000";
      else
        valid <= valid(1 downto 0) & in_valid;
      end if;
    end if;
  end process;
  out_valid <= valid(2);

  core : entity work.mini_core
    generic map (INPUTS => INPUTS, IN_WIDTH => IN_WIDTH, OUTPUTS => OUTPUTS, OUT_WIDTH => OUT_WIDTH)
    port map (clk => clk, x => data, y => out_data);
end architecture;
