// fpgaml_widen: collects PIECES >= 2 pieces into a word, the first in the lowest bits.
//
// FRAME_PIECES pieces make a frame, whose last word may be partly filled: above its pieces, out_data holds old bits.
// Timing: the piece that completes a word, sampled at edge t -> out_data and out_valid (one cycle) after edge t, sampled at
// edge t + 1, the same edge at which the next word's first piece may enter. Outputs come from registers.
`default_nettype none

module fpgaml_widen #(
    parameter PIECE_BITS = 8,
    parameter PIECES = 2,
    parameter FRAME_PIECES = 2
) (
    input  wire                         clk,
    input  wire                         rst,
    input  wire                         in_valid,
    input  wire [PIECE_BITS-1:0]        in_data,
    output reg                          out_valid,
    output wire [PIECES*PIECE_BITS-1:0] out_data
);
    localparam PLACE_BITS = $clog2(PIECES);
    localparam WORDS = (FRAME_PIECES + PIECES - 1) / PIECES;
    localparam WORD_BITS = (WORDS > 1) ? $clog2(WORDS) : 1;
    localparam [31:0] LAST_PLACE = PIECES - 1;
    localparam [31:0] LAST_WORD = WORDS - 1;
    localparam [31:0] FRAME_PLACE = FRAME_PIECES - (WORDS - 1) * PIECES - 1;

    reg [PLACE_BITS-1:0] place;  // in its word, of the piece that enters next
    reg [WORD_BITS-1:0] number;  // in its frame, of that word

    wire last_word = number == LAST_WORD[WORD_BITS-1:0];
    wire complete = place == LAST_PLACE[PLACE_BITS-1:0] || (last_word && place == FRAME_PLACE[PLACE_BITS-1:0]);

    generate
        genvar piece;
        for (piece = 0; piece < PIECES; piece = piece + 1) begin : pieces
            localparam [31:0] OWN_PLACE = piece;
            reg [PIECE_BITS-1:0] held;
            always @(posedge clk)
                if (in_valid && place == OWN_PLACE[PLACE_BITS-1:0]) held <= in_data;
            assign out_data[piece*PIECE_BITS +: PIECE_BITS] = held;
        end
    endgenerate

    always @(posedge clk) begin
        out_valid <= in_valid && complete;
        if (in_valid) begin
            place <= complete ? {PLACE_BITS{1'b0}} : place + 1'b1;
            if (complete)
                number <= last_word ? {WORD_BITS{1'b0}} : number + 1'b1;
        end
        if (rst) begin
            out_valid <= 1'b0;
            place <= {PLACE_BITS{1'b0}};
            number <= {WORD_BITS{1'b0}};
        end
    end
endmodule

`default_nettype wire
