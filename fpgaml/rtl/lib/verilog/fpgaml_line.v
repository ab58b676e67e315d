// fpgaml_line: a word comes out DEPTH >= 1 words after it came in, however far apart in time they are.
//
// A line of two words and more is a memory that is written where it was just read, and a register behind it.
// Timing: after the edge with enable that takes word n, out_data is word n - DEPTH. No reset: what comes out before DEPTH
// words came in means nothing.
`default_nettype none

module fpgaml_line #(
    parameter WIDTH = 8,
    parameter DEPTH = 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             enable,
    input  wire [WIDTH-1:0] in_data,
    output reg  [WIDTH-1:0] out_data
);
    generate
        if (DEPTH == 1) begin : one_word
            reg [WIDTH-1:0] held;
            always @(posedge clk)
                if (enable) begin
                    held <= in_data;
                    out_data <= held;
                end
            wire unused_reset = rst;
        end else begin : many_words
            localparam ADDRESS_BITS = $clog2(DEPTH);
            localparam [31:0] LAST_ADDRESS = DEPTH - 1;
            reg [WIDTH-1:0] memory [0:DEPTH-1];
            reg [ADDRESS_BITS-1:0] address;
            always @(posedge clk)
                if (enable) begin
                    out_data <= memory[address];
                    memory[address] <= in_data;
                end
            always @(posedge clk) begin
                if (enable)
                    address <= (address == LAST_ADDRESS[ADDRESS_BITS-1:0]) ? {ADDRESS_BITS{1'b0}} : address + 1'b1;
                if (rst)
                    address <= {ADDRESS_BITS{1'b0}};
            end
        end
    endgenerate
endmodule

`default_nettype wire
