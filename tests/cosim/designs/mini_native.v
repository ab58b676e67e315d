// The shell `native` around mini_core.
module network #(
    parameter INPUTS = 5,
    parameter IN_WIDTH = 6,
    parameter OUTPUTS = 3,
    parameter OUT_WIDTH = 12
) (
    input wire clk,
    input wire rst,
    input wire in_valid,
    input wire [INPUTS*IN_WIDTH-1:0] in_data,
    output wire out_valid,
    output wire [OUTPUTS*OUT_WIDTH-1:0] out_data
);
  reg [2:0] valid;
  reg [INPUTS*IN_WIDTH-1:0] data;
  always @(posedge clk) begin
    data <= in_data;
    if (rst) valid <= 3'b000;
    else valid <= {valid[1:0], in_valid};
  end
  assign out_valid = valid[2];
  mini_core #(.INPUTS(INPUTS), .IN_WIDTH(IN_WIDTH), .OUTPUTS(OUTPUTS), .OUT_WIDTH(OUT_WIDTH))
      core (.clk(clk), .x(data), .y(out_data));
endmodule
