// fpgaml_framer against a model that writes beats to their places: a frame is handed on exactly if it is good, with its
// beats in order and the tag of its first beat; short and long frames are flagged once and claim nothing.
// Unbounded (induction).
module proof #(parameter BITS = 2, parameter BEATS = 3) (
    input wire clk, input wire rst,
    input wire [BITS-1:0] in_data, input wire in_valid, input wire in_last, input wire [1:0] in_tag, input wire credit
);
    wire in_ready, take, frame_valid, frame_short, frame_long;
    wire [BEATS*BITS-1:0] frame_data;
    wire [1:0] frame_tag;
    fpgaml_framer #(.BEAT_BITS(BITS), .BEATS(BEATS), .TAG_BITS(2)) dut (
        .clk(clk), .rst(rst), .in_data(in_data), .in_valid(in_valid), .in_ready(in_ready), .in_last(in_last), .in_tag(in_tag),
        .credit(credit), .take(take), .frame_data(frame_data), .frame_valid(frame_valid), .frame_tag(frame_tag),
        .frame_short(frame_short), .frame_long(frame_long)
    );

    (* hierconn *) wire [(BEATS > 1 ? $clog2(BEATS) : 1)-1:0] \dut.index ;
    (* hierconn *) wire \dut.discard ;
    wire [31:0] index = \dut.index ;

    reg started = 0;
    reg [31:0] place = 0;             // of the next beat in its frame
    reg overlong = 0;                 // waiting for the end of a frame that is too long
    reg [BEATS*BITS-1:0] frame = 0;   // of the model
    reg [1:0] tag = 0;
    reg good = 0, short = 0, long = 0;  // what the last beat did
    wire accept = in_valid && in_ready;

    always @(posedge clk) begin
        started <= 1;
        good <= 0;
        short <= 0;
        long <= 0;
        if (accept && overlong)
            overlong <= !in_last;
        if (accept && !overlong) begin
            frame[place*BITS +: BITS] <= in_data;
            if (place == 0) tag <= in_tag;
            place <= (in_last || place == BEATS - 1) ? 0 : place + 1;
            good <= in_last && place == BEATS - 1;
            short <= in_last && place < BEATS - 1;
            long <= !in_last && place == BEATS - 1;
            overlong <= !in_last && place == BEATS - 1;
        end
        if (rst) begin
            good <= 0;
            short <= 0;
            long <= 0;
            overlong <= 0;
            place <= 0;
        end
    end

    integer b;
    always @* begin
        if (!started) assume (rst);
        assert (in_ready == credit);
        if (started) begin
            assert (take == (accept && !overlong && in_last && place == BEATS - 1));
            assert (frame_valid == good && frame_short == short && frame_long == long);
            if (good) assert (frame_data == frame && frame_tag == tag);
            // What makes it inductive: beats of an unfinished frame lie at the top.
            assert (place < BEATS && index == place && \dut.discard == overlong);
            if (overlong) assert (place == 0);
            if (place != 0) assert (frame_tag == tag);
            for (b = 0; b < BEATS; b = b + 1)
                if (b < place) assert (frame_data[(BEATS-place+b)*BITS +: BITS] == frame[b*BITS +: BITS]);
        end
        cover (started && good);
    end
endmodule
