// fpgaml_blocks: when a block of a frame begins, the words that it and all blocks before it claim have arrived; where they
// have, an engine that is free begins; a frame's blocks together claim the frame; base is the frame's address.
// All counts are kept here in another way: as totals since reset, a frame at a time. Unbounded (induction).
module proof #(
    parameter FRAME_WORDS = 8, parameter BLOCKS = 5, parameter FIRST_CLAIM = 3, parameter CLAIM = 1
) (input wire clk, input wire rst, input wire arrive, input wire finish);
    localparam ADDRESS_BITS = 3;
    localparam COUNT_BITS = 4;
    wire step;
    wire [ADDRESS_BITS-1:0] base;
    fpgaml_blocks #(
        .FRAME_WORDS(FRAME_WORDS), .BLOCKS(BLOCKS), .FIRST_CLAIM(FIRST_CLAIM), .CLAIM(CLAIM), .ADDRESS_BITS(ADDRESS_BITS)
    ) dut (.clk(clk), .rst(rst), .arrive(arrive), .finish(finish), .step(step), .base(base));

    (* hierconn *) wire [COUNT_BITS-1:0] \dut.waiting ;
    (* hierconn *) wire [COUNT_BITS-1:0] \dut.left ;
    (* hierconn *) wire [COUNT_BITS-1:0] \dut.claim ;
    (* hierconn *) wire [(BLOCKS > 1 ? $clog2(BLOCKS) : 1)-1:0] \dut.next_block ;
    wire [31:0] waiting = \dut.waiting ;
    wire [31:0] left = \dut.left ;
    wire [31:0] claim = \dut.claim ;
    wire [31:0] next_block = \dut.next_block ;

    // Words of a frame that its blocks 0 to b claim.
    function [31:0] needed(input [31:0] b);
        if (b >= BLOCKS - 1) needed = FRAME_WORDS;
        else if (FIRST_CLAIM + b * CLAIM > FRAME_WORDS) needed = FRAME_WORDS;
        else needed = FIRST_CLAIM + b * CLAIM;
    endfunction

    reg started = 0;
    reg after_reset = 0;
    reg signed [31:0] ahead = 0;    // words that have arrived of the next block's frame, and of later ones
    reg [31:0] block = 0;           // the next one, in its frame
    reg [ADDRESS_BITS-1:0] at = 0;  // where its frame lies
    reg begun = 0;                  // a block has begun since reset

    wire free = !step || finish;
    wire begins = free && ahead >= needed(block);

    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        ahead <= ahead + arrive - ((begins && block == BLOCKS - 1) ? FRAME_WORDS : 0);
        if (begins) begin
            block <= (block == BLOCKS - 1) ? 0 : block + 1;
            at <= (block == BLOCKS - 1) ? at + FRAME_WORDS : at;
            begun <= 1;
        end
        if (rst) begin
            ahead <= 0;
            block <= 0;
            at <= 0;
            begun <= 0;
        end
    end

    // What must be true one cycle after a block began, or none did.
    reg was_begun = 0, was_free = 0;
    reg [ADDRESS_BITS-1:0] was_at = 0;
    always @(posedge clk) begin
        was_begun <= begins && !rst;
        was_free <= free || rst;
        if (begins) was_at <= at;
    end

    wire [31:0] claimed = (block == 0) ? 0 : needed(block - 1);

    always @* begin
        if (!started) assume (rst);
        if (finish) assume (step);
        if (started && arrive) assume (waiting < (1 << ADDRESS_BITS));
        if (started) begin
            if (was_begun) assert (step);
            if (!was_begun && was_free) assert (!step);
            if (step) assert (base == was_at && begun);
            if (after_reset) assert (!step);
            // What makes it inductive.
            assert (block < BLOCKS && next_block == block);
            assert (left == FRAME_WORDS - claimed && claim == needed(block) - claimed);
            assert (waiting <= (1 << ADDRESS_BITS) && ahead == waiting + claimed);
            if (block == 0) assert (base == at - FRAME_WORDS[ADDRESS_BITS-1:0]);
            else assert (base == at && begun);
            if (begun) assert (base == was_at);
        end
        cover (started && step && begins && block == BLOCKS - 1 && at != 0);
    end
endmodule
