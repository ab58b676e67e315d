// fpgaml_deframer: sends a frame as BEATS beats, the lowest bits first, out_last on the last, the frame's tag on each.
//
// The frame must stay on in_data until in_ready, which is high in the cycle in which its last beat is taken.
// Timing: a frame valid at edge t -> its first beat is in the output register after edge t, transferred at edge t + 1.
// All outputs of the stream come from registers; they hold while out_valid and not out_ready. in_ready follows out_ready
// in the same cycle.
`default_nettype none

module fpgaml_deframer #(
    parameter BEAT_BITS = 8,
    parameter BEATS = 1,
    parameter TAG_BITS = 1
) (
    input  wire                       clk,
    input  wire                       rst,
    input  wire [BEATS*BEAT_BITS-1:0] in_data,
    input  wire [TAG_BITS-1:0]        in_tag,
    input  wire                       in_valid,
    output wire                       in_ready,
    output reg  [BEAT_BITS-1:0]       out_data,
    output reg                        out_valid,
    input  wire                       out_ready,
    output reg                        out_last,
    output reg  [TAG_BITS-1:0]        out_tag
);
    localparam INDEX_BITS = (BEATS > 1) ? $clog2(BEATS) : 1;
    localparam [31:0] LAST_INDEX = BEATS - 1;

    reg [INDEX_BITS-1:0] index;  // of the beat that is loaded next

    wire load = !out_valid || out_ready;
    wire last_beat = index == LAST_INDEX[INDEX_BITS-1:0];

    assign in_ready = load && last_beat;

    generate
        if (BEATS == 1) begin : one_beat
            always @(posedge clk)
                if (load) out_data <= in_data;
        end else begin : many_beats
            always @(posedge clk)
                if (load) out_data <= in_data[index*BEAT_BITS +: BEAT_BITS];
        end
    endgenerate

    always @(posedge clk) begin
        if (load) begin
            out_valid <= in_valid;
            out_last <= last_beat;
            out_tag <= in_tag;
            if (in_valid)
                index <= last_beat ? {INDEX_BITS{1'b0}} : index + 1'b1;
        end
        if (rst) begin
            out_valid <= 1'b0;
            index <= {INDEX_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
