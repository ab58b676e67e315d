// fpgaml_line: a word comes out when DEPTH more have come, and stays until the next one comes.
// One word, picked by the solver at any moment, is followed. Unbounded (induction).
module proof #(parameter DEPTH = 3) (input wire clk, input wire rst, input wire enable, input wire [1:0] in_data);
    wire [1:0] out_data;
    fpgaml_line #(.WIDTH(2), .DEPTH(DEPTH)) dut (
        .clk(clk), .rst(rst), .enable(enable), .in_data(in_data), .out_data(out_data)
    );

    // The state inside; `words` is the memory as one vector (see fpgaml_line.watch.v).
    (* hierconn *) wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] \dut.address ;
    (* hierconn *) wire [DEPTH*2-1:0] \dut.words ;
    wire [31:0] address = \dut.address ;

    reg started = 0;
    reg following = 0;    // a word is being followed,
    reg [31:0] later = 0; // so many came after it,
    reg [31:0] place = 0; // it was stored here,
    reg [1:0] word = 0;   // and this is what it must be
    (* anyseq *) wire pick;

    always @(posedge clk) begin
        started <= 1;
        if (enable) begin
            later <= later + 1;
            if (later == DEPTH) following <= 0;
            if (pick && (!following || later == DEPTH)) begin
                following <= 1;
                later <= 0;
                place <= address;
                word <= in_data;
            end
        end
        if (rst) following <= 0;
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            if (following && later == DEPTH) assert (out_data == word);
            // What makes it inductive.
            assert (address < DEPTH);
            if (following) assert (later <= DEPTH && place < DEPTH && address == (place + 1 + later) % DEPTH);
            if (following && later < DEPTH) assert (\dut.words [place*2 +: 2] == word);
        end
        cover (started && following && later == DEPTH && word == 2'b10);
    end
endmodule
