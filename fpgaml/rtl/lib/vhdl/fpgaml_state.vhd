-- fpgaml_state: what CHANNELS recurrent layers remember from one of their steps to the next; their steps come in turn.
--
-- A frame is STEPS steps of each channel: step 0 of every channel, step 1 of every channel, and so on. New states come
-- back in the order in which the steps began. Each channel has one place: its next state must be back before the step
-- that reads it, and not before the one that reads the state that it replaces.
-- Timing: state, first and last follow registers, in the cycle of `take`, which begins a step: what the channel's step
-- before gave, and whether the step is the first or the last of its frame. In a first step state means nothing. A word
-- with in_valid sampled at edge t is there for a take in the next cycle. The memory is read asynchronously (LUTRAM, MLAB,
-- distributed RAM) and never reset; rst begins a frame.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_state is
  generic (
    WIDTH    : positive := 8;
    CHANNELS : positive := 1;
    STEPS    : positive := 2
  );
  port (
    clk      : in  std_logic;
    rst      : in  std_logic;
    take     : in  std_logic;
    first    : out std_logic;
    last     : out std_logic;
    state    : out std_logic_vector(WIDTH - 1 downto 0);
    in_valid : in  std_logic;
    in_data  : in  std_logic_vector(WIDTH - 1 downto 0)
  );
end entity fpgaml_state;

architecture rtl of fpgaml_state is
  type memory_t is array (0 to CHANNELS - 1) of std_logic_vector(WIDTH - 1 downto 0);

  signal memory        : memory_t;
  signal read_channel  : natural range 0 to CHANNELS - 1;
  signal write_channel : natural range 0 to CHANNELS - 1;
  signal step          : natural range 0 to STEPS - 1;

  -- Where 0 is the only number, tools refuse a number + 1.
  function following(number, count : natural) return natural is
  begin
    if number = count - 1 then
      return 0;
    end if;
    return number + 1;
  end function following;

  function to_bit(condition : boolean) return std_logic is
  begin
    if condition then
      return '1';
    end if;
    return '0';
  end function to_bit;
begin
  state <= memory(read_channel);

  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' then
        memory(write_channel) <= in_data;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      if in_valid = '1' then
        write_channel <= following(write_channel, CHANNELS);
      end if;
      if take = '1' then
        read_channel <= following(read_channel, CHANNELS);
        if read_channel = CHANNELS - 1 then
          step  <= following(step, STEPS);
          first <= to_bit(step = STEPS - 1);
          last  <= to_bit(following(step, STEPS) = STEPS - 1);
        end if;
      end if;
      if rst = '1' then
        read_channel  <= 0;
        write_channel <= 0;
        step          <= 0;
        first         <= '1';
        last          <= to_bit(STEPS = 1);
      end if;
    end if;
  end process;
end architecture rtl;
