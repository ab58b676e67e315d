// fpgaml_pause: over exactly if CYCLES cycles have passed since the last start, or none was since the reset.
// Unbounded (induction).
module proof #(parameter CYCLES = 3) (input wire clk, input wire rst, input wire start);
    wire over;
    fpgaml_pause #(.CYCLES(CYCLES)) dut (.clk(clk), .rst(rst), .start(start), .over(over));

    (* hierconn *) wire [(CYCLES > 1 ? $clog2(CYCLES) : 1)-1:0] \dut.rest ;
    wire [31:0] rest = \dut.rest ;

    reg started = 0;
    reg [31:0] since = 0;  // cycles since the last start, CYCLES at most

    always @(posedge clk) begin
        started <= 1;
        since <= rst ? CYCLES : start ? 1 : since < CYCLES ? since + 1 : since;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (over == (since >= CYCLES));
            // What makes it inductive.
            assert (since <= CYCLES && since >= 1);
            if (since < CYCLES) assert (rest == CYCLES - since);
        end
        cover (started && over && !rst && start);
    end
endmodule
