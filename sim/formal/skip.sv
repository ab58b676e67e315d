// fpgaml_skip: every valid word but the first COUNT after a reset, in its own cycle. Unbounded (induction).
module proof #(parameter COUNT = 3) (input wire clk, input wire rst, input wire in_valid);
    wire out_valid;
    fpgaml_skip #(.COUNT(COUNT)) dut (.clk(clk), .rst(rst), .in_valid(in_valid), .out_valid(out_valid));

    (* hierconn *) wire [$clog2(COUNT + 1)-1:0] \dut.left ;

    reg started = 0;
    reg [31:0] came = 0;  // words since reset, COUNT at most

    always @(posedge clk) begin
        started <= 1;
        if (in_valid && came < COUNT) came <= came + 1;
        if (rst) came <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (out_valid == (in_valid && came == COUNT));
            // What makes it inductive.
            assert (came <= COUNT && \dut.left == COUNT - came);
        end
        cover (started && out_valid);
    end
endmodule
