-- fpgaml_line: a word comes out DEPTH >= 1 words after it came in, however far apart in time they are.
--
-- A line is a memory that is written where it was just read, and a register behind it.
-- Timing: after the edge with enable that takes word n, out_data is word n - DEPTH. No reset of the memory: what comes out
-- before DEPTH words came in means nothing.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_line is
  generic (
    WIDTH : positive := 8;
    DEPTH : positive := 2
  );
  port (
    clk      : in  std_logic;
    rst      : in  std_logic;
    enable   : in  std_logic;
    in_data  : in  std_logic_vector(WIDTH - 1 downto 0);
    out_data : out std_logic_vector(WIDTH - 1 downto 0)
  );
end entity fpgaml_line;

architecture rtl of fpgaml_line is
  type memory_t is array (0 to DEPTH - 1) of std_logic_vector(WIDTH - 1 downto 0);

  signal memory  : memory_t;
  signal address : natural range 0 to DEPTH - 1;
begin
  process (clk)
  begin
    if rising_edge(clk) then
      if enable = '1' then
        out_data        <= memory(address);
        memory(address) <= in_data;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      if enable = '1' then
        if address = DEPTH - 1 then
          address <= 0;
        elsif DEPTH > 1 then  -- where 0 is the only address, tools refuse an address + 1
          address <= address + 1;
        end if;
      end if;
      if rst = '1' then
        address <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
