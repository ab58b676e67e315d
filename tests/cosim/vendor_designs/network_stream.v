// Ports as Vitis HLS writes them for io_stream: 3 beats of 4 elements of 12 bits in, 2 elements of 17 bits out.
// y[0] = sum of all x, y[1] = x[0][0] - x[2][3]. By hand, to try the bench on.
`timescale 1 ns / 1 ps

(* CORE_GENERATION_INFO="network_network,hls_ip_2023_2,{HLS_INPUT_ARCH=dataflow,HLS_SYN_LAT=4,HLS_SYN_TPT=3}" *)

module network (
        ap_clk,
        ap_rst_n,
        ap_start,
        ap_done,
        ap_ready,
        ap_idle,
        x_in_TDATA,
        x_in_TVALID,
        x_in_TREADY,
        layer2_out_TDATA,
        layer2_out_TVALID,
        layer2_out_TREADY
);

input   ap_clk;
input   ap_rst_n;
input   ap_start;
output   ap_done;
output   ap_ready;
output   ap_idle;
input  [63:0] x_in_TDATA;
input   x_in_TVALID;
output   x_in_TREADY;
output  [63:0] layer2_out_TDATA;
output   layer2_out_TVALID;
input   layer2_out_TREADY;

reg    [1:0] beat;
reg    [16:0] sum, first, y_0, y_1;
reg    valid;
wire   [16:0] x_0 = {{5{x_in_TDATA[11]}}, x_in_TDATA[11:0]};
wire   [16:0] x_1 = {{5{x_in_TDATA[27]}}, x_in_TDATA[27:16]};
wire   [16:0] x_2 = {{5{x_in_TDATA[43]}}, x_in_TDATA[43:32]};
wire   [16:0] x_3 = {{5{x_in_TDATA[59]}}, x_in_TDATA[59:48]};
wire   taken = x_in_TVALID & x_in_TREADY;

assign ap_done = layer2_out_TVALID & layer2_out_TREADY;
assign ap_ready = taken & (beat == 2'd2);
assign ap_idle = (beat == 2'd0) & ~ap_start;
assign x_in_TREADY = ap_start & ~(valid & (beat == 2'd2));
assign layer2_out_TVALID = valid;
assign layer2_out_TDATA = {{15{y_1[16]}}, y_1, {15{y_0[16]}}, y_0};

always @ (posedge ap_clk) begin
    if (ap_rst_n == 1'b0) begin
        beat <= 2'd0;
        valid <= 1'b0;
    end else begin
        if (taken) begin
            beat <= (beat == 2'd2) ? 2'd0 : beat + 2'd1;
            sum <= ((beat == 2'd0) ? 17'd0 : sum) + x_0 + x_1 + x_2 + x_3;
            if (beat == 2'd0) first <= x_0;
        end
        if (valid & layer2_out_TREADY) valid <= 1'b0;
        if (taken & (beat == 2'd2)) begin
            valid <= 1'b1;
            y_0 <= sum + x_0 + x_1 + x_2 + x_3;
            y_1 <= first - x_3;
        end
    end
end

endmodule //network
