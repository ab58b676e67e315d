// fpgaml_accumulate: the result of each group of words, in the cycle after its last; groups do not touch each other.
// The sum is followed whole, the extreme as a word of the group that no word of it beats. Unbounded (induction).
module proof #(parameter MODE = 0, parameter SIGNED = 1, parameter SHIFT = 0) (
    input wire clk, input wire rst, input wire in_valid, input wire in_last, input wire [5:0] in_data
);
    wire out_valid;
    wire [5:0] out_data;
    fpgaml_accumulate #(.LANES(2), .WIDTH(3), .MODE(MODE), .SIGNED(SIGNED), .SHIFT(SHIFT)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_last(in_last), .in_data(in_data),
        .out_valid(out_valid), .out_data(out_data)
    );
    (* hierconn *) wire \dut.begins ;

    // Lane 1 is looked at; lane 0 has other words.
    wire [2:0] term = in_data[5:3];
    wire [2:0] result = out_data[5:3];

    function signed [31:0] value(input [2:0] word);
        value = SIGNED ? $signed(word) : $signed({1'b0, word});
    endfunction

    reg started = 0, open = 0, done = 0;
    reg [2:0] expected = 0;  // of the words so far
    wire better = MODE == 1 ? value(term) > value(expected) : value(term) < value(expected);

    always @(posedge clk) begin
        started <= 1;
        done <= in_valid && in_last && !rst;
        if (in_valid) begin
            open <= !in_last;
            if (!open) expected <= term;
            else if (MODE == 0) expected <= (expected << SHIFT) + term;
            else if (better) expected <= term;
        end
        if (rst) open <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (out_valid == done);
            if (done) assert (result == expected);
            // What makes it inductive.
            assert (\dut.begins == !open);
            if (open) assert (result == expected);
            assert (!(open && done));
        end
        cover (started && done && value(result) != 0 && result != term);
    end
endmodule
