// fpgaml_store: until its place is written again, a word is what is read at its address, READ_RANKS cycles later.
// One word, picked by the solver at any moment, is followed. Unbounded (induction).
module proof #(parameter WIDTH = 2, parameter ADDRESS_BITS = 2, parameter READ_RANKS = 1) (
    input wire clk, input wire rst,
    input wire in_valid, input wire [WIDTH-1:0] in_data, input wire [ADDRESS_BITS-1:0] read_address
);
    wire [WIDTH-1:0] read_data;
    fpgaml_store #(.WIDTH(WIDTH), .ADDRESS_BITS(ADDRESS_BITS), .READ_RANKS(READ_RANKS)) dut (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_data(in_data), .read_address(read_address), .read_data(read_data)
    );

    // The state inside; `words` is the memory as one vector (see fpgaml_store.watch.v).
    (* hierconn *) wire [ADDRESS_BITS-1:0] \dut.write_address ;
    (* hierconn *) wire [(WIDTH<<ADDRESS_BITS)-1:0] \dut.words ;
    (* hierconn *) wire [WIDTH-1:0] \dut.word ;

    reg started = 0;
    reg [ADDRESS_BITS-1:0] arrived = 0;  // words since reset
    reg held = 0;                        // a word is being followed,
    reg [ADDRESS_BITS-1:0] place = 0;    // it lies here,
    reg [WIDTH-1:0] word = 0;            // and this is what it must be
    reg asked = 0, asked_before = 0;     // its place was read one cycle ago, two cycles ago
    (* anyseq *) wire pick;

    wire over = in_valid && held && arrived == place;

    always @(posedge clk) begin
        started <= 1;
        arrived <= rst ? 0 : arrived + in_valid;
        asked <= held && read_address == place && !over;
        asked_before <= asked;
        if (over) held <= 0;
        if (started && in_valid && pick && !asked && !(held && read_address == place)) begin
            held <= 1;
            place <= arrived;
            word <= in_data;
        end
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            if (READ_RANKS == 1 && asked) assert (read_data == word);
            if (READ_RANKS == 2 && asked_before) assert (read_data == word);
            // What makes it inductive.
            assert (\dut.write_address == arrived);
            if (held) assert (\dut.words [place*WIDTH +: WIDTH] == word);
            if (asked) assert (\dut.word == word);
        end
        cover (started && (READ_RANKS == 1 ? asked : asked_before) && held && read_data == 2'b10);
    end
endmodule
