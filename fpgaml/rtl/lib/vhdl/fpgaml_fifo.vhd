-- fpgaml_fifo: synchronous first-word fall-through FIFO of any DEPTH >= 1.
--
-- Timing: a word written at edge t is on out_data after edge t, and may be read at edge t + 1. in_ready and out_valid
-- come from registers. The memory is read asynchronously (LUTRAM, MLAB, distributed RAM), so that whoever reads
-- registers the word only once; the reset reaches the pointers alone, never the memory. Where EAGER is 1, in_ready is
-- high from the reset on: for a writer that does not ask. Else it is low until the cycle after, as AXI4-Stream wants it.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_fifo is
  generic (
    WIDTH : positive := 8;
    DEPTH : positive := 16;
    EAGER : natural  := 0
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_data   : in  std_logic_vector(WIDTH - 1 downto 0);
    in_valid  : in  std_logic;
    in_ready  : out std_logic;
    out_data  : out std_logic_vector(WIDTH - 1 downto 0);
    out_valid : out std_logic;
    out_ready : in  std_logic
  );
end entity fpgaml_fifo;

architecture rtl of fpgaml_fifo is
  type memory_t is array (0 to DEPTH - 1) of std_logic_vector(WIDTH - 1 downto 0);

  signal memory        : memory_t;
  signal write_address : natural range 0 to DEPTH - 1;
  signal read_address  : natural range 0 to DEPTH - 1;
  signal count         : natural range 0 to DEPTH;
  signal not_full      : std_logic;
  signal not_empty     : std_logic;
  signal write         : std_logic;
  signal read          : std_logic;
begin
  write     <= in_valid and not_full;
  read      <= not_empty and out_ready;
  in_ready  <= not_full;
  out_valid <= not_empty;
  out_data  <= memory(read_address);

  process (clk)
  begin
    if rising_edge(clk) then
      if write = '1' then
        memory(write_address) <= in_data;
      end if;
    end if;
  end process;

  process (clk)
    variable next_count : natural range 0 to DEPTH;
  begin
    if rising_edge(clk) then
      next_count := count;
      if write = '1' and read /= '1' then
        next_count := count + 1;
      elsif read = '1' and write /= '1' then
        next_count := count - 1;
      end if;

      if write = '1' then
        if write_address = DEPTH - 1 then
          write_address <= 0;
        elsif DEPTH > 1 then  -- where 0 is the only address, tools refuse an address + 1
          write_address <= write_address + 1;
        end if;
      end if;
      if read = '1' then
        if read_address = DEPTH - 1 then
          read_address <= 0;
        elsif DEPTH > 1 then
          read_address <= read_address + 1;
        end if;
      end if;

      count     <= next_count;
      not_full  <= '1';
      not_empty <= '1';
      if next_count = DEPTH then
        not_full <= '0';
      end if;
      if next_count = 0 then
        not_empty <= '0';
      end if;
      if rst = '1' then
        write_address <= 0;
        read_address  <= 0;
        count         <= 0;
        not_full      <= '0';
        not_empty     <= '0';
        if EAGER /= 0 then
          not_full <= '1';
        end if;
      end if;
    end if;
  end process;
end architecture rtl;
