// fpgaml_raster: WORDS ticks with a word, each when its word comes, then FLUSH ticks in a row without one, in which no word is
// taken; row and column are those of the tick in its frame, COLUMNS ticks a row. Unbounded (induction).
module proof #(parameter WORDS = 6, parameter FLUSH = 2, parameter COLUMNS = 3) (
    input wire clk, input wire rst, input wire in_valid
);
    localparam ROW_BITS = $clog2((WORDS + FLUSH - 1) / COLUMNS + 2);
    localparam COLUMN_BITS = $clog2(COLUMNS + 1);
    wire take, tick;
    wire [ROW_BITS-1:0] row;
    wire [COLUMN_BITS-1:0] column;
    fpgaml_raster #(
        .WORDS(WORDS), .FLUSH(FLUSH), .COLUMNS(COLUMNS), .ROW_BITS(ROW_BITS), .COLUMN_BITS(COLUMN_BITS)
    ) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .take(take), .tick(tick), .row(row), .column(column)
    );

    (* hierconn *) wire \dut.flushing ;

    reg started = 0;
    reg [7:0] turn = 0;  // ticks of the frame so far
    wire word = turn < WORDS;

    always @(posedge clk) begin
        started <= 1;
        if (in_valid || !word) turn <= turn == WORDS + FLUSH - 1 ? 0 : turn + 1;
        if (rst) turn <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (take == (in_valid && word) && tick == (in_valid || !word));
            assert (row == turn / COLUMNS && column == turn % COLUMNS);
            // What makes it inductive.
            assert (turn < WORDS + FLUSH && \dut.flushing == !word);
        end
        cover (started && tick && turn == WORDS + FLUSH - 1);
    end
endmodule
