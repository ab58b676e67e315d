// The axis shell around any streaming core that gives BEATS_OUT beats for every frame that it is given, when it likes and
// whatever they are. The core gets whole frames at its pace; the FIFO of results, of tags and of frames' ends never
// overflow, and hold what belongs together: one frame, picked by the solver at any moment, is followed from its first beat
// until the last beat of its result is taken, with its tag, and its end as it was. Outputs hold while the sink waits; valid
// low after reset; a frame is refused only at the core's pace, or when the places of frames that have begun are not back.
// Unbounded (induction).
module network_core (
    input wire clk, input wire rst, input wire x_valid, input wire [3:0] x, output wire y_valid, output wire [3:0] y
);
    (* anyseq *) wire any_valid;
    (* anyseq *) wire [3:0] any_beat;
    assign y_valid = any_valid;
    assign y = any_beat;
endmodule

module proof #(
    parameter BEATS_IN = 2, parameter BEATS_OUT = 1, parameter SPACING = 1, parameter REST = 1,
    parameter DEPTH = 3, parameter FRAMES = 3
) (
    input wire clk, input wire rst,
    input wire [15:0] s_axis_tdata, input wire s_axis_tvalid, input wire s_axis_tlast, input wire [1:0] s_axis_tuser,
    input wire m_axis_tready
);
    wire s_axis_tready, m_axis_tvalid, m_axis_tlast, frame_broken, frame_short, frame_long;
    wire [15:0] m_axis_tdata;
    wire [1:0] m_axis_tuser;
    network dut (
        .aclk(clk), .aresetn(!rst),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .s_axis_tlast(s_axis_tlast), .s_axis_tuser(s_axis_tuser),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tlast(m_axis_tlast), .m_axis_tuser(m_axis_tuser),
        .frame_broken(frame_broken), .frame_short(frame_short), .frame_long(frame_long)
    );

    // The state inside.
    (* hierconn *) wire \dut.x_valid ;
    (* hierconn *) wire \dut.y_valid ;
    (* hierconn *) wire \dut.take ;
    (* hierconn *) wire \dut.room ;
    (* hierconn *) wire \dut.begins ;
    (* hierconn *) wire \dut.in_end ;
    (* hierconn *) wire \dut.in_broken ;
    (* hierconn *) wire [1:0] \dut.in_tag ;
    (* hierconn *) wire \dut.unused_fifo_ready ;
    (* hierconn *) wire \dut.unused_tags_ready ;
    (* hierconn *) wire \dut.unused_ends_ready ;
    (* hierconn *) wire \dut.unused_tags_valid ;
    (* hierconn *) wire \dut.result_valid ;
    (* hierconn *) wire \dut.result_ready ;
    (* hierconn *) wire \dut.result_done ;
    (* hierconn *) wire \dut.result_end ;
    (* hierconn *) wire \dut.result_broken ;
    (* hierconn *) wire [1:0] \dut.result_tag ;
    (* hierconn *) wire [(BEATS_IN > 1 ? $clog2(BEATS_IN) : 1)-1:0] \dut.gate.index ;
    (* hierconn *) wire \dut.gate.fill ;
    (* hierconn *) wire \dut.gate.discard ;
    (* hierconn *) wire [(BEATS_OUT > 1 ? $clog2(BEATS_OUT) : 1)-1:0] \dut.leave.index ;
    (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.places.free ;
    (* hierconn *) wire [$clog2(DEPTH+1)-1:0] \dut.fifo.count ;
    (* hierconn *) wire [$clog2(FRAMES+1)-1:0] \dut.tags.count ;
    (* hierconn *) wire [$clog2(FRAMES+1)-1:0] \dut.ends.count ;
    (* hierconn *) wire [(FRAMES > 1 ? $clog2(FRAMES) : 1)-1:0] \dut.tags.read_address ;
    (* hierconn *) wire [(FRAMES > 1 ? $clog2(FRAMES) : 1)-1:0] \dut.ends.read_address ;
    (* hierconn *) wire [(FRAMES > 1 ? $clog2(FRAMES) : 1)-1:0] \dut.tags.write_address ;
    (* hierconn *) wire [(FRAMES > 1 ? $clog2(FRAMES) : 1)-1:0] \dut.ends.write_address ;
    (* hierconn *) wire [FRAMES*2-1:0] \dut.tags.words ;
    (* hierconn *) wire [FRAMES-1:0] \dut.ends.words ;
    (* hierconn *) wire \dut.leave.dropping ;
    wire [5:0] index = \dut.gate.index ;
    wire [5:0] out_index = \dut.leave.index ;
    wire [5:0] free = \dut.places.free ;
    wire [5:0] stored = \dut.fifo.count ;
    wire [5:0] tags = \dut.tags.count ;
    wire [5:0] ends = \dut.ends.count ;
    wire [5:0] tag_address = \dut.tags.read_address ;
    wire [5:0] end_address = \dut.ends.read_address ;
    wire [5:0] tag_writes = \dut.tags.write_address ;
    wire [5:0] end_writes = \dut.ends.write_address ;

    reg started = 0, after_reset = 0;
    reg [5:0] owed = 0;   // beats that the core has still to give for the frames that have begun
    reg [5:0] begun = 0;  // frames whose result has not been taken whole, with the one that begins now
    reg open = 0;          // the frame that began last has not ended
    reg stalled = 0;
    reg [19:0] held = 0;
    wire accept = s_axis_tvalid && s_axis_tready;
    wire ends_now = accept && !\dut.gate.discard && (s_axis_tlast || index == BEATS_IN - 1);
    always @(posedge clk) begin
        started <= 1;
        after_reset <= rst;
        owed <= owed + (\dut.take ? BEATS_OUT : 0) - \dut.y_valid ;
        begun <= begun + \dut.take - \dut.result_done ;
        if (\dut.take ) open <= 1;
        if (ends_now) open <= 0;
        stalled <= m_axis_tvalid && !m_axis_tready;
        held <= {m_axis_tdata, m_axis_tlast, m_axis_tuser, frame_broken};
        if (rst) begin
            owed <= 0;
            begun <= 0;
            open <= 0;
            stalled <= 0;
        end
    end

    // The frame that is followed: so many are before it, and this is its tag and how it ended.
    reg following = 0, followed_open = 0, broken = 0;
    reg [5:0] ahead = 0;
    reg [1:0] tag = 0;
    (* anyseq *) wire pick;
    always @(posedge clk) begin
        if (following && \dut.result_done ) begin
            ahead <= ahead - 1;
            following <= ahead != 0;
        end
        if (following && followed_open && ends_now) begin
            followed_open <= 0;
            broken <= s_axis_tlast != (index == BEATS_IN - 1);
        end
        if (!following && \dut.take && pick) begin
            following <= 1;
            ahead <= begun - \dut.result_done ;
            tag <= s_axis_tuser;
            followed_open <= !ends_now;
            broken <= s_axis_tlast != (index == BEATS_IN - 1);
        end
        if (rst) following <= 0;
    end

    function [5:0] wrapped(input [5:0] place);
        wrapped = place >= FRAMES ? place - FRAMES : place;
    endfunction
    wire [5:0] fresh = \dut.begins ? BEATS_OUT : 0;  // of the frame that the core is given now
    wire [5:0] tag_place = wrapped(tag_address + ahead);
    wire [5:0] end_place = wrapped(end_address + ahead);
    always @* begin
        if (!started) assume (rst);
        if (started && \dut.y_valid ) assume (owed > fresh);
        if (started) begin
            if (after_reset) assert (!m_axis_tvalid && !s_axis_tready && !frame_short && !frame_long);
            if (stalled) assert (m_axis_tvalid && {m_axis_tdata, m_axis_tlast, m_axis_tuser, frame_broken} == held);
            if (\dut.y_valid ) assert (\dut.unused_fifo_ready );
            if (\dut.begins ) assert (\dut.unused_tags_ready );
            if (\dut.in_end ) assert (\dut.unused_ends_ready );
            if (\dut.result_valid ) assert (\dut.unused_tags_valid );
            if (\dut.result_done ) assert (\dut.result_end && \dut.unused_tags_valid );
            if (following && ahead == 0 && \dut.result_valid ) assert (\dut.result_tag == tag);
            if (following && ahead == 0 && \dut.result_end ) assert (!followed_open && \dut.result_broken == broken);
            // A frame may begin as soon as there is room for its whole result.
            assert (\dut.room == (owed + stored + BEATS_OUT <= DEPTH && !after_reset));
            // What makes it inductive.
            if (after_reset) assert (owed == 0 && begun == 0 && !open && !following && out_index == 0 && index == 0);
            assert (free + owed + stored == DEPTH && owed >= fresh && owed <= DEPTH && stored <= DEPTH && begun <= FRAMES);
            assert (out_index < BEATS_OUT && index < BEATS_IN);
            assert (owed + stored + out_index == BEATS_OUT * begun);
            assert (tags + \dut.begins == begun && ends + \dut.in_end + open == begun);
            assert (open == (index != 0 && !\dut.gate.fill ));
            assert (!(\dut.gate.fill && \dut.gate.discard ) && !(open && \dut.gate.discard ));
            if (\dut.gate.discard ) assert (index == 0);
            if (\dut.gate.fill ) assert (index != 0);
            assert (\dut.result_valid == (stored != 0) && \dut.result_end == (ends != 0) && \dut.unused_tags_valid == (tags != 0));
            assert (\dut.unused_fifo_ready == (stored != DEPTH && !after_reset));
            assert (\dut.unused_tags_ready == (tags != FRAMES && !after_reset));
            assert (\dut.unused_ends_ready == (ends != FRAMES && !after_reset));
            assert (tag_address < FRAMES && tag_writes == wrapped(tag_address + tags));
            assert (end_address < FRAMES && end_writes == wrapped(end_address + ends));
            if (\dut.begins || \dut.in_end ) assert (!after_reset);
            if (out_index != 0) assert (begun != 0);
            if (out_index != 0 && \dut.leave.dropping ) assert (\dut.result_end && \dut.result_broken );
            if (following) begin
                assert (ahead < begun);
                if (ahead < tags) assert (\dut.tags.words [tag_place*2 +: 2] == tag);
                else assert (\dut.begins && \dut.in_tag == tag);
                if (ahead < ends) assert (!followed_open && \dut.ends.words [end_place] == broken);
                else if (followed_open) assert (open && ahead == begun - 1);
                else assert (\dut.in_end && \dut.in_broken == broken);
            end
        end
        cover (started && following && ahead == 0 && \dut.result_done && broken);
    end
endmodule
