// fpgaml_route: of a frame of TOTAL beats the COUNT ones from FIRST on: those of one of several inputs.
//
// Timing: out_valid is of the same cycle as in_valid. rst begins a frame.
`default_nettype none

module fpgaml_route #(
    parameter TOTAL = 2,
    parameter FIRST = 0,
    parameter COUNT = 1
) (
    input  wire clk,
    input  wire rst,
    input  wire in_valid,
    output wire out_valid
);
    localparam INDEX_BITS = $clog2(TOTAL + 1);
    localparam [31:0] LAST_INDEX = TOTAL - 1;
    localparam [31:0] FIRST_INDEX = FIRST;
    localparam [31:0] END_INDEX = FIRST + COUNT;

    reg [INDEX_BITS-1:0] index;  // of the beat that comes next

    generate
        if (FIRST == 0) begin : from_the_first
            assign out_valid = in_valid && index < END_INDEX[INDEX_BITS-1:0];
        end else begin : from_a_later_one
            assign out_valid = in_valid && index >= FIRST_INDEX[INDEX_BITS-1:0] && index < END_INDEX[INDEX_BITS-1:0];
        end
    endgenerate

    always @(posedge clk) begin
        if (in_valid)
            index <= (index == LAST_INDEX[INDEX_BITS-1:0]) ? {INDEX_BITS{1'b0}} : index + 1'b1;
        if (rst)
            index <= {INDEX_BITS{1'b0}};
    end
endmodule

`default_nettype wire
