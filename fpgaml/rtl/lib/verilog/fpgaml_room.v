// fpgaml_room: counts the free places of a buffer that takes BLOCK_SIZE words at once and hands them back one by one.
//
// `take` claims BLOCK_SIZE places, allowed only while `available`; `give` hands one back. Both may come at once.
// Timing: available comes from a register; a place given at edge t counts for edge t + 1. After reset all PLACES are free;
// the first may be taken at the second edge with rst low.
`default_nettype none

module fpgaml_room #(
    parameter PLACES = 4,
    parameter BLOCK_SIZE = 2
) (
    input  wire clk,
    input  wire rst,
    input  wire take,
    input  wire give,
    output reg  available
);
    localparam COUNT_BITS = $clog2(PLACES + 1);
    localparam [31:0] ALL_PLACES = PLACES;
    localparam [31:0] ONE_BLOCK = BLOCK_SIZE;

    reg [COUNT_BITS-1:0] free;

    wire [COUNT_BITS-1:0] left = take ? free - ONE_BLOCK[COUNT_BITS-1:0] : free;
    wire [COUNT_BITS-1:0] next_free = give ? left + 1'b1 : left;

    always @(posedge clk) begin
        free <= next_free;
        available <= next_free >= ONE_BLOCK[COUNT_BITS-1:0];
        if (rst) begin
            free <= ALL_PLACES[COUNT_BITS-1:0];
            available <= 1'b0;
        end
    end
endmodule

`default_nettype wire
