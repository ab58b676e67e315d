// fpgaml_state: steps are told to be first and last as they come, and a step reads what its channel's step before gave.
// One word, picked by the solver at any moment, is followed. Unbounded (induction), for steps that begin once the state
// that they read is back, and states that come back in order.
module proof #(parameter CHANNELS = 2, parameter STEPS = 3) (
    input wire clk, input wire rst, input wire take, input wire in_valid, input wire [1:0] in_data
);
    wire first, last;
    wire [1:0] state;
    fpgaml_state #(.WIDTH(2), .CHANNELS(CHANNELS), .STEPS(STEPS)) dut (
        .clk(clk), .rst(rst), .take(take), .first(first), .last(last), .state(state),
        .in_valid(in_valid), .in_data(in_data)
    );

    // The state inside; `words` is the memory as one vector (see fpgaml_state.watch.v).
    (* hierconn *) wire [(CHANNELS > 1 ? $clog2(CHANNELS) : 1)-1:0] \dut.read_channel ;
    (* hierconn *) wire [(CHANNELS > 1 ? $clog2(CHANNELS) : 1)-1:0] \dut.write_channel ;
    (* hierconn *) wire [(STEPS > 1 ? $clog2(STEPS) : 1)-1:0] \dut.step ;
    (* hierconn *) wire [CHANNELS*2-1:0] \dut.words ;
    wire [31:0] read_channel = \dut.read_channel , write_channel = \dut.write_channel , step = \dut.step ;

    reg started = 0;
    reg [31:0] turn = 0;      // steps begun since reset, modulo a frame's
    reg [31:0] away = 0;      // of them, states that are not back
    reg following = 0;        // a state is being followed,
    reg [31:0] between = 0;   // so many steps begin before the one that reads it,
    reg [31:0] place = 0;     // it belongs to this channel,
    reg [1:0] word = 0;       // and this is what it must be
    (* anyseq *) wire pick;

    always @(posedge clk) begin
        started <= 1;
        if (take) turn <= (turn + 1) % (CHANNELS * STEPS);
        away <= away + take - in_valid;
        if (take && following) begin
            following <= between != 0;
            between <= between - 1;
        end
        if (in_valid && pick && !following) begin
            following <= 1;
            // After this one come the steps of channels that follow it, less those that have begun.
            between <= CHANNELS - away - take;
            place <= write_channel;
            word <= in_data;
        end
        if (rst) begin
            turn <= 0;
            away <= 0;
            following <= 0;
        end
    end

    always @* begin
        if (!started) assume (rst);
        if (in_valid) assume (away != 0);
        if (take) assume (away < CHANNELS);
        if (started) begin
            assert (first == (turn < CHANNELS));
            assert (last == (turn >= CHANNELS * (STEPS - 1)));
            if (following && take && between == 0) assert (state == word && read_channel == place);
            // What makes it inductive.
            assert (turn < CHANNELS * STEPS && step < STEPS && read_channel < CHANNELS && write_channel < CHANNELS);
            assert (turn == step * CHANNELS + read_channel);
            assert (away <= CHANNELS && (write_channel + away) % CHANNELS == read_channel);
            if (following) assert (place < CHANNELS && between < CHANNELS && between + away < CHANNELS);
            if (following) assert ((read_channel + between) % CHANNELS == place);
            if (following) assert (\dut.words [place*2 +: 2] == word);
        end
        cover (started && following && take && between == 0 && word == 2'b10);
    end
endmodule
