// fpgaml_narrow: hands a word on in PIECES pieces, the lowest bits first, one every SPACING cycles.
//
// FRAME_PIECES pieces make a frame, whose last word may be partly filled: its upper pieces are not handed on. A word may
// enter only in a cycle with in_ready.
// Timing: a word entering at edge t -> its piece k is on out_data with out_valid (one cycle), sampled at edge
// t + 1 + k SPACING; the next word may enter at edge t + SPACING times the word's pieces. Outputs come from registers.
`default_nettype none

module fpgaml_narrow #(
    parameter PIECE_BITS = 8,
    parameter PIECES = 2,
    parameter FRAME_PIECES = 2,
    parameter SPACING = 1
) (
    input  wire                         clk,
    input  wire                         rst,
    input  wire                         in_valid,
    input  wire [PIECES*PIECE_BITS-1:0] in_data,
    output wire                         in_ready,
    output wire                         out_valid,
    output wire [PIECE_BITS-1:0]        out_data
);
    localparam LEFT_BITS = $clog2(PIECES + 1);
    localparam WORDS = (FRAME_PIECES + PIECES - 1) / PIECES;
    localparam WORD_BITS = (WORDS > 1) ? $clog2(WORDS) : 1;
    localparam WAIT_BITS = (SPACING > 1) ? $clog2(SPACING) : 1;
    localparam [31:0] WHOLE = PIECES;
    localparam [31:0] LAST_WORD = WORDS - 1;
    localparam [31:0] LAST_PIECES = FRAME_PIECES - (WORDS - 1) * PIECES;
    localparam [31:0] LAST_WAIT = SPACING - 1;

    reg [PIECES*PIECE_BITS-1:0] word;
    reg [LEFT_BITS-1:0] left;    // pieces still to be handed on, the one on out_data included
    reg [WORD_BITS-1:0] number;  // in its frame, of the word that enters next
    reg [WAIT_BITS-1:0] waited;  // cycles since the piece on out_data came

    wire enter = in_valid && in_ready;
    wire last_word = number == LAST_WORD[WORD_BITS-1:0];
    wire last_wait = waited == LAST_WAIT[WAIT_BITS-1:0];
    wire none = left == {LEFT_BITS{1'b0}};

    assign in_ready = none || (last_wait && left == {{LEFT_BITS-1{1'b0}}, 1'b1});
    assign out_valid = !none && waited == {WAIT_BITS{1'b0}};
    assign out_data = word[PIECE_BITS-1:0];

    always @(posedge clk)
        if (enter)
            word <= in_data;
        else if (!none && last_wait)
            word <= {{PIECE_BITS{1'b0}}, word[PIECES*PIECE_BITS-1:PIECE_BITS]};

    always @(posedge clk) begin
        waited <= (none || last_wait) ? {WAIT_BITS{1'b0}} : waited + 1'b1;
        if (enter) begin
            left <= last_word ? LAST_PIECES[LEFT_BITS-1:0] : WHOLE[LEFT_BITS-1:0];
            number <= last_word ? {WORD_BITS{1'b0}} : number + 1'b1;
        end else if (!none && last_wait)
            left <= left - 1'b1;
        if (rst) begin
            left <= {LEFT_BITS{1'b0}};
            number <= {WORD_BITS{1'b0}};
            waited <= {WAIT_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
