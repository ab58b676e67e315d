-- The shell `axis` around mini_core: beats are gathered to a frame, results wait in a FIFO, credits keep it from
-- overflowing. Small and plain, to try the bench on; not the shell that fpgaml generates.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity network is
  generic (
    INPUTS : positive := 5;
    IN_WIDTH : positive := 6;
    IN_LANE : positive := 8;
    IN_BEAT : positive := 2;
    IN_BEATS : positive := 3;
    OUTPUTS : positive := 3;
    OUT_WIDTH : positive := 12;
    OUT_LANE : positive := 16;
    OUT_BEAT : positive := 2;
    OUT_BEATS : positive := 2;
    TAG_BITS : positive := 8
  );
  port (
    aclk : in std_logic;
    aresetn : in std_logic;
    s_axis_tdata : in std_logic_vector(IN_BEAT * IN_LANE - 1 downto 0);
    s_axis_tvalid : in std_logic;
    s_axis_tready : out std_logic;
    s_axis_tlast : in std_logic;
    s_axis_tuser : in std_logic_vector(TAG_BITS - 1 downto 0);
    m_axis_tdata : out std_logic_vector(OUT_BEAT * OUT_LANE - 1 downto 0);
    m_axis_tvalid : out std_logic;
    m_axis_tready : in std_logic;
    m_axis_tlast : out std_logic;
    m_axis_tuser : out std_logic_vector(TAG_BITS - 1 downto 0);
    frame_short : out std_logic;
    frame_long : out std_logic
  );
end entity;

architecture rtl of network is
  constant DEPTH : positive := 8;
  constant IN_BITS : positive := IN_BEAT * IN_LANE;
  constant OUT_BITS : positive := OUT_BEAT * OUT_LANE;
  type results_t is array (0 to DEPTH - 1) of std_logic_vector(OUTPUTS * OUT_WIDTH - 1 downto 0);
  type tags_t is array (0 to DEPTH - 1) of std_logic_vector(TAG_BITS - 1 downto 0);
  signal beat : natural range 0 to IN_BEATS - 1;
  signal skipping, started : std_logic;
  signal tag, tag_1, tag_2 : std_logic_vector(TAG_BITS - 1 downto 0);
  signal frame : std_logic_vector(IN_BEATS * IN_BITS - 1 downto 0);
  signal x : std_logic_vector(INPUTS * IN_WIDTH - 1 downto 0);
  signal y : std_logic_vector(OUTPUTS * OUT_WIDTH - 1 downto 0);
  signal valid : std_logic_vector(1 downto 0);
  signal results : results_t;
  signal tags : tags_t;
  signal head, tail : natural range 0 to DEPTH - 1;
  signal count, used : natural range 0 to DEPTH;
  signal place : natural range 0 to OUT_BEATS - 1;
  signal lanes : std_logic_vector(OUT_BEATS * OUT_BITS - 1 downto 0);
  signal taken, at_end, whole, moved, done : std_logic;

  function bit_of(condition : boolean) return std_logic is
  begin
    if condition then
      return '1';
    end if;
    return '0';
  end function;

  function step(condition : std_logic) return natural is
  begin
    if condition = '1' then
      return 1;
    end if;
    return 0;
  end function;
begin
  s_axis_tready <= bit_of(used < DEPTH);
  taken <= s_axis_tvalid and s_axis_tready;
  at_end <= bit_of(beat = IN_BEATS - 1);
  whole <= taken and not skipping and at_end and s_axis_tlast;

  -- Gather the beats of a frame; `frame` is whole, and enters the core, in the cycle after its last beat.
  process (aclk)
  begin
    if rising_edge(aclk) then
      if taken = '1' then
        frame((beat + 1) * IN_BITS - 1 downto beat * IN_BITS) <= s_axis_tdata;
        if beat = 0 and skipping = '0' then
          tag <= s_axis_tuser;
        end if;
        skipping <= not s_axis_tlast and (skipping or at_end);
        if s_axis_tlast = '1' or skipping = '1' or at_end = '1' then
          beat <= 0;
        else
          beat <= beat + 1;
        end if;
      end if;
      frame_short <= taken and not skipping and s_axis_tlast and not at_end;
      frame_long <= taken and not skipping and not s_axis_tlast and at_end;
      started <= whole;
      tag_1 <= tag;
      tag_2 <= tag_1;
      valid <= valid(0) & started;
      if aresetn = '0' then
        beat <= 0;
        skipping <= '0';
        started <= '0';
        valid <= "00";
        frame_short <= '0';
        frame_long <= '0';
      end if;
    end if;
  end process;

  lanes_in : for i in 0 to INPUTS - 1 generate
    x((i + 1) * IN_WIDTH - 1 downto i * IN_WIDTH) <= frame(i * IN_LANE + IN_WIDTH - 1 downto i * IN_LANE);
  end generate;

  core : entity work.mini_core
    generic map (INPUTS => INPUTS, IN_WIDTH => IN_WIDTH, OUTPUTS => OUTPUTS, OUT_WIDTH => OUT_WIDTH)
    port map (clk => aclk, x => x, y => y);

  -- Results wait here.
  moved <= m_axis_tvalid and m_axis_tready;
  done <= moved and m_axis_tlast;
  process (aclk)
  begin
    if rising_edge(aclk) then
      if valid(1) = '1' then
        results(tail) <= y;
        tags(tail) <= tag_2;
        tail <= (tail + 1) mod DEPTH;
      end if;
      if done = '1' then
        head <= (head + 1) mod DEPTH;
        place <= 0;
      elsif moved = '1' then
        place <= place + 1;
      end if;
      if aresetn = '0' then
        head <= 0;
        tail <= 0;
        count <= 0;
        used <= 0;
        place <= 0;
      else
        count <= count + step(valid(1)) - step(done);
        used <= used + step(whole) - step(done);
      end if;
    end if;
  end process;
  m_axis_tvalid <= bit_of(count /= 0);
  m_axis_tlast <= bit_of(place = OUT_BEATS - 1);
  m_axis_tuser <= tags(head);

  process (all)
  begin
    lanes <= (others => '0');
    for j in 0 to OUTPUTS - 1 loop
      lanes((j + 1) * OUT_LANE - 1 downto j * OUT_LANE) <=
        std_logic_vector(resize(signed(results(head)((j + 1) * OUT_WIDTH - 1 downto j * OUT_WIDTH)), OUT_LANE));
    end loop;
  end process;
  m_axis_tdata <= lanes((place + 1) * OUT_BITS - 1 downto place * OUT_BITS);
end architecture;
