// The shell `axis` around mini_core: beats are gathered to a frame, results wait in a FIFO, credits keep it from
// overflowing. Small and plain, to try the bench on; not the shell that fpgaml generates.
module network #(
    parameter INPUTS = 5,
    parameter IN_WIDTH = 6,
    parameter IN_LANE = 8,
    parameter IN_BEAT = 2,
    parameter IN_BEATS = 3,
    parameter OUTPUTS = 3,
    parameter OUT_WIDTH = 12,
    parameter OUT_LANE = 16,
    parameter OUT_BEAT = 2,
    parameter OUT_BEATS = 2,
    parameter TAG_BITS = 8
) (
    input wire aclk,
    input wire aresetn,
    input wire [IN_BEAT*IN_LANE-1:0] s_axis_tdata,
    input wire s_axis_tvalid,
    output wire s_axis_tready,
    input wire s_axis_tlast,
    input wire [TAG_BITS-1:0] s_axis_tuser,
    output wire [OUT_BEAT*OUT_LANE-1:0] m_axis_tdata,
    output wire m_axis_tvalid,
    input wire m_axis_tready,
    output wire m_axis_tlast,
    output wire [TAG_BITS-1:0] m_axis_tuser,
    output reg frame_short,
    output reg frame_long
);
  localparam DEPTH = 8;

  // Gather the beats of a frame; `frame` is whole, and enters the core, in the cycle after its last beat.
  reg [7:0] beat;
  reg skipping, started;
  reg [TAG_BITS-1:0] tag;
  reg [IN_BEATS*IN_BEAT*IN_LANE-1:0] frame;
  wire taken = s_axis_tvalid && s_axis_tready;
  wire at_end = beat == IN_BEATS - 1;
  wire whole = taken && !skipping && at_end && s_axis_tlast;
  always @(posedge aclk) begin
    if (taken) begin
      frame[beat*IN_BEAT*IN_LANE+:IN_BEAT*IN_LANE] <= s_axis_tdata;
      if (beat == 0 && !skipping) tag <= s_axis_tuser;
    end
    frame_short <= taken && !skipping && s_axis_tlast && !at_end;
    frame_long <= taken && !skipping && !s_axis_tlast && at_end;
    started <= whole;
    if (taken) begin
      skipping <= !s_axis_tlast && (skipping || at_end);
      beat <= (s_axis_tlast || skipping || at_end) ? 0 : beat + 1;
    end
    if (!aresetn) begin
      beat <= 0;
      skipping <= 0;
      started <= 0;
      frame_short <= 0;
      frame_long <= 0;
    end
  end

  wire [INPUTS*IN_WIDTH-1:0] x;
  wire [OUTPUTS*OUT_WIDTH-1:0] y;
  genvar i, j;
  generate
    for (i = 0; i < INPUTS; i = i + 1) begin : lanes_in
      assign x[i*IN_WIDTH+:IN_WIDTH] = frame[i*IN_LANE+:IN_WIDTH];
    end
  endgenerate
  mini_core #(.INPUTS(INPUTS), .IN_WIDTH(IN_WIDTH), .OUTPUTS(OUTPUTS), .OUT_WIDTH(OUT_WIDTH))
      core (.clk(aclk), .x(x), .y(y));

  reg [1:0] valid;
  reg [TAG_BITS-1:0] tag_1, tag_2;
  always @(posedge aclk) begin
    tag_1 <= tag;
    tag_2 <= tag_1;
    if (!aresetn) valid <= 2'b00;
    else valid <= {valid[0], started};
  end

  // Results wait here.
  reg [OUTPUTS*OUT_WIDTH-1:0] results[0:DEPTH-1];
  reg [TAG_BITS-1:0] tags[0:DEPTH-1];
  reg [2:0] head, tail;
  reg [3:0] count, used;
  reg [7:0] place;
  wire moved = m_axis_tvalid && m_axis_tready;
  wire done = moved && m_axis_tlast;
  always @(posedge aclk) begin
    if (valid[1]) begin
      results[tail] <= y;
      tags[tail] <= tag_2;
      tail <= tail + 1;
    end
    if (moved) place <= m_axis_tlast ? 0 : place + 1;
    if (done) head <= head + 1;
    count <= count + valid[1] - done;
    used <= used + whole - done;
    if (!aresetn) begin
      head <= 0;
      tail <= 0;
      count <= 0;
      used <= 0;
      place <= 0;
    end
  end
  assign s_axis_tready = used < DEPTH;
  assign m_axis_tvalid = count != 0;
  assign m_axis_tlast = place == OUT_BEATS - 1;
  assign m_axis_tuser = tags[head];

  wire [OUT_BEATS*OUT_BEAT*OUT_LANE-1:0] lanes;
  generate
    for (j = 0; j < OUT_BEATS * OUT_BEAT; j = j + 1) begin : lanes_out
      if (j < OUTPUTS) begin : used_lane
        wire signed [OUT_WIDTH-1:0] element = results[head][j*OUT_WIDTH+:OUT_WIDTH];
        assign lanes[j*OUT_LANE+:OUT_LANE] = {{(OUT_LANE - OUT_WIDTH) {element[OUT_WIDTH-1]}}, element};
      end else begin : spare_lane
        assign lanes[j*OUT_LANE+:OUT_LANE] = 0;
      end
    end
  endgenerate
  assign m_axis_tdata = lanes[place*OUT_BEAT*OUT_LANE+:OUT_BEAT*OUT_LANE];
endmodule
