// fpgaml_deframer: the beats that come out are those of the frames that went in, each once, in order, with tag and last;
// outputs hold while the sink waits. Unbounded (induction).
module proof #(parameter BITS = 2, parameter BEATS = 3) (
    input wire clk, input wire rst,
    input wire [BEATS*BITS-1:0] in_data, input wire [1:0] in_tag, input wire in_valid, input wire out_ready
);
    wire in_ready, out_valid, out_last;
    wire [BITS-1:0] out_data;
    wire [1:0] out_tag;
    fpgaml_deframer #(.BEAT_BITS(BITS), .BEATS(BEATS), .TAG_BITS(2)) dut (
        .clk(clk), .rst(rst), .in_data(in_data), .in_tag(in_tag), .in_valid(in_valid), .in_ready(in_ready),
        .out_data(out_data), .out_valid(out_valid), .out_ready(out_ready), .out_last(out_last), .out_tag(out_tag)
    );

    (* hierconn *) wire [(BEATS > 1 ? $clog2(BEATS) : 1)-1:0] \dut.index ;
    wire [31:0] index = \dut.index ;

    reg started = 0;
    reg after_reset = 0;
    reg waiting = 0;                // a frame was offered and not taken: it must still be there
    reg [BEATS*BITS-1:0] frame = 0; // the frame offered last
    reg [1:0] tag = 0;
    reg stalled = 0;
    reg [BITS+2:0] held = 0;        // what the sink has not taken
    reg [31:0] place = 0;           // of the next beat out in its frame, counted at the port
    reg [31:0] unsent = 0;          // frames taken whose last beat the sink has not taken
    wire transfer = out_valid && out_ready;

    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        waiting <= in_valid && !in_ready;
        if (in_valid) begin
            frame <= in_data;
            tag <= in_tag;
        end
        stalled <= out_valid && !out_ready;
        held <= {out_data, out_last, out_tag};
        if (transfer) place <= (place == BEATS - 1) ? 0 : place + 1;
        unsent <= unsent + (in_valid && in_ready) - (transfer && place == BEATS - 1);
        if (rst) begin
            waiting <= 0;
            stalled <= 0;
            place <= 0;
            unsent <= 0;
        end
    end

    // The frame that the beat in the output register belongs to. While its beats are loaded it stays on in_data; once
    // the last one is loaded, the next frame may stand there.
    reg [BEATS*BITS-1:0] shown = 0;
    reg [1:0] shown_tag = 0;
    always @(posedge clk)
        if ((!out_valid || out_ready) && in_valid) begin
            shown <= in_data;
            shown_tag <= in_tag;
        end

    always @* begin
        if (!started) assume (rst);
        if (started && waiting) assume (in_valid && in_data == frame && in_tag == tag);
        if (started) begin
            if (after_reset) assert (!out_valid);
            if (stalled) assert (out_valid && {out_data, out_last, out_tag} == held);
            if (out_valid) assert (out_data == shown[place*BITS +: BITS] && out_last == (place == BEATS - 1) && out_tag == shown_tag);
            assert (unsent == (out_valid && place == BEATS - 1));
            // What makes it inductive.
            assert (place < BEATS && index == (out_valid ? (place + 1) % BEATS : place));
            if (index != 0) assert (waiting && shown == frame && shown_tag == tag);
        end
        cover (started && out_valid && out_last && stalled);
    end
endmodule
