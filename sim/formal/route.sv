// fpgaml_route: of a frame's TOTAL beats exactly the COUNT ones from FIRST on, each in its own cycle. Unbounded (induction).
module proof #(parameter TOTAL = 5, parameter FIRST = 1, parameter COUNT = 2) (
    input wire clk, input wire rst, input wire in_valid
);
    wire out_valid;
    fpgaml_route #(.TOTAL(TOTAL), .FIRST(FIRST), .COUNT(COUNT)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .out_valid(out_valid)
    );

    (* hierconn *) wire [$clog2(TOTAL + 1)-1:0] \dut.index ;

    reg started = 0;
    reg [31:0] beat = 0;  // of its frame, the one that comes next

    always @(posedge clk) begin
        started <= 1;
        if (in_valid) beat <= beat == TOTAL - 1 ? 0 : beat + 1;
        if (rst) beat <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (out_valid == (in_valid && beat >= FIRST && beat < FIRST + COUNT));
            // What makes it inductive.
            assert (beat < TOTAL && \dut.index == beat);
        end
        cover (started && out_valid && beat == FIRST + COUNT - 1);
    end
endmodule
