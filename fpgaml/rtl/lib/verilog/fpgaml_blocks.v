// fpgaml_blocks: says when an engine that reads a fpgaml_store may work: in blocks, each as soon as its words are there.
//
// A frame is FRAME_WORDS words and BLOCKS blocks. The first block of a frame claims FIRST_CLAIM words, the next ones
// CLAIM >= 1 each while so many of the frame are left, the last one all that are left: what is claimed has arrived before the
// block begins. step is high in every cycle of a block; the engine answers with finish in the last one.
// base is the address of the running block's frame in the store.
// Timing: the arrival that completes a claim, sampled at edge t, in an idle engine -> the block's first cycle is the one
// sampled at edge t + 2. Where the words of the next block are there, it follows at once. step and base come from
// registers. The store holds no more than 2**ADDRESS_BITS words that no block has claimed.
`default_nettype none

module fpgaml_blocks #(
    parameter FRAME_WORDS = 1,
    parameter BLOCKS = 1,
    parameter FIRST_CLAIM = 1,
    parameter CLAIM = 1,
    parameter ADDRESS_BITS = 1
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    arrive,
    input  wire                    finish,
    output reg                     step,
    output reg  [ADDRESS_BITS-1:0] base
);
    localparam COUNT_BITS = (ADDRESS_BITS + 1 > $clog2(FRAME_WORDS + 1)) ? ADDRESS_BITS + 1 : $clog2(FRAME_WORDS + 1);
    localparam BLOCK_BITS = (BLOCKS > 1) ? $clog2(BLOCKS) : 1;
    localparam [31:0] LAST_BLOCK = BLOCKS - 1;
    localparam [31:0] FRAME = FRAME_WORDS;
    localparam [31:0] FIRST = (BLOCKS > 1) ? FIRST_CLAIM : FRAME_WORDS;
    localparam [31:0] OTHER = CLAIM;
    localparam [31:0] BEFORE_FIRST = -FRAME_WORDS;

    reg [COUNT_BITS-1:0] waiting;   // words that have arrived and that no block has claimed
    reg [COUNT_BITS-1:0] left;      // words of the next block's frame that no block has claimed
    reg [COUNT_BITS-1:0] claim;     // of the next block
    reg [BLOCK_BITS-1:0] next_block;

    wire first = next_block == {BLOCK_BITS{1'b0}};
    wire last = next_block == LAST_BLOCK[BLOCK_BITS-1:0];
    wire begins = (!step || finish) && waiting >= claim;

    wire [COUNT_BITS-1:0] claimed = begins ? claim : {COUNT_BITS{1'b0}};
    wire [COUNT_BITS-1:0] remaining = left - claim;
    wire before_last = next_block + 1'b1 == LAST_BLOCK[BLOCK_BITS-1:0];

    always @(posedge clk) begin
        step <= begins || (step && !finish);
        waiting <= waiting - claimed + {{COUNT_BITS-1{1'b0}}, arrive};
        if (begins) begin
            next_block <= last ? {BLOCK_BITS{1'b0}} : next_block + 1'b1;
            left <= last ? FRAME[COUNT_BITS-1:0] : remaining;
            if (last)
                claim <= FIRST[COUNT_BITS-1:0];
            else
                claim <= (before_last || remaining < OTHER[COUNT_BITS-1:0]) ? remaining : OTHER[COUNT_BITS-1:0];
            if (first)
                base <= base + FRAME[ADDRESS_BITS-1:0];
        end
        if (rst) begin
            step <= 1'b0;
            waiting <= {COUNT_BITS{1'b0}};
            next_block <= {BLOCK_BITS{1'b0}};
            left <= FRAME[COUNT_BITS-1:0];
            claim <= FIRST[COUNT_BITS-1:0];
            base <= BEFORE_FIRST[ADDRESS_BITS-1:0];
        end
    end
endmodule

`default_nettype wire
