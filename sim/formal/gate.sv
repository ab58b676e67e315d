// fpgaml_gate against a count of beats: the core gets whole frames only, beats SPACING apart and frames REST apart, each
// with the data that came for it; a frame begins only with room, and claims it once; the tag is that of its first beat;
// short and long frames are flagged once, as their end is known; beats are refused for no other reason.
// Unbounded (induction).
module proof #(parameter BEATS = 3, parameter SPACING = 2, parameter REST = 4) (
    input wire clk, input wire rst,
    input wire [1:0] in_data, input wire in_valid, input wire in_last, input wire [1:0] in_tag, input wire room
);
    wire in_ready, take, x_valid, begins, end_valid, end_broken, frame_short, frame_long;
    wire [1:0] x_data, tag;
    fpgaml_gate #(.BEAT_BITS(2), .BEATS(BEATS), .SPACING(SPACING), .REST(REST), .TAG_BITS(2)) dut (
        .clk(clk), .rst(rst),
        .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready), .in_last(in_last), .in_tag(in_tag),
        .room(room), .take(take), .x_data(x_data), .x_valid(x_valid), .begins(begins), .tag(tag),
        .end_valid(end_valid), .end_broken(end_broken), .frame_short(frame_short), .frame_long(frame_long)
    );

    (* hierconn *) wire [(BEATS > 1 ? $clog2(BEATS) : 1)-1:0] \dut.index ;
    (* hierconn *) wire \dut.fill ;
    (* hierconn *) wire \dut.discard ;
    (* hierconn *) wire \dut.spaced ;
    (* hierconn *) wire \dut.due ;
    wire [31:0] index = \dut.index ;

    reg started = 0, after_reset = 0;
    // What comes in.
    reg [31:0] place = 0;   // of the next beat to be accepted in its frame; BEATS: the frame is whole, or being completed
    reg overlong = 0;
    reg ended = 0;          // in_last came early: the frame is being completed
    wire accept = in_valid && in_ready;
    wire enter = accept && !overlong;
    wire at_end = place == BEATS - 1;
    reg good = 0, short = 0, long = 0;
    reg [1:0] data = 0, first_tag = 0;
    // What goes on, counted at x.
    reg [31:0] sent = 0;     // beats of the frame that have gone on
    reg [31:0] since = REST; // cycles since the last one, REST at most
    reg any = 0;             // a beat has been accepted since the reset
    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        good <= enter && in_last && at_end;
        short <= enter && in_last && !at_end;
        long <= enter && !in_last && at_end;
        if (accept && overlong)
            overlong <= !in_last;
        if (enter) begin
            data <= in_data;
            any <= 1;
            if (place == 0) first_tag <= in_tag;
            place <= (at_end || in_last) ? 0 : place + 1;
            overlong <= at_end && !in_last;
            if (in_last && !at_end) ended <= 1;
        end
        since <= x_valid ? 1 : since < REST ? since + 1 : since;
        if (x_valid) begin
            sent <= sent == BEATS - 1 ? 0 : sent + 1;
            if (sent == BEATS - 1) ended <= 0;
        end
        if (rst) begin
            good <= 0;
            short <= 0;
            long <= 0;
            overlong <= 0;
            ended <= 0;
            place <= 0;
            sent <= 0;
            since <= REST;
            any <= 0;
        end
    end

    wire [31:0] sent_next = x_valid ? (sent == BEATS - 1 ? 0 : sent + 1) : sent;
    wire [31:0] since_next = x_valid ? 1 : since < REST ? since + 1 : since;  // as the beat that is accepted now meets it
    wire filling = ended && !(x_valid && sent == BEATS - 1);
    reg goes_on = 0;  // the beat that was accepted, or the next one of a frame that is completed, as soon as it may
    always @(posedge clk) goes_on <= !rst && (enter || (filling && since_next >= SPACING));
    always @* begin
        if (!started) assume (rst);
        if (started) begin
            if (after_reset) assert (!x_valid && !begins && !end_valid && !frame_short && !frame_long);
            // The core's pace, whole frames, and what belongs to them.
            assert (x_valid == goes_on);
            if (x_valid) begin
                assert (since >= (sent == 0 ? REST : SPACING));
                assert (x_data == data && tag == first_tag);
            end
            assert (begins == (x_valid && sent == 0));
            assert (take == (enter && place == 0));
            if (take) assert (room);
            assert (frame_short == short && frame_long == long && end_valid == (good || short || long));
            if (end_valid) assert (end_broken == !good);
            // Refused only while it must be.
            assert (in_ready == (overlong || (!filling && since_next >= SPACING &&
                                              (sent_next != 0 || (since_next >= REST && room)))));
            // What makes it inductive.
            assert (sent < BEATS && index == sent_next && \dut.fill == filling && \dut.discard == overlong);
            if (!filling) assert (place == sent_next);
            if (filling) assert (place == 0 && !overlong);
            if (overlong) assert (place == 0);
            if (ended && !filling) assert (x_valid);
            if (ended) assert (sent_next != 0 || x_valid);
            assert (\dut.spaced == (since_next >= SPACING));
            if (REST != SPACING && sent_next == 0) assert (\dut.due == (since_next >= REST));
            assert (since >= 1 && since <= REST);
            if (place != 0 || filling) assert (any && tag == first_tag && x_data == data);
            if (any) assert (x_data == data && tag == first_tag);
            if (x_valid || sent != 0) assert (any);
        end
        cover (started && x_valid && sent == BEATS - 1 && (ended || BEATS == 1));
    end
endmodule
