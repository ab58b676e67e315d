// y[j] = sum of ((3 i + 5 j + 1) mod 7 - 3) * x[i], in two register ranks.
module mini_core #(
    parameter INPUTS = 5,
    parameter IN_WIDTH = 6,
    parameter OUTPUTS = 3,
    parameter OUT_WIDTH = 12
) (
    input wire clk,
    input wire [INPUTS*IN_WIDTH-1:0] x,
    output reg [OUTPUTS*OUT_WIDTH-1:0] y
);
  reg [OUTPUTS*OUT_WIDTH-1:0] sums, first;
  reg signed [IN_WIDTH-1:0] element;
  reg signed [OUT_WIDTH-1:0] sum;
  reg signed [3:0] weight;
  integer i, j;
  always @* begin
    for (j = 0; j < OUTPUTS; j = j + 1) begin
      sum = 0;
      for (i = 0; i < INPUTS; i = i + 1) begin
        element = x[i*IN_WIDTH+:IN_WIDTH];
        weight = ((3 * i + 5 * j + 1) % 7) - 3;
        sum = sum + element * weight;
      end
      sums[j*OUT_WIDTH+:OUT_WIDTH] = sum;
    end
  end
  always @(posedge clk) begin
    first <= sums;
    y <= first;
  end
endmodule
