-- y[j] = sum of ((3 i + 5 j + 1) mod 7 - 3) * x[i], in two register ranks.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity mini_core is
  generic (
    INPUTS : positive := 5;
    IN_WIDTH : positive := 6;
    OUTPUTS : positive := 3;
    OUT_WIDTH : positive := 12
  );
  port (
    clk : in std_logic;
    x : in std_logic_vector(INPUTS * IN_WIDTH - 1 downto 0);
    y : out std_logic_vector(OUTPUTS * OUT_WIDTH - 1 downto 0)
  );
end entity;

architecture rtl of mini_core is
  signal first : std_logic_vector(y'range);
begin
  process (clk)
    variable sum : signed(OUT_WIDTH - 1 downto 0);
    variable product : signed(IN_WIDTH + 3 downto 0);
  begin
    if rising_edge(clk) then
      for j in 0 to OUTPUTS - 1 loop
        sum := (others => '0');
        for i in 0 to INPUTS - 1 loop
          product := signed(x((i + 1) * IN_WIDTH - 1 downto i * IN_WIDTH))
            * to_signed((3 * i + 5 * j + 1) mod 7 - 3, 4);
          sum := sum + resize(product, OUT_WIDTH);
        end loop;
        first((j + 1) * OUT_WIDTH - 1 downto j * OUT_WIDTH) <= std_logic_vector(sum);
      end loop;
      y <= first;
    end if;
  end process;
end architecture;
