// fpgaml_ticks: WORDS ticks with a word, each when its word comes, then FLUSH ticks in a row without one, in which no word is
// taken; the index is the number of the tick in its frame. Unbounded (induction).
module proof #(parameter WORDS = 3, parameter FLUSH = 2) (input wire clk, input wire rst, input wire in_valid);
    localparam BITS = $clog2(WORDS + FLUSH + 1);
    wire take, tick;
    wire [BITS-1:0] index;
    fpgaml_ticks #(.WORDS(WORDS), .FLUSH(FLUSH), .INDEX_BITS(BITS)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .take(take), .tick(tick), .index(index)
    );

    (* hierconn *) wire \dut.flushing ;

    reg started = 0;
    reg [31:0] turn = 0;  // ticks of the frame so far
    wire word = turn < WORDS;

    always @(posedge clk) begin
        started <= 1;
        if (in_valid || !word) turn <= turn == WORDS + FLUSH - 1 ? 0 : turn + 1;
        if (rst) turn <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (take == (in_valid && word) && tick == (in_valid || !word) && index == turn);
            // What makes it inductive.
            assert (turn < WORDS + FLUSH && \dut.flushing == !word);
        end
        cover (started && tick && turn == WORDS + FLUSH - 1);
    end
endmodule
