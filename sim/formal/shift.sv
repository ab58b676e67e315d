// fpgaml_shift: a word is at the top when it has come, and one place lower with every word that comes after it.
// One word, picked by the solver at any moment, is followed. Unbounded (induction).
module proof #(parameter DEPTH = 3) (input wire clk, input wire enable, input wire [1:0] in_data);
    wire [DEPTH*2-1:0] out_data;
    fpgaml_shift #(.WIDTH(2), .DEPTH(DEPTH)) dut (.clk(clk), .enable(enable), .in_data(in_data), .out_data(out_data));

    reg following = 0;    // a word is being followed,
    reg [31:0] later = 0; // so many came after it,
    reg [1:0] word = 0;   // and this is what it must be
    (* anyseq *) wire pick;

    always @(posedge clk)
        if (enable) begin
            later <= later + 1;
            if (later == DEPTH - 1) following <= 0;
            if (pick && (!following || later == DEPTH - 1)) begin
                following <= 1;
                later <= 0;
                word <= in_data;
            end
        end

    always @* begin
        if (following) assert (later < DEPTH && out_data[(DEPTH - 1 - later)*2 +: 2] == word);
        cover (following && later == DEPTH - 1 && word == 2'b10);
    end
endmodule
