// fpgaml_framer: collects BEATS beats into a frame, beat 0 in the lowest bits.
//
// Beats are accepted only while `credit` says that the frame's result will find room; `take` claims that room in the
// cycle in which the last beat of a good frame is accepted. in_last must mark exactly the last beat:
//   early            the frame is dropped, frame_short pulses;
//   missing          the frame is dropped, frame_long pulses, and beats are discarded up to and including the next in_last.
// Either way the next frame is right, and a dropped frame claims nothing.
// Timing: last beat accepted at edge t -> frame_data and frame_valid (one cycle) after edge t, sampled at edge t + 1,
// the same edge at which the first beat of the next frame may be accepted. frame_tag is in_tag of the frame's first beat.
`default_nettype none

module fpgaml_framer #(
    parameter BEAT_BITS = 8,
    parameter BEATS = 1,
    parameter TAG_BITS = 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire [BEAT_BITS-1:0]       in_data,
    input  wire                       in_valid,
    output wire                       in_ready,
    input  wire                       in_last,
    input  wire [TAG_BITS-1:0]        in_tag,
    input  wire                       credit,
    output wire                       take,
    output reg  [BEATS*BEAT_BITS-1:0] frame_data,
    output reg                        frame_valid,
    output reg  [TAG_BITS-1:0]        frame_tag,
    output reg                        frame_short,
    output reg                        frame_long
);
    localparam INDEX_BITS = (BEATS > 1) ? $clog2(BEATS) : 1;
    localparam [31:0] LAST_INDEX = BEATS - 1;

    reg [INDEX_BITS-1:0] index;  // of the beat that comes next
    reg discard;                 // an overlong frame's beats, until its in_last

    wire accept = in_valid && in_ready;
    wire first_beat = index == {INDEX_BITS{1'b0}};
    wire last_beat = index == LAST_INDEX[INDEX_BITS-1:0];

    assign in_ready = credit;
    assign take = accept && !discard && last_beat && in_last;

    // Beats enter at the top: after BEATS of them the first is at the bottom. One enable for all, no decoder.
    generate
        if (BEATS == 1) begin : one_beat
            always @(posedge clk)
                if (accept) frame_data <= in_data;
        end else begin : many_beats
            always @(posedge clk)
                if (accept) frame_data <= {in_data, frame_data[BEATS*BEAT_BITS-1:BEAT_BITS]};
        end
    endgenerate

    always @(posedge clk)
        if (accept && first_beat) frame_tag <= in_tag;

    always @(posedge clk) begin
        frame_valid <= take;
        frame_short <= accept && !discard && in_last && !last_beat;
        frame_long <= accept && !discard && !in_last && last_beat;
        if (accept) begin
            discard <= !in_last && (discard || last_beat);
            index <= (discard || last_beat || in_last) ? {INDEX_BITS{1'b0}} : index + 1'b1;
        end
        if (rst) begin
            frame_valid <= 1'b0;
            frame_short <= 1'b0;
            frame_long <= 1'b0;
            discard <= 1'b0;
            index <= {INDEX_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
