-- fpgaml_exit: hands on the results of BEATS beats that wait in a FIFO, and drops those of broken frames.
--
-- in_data is a result's next beat, in_tag its frame's tag. end_valid says that its frame's end is known, end_broken that the
-- frame was too short or too long. If that is known when the result's first beat is taken, the whole result is dropped;
-- else it goes on, its last beat waits for the frame's end, and out_broken is high with it if the frame turned out broken.
-- `done` is high in the cycle in which a result's last beat is taken: tag and end of its frame may go.
-- Timing: a beat valid at edge t -> in the output register after edge t, transferred at edge t + 1. All outputs of the stream
-- come from registers; they hold while out_valid and not out_ready. in_ready follows out_ready in the same cycle.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_exit is
  generic (
    BEAT_BITS : positive := 8;
    BEATS     : positive := 1;
    TAG_BITS  : positive := 1
  );
  port (
    clk        : in  std_logic;
    rst        : in  std_logic;
    in_data    : in  std_logic_vector(BEAT_BITS - 1 downto 0);
    in_valid   : in  std_logic;
    in_ready   : out std_logic;
    in_tag     : in  std_logic_vector(TAG_BITS - 1 downto 0);
    end_valid  : in  std_logic;
    end_broken : in  std_logic;
    done       : out std_logic;
    out_data   : out std_logic_vector(BEAT_BITS - 1 downto 0);
    out_valid  : out std_logic;
    out_ready  : in  std_logic;
    out_last   : out std_logic;
    out_tag    : out std_logic_vector(TAG_BITS - 1 downto 0);
    out_broken : out std_logic
  );
end entity fpgaml_exit;

architecture rtl of fpgaml_exit is
  signal index      : natural range 0 to BEATS - 1;  -- of the beat that is taken next
  signal dropping   : std_logic;                     -- the result whose first beat has been taken
  signal first_beat : std_logic;
  signal last_beat  : std_logic;
  signal broken     : std_logic;
  signal drop       : std_logic;
  signal load       : std_logic;
  signal ready      : std_logic;
  signal move       : std_logic;
  signal valid      : std_logic;
begin
  first_beat <= '1' when index = 0 else '0';
  last_beat  <= '1' when index = BEATS - 1 else '0';
  broken     <= end_valid and end_broken;
  drop       <= broken when first_beat = '1' else dropping;
  load       <= not valid or out_ready;
  ready      <= drop or (load and (end_valid or not last_beat));
  move       <= in_valid and ready;
  in_ready   <= ready;
  done       <= move and last_beat;
  out_valid  <= valid;

  process (clk)
  begin
    if rising_edge(clk) then
      if load = '1' then
        out_data <= in_data;
        out_tag  <= in_tag;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      if load = '1' then
        valid      <= move and not drop;
        out_last   <= last_beat;
        out_broken <= last_beat and broken;
      end if;
      if move = '1' then
        dropping <= drop;
        if last_beat = '1' then
          index <= 0;
        elsif BEATS > 1 then  -- where 0 is the only index, tools refuse an index + 1
          index <= index + 1;
        end if;
      end if;
      if rst = '1' then
        valid    <= '0';
        dropping <= '0';
        index    <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
