// The axis shell in Verilog and the same in VHDL do the same on every input, from reset on. Bounded.
module proof #(parameter IN_BITS = 8, parameter OUT_BITS = 8, parameter TAG_BITS = 1) (
    input wire clk, input wire rst,
    input wire [IN_BITS-1:0] s_axis_tdata, input wire s_axis_tvalid, input wire s_axis_tlast, input wire [TAG_BITS-1:0] s_axis_tuser,
    input wire m_axis_tready
);
    wire [OUT_BITS-1:0] tdata, tdata_vhdl;
    wire [TAG_BITS-1:0] tuser, tuser_vhdl;
    wire tready, tvalid, tlast, frame_short, frame_long;
    wire tready_vhdl, tvalid_vhdl, tlast_vhdl, frame_short_vhdl, frame_long_vhdl;
    network verilog (
        .aclk(clk), .aresetn(!rst),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(tready),
        .s_axis_tlast(s_axis_tlast), .s_axis_tuser(s_axis_tuser),
        .m_axis_tdata(tdata), .m_axis_tvalid(tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tlast(tlast), .m_axis_tuser(tuser), .frame_short(frame_short), .frame_long(frame_long)
    );
    network_vhdl vhdl (
        .aclk(clk), .aresetn(!rst),
        .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(tready_vhdl),
        .s_axis_tlast(s_axis_tlast), .s_axis_tuser(s_axis_tuser),
        .m_axis_tdata(tdata_vhdl), .m_axis_tvalid(tvalid_vhdl), .m_axis_tready(m_axis_tready),
        .m_axis_tlast(tlast_vhdl), .m_axis_tuser(tuser_vhdl), .frame_short(frame_short_vhdl), .frame_long(frame_long_vhdl)
    );

    reg started = 0;
    always @(posedge clk) started <= 1;

    always @* begin
        if (!started) assume (rst);
        if (started) begin
            assert (tready == tready_vhdl && tvalid == tvalid_vhdl);
            assert (frame_short == frame_short_vhdl && frame_long == frame_long_vhdl);
            if (tvalid) assert (tdata == tdata_vhdl && tlast == tlast_vhdl && tuser == tuser_vhdl);
        end
        cover (started && tvalid);
    end
endmodule
