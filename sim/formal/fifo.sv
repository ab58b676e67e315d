// fpgaml_fifo: every word comes out once, unchanged, in its turn; never more words than DEPTH; flags right in every cycle.
// One word, picked by the solver at any moment, is followed from its write to its read. Unbounded (induction).
module proof #(parameter WIDTH = 2, parameter DEPTH = 3, parameter EAGER = 0) (
    input wire clk, input wire rst,
    input wire [WIDTH-1:0] in_data, input wire in_valid, input wire out_ready
);
    wire in_ready, out_valid;
    wire [WIDTH-1:0] out_data;
    fpgaml_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH), .EAGER(EAGER)) dut (
        .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready),
        .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready)
    );

    // The state inside; `words` is the memory as one vector (see fpgaml_fifo.watch.v).
    (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.count ;
    (* hierconn *) wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] \dut.write_address ;
    (* hierconn *) wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] \dut.read_address ;
    (* hierconn *) wire [DEPTH*WIDTH-1:0] \dut.words ;
    wire [31:0] count = \dut.count ;
    wire [31:0] write_address = \dut.write_address ;
    wire [31:0] read_address = \dut.read_address ;

    reg started = 0;
    reg after_reset = 0;
    reg [31:0] level = 0;     // words inside, counted at the ports
    reg following = 0;        // a word is being followed,
    reg [31:0] ahead = 0;     // so many words are to be read before it,
    reg [WIDTH-1:0] word = 0; // and this is what it must be
    (* anyseq *) wire pick;

    wire write = in_valid && in_ready;
    wire read = out_valid && out_ready;

    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        level <= level + write - read;
        if (following && read) begin
            ahead <= ahead - 1;
            following <= ahead != 0;
        end
        if (!following && write && pick) begin
            following <= 1;
            ahead <= level - read;
            word <= in_data;
        end
        if (rst) begin
            level <= 0;
            following <= 0;
        end
    end

    wire [31:0] place = (read_address + ahead) % DEPTH;

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (level <= DEPTH);
            assert (out_valid == (level != 0));
            assert (in_ready == (level != DEPTH && (!after_reset || EAGER != 0)));
            if (following && ahead == 0) assert (out_valid && out_data == word);
            // What makes it inductive.
            if (after_reset) assert (level == 0);
            assert (count == level);
            assert (read_address < DEPTH && write_address == (read_address + level) % DEPTH);
            if (following) assert (ahead < level && \dut.words [place*WIDTH +: WIDTH] == word);
        end
        cover (started && level == DEPTH && following && ahead == DEPTH - 1);
    end
endmodule
