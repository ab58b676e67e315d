// fpgaml_exit: results of frames that end well come out, each beat once, in order, with tag and last; of broken frames
// either nothing, if that was known when the first beat was taken, or all, with the flag on the last beat, which waits for
// its frame's end; outputs hold while the sink waits; nothing else is refused. Unbounded (induction).
module proof #(parameter BEATS = 3) (
    input wire clk, input wire rst,
    input wire [1:0] in_data, input wire in_valid, input wire [1:0] in_tag,
    input wire end_valid, input wire end_broken, input wire out_ready
);
    wire in_ready, done, out_valid, out_last, out_broken;
    wire [1:0] out_data, out_tag;
    fpgaml_exit #(.BEAT_BITS(2), .BEATS(BEATS), .TAG_BITS(2)) dut (
        .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready), .in_tag(in_tag),
        .end_valid(end_valid), .end_broken(end_broken), .done(done),
        .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last), .out_tag(out_tag),
        .out_broken(out_broken)
    );

    (* hierconn *) wire [(BEATS > 1 ? $clog2(BEATS) : 1)-1:0] \dut.index ;
    (* hierconn *) wire \dut.dropping ;
    wire [31:0] index = \dut.index ;

    reg started = 0, after_reset = 0;
    reg [31:0] place = 0;    // of the next beat in, in its result
    reg dropped = 0;         // the result whose first beat has been taken is dropped
    reg known = 0, bad = 0;  // the end of the frame, once it is known
    reg [5:0] wanted = 0;    // the beat that was taken last and not dropped: data, tag, last, broken
    reg owed = 0;            // it has not come out
    reg stalled = 0;
    reg [5:0] held = 0;
    wire move = in_valid && in_ready;
    wire drop = place == 0 ? end_valid && end_broken : dropped;
    wire last = place == BEATS - 1;
    wire transfer = out_valid && out_ready;
    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        if (move) begin
            place <= last ? 0 : place + 1;
            dropped <= drop;
            if (!drop) wanted <= {in_data, in_tag, last, last && end_broken};
        end
        owed <= (move && !drop) || (owed && !transfer);
        known <= end_valid && !done;
        bad <= end_broken;
        stalled <= out_valid && !out_ready;
        held <= {out_data, out_tag, out_last, out_broken};
        if (rst) begin
            place <= 0;
            owed <= 0;
            known <= 0;
            stalled <= 0;
        end
    end

    always @* begin
        if (!started) assume (rst);
        if (started && known) assume (end_valid && end_broken == bad);  // an end that is known stays so until `done`
        if (started) begin
            if (after_reset) assert (!out_valid);
            if (stalled) assert (out_valid && {out_data, out_tag, out_last, out_broken} == held);
            assert (out_valid == owed);
            if (out_valid) assert ({out_data, out_tag, out_last, out_broken} == wanted);
            assert (done == (move && last));
            if (move && last) assert (end_valid);
            // Refused only where the sink holds back or the end is not known.
            assert (in_ready == (drop || ((!out_valid || out_ready) && (end_valid || !last))));
            // What makes it inductive.
            assert (place < BEATS && index == place);
            if (place != 0) assert (\dut.dropping == dropped);
            if (place != 0 && dropped) assert (known && bad);
        end
        cover (started && out_valid && out_last && (BEATS == 1 || out_broken) && stalled);
    end
endmodule
