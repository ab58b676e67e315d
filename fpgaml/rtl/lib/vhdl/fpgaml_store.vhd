-- fpgaml_store: a memory of 2**ADDRESS_BITS words, written in the order in which they arrive, read at any address.
--
-- Word k since reset lies at address k modulo 2**ADDRESS_BITS: a reader must be done with a word before the one that
-- takes its place arrives; what is read in the cycle in which its place is written is undefined. The reset reaches the
-- write address alone, never the memory, so that it maps to block RAM or LUTRAM.
-- Timing: a word written at edge t is read by addresses sampled at edge t + 1 and later. read_address sampled at edge t ->
-- its word on read_data after edge t + READ_RANKS - 1, sampled at edge t + READ_RANKS; READ_RANKS is 1 or 2.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_store is
  generic (
    WIDTH        : positive := 8;
    ADDRESS_BITS : positive := 4;
    READ_RANKS   : positive := 1
  );
  port (
    clk          : in  std_logic;
    rst          : in  std_logic;
    in_valid     : in  std_logic;
    in_data      : in  std_logic_vector(WIDTH - 1 downto 0);
    read_address : in  std_logic_vector(ADDRESS_BITS - 1 downto 0);
    read_data    : out std_logic_vector(WIDTH - 1 downto 0)
  );
end entity fpgaml_store;

architecture rtl of fpgaml_store is
  type memory_t is array (0 to 2 ** ADDRESS_BITS - 1) of std_logic_vector(WIDTH - 1 downto 0);

  signal memory        : memory_t;
  signal write_address : unsigned(ADDRESS_BITS - 1 downto 0);
  signal word          : std_logic_vector(WIDTH - 1 downto 0);
begin
  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' then
        memory(to_integer(write_address)) <= in_data;
      end if;
      word <= memory(to_integer(unsigned(read_address)));
    end if;
  end process;

  one_rank : if READ_RANKS = 1 generate
    read_data <= word;
  end generate one_rank;

  two_ranks : if READ_RANKS > 1 generate
    process (clk)
    begin
      if rising_edge(clk) then
        read_data <= word;
      end if;
    end process;
  end generate two_ranks;

  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' then
        write_address <= write_address + 1;
      end if;
      if rst = '1' then
        write_address <= (others => '0');
      end if;
    end if;
  end process;
end architecture rtl;
