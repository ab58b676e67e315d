// fpgaml_shift: the last DEPTH >= 1 words, the newest at the top.
//
// Timing: in_data with enable at edge t is at the top of out_data after edge t. No reset: what a frame has not brought
// yet is for its reader to leave alone.
`default_nettype none

module fpgaml_shift #(
    parameter WIDTH = 8,
    parameter DEPTH = 1
) (
    input  wire                   clk,
    input  wire                   enable,
    input  wire [WIDTH-1:0]       in_data,
    output reg  [DEPTH*WIDTH-1:0] out_data
);
    generate
        if (DEPTH == 1) begin : one_word
            always @(posedge clk)
                if (enable) out_data <= in_data;
        end else begin : many_words
            always @(posedge clk)
                if (enable) out_data <= {in_data, out_data[DEPTH*WIDTH-1:WIDTH]};
        end
    endgenerate
endmodule

`default_nettype wire
