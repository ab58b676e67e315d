// fpgaml_widen: a word leaves in the cycle after the piece that completes it, PIECES of them or a frame's last, each in its
// place. One piece, picked by the solver at any moment, is followed. Unbounded (induction).
module proof #(parameter PIECES = 2, parameter FRAME_PIECES = 4) (
    input wire clk, input wire rst, input wire in_valid, input wire [1:0] in_data
);
    localparam WORDS = (FRAME_PIECES + PIECES - 1) / PIECES;
    wire out_valid;
    wire [PIECES*2-1:0] out_data;
    fpgaml_widen #(.PIECE_BITS(2), .PIECES(PIECES), .FRAME_PIECES(FRAME_PIECES)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_data(in_data), .out_valid(out_valid), .out_data(out_data)
    );
    (* hierconn *) wire [$clog2(PIECES)-1:0] \dut.place ;
    (* hierconn *) wire [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] \dut.number ;
    wire [31:0] place = \dut.place ;
    wire [31:0] number = \dut.number ;

    reg started = 0, done = 0;
    reg [31:0] sent = 0;  // pieces of the frame so far
    reg held = 0;         // a piece is being followed,
    reg [31:0] own = 0;   // its place in its word,
    reg [1:0] piece = 0;  // what it must be
    (* anyseq *) wire pick;

    wire complete = sent % PIECES == PIECES - 1 || sent == FRAME_PIECES - 1;

    always @(posedge clk) begin
        started <= 1;
        done <= in_valid && complete && !rst;
        if (done || rst) held <= 0;
        if (in_valid) begin
            sent <= sent == FRAME_PIECES - 1 ? 0 : sent + 1;
            if (pick && (done || !held)) begin
                held <= !rst;
                own <= sent % PIECES;
                piece <= in_data;
            end
        end
        if (rst) sent <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (out_valid == done);
            if (done && held) assert (out_data[own*2 +: 2] == piece);
            // What makes it inductive.
            assert (sent < FRAME_PIECES && place == sent % PIECES && number == sent / PIECES);
            if (held) assert (own < PIECES && out_data[own*2 +: 2] == piece);
            if (held && !done) assert (own < place);
            if (done) assert (place == 0);
        end
        cover (started && done && held && number == 0);
    end
endmodule
