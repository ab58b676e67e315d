-- fpgaml_framer: collects BEATS beats into a frame, beat 0 in the lowest bits.
--
-- Beats are accepted only while `credit` says that the frame's result will find room; `take` claims that room in the
-- cycle in which the last beat of a good frame is accepted. in_last must mark exactly the last beat:
--   early            the frame is dropped, frame_short pulses;
--   missing          the frame is dropped, frame_long pulses, and beats are discarded up to and including the next in_last.
-- Either way the next frame is right, and a dropped frame claims nothing.
-- Timing: last beat accepted at edge t -> frame_data and frame_valid (one cycle) after edge t, sampled at edge t + 1,
-- the same edge at which the first beat of the next frame may be accepted. frame_tag is in_tag of the frame's first beat.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_framer is
  generic (
    BEAT_BITS : positive := 8;
    BEATS     : positive := 1;
    TAG_BITS  : positive := 1
  );
  port (
    clk         : in  std_logic;
    rst         : in  std_logic;
    in_data     : in  std_logic_vector(BEAT_BITS - 1 downto 0);
    in_valid    : in  std_logic;
    in_ready    : out std_logic;
    in_last     : in  std_logic;
    in_tag      : in  std_logic_vector(TAG_BITS - 1 downto 0);
    credit      : in  std_logic;
    take        : out std_logic;
    frame_data  : out std_logic_vector(BEATS * BEAT_BITS - 1 downto 0);
    frame_valid : out std_logic;
    frame_tag   : out std_logic_vector(TAG_BITS - 1 downto 0);
    frame_short : out std_logic;
    frame_long  : out std_logic
  );
end entity fpgaml_framer;

architecture rtl of fpgaml_framer is
  signal frame     : std_logic_vector(BEATS * BEAT_BITS - 1 downto 0);
  signal index     : natural range 0 to BEATS - 1;  -- of the beat that comes next
  signal discard   : std_logic;                     -- an overlong frame's beats, until its in_last
  signal accept    : std_logic;
  signal last_beat : std_logic;
  signal good      : std_logic;
begin
  accept     <= in_valid and credit;
  last_beat  <= '1' when index = BEATS - 1 else '0';
  good       <= accept and not discard and last_beat and in_last;
  in_ready   <= credit;
  take       <= good;
  frame_data <= frame;

  -- Beats enter at the top: after BEATS of them the first is at the bottom. One enable for all, no decoder.
  one_beat : if BEATS = 1 generate
    process (clk)
    begin
      if rising_edge(clk) then
        if accept = '1' then
          frame <= in_data;
        end if;
      end if;
    end process;
  end generate one_beat;

  many_beats : if BEATS > 1 generate
    process (clk)
    begin
      if rising_edge(clk) then
        if accept = '1' then
          frame <= in_data & frame(BEATS * BEAT_BITS - 1 downto BEAT_BITS);
        end if;
      end if;
    end process;
  end generate many_beats;

  process (clk)
  begin
    if rising_edge(clk) then
      if accept = '1' and index = 0 then
        frame_tag <= in_tag;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      frame_valid <= good;
      frame_short <= accept and not discard and in_last and not last_beat;
      frame_long  <= accept and not discard and not in_last and last_beat;
      if accept = '1' then
        discard <= not in_last and (discard or last_beat);
        if discard = '1' or last_beat = '1' or in_last = '1' then
          index <= 0;
        elsif BEATS > 1 then  -- where 0 is the only index, tools refuse an index + 1
          index <= index + 1;
        end if;
      end if;
      if rst = '1' then
        frame_valid <= '0';
        frame_short <= '0';
        frame_long  <= '0';
        discard     <= '0';
        index       <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
