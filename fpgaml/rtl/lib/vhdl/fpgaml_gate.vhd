-- fpgaml_gate: lets a stream's frames of BEATS beats into a core that never stalls, at the pace that the core can take.
--
-- Beats go on at least SPACING cycles apart, a frame's first beat at least REST >= SPACING cycles after the last beat of the
-- frame before. A frame begins only while `room` says that its result will find place; `take` claims that in the cycle in
-- which its first beat is accepted. The core always gets whole frames. in_last must mark exactly the last beat:
--   early     frame_short pulses, and the frame is completed with copies of its last beat;
--   missing   frame_long pulses, the frame ends there, and beats are discarded up to and including the next in_last.
-- Timing: beat accepted at edge t -> x_data, x_valid after edge t, sampled at edge t + 1. Beside a frame's first beat `begins`
-- is high, and tag is in_tag of that beat until the next frame begins. end_valid, end_broken, frame_short and frame_long
-- stand beside the last beat that was accepted of a frame. in_ready comes from registers and from room.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_gate is
  generic (
    BEAT_BITS : positive := 8;
    BEATS     : positive := 4;
    SPACING   : positive := 1;
    REST      : positive := 1;
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
    room        : in  std_logic;
    take        : out std_logic;
    x_data      : out std_logic_vector(BEAT_BITS - 1 downto 0);
    x_valid     : out std_logic;
    begins      : out std_logic;
    tag         : out std_logic_vector(TAG_BITS - 1 downto 0);
    end_valid   : out std_logic;
    end_broken  : out std_logic;
    frame_short : out std_logic;
    frame_long  : out std_logic
  );
end entity fpgaml_gate;

architecture rtl of fpgaml_gate is
  signal index      : natural range 0 to BEATS - 1;  -- of the beat that goes on next
  signal fill       : std_logic;                     -- a short frame is being completed
  signal discard    : std_logic;                     -- a long frame's beats, until its in_last
  signal spaced     : std_logic;                     -- a beat may go on
  signal due        : std_logic;                     -- a frame may begin
  signal first_beat : std_logic;
  signal last_beat  : std_logic;
  signal ready      : std_logic;
  signal accept     : std_logic;
  signal enter      : std_logic;
  signal send       : std_logic;
  signal first_in   : std_logic;
  signal last_out   : std_logic;
  signal short      : std_logic;
  signal long       : std_logic;
begin
  first_beat  <= '1' when index = 0 else '0';
  last_beat   <= '1' when index = BEATS - 1 else '0';
  ready       <= discard or (spaced and not fill and (not first_beat or (due and room)));
  accept      <= in_valid and ready;
  enter       <= accept and not discard;
  send        <= enter or (fill and spaced);
  first_in    <= enter and first_beat;
  last_out    <= send and last_beat;
  in_ready    <= ready;
  take        <= first_in;
  end_broken  <= short or long;
  frame_short <= short;
  frame_long  <= long;

  every_cycle : if SPACING = 1 generate
    spaced <= '1';
  end generate every_cycle;

  beats_apart : if SPACING > 1 generate
    pause : entity work.fpgaml_pause
      generic map (CYCLES => SPACING)
      port map (clk => clk, rst => rst, start => send, over => spaced);
  end generate beats_apart;

  frames_in_a_row : if REST = SPACING generate
    due <= '1';
  end generate frames_in_a_row;

  frames_apart : if REST /= SPACING generate
    pause : entity work.fpgaml_pause
      generic map (CYCLES => REST)
      port map (clk => clk, rst => rst, start => last_out, over => due);
  end generate frames_apart;

  process (clk)
  begin
    if rising_edge(clk) then
      if enter = '1' then
        x_data <= in_data;
      end if;
      if first_in = '1' then
        tag <= in_tag;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      x_valid   <= send;
      begins    <= first_in;
      end_valid <= enter and (in_last or last_beat);
      short     <= enter and in_last and not last_beat;
      long      <= enter and not in_last and last_beat;
      if accept = '1' then
        discard <= not in_last and (discard or last_beat);
      end if;
      if send = '1' then
        fill <= not last_beat and (fill or in_last);
        if last_beat = '1' then
          index <= 0;
        elsif BEATS > 1 then  -- where 0 is the only index, tools refuse an index + 1
          index <= index + 1;
        end if;
      end if;
      if rst = '1' then
        x_valid   <= '0';
        begins    <= '0';
        end_valid <= '0';
        short     <= '0';
        long      <= '0';
        discard   <= '0';
        fill      <= '0';
        index     <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
