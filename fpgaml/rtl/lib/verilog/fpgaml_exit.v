// fpgaml_exit: hands on the results of BEATS beats that wait in a FIFO, and drops those of broken frames.
//
// in_data is a result's next beat, in_tag its frame's tag. end_valid says that its frame's end is known, end_broken that the
// frame was too short or too long. If that is known when the result's first beat is taken, the whole result is dropped;
// else it goes on, its last beat waits for the frame's end, and out_broken is high with it if the frame turned out broken.
// `done` is high in the cycle in which a result's last beat is taken: tag and end of its frame may go.
// Timing: a beat valid at edge t -> in the output register after edge t, transferred at edge t + 1. All outputs of the stream
// come from registers; they hold while out_valid and not out_ready. in_ready follows out_ready in the same cycle.
`default_nettype none

module fpgaml_exit #(
    parameter BEAT_BITS = 8,
    parameter BEATS = 1,
    parameter TAG_BITS = 1
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [BEAT_BITS-1:0] in_data,
    input  wire                 in_valid,
    output wire                 in_ready,
    input  wire [TAG_BITS-1:0]  in_tag,
    input  wire                 end_valid,
    input  wire                 end_broken,
    output wire                 done,
    output reg  [BEAT_BITS-1:0] out_data,
    output reg                  out_valid,
    input  wire                 out_ready,
    output reg                  out_last,
    output reg  [TAG_BITS-1:0]  out_tag,
    output reg                  out_broken
);
    localparam INDEX_BITS = (BEATS > 1) ? $clog2(BEATS) : 1;
    localparam [31:0] LAST_INDEX = BEATS - 1;

    reg [INDEX_BITS-1:0] index;  // of the beat that is taken next
    reg dropping;                // the result whose first beat has been taken

    wire first_beat = index == {INDEX_BITS{1'b0}};
    wire last_beat = index == LAST_INDEX[INDEX_BITS-1:0];
    wire broken = end_valid && end_broken;
    wire drop = first_beat ? broken : dropping;
    wire load = !out_valid || out_ready;
    wire move = in_valid && in_ready;

    assign in_ready = drop || (load && (end_valid || !last_beat));
    assign done = move && last_beat;

    always @(posedge clk)
        if (load) begin
            out_data <= in_data;
            out_tag <= in_tag;
        end

    always @(posedge clk) begin
        if (load) begin
            out_valid <= move && !drop;
            out_last <= last_beat;
            out_broken <= last_beat && broken;
        end
        if (move) begin
            dropping <= drop;
            index <= last_beat ? {INDEX_BITS{1'b0}} : index + 1'b1;
        end
        if (rst) begin
            out_valid <= 1'b0;
            dropping <= 1'b0;
            index <= {INDEX_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
