// fpgaml_loop: the counter of a nested loop: 0, 1, ... LIMIT - 1, 0, ...; the carry of one is the step of the loop around it.
//
// Timing: index comes from a register, 0 after reset; a step sampled at edge t moves it after edge t. last and carry follow
// index and step in the same cycle: last in the loop's last turn, carry in the step that ends it.
`default_nettype none

module fpgaml_loop #(
    parameter LIMIT = 2,
    parameter INDEX_BITS = 1
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  step,
    output reg  [INDEX_BITS-1:0] index,
    output wire                  last,
    output wire                  carry
);
    localparam [31:0] LAST_INDEX = LIMIT - 1;

    assign last = index == LAST_INDEX[INDEX_BITS-1:0];
    assign carry = step && last;

    always @(posedge clk) begin
        if (step)
            index <= last ? {INDEX_BITS{1'b0}} : index + 1'b1;
        if (rst)
            index <= {INDEX_BITS{1'b0}};
    end
endmodule

`default_nettype wire
