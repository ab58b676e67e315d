// fpgaml_gate: lets a stream's frames of BEATS beats into a core that never stalls, at the pace that the core can take.
//
// Beats go on at least SPACING cycles apart, a frame's first beat at least REST >= SPACING cycles after the last beat of the
// frame before. A frame begins only while `room` says that its result will find place; `take` claims that in the cycle in
// which its first beat is accepted. The core always gets whole frames. in_last must mark exactly the last beat:
//   early     frame_short pulses, and the frame is completed with copies of its last beat;
//   missing   frame_long pulses, the frame ends there, and beats are discarded up to and including the next in_last.
// Timing: beat accepted at edge t -> x_data, x_valid after edge t, sampled at edge t + 1. Beside a frame's first beat `begins`
// is high, and tag is in_tag of that beat until the next frame begins. end_valid, end_broken, frame_short and frame_long
// stand beside the last beat that was accepted of a frame. in_ready comes from registers and from room.
`default_nettype none

module fpgaml_gate #(
    parameter BEAT_BITS = 8,
    parameter BEATS = 4,
    parameter SPACING = 1,
    parameter REST = 1,
    parameter TAG_BITS = 1
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [BEAT_BITS-1:0] in_data,
    input  wire                 in_valid,
    output wire                 in_ready,
    input  wire                 in_last,
    input  wire [TAG_BITS-1:0]  in_tag,
    input  wire                 room,
    output wire                 take,
    output reg  [BEAT_BITS-1:0] x_data,
    output reg                  x_valid,
    output reg                  begins,
    output reg  [TAG_BITS-1:0]  tag,
    output reg                  end_valid,
    output wire                 end_broken,
    output reg                  frame_short,
    output reg                  frame_long
);
    localparam INDEX_BITS = (BEATS > 1) ? $clog2(BEATS) : 1;
    localparam [31:0] LAST_INDEX = BEATS - 1;

    reg [INDEX_BITS-1:0] index;  // of the beat that goes on next
    reg fill;                    // a short frame is being completed
    reg discard;                 // a long frame's beats, until its in_last

    wire spaced;  // a beat may go on
    wire due;     // a frame may begin
    wire first_beat = index == {INDEX_BITS{1'b0}};
    wire last_beat = index == LAST_INDEX[INDEX_BITS-1:0];
    wire accept = in_valid && in_ready;
    wire enter = accept && !discard;
    wire send = enter || (fill && spaced);

    assign in_ready = discard || (spaced && !fill && (!first_beat || (due && room)));
    assign take = enter && first_beat;
    assign end_broken = frame_short || frame_long;

    generate
        if (SPACING == 1) begin : every_cycle
            assign spaced = 1'b1;
        end else begin : beats_apart
            fpgaml_pause #(.CYCLES(SPACING)) pause (.clk(clk), .rst(rst), .start(send), .over(spaced));
        end
        if (REST == SPACING) begin : frames_in_a_row
            assign due = 1'b1;
        end else begin : frames_apart
            fpgaml_pause #(.CYCLES(REST)) pause (.clk(clk), .rst(rst), .start(send && last_beat), .over(due));
        end
    endgenerate

    always @(posedge clk)
        if (enter) x_data <= in_data;

    always @(posedge clk)
        if (take) tag <= in_tag;

    always @(posedge clk) begin
        x_valid <= send;
        begins <= take;
        end_valid <= enter && (in_last || last_beat);
        frame_short <= enter && in_last && !last_beat;
        frame_long <= enter && !in_last && last_beat;
        if (accept)
            discard <= !in_last && (discard || last_beat);
        if (send) begin
            fill <= !last_beat && (fill || in_last);
            index <= last_beat ? {INDEX_BITS{1'b0}} : index + 1'b1;
        end
        if (rst) begin
            x_valid <= 1'b0;
            begins <= 1'b0;
            end_valid <= 1'b0;
            frame_short <= 1'b0;
            frame_long <= 1'b0;
            discard <= 1'b0;
            fill <= 1'b0;
            index <= {INDEX_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
