// fpgaml_delay: a shift register of DEPTH >= 1 stages.
//
// Timing: in_data sampled at edge t is on out_data when sampled at edge t + DEPTH.
// RESET = 1: rst clears every stage (valid bits). RESET = 0: no reset, so that it maps to SRLs (tags).
`default_nettype none

module fpgaml_delay #(
    parameter WIDTH = 1,
    parameter DEPTH = 1,
    parameter RESET = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] in_data,
    output wire [WIDTH-1:0] out_data
);
    reg [DEPTH*WIDTH-1:0] stages;

    // The stages with the input below them: the first DEPTH words are the stages' next content, the last is the output.
    wire [(DEPTH+1)*WIDTH-1:0] chain = {stages, in_data};

    assign out_data = chain[DEPTH*WIDTH +: WIDTH];

    always @(posedge clk) begin
        stages <= chain[DEPTH*WIDTH-1:0];
        if (rst && RESET != 0)
            stages <= {DEPTH*WIDTH{1'b0}};
    end
endmodule

`default_nettype wire
