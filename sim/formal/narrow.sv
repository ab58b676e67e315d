// fpgaml_narrow: piece k of a word leaves 1 + k SPACING cycles after it entered, whole words but the last of a frame; the
// next may enter exactly SPACING times its pieces after it. Unbounded (induction).
module proof #(parameter PIECES = 2, parameter FRAME_PIECES = 4, parameter SPACING = 1) (
    input wire clk, input wire rst, input wire in_valid, input wire [PIECES*2-1:0] in_data
);
    localparam WORDS = (FRAME_PIECES + PIECES - 1) / PIECES;
    wire in_ready, out_valid;
    wire [1:0] out_data;
    fpgaml_narrow #(.PIECE_BITS(2), .PIECES(PIECES), .FRAME_PIECES(FRAME_PIECES), .SPACING(SPACING)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_data(in_data), .in_ready(in_ready),
        .out_valid(out_valid), .out_data(out_data)
    );
    (* hierconn *) wire [PIECES*2-1:0] \dut.word ;
    (* hierconn *) wire [$clog2(PIECES+1)-1:0] \dut.left ;
    (* hierconn *) wire [(WORDS > 1 ? $clog2(WORDS) : 1)-1:0] \dut.number ;
    (* hierconn *) wire [(SPACING > 1 ? $clog2(SPACING) : 1)-1:0] \dut.waited ;
    wire [31:0] left = \dut.left ;
    wire [31:0] number = \dut.number ;
    wire [31:0] waited = \dut.waited ;

    reg started = 0;
    reg busy = 0;
    reg [31:0] age = 0;        // cycles since the word entered, from 0 on
    reg [31:0] brought = 0;    // pieces of the frame that words have brought
    reg [31:0] count = 1;      // pieces of the word
    reg [PIECES*2-1:0] word = 0;

    wire over = !busy || age == count * SPACING - 1;
    wire enter = in_valid && over;
    wire [31:0] more = FRAME_PIECES - brought;

    always @(posedge clk) begin
        started <= 1;
        age <= age + 1;
        if (over) busy <= 0;
        if (enter) begin
            busy <= 1;
            age <= 0;
            word <= in_data;
            count <= more < PIECES ? more : PIECES;
            brought <= more <= PIECES ? 0 : brought + PIECES;
        end
        if (rst) begin
            busy <= 0;
            brought <= 0;
        end
    end

    wire [31:0] piece = age / SPACING;

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (in_ready == over);
            assert (out_valid == (busy && age % SPACING == 0));
            if (busy) assert (out_data == word[piece*2 +: 2]);
            // What makes it inductive.
            assert (number < WORDS && brought == number * PIECES);
            assert (waited < SPACING);
            if (busy) begin
                assert (count >= 1 && count <= PIECES && age < count * SPACING);
                assert (left == count - piece && waited == age % SPACING);
                assert (\dut.word == word >> (piece * 2));
            end else
                assert (left == 0 && waited == 0);
        end
        cover (started && busy && age == count * SPACING - 1 && brought == 0);
    end
endmodule
