// fpgaml_skip: without the first COUNT >= 1 valid words after a reset: those that reach back before it.
//
// Timing: out_valid is of the same cycle as in_valid.
`default_nettype none

module fpgaml_skip #(
    parameter COUNT = 1
) (
    input  wire clk,
    input  wire rst,
    input  wire in_valid,
    output wire out_valid
);
    localparam COUNT_BITS = $clog2(COUNT + 1);
    localparam [31:0] ALL = COUNT;

    reg [COUNT_BITS-1:0] left;  // to be left out

    wire open = left == {COUNT_BITS{1'b0}};

    assign out_valid = in_valid && open;

    always @(posedge clk) begin
        if (in_valid && !open)
            left <= left - 1'b1;
        if (rst)
            left <= ALL[COUNT_BITS-1:0];
    end
endmodule

`default_nettype wire
