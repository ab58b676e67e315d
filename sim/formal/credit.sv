// fpgaml_credit: never more than CREDITS places taken, and a place is refused only if none is free. Unbounded (induction).
module proof #(parameter CREDITS = 3) (input wire clk, input wire rst, input wire take, input wire give);
    wire available;
    fpgaml_credit #(.CREDITS(CREDITS)) dut (.clk(clk), .rst(rst), .take(take), .give(give), .available(available));

    (* hierconn *) wire [$clog2(CREDITS+1)-1:0] \dut.count ;
    wire [31:0] count = \dut.count ;

    reg started = 0;
    reg after_reset = 0;
    reg [31:0] taken = 0;

    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        taken <= rst ? 0 : taken + take - give;
    end

    always @* begin
        if (!started) assume (rst);
        if (started && take) assume (available);
        if (started && give) assume (taken != 0);
        if (started) begin
            assert (taken <= CREDITS);
            assert (available == (taken != CREDITS && !after_reset));
            if (after_reset) assert (taken == 0);
            assert (count + taken == CREDITS);
        end
        cover (started && taken == CREDITS);
    end
endmodule
