// fpgaml_raster: the ticks of an image: WORDS that bring a word, then FLUSH without one; COLUMNS ticks are a row.
//
// Timing: tick and take are of the same cycle as in_valid. take: a word is taken (in_valid, and its turn); tick: the
// window moves on, with a word or without; row, column: of this tick in its frame, from 0 on. While ticks without a word
// go on, one a cycle, in_valid waits. rst begins a frame.
`default_nettype none

module fpgaml_raster #(
    parameter WORDS = 4,
    parameter FLUSH = 0,
    parameter COLUMNS = 2,
    parameter ROW_BITS = 1,
    parameter COLUMN_BITS = 1
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   in_valid,
    output wire                   take,
    output wire                   tick,
    output reg  [ROW_BITS-1:0]    row,
    output reg  [COLUMN_BITS-1:0] column
);
    localparam [31:0] ROW_END = COLUMNS - 1;
    localparam [31:0] LAST_ROW = (WORDS + FLUSH - 1) / COLUMNS;
    localparam [31:0] LAST_COLUMN = (WORDS + FLUSH - 1) % COLUMNS;
    localparam [31:0] WORD_ROW = (WORDS - 1) / COLUMNS;
    localparam [31:0] WORD_COLUMN = (WORDS - 1) % COLUMNS;

    reg flushing;

    wire last = row == LAST_ROW[ROW_BITS-1:0] && column == LAST_COLUMN[COLUMN_BITS-1:0];
    wire last_word = row == WORD_ROW[ROW_BITS-1:0] && column == WORD_COLUMN[COLUMN_BITS-1:0];
    wire row_ends = column == ROW_END[COLUMN_BITS-1:0];

    assign take = in_valid && !flushing;
    assign tick = in_valid || flushing;

    always @(posedge clk) begin
        if (tick) begin
            column <= (last || row_ends) ? {COLUMN_BITS{1'b0}} : column + 1'b1;
            row <= last ? {ROW_BITS{1'b0}} : row_ends ? row + 1'b1 : row;
            flushing <= FLUSH != 0 && !last && (flushing || last_word);
        end
        if (rst) begin
            row <= {ROW_BITS{1'b0}};
            column <= {COLUMN_BITS{1'b0}};
            flushing <= 1'b0;
        end
    end
endmodule

`default_nettype wire
