// The axis shell around a core that inverts a frame of two signed elements of two bits. For every frame that is accepted:
// its result comes out once, unchanged, in its turn, with its tag, with tlast on its last beat; outputs hold while the
// sink waits; the FIFO is never asked to take more than it holds; a bad frame is flagged and leaves no trace; the input is
// refused only if DEPTH results are outstanding, and a result that is outstanding appears within LATENCY + 3 cycles.
// One frame, picked by the solver at any moment, is followed from its last beat in to its last beat out.
// Unbounded (induction).
module proof #(parameter BEATS_IN = 1, parameter BEATS_OUT = 1, parameter LATENCY = 2, parameter DEPTH = 5) (
    input wire clk, input wire rst,
    input wire [16/BEATS_IN-1:0] s_axis_tdata, input wire s_axis_tvalid, input wire s_axis_tlast, input wire [1:0] s_axis_tuser,
    input wire m_axis_tready
);
    localparam BEAT_IN = 2 / BEATS_IN;
    localparam BEAT_OUT = 2 / BEATS_OUT;

    wire s_axis_tready, m_axis_tvalid, m_axis_tlast, frame_short, frame_long;
    wire [16/BEATS_OUT-1:0] m_axis_tdata;
    wire [1:0] m_axis_tuser;
    network dut (
        .aclk(clk), .aresetn(!rst),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .s_axis_tlast(s_axis_tlast), .s_axis_tuser(s_axis_tuser),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tlast(m_axis_tlast), .m_axis_tuser(m_axis_tuser),
        .frame_short(frame_short), .frame_long(frame_long)
    );

    // The state inside.
    (* hierconn *) wire \dut.framer.index ;
    (* hierconn *) wire \dut.framer.discard ;
    (* hierconn *) wire [3:0] \dut.in_frame ;
    (* hierconn *) wire [1:0] \dut.in_tag ;
    (* hierconn *) wire \dut.in_valid ;
    (* hierconn *) wire [LATENCY*4-1:0] \dut.core.ranks ;
    (* hierconn *) wire [LATENCY-1:0] \dut.valids.stages ;
    (* hierconn *) wire [LATENCY*2-1:0] \dut.tags.stages ;
    (* hierconn *) wire \dut.y_valid ;
    (* hierconn *) wire \dut.unused_fifo_ready ;
    (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.credits.count ;
    (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.fifo.count ;
    (* hierconn *) wire [$clog2(DEPTH)-1:0] \dut.fifo.write_address ;
    (* hierconn *) wire [$clog2(DEPTH)-1:0] \dut.fifo.read_address ;
    (* hierconn *) wire [DEPTH*6-1:0] \dut.fifo.words ;
    (* hierconn *) wire \dut.result_valid ;
    (* hierconn *) wire \dut.deframer.index ;
    wire [31:0] framer_index = \dut.framer.index ;
    wire [31:0] deframer_index = \dut.deframer.index ;
    wire [31:0] credits = \dut.credits.count ;
    wire [31:0] stored = \dut.fifo.count ;
    wire [31:0] read_address = \dut.fifo.read_address ;
    wire [31:0] write_address = \dut.fifo.write_address ;
    wire [LATENCY:0] valids = {\dut.valids.stages , \dut.in_valid };  // of the frame's register and of each rank
    wire [LATENCY*4+3:0] frames = {\dut.core.ranks , \dut.in_frame };
    wire [LATENCY*2+1:0] tags = {\dut.tags.stages , \dut.in_tag };

    reg started = 0, after_reset = 0;

    // What comes in: beats are written to their places.
    reg [31:0] place = 0;
    reg overlong = 0;
    reg [3:0] frame = 0;
    reg [1:0] tag = 0;
    reg good = 0, short = 0, long = 0;
    wire accept = s_axis_tvalid && s_axis_tready;
    wire completes = accept && !overlong && s_axis_tlast && place == BEATS_IN - 1;
    wire [1:0] whole_tag = place == 0 ? s_axis_tuser : tag;
    reg [3:0] whole;
    integer lane;
    always @* begin
        whole = frame;
        for (lane = 0; lane < BEAT_IN; lane = lane + 1)
            whole[(place*BEAT_IN+lane)*2 +: 2] = s_axis_tdata[lane*8 +: 2];
    end
    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        good <= completes;
        short <= 0;
        long <= 0;
        if (accept && overlong)
            overlong <= !s_axis_tlast;
        if (accept && !overlong) begin
            frame <= whole;
            tag <= whole_tag;
            place <= (s_axis_tlast || place == BEATS_IN - 1) ? 0 : place + 1;
            short <= s_axis_tlast && place != BEATS_IN - 1;
            long <= !s_axis_tlast && place == BEATS_IN - 1;
            overlong <= !s_axis_tlast && place == BEATS_IN - 1;
        end
        if (rst) begin
            good <= 0;
            short <= 0;
            long <= 0;
            overlong <= 0;
            place <= 0;
        end
    end

    // What comes out.
    wire transfer = m_axis_tvalid && m_axis_tready;
    wire leaves = transfer && m_axis_tlast;
    reg [31:0] out_place = 0;
    reg [31:0] outstanding = 0;  // frames accepted whose last beat has not come out
    reg [31:0] waited = 0;       // cycles since some frame is outstanding and nothing is on offer
    reg stalled = 0;
    reg [16/BEATS_OUT+2:0] held = 0;
    always @(posedge clk) begin
        if (transfer) out_place <= out_place == BEATS_OUT - 1 ? 0 : out_place + 1;
        outstanding <= outstanding + completes - leaves;
        waited <= (outstanding != 0 && !m_axis_tvalid) ? waited + 1 : 0;
        stalled <= m_axis_tvalid && !m_axis_tready;
        held <= {m_axis_tdata, m_axis_tlast, m_axis_tuser};
        if (rst) begin
            out_place <= 0;
            outstanding <= 0;
            waited <= 0;
            stalled <= 0;
        end
    end

    // The frame that is followed.
    reg following = 0;
    reg [31:0] ahead = 0;         // frames that come out before it
    reg [31:0] stage = 0;         // 0: frame's register; 1 to LATENCY: ranks of the core; beyond: FIFO, output
    reg [3:0] expected = 0;
    reg [1:0] expected_tag = 0;
    (* anyseq *) wire pick;
    always @(posedge clk) begin
        if (stage <= LATENCY) stage <= stage + 1;
        if (following && leaves) begin
            ahead <= ahead - 1;
            following <= ahead != 0;
        end
        if (!following && completes && pick) begin
            following <= 1;
            ahead <= outstanding - leaves;
            stage <= 0;
            expected <= ~whole;
            expected_tag <= whole_tag;
        end
        if (rst) following <= 0;
    end

    reg [16/BEATS_OUT-1:0] expected_beat;
    reg [1:0] element;
    integer out_lane;
    always @* begin
        for (out_lane = 0; out_lane < BEAT_OUT; out_lane = out_lane + 1) begin
            element = expected[(out_place*BEAT_OUT+out_lane)*2 +: 2];
            expected_beat[out_lane*8 +: 8] = {{6{element[1]}}, element};
        end
    end

    wire leaving = m_axis_tvalid && m_axis_tlast;             // a frame is in the output register alone
    wire in_output = ahead == 0 && leaving;                   // the one that is followed
    wire [31:0] behind = ahead - leaving;                     // its place in FIFO and pipeline together
    reg [31:0] in_flight, older;
    integer s;
    always @* begin
        in_flight = 0;
        older = 0;
        for (s = 0; s <= LATENCY; s = s + 1) begin
            in_flight = in_flight + valids[s];
            if (s > stage) older = older + valids[s];
        end
    end

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            if (after_reset) assert (!m_axis_tvalid && !s_axis_tready && !frame_short && !frame_long);
            if (stalled) assert (m_axis_tvalid && {m_axis_tdata, m_axis_tlast, m_axis_tuser} == held);
            if (\dut.y_valid ) assert (\dut.unused_fifo_ready );
            if (m_axis_tvalid) assert (outstanding != 0 && m_axis_tlast == (out_place == BEATS_OUT - 1));
            if (following && ahead == 0 && m_axis_tvalid)
                assert (m_axis_tdata == expected_beat && m_axis_tuser == expected_tag);
            assert (frame_short == short && frame_long == long);
            if (!s_axis_tready && !after_reset) assert (outstanding >= DEPTH);
            assert (outstanding <= DEPTH + 1);
            assert (waited <= LATENCY + 2);

            // What makes it inductive.
            if (after_reset) assert (outstanding == 0 && place == 0 && out_place == 0 && !following && in_flight == 0);
            assert (place < BEATS_IN && framer_index == place && \dut.framer.discard == overlong && \dut.in_valid == good);
            if (overlong) assert (place == 0);
            if (place != 0) assert (\dut.in_frame [3:2] == frame[1:0] && \dut.in_tag == tag);
            assert (credits + in_flight + stored == DEPTH);
            assert (s_axis_tready == (credits != 0 && !after_reset));
            assert (read_address < DEPTH && write_address == (read_address + stored) % DEPTH);
            assert (\dut.result_valid == (stored != 0) && \dut.unused_fifo_ready == (stored != DEPTH && !after_reset));
            assert (outstanding == in_flight + stored + leaving);
            assert (out_place < BEATS_OUT && deframer_index == (m_axis_tvalid ? (out_place + 1) % BEATS_OUT : out_place));
            if (deframer_index != 0) assert (stored != 0);
            if (following) begin
                assert (ahead < outstanding && stage <= LATENCY + 1);
                if (in_output) assert (stage == LATENCY + 1);
                else if (stage <= LATENCY)
                    assert (valids[stage] && frames[stage*4 +: 4] == ~expected && tags[stage*2 +: 2] == expected_tag &&
                            behind == stored + older);
                else
                    assert (behind < stored && \dut.fifo.words [((read_address+behind)%DEPTH)*6 +: 6] == {expected_tag, expected});
            end
        end
        cover (started && following && in_output && stalled && !s_axis_tready);
    end
endmodule
