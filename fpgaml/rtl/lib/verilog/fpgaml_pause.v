// fpgaml_pause: says when CYCLES >= 1 cycles have passed since the last `start`.
//
// Timing: start at edge t -> over is low from edge t on, and high again for edge t + CYCLES; with CYCLES = 1 it stays high.
// over comes from a register; after reset it is high.
`default_nettype none

module fpgaml_pause #(
    parameter CYCLES = 2
) (
    input  wire clk,
    input  wire rst,
    input  wire start,
    output reg  over
);
    localparam COUNT_BITS = (CYCLES > 1) ? $clog2(CYCLES) : 1;
    localparam [31:0] ALL = CYCLES - 1;
    localparam [31:0] ONE = 1;

    reg [COUNT_BITS-1:0] rest;  // edges until over is high

    always @(posedge clk) begin
        if (start) begin
            rest <= ALL[COUNT_BITS-1:0];
            over <= CYCLES == 1;
        end else if (!over) begin
            rest <= rest - 1'b1;
            over <= rest == ONE[COUNT_BITS-1:0];
        end
        if (rst) begin
            rest <= {COUNT_BITS{1'b0}};
            over <= 1'b1;
        end
    end
endmodule

`default_nettype wire
