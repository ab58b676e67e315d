// fpgaml_accumulate: LANES accumulators of WIDTH bits: the sum, the largest or the smallest of what enters up to in_last.
//
// MODE 0: sum, modulo 2**WIDTH: right whenever the whole sum fits, whatever the sums on the way. MODE 1: largest, MODE 2:
// smallest, of two's complement where SIGNED = 1. After in_last (or a reset) the next valid word begins anew.
// SHIFT > 0: what was summed so far is multiplied by 2**SHIFT before a word is added: digits, the highest first.
// Timing: a word with in_last sampled at edge t -> out_valid (one cycle) and the result after edge t, sampled at edge t + 1,
// the same edge at which the next result's first word may enter.
`default_nettype none

module fpgaml_accumulate #(
    parameter LANES = 1,
    parameter WIDTH = 8,
    parameter MODE = 0,
    parameter SIGNED = 1,
    parameter SHIFT = 0
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   in_valid,
    input  wire                   in_last,
    input  wire [LANES*WIDTH-1:0] in_data,
    output reg                    out_valid,
    output wire [LANES*WIDTH-1:0] out_data
);
    reg begins;  // the next valid word is the first of a result

    generate
        genvar lane;
        for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
            reg [WIDTH-1:0] total;
            wire [WIDTH-1:0] term = in_data[lane*WIDTH +: WIDTH];
            if (MODE == 0) begin : sum
                wire [WIDTH-1:0] so_far = begins ? {WIDTH{1'b0}} : total << SHIFT;
                always @(posedge clk)
                    if (in_valid) total <= so_far + term;
            end else begin : extreme
                // One bit more, so that one signed comparison serves both kinds.
                wire signed [WIDTH:0] held = {SIGNED != 0 && total[WIDTH-1], total};
                wire signed [WIDTH:0] entering = {SIGNED != 0 && term[WIDTH-1], term};
                wire better = (MODE == 1) ? held < entering : entering < held;
                always @(posedge clk)
                    if (in_valid && (begins || better)) total <= term;
            end
            assign out_data[lane*WIDTH +: WIDTH] = total;
        end
    endgenerate

    always @(posedge clk) begin
        out_valid <= in_valid && in_last;
        if (in_valid)
            begins <= in_last;
        if (rst) begin
            out_valid <= 1'b0;
            begins <= 1'b1;
        end
    end
endmodule

`default_nettype wire
