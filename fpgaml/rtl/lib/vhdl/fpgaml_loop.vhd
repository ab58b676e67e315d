-- fpgaml_loop: the counter of a nested loop: 0, 1, ... LIMIT - 1, 0, ...; the carry of one is the step of the loop around it.
--
-- Timing: index comes from a register, 0 after reset; a step sampled at edge t moves it after edge t. last and carry follow
-- index and step in the same cycle: last in the loop's last turn, carry in the step that ends it.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_loop is
  generic (
    LIMIT      : positive := 2;
    INDEX_BITS : positive := 1
  );
  port (
    clk   : in  std_logic;
    rst   : in  std_logic;
    step  : in  std_logic;
    index : out std_logic_vector(INDEX_BITS - 1 downto 0);
    last  : out std_logic;
    carry : out std_logic
  );
end entity fpgaml_loop;

architecture rtl of fpgaml_loop is
  signal count   : unsigned(INDEX_BITS - 1 downto 0);
  signal is_last : std_logic;
begin
  is_last <= '1' when count = LIMIT - 1 else '0';
  index   <= std_logic_vector(count);
  last    <= is_last;
  carry   <= step and is_last;

  process (clk)
  begin
    if rising_edge(clk) then
      if step = '1' then
        if is_last = '1' then
          count <= (others => '0');
        else
          count <= count + 1;
        end if;
      end if;
      if rst = '1' then
        count <= (others => '0');
      end if;
    end if;
  end process;
end architecture rtl;
