// fpgaml_room: never more than PLACES taken, and a block is refused only if too few are free. Unbounded (induction).
module proof #(parameter PLACES = 5, parameter BLOCK_SIZE = 2) (
    input wire clk, input wire rst, input wire take, input wire give
);
    wire available;
    fpgaml_room #(.PLACES(PLACES), .BLOCK_SIZE(BLOCK_SIZE)) dut (
        .clk(clk), .rst(rst), .take(take), .give(give), .available(available)
    );

    (* hierconn *) wire [$clog2(PLACES+1)-1:0] \dut.free ;
    wire [31:0] free = \dut.free ;

    reg started = 0;
    reg after_reset = 0;
    reg [31:0] taken = 0;

    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        taken <= rst ? 0 : taken + (take ? BLOCK_SIZE : 0) - give;
    end

    always @* begin
        if (!started) assume (rst);
        if (started && take) assume (available);
        if (started && give) assume (taken != 0);
        if (started) begin
            assert (taken <= PLACES);
            assert (available == (taken + BLOCK_SIZE <= PLACES && !after_reset));
            if (after_reset) assert (taken == 0);
            assert (free + taken == PLACES);
        end
        cover (started && taken + BLOCK_SIZE > PLACES);
    end
endmodule
