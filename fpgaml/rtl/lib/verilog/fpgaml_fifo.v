// fpgaml_fifo: synchronous first-word fall-through FIFO of any DEPTH >= 1.
//
// Timing: a word written at edge t is on out_data after edge t, and may be read at edge t + 1. in_ready and out_valid
// come from registers. The memory is read asynchronously (LUTRAM, MLAB, distributed RAM), so that whoever reads
// registers the word only once; the reset reaches the pointers alone, never the memory. Where EAGER is 1, in_ready is
// high from the reset on: for a writer that does not ask. Else it is low until the cycle after, as AXI4-Stream wants it.
`default_nettype none

module fpgaml_fifo #(
    parameter WIDTH = 8,
    parameter DEPTH = 16,
    parameter EAGER = 0
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [WIDTH-1:0] in_data,
    input  wire             in_valid,
    output reg              in_ready,
    output wire [WIDTH-1:0] out_data,
    output reg              out_valid,
    input  wire             out_ready
);
    localparam ADDRESS_BITS = (DEPTH > 1) ? $clog2(DEPTH) : 1;
    localparam COUNT_BITS = $clog2(DEPTH + 1);
    localparam [31:0] LAST_ADDRESS = DEPTH - 1;
    localparam [31:0] FULL_COUNT = DEPTH;

    reg [WIDTH-1:0] memory [0:DEPTH-1];
    reg [ADDRESS_BITS-1:0] write_address;
    reg [ADDRESS_BITS-1:0] read_address;
    reg [COUNT_BITS-1:0] count;

    wire write = in_valid && in_ready;
    wire read = out_valid && out_ready;
    wire [COUNT_BITS-1:0] next_count =
        (write && !read) ? count + 1'b1 :
        (read && !write) ? count - 1'b1 : count;

    assign out_data = memory[read_address];

    always @(posedge clk) begin
        if (write)
            memory[write_address] <= in_data;
    end

    always @(posedge clk) begin
        if (write)
            write_address <= (write_address == LAST_ADDRESS[ADDRESS_BITS-1:0]) ? {ADDRESS_BITS{1'b0}} : write_address + 1'b1;
        if (read)
            read_address <= (read_address == LAST_ADDRESS[ADDRESS_BITS-1:0]) ? {ADDRESS_BITS{1'b0}} : read_address + 1'b1;
        count <= next_count;
        in_ready <= next_count != FULL_COUNT[COUNT_BITS-1:0];
        out_valid <= next_count != {COUNT_BITS{1'b0}};
        if (rst) begin
            write_address <= {ADDRESS_BITS{1'b0}};
            read_address <= {ADDRESS_BITS{1'b0}};
            count <= {COUNT_BITS{1'b0}};
            in_ready <= EAGER != 0;
            out_valid <= 1'b0;
        end
    end
endmodule

`default_nettype wire
