-- fpgaml_blocks: says when an engine that reads a fpgaml_store may work: in blocks, each as soon as its words are there.
--
-- A frame is FRAME_WORDS words and BLOCKS blocks. The first block of a frame claims FIRST_CLAIM words, the next ones
-- CLAIM >= 1 each while so many of the frame are left, the last one all that are left: what is claimed has arrived before the
-- block begins. step is high in every cycle of a block; the engine answers with finish in the last one.
-- base is the address of the running block's frame in the store.
-- Timing: the arrival that completes a claim, sampled at edge t, in an idle engine -> the block's first cycle is the one
-- sampled at edge t + 2. Where the words of the next block are there, it follows at once. step and base come from
-- registers. The store holds no more than 2**ADDRESS_BITS words that no block has claimed.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity fpgaml_blocks is
  generic (
    FRAME_WORDS  : positive := 1;
    BLOCKS       : positive := 1;
    FIRST_CLAIM  : natural  := 1;
    CLAIM        : positive := 1;
    ADDRESS_BITS : positive := 1
  );
  port (
    clk    : in  std_logic;
    rst    : in  std_logic;
    arrive : in  std_logic;
    finish : in  std_logic;
    step   : out std_logic;
    base   : out std_logic_vector(ADDRESS_BITS - 1 downto 0)
  );
end entity fpgaml_blocks;

architecture rtl of fpgaml_blocks is
  function first_of_a_frame return natural is
  begin
    if BLOCKS > 1 then
      return FIRST_CLAIM;
    end if;
    return FRAME_WORDS;
  end function;

  function most_waiting return positive is
  begin
    if 2 ** ADDRESS_BITS > FRAME_WORDS then
      return 2 ** (ADDRESS_BITS + 1) - 1;
    end if;
    return 2 * FRAME_WORDS;
  end function;

  constant PLACES       : positive := 2 ** ADDRESS_BITS;
  constant BASE_STEP    : unsigned(ADDRESS_BITS - 1 downto 0) := to_unsigned(FRAME_WORDS mod PLACES, ADDRESS_BITS);
  constant BEFORE_FIRST : unsigned(ADDRESS_BITS - 1 downto 0) := to_unsigned((-FRAME_WORDS) mod PLACES, ADDRESS_BITS);

  signal running    : std_logic;
  signal begins     : std_logic;
  signal waiting    : natural range 0 to most_waiting;  -- words that have arrived and that no block has claimed
  signal left       : natural range 0 to FRAME_WORDS;   -- words of the next block's frame that no block has claimed
  signal next_claim : natural range 0 to FRAME_WORDS;
  signal next_block : natural range 0 to BLOCKS - 1;
  signal frame      : unsigned(ADDRESS_BITS - 1 downto 0);
begin
  begins <= '1' when (running = '0' or finish = '1') and waiting >= next_claim else '0';
  step   <= running;
  base   <= std_logic_vector(frame);

  process (clk)
    variable unclaimed : natural range 0 to most_waiting;
    variable remaining : natural range 0 to FRAME_WORDS;
  begin
    if rising_edge(clk) then
      running   <= begins or (running and not finish);
      unclaimed := waiting;
      if begins = '1' then
        unclaimed := unclaimed - next_claim;
        if next_block = 0 then
          frame <= frame + BASE_STEP;
        end if;
        if next_block = BLOCKS - 1 then
          next_block <= 0;
          left       <= FRAME_WORDS;
          next_claim <= first_of_a_frame;
        else
          remaining := left - next_claim;
          if BLOCKS > 1 then  -- where 0 is the only block, tools refuse a block + 1
            next_block <= next_block + 1;
          end if;
          left       <= remaining;
          next_claim <= remaining;
          if next_block + 1 < BLOCKS - 1 and remaining >= CLAIM then
            next_claim <= CLAIM;
          end if;
        end if;
      end if;
      if arrive = '1' and rst /= '1' then
        unclaimed := unclaimed + 1;
      end if;
      waiting <= unclaimed;
      if rst = '1' then
        running    <= '0';
        waiting    <= 0;
        next_block <= 0;
        left       <= FRAME_WORDS;
        next_claim <= first_of_a_frame;
        frame      <= BEFORE_FIRST;
      end if;
    end if;
  end process;
end architecture rtl;
