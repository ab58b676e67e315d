// fpgaml_ticks: the ticks of a frame: WORDS that bring a word, then FLUSH without one.
//
// Timing: tick and take are of the same cycle as in_valid. take: a word is taken (in_valid, and its turn); tick: the
// window moves on, with a word or without; index: of this tick in its frame, from 0 on. While ticks without a word go
// on, one a cycle, in_valid waits. rst begins a frame.
`default_nettype none

module fpgaml_ticks #(
    parameter WORDS = 1,
    parameter FLUSH = 0,
    parameter INDEX_BITS = 1
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  in_valid,
    output wire                  take,
    output wire                  tick,
    output reg  [INDEX_BITS-1:0] index
);
    localparam [31:0] LAST_INDEX = WORDS + FLUSH - 1;
    localparam [31:0] LAST_WORD = WORDS - 1;

    reg flushing;

    wire last = index == LAST_INDEX[INDEX_BITS-1:0];

    assign take = in_valid && !flushing;
    assign tick = in_valid || flushing;

    always @(posedge clk) begin
        if (tick) begin
            index <= last ? {INDEX_BITS{1'b0}} : index + 1'b1;
            flushing <= FLUSH != 0 && !last && (flushing || index == LAST_WORD[INDEX_BITS-1:0]);
        end
        if (rst) begin
            index <= {INDEX_BITS{1'b0}};
            flushing <= 1'b0;
        end
    end
endmodule

`default_nettype wire
