// fpgaml_delay: what goes in comes out DEPTH cycles later, unless a reset was in between. Unbounded (induction).
module proof #(parameter DEPTH = 3) (input wire clk, input wire rst, input wire [1:0] in_data);
    wire [1:0] cleared, kept;
    fpgaml_delay #(.WIDTH(2), .DEPTH(DEPTH), .RESET(1)) valids (.clk(clk), .rst(rst), .in_data(in_data), .out_data(cleared));
    fpgaml_delay #(.WIDTH(2), .DEPTH(DEPTH), .RESET(0)) tags (.clk(clk), .rst(rst), .in_data(in_data), .out_data(kept));

    (* hierconn *) wire [DEPTH*2-1:0] \valids.stages ;
    (* hierconn *) wire [DEPTH*2-1:0] \tags.stages ;

    // A word picked at any moment, and its age.
    reg following = 0, reset_since = 0;
    reg [31:0] age = 0;
    reg [1:0] word = 0;
    (* anyseq *) wire pick;

    always @(posedge clk) begin
        age <= age + 1;
        if (rst) reset_since <= 1;
        if (age == DEPTH) following <= 0;
        if (!following && pick) begin
            following <= 1;
            age <= 1;
            word <= in_data;
            reset_since <= rst;
        end
    end

    always @* begin
        if (following) begin
            if (age == DEPTH) assert (kept == word && cleared == (reset_since ? 2'b0 : word));
            assert (age >= 1 && age <= DEPTH);
            assert (\tags.stages [(age-1)*2 +: 2] == word);
            assert (\valids.stages [(age-1)*2 +: 2] == (reset_since ? 2'b0 : word));
        end
        cover (following && age == DEPTH && !reset_since);
    end
endmodule
