// fpgaml_line: a word comes out DEPTH >= 1 words after it came in, however far apart in time they are.
//
// A line is a memory that is written where it was just read, and a register behind it.
// Timing: after the edge with enable that takes word n, out_data is word n - DEPTH. No reset of the memory: what comes out
// before DEPTH words came in means nothing.
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
    localparam ADDRESS_BITS = (DEPTH > 1) ? $clog2(DEPTH) : 1;
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
endmodule

`default_nettype wire
