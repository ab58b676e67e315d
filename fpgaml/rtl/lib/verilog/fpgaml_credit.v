// fpgaml_credit: counts the places that are still free in a buffer of CREDITS >= 1 places.
//
// `take` claims a place, allowed only while `available`; `give` hands one back. Both at once leave the count.
// Timing: available comes from a register; a credit given at edge t may be taken at edge t + 1. After reset all
// credits are there; the first may be taken at the second edge with rst low.
`default_nettype none

module fpgaml_credit #(
    parameter CREDITS = 1
) (
    input  wire clk,
    input  wire rst,
    input  wire take,
    input  wire give,
    output reg  available
);
    localparam COUNT_BITS = $clog2(CREDITS + 1);
    localparam [31:0] ALL_CREDITS = CREDITS;

    reg [COUNT_BITS-1:0] count;

    wire [COUNT_BITS-1:0] next_count =
        (take && !give) ? count - 1'b1 :
        (give && !take) ? count + 1'b1 : count;

    always @(posedge clk) begin
        count <= next_count;
        available <= next_count != {COUNT_BITS{1'b0}};
        if (rst) begin
            count <= ALL_CREDITS[COUNT_BITS-1:0];
            available <= 1'b0;
        end
    end
endmodule

`default_nettype wire
