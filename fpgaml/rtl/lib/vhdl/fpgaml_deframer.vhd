-- fpgaml_deframer: sends a frame as BEATS beats, the lowest bits first, out_last on the last, the frame's tag on each.
--
-- The frame must stay on in_data until in_ready, which is high in the cycle in which its last beat is taken.
-- Timing: a frame valid at edge t -> its first beat is in the output register after edge t, transferred at edge t + 1.
-- All outputs of the stream come from registers; they hold while out_valid and not out_ready. in_ready follows out_ready
-- in the same cycle.
library ieee;
use ieee.std_logic_1164.all;

entity fpgaml_deframer is
  generic (
    BEAT_BITS : positive := 8;
    BEATS     : positive := 1;
    TAG_BITS  : positive := 1
  );
  port (
    clk       : in  std_logic;
    rst       : in  std_logic;
    in_data   : in  std_logic_vector(BEATS * BEAT_BITS - 1 downto 0);
    in_tag    : in  std_logic_vector(TAG_BITS - 1 downto 0);
    in_valid  : in  std_logic;
    in_ready  : out std_logic;
    out_data  : out std_logic_vector(BEAT_BITS - 1 downto 0);
    out_valid : out std_logic;
    out_ready : in  std_logic;
    out_last  : out std_logic;
    out_tag   : out std_logic_vector(TAG_BITS - 1 downto 0)
  );
end entity fpgaml_deframer;

architecture rtl of fpgaml_deframer is
  signal index     : natural range 0 to BEATS - 1;  -- of the beat that is loaded next
  signal valid     : std_logic;
  signal load      : std_logic;
  signal last_beat : std_logic;
begin
  load      <= not valid or out_ready;
  last_beat <= '1' when index = BEATS - 1 else '0';
  in_ready  <= load and last_beat;
  out_valid <= valid;

  process (clk)
  begin
    if rising_edge(clk) then
      if load = '1' then
        for beat in 0 to BEATS - 1 loop
          if index = beat then
            out_data <= in_data((beat + 1) * BEAT_BITS - 1 downto beat * BEAT_BITS);
          end if;
        end loop;
      end if;
    end if;
  end process;

  process (clk)
  begin
    if rising_edge(clk) then
      if load = '1' then
        valid    <= in_valid;
        out_last <= last_beat;
        out_tag  <= in_tag;
        if in_valid = '1' then
          if last_beat = '1' then
            index <= 0;
          elsif BEATS > 1 then  -- where 0 is the only index, tools refuse an index + 1
            index <= index + 1;
          end if;
        end if;
      end if;
      if rst = '1' then
        valid <= '0';
        index <= 0;
      end if;
    end if;
  end process;
end architecture rtl;
