// fpgaml_loop: the index is the number of steps since reset modulo LIMIT; one carry a round, in its last step.
// Unbounded (induction).
module proof #(parameter LIMIT = 3) (input wire clk, input wire rst, input wire step);
    wire [1:0] index;
    wire last, carry;
    fpgaml_loop #(.LIMIT(LIMIT), .INDEX_BITS(2)) dut (
        .clk(clk), .rst(rst), .step(step), .index(index), .last(last), .carry(carry)
    );

    reg started = 0;
    reg [31:0] turn = 0;  // steps since reset, modulo LIMIT

    always @(posedge clk) begin
        started <= 1;
        if (rst) turn <= 0;
        else if (step) turn <= (turn + 1) % LIMIT;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (turn < LIMIT && index == turn);
            assert (last == (turn + 1 == LIMIT));
            assert (carry == (step && turn + 1 == LIMIT));
        end
        cover (started && carry && index == LIMIT - 1);
    end
endmodule
