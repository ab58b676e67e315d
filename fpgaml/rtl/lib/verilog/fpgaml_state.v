// fpgaml_state: what CHANNELS recurrent layers remember from one of their steps to the next; their steps come in turn.
//
// A frame is STEPS steps of each channel: step 0 of every channel, step 1 of every channel, and so on. New states come
// back in the order in which the steps began. Each channel has one place: its next state must be back before the step
// that reads it, and not before the one that reads the state that it replaces.
// Timing: state, first and last follow registers, in the cycle of `take`, which begins a step: what the channel's step
// before gave, and whether the step is the first or the last of its frame. In a first step state means nothing. A word
// with in_valid sampled at edge t is there for a take in the next cycle. The memory is read asynchronously (LUTRAM, MLAB,
// distributed RAM) and never reset; rst begins a frame.
`default_nettype none

module fpgaml_state #(
    parameter WIDTH = 8,
    parameter CHANNELS = 1,
    parameter STEPS = 2
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             take,
    output reg              first,
    output reg              last,
    output wire [WIDTH-1:0] state,
    input  wire             in_valid,
    input  wire [WIDTH-1:0] in_data
);
    localparam CHANNEL_BITS = (CHANNELS > 1) ? $clog2(CHANNELS) : 1;
    localparam STEP_BITS = (STEPS > 1) ? $clog2(STEPS) : 1;
    localparam [31:0] LAST_CHANNEL = CHANNELS - 1;
    localparam [31:0] LAST_STEP = STEPS - 1;

    reg [WIDTH-1:0] memory [0:CHANNELS-1];
    reg [CHANNEL_BITS-1:0] read_channel;
    reg [CHANNEL_BITS-1:0] write_channel;
    reg [STEP_BITS-1:0] step;

    wire [STEP_BITS-1:0] next_step = (step == LAST_STEP[STEP_BITS-1:0]) ? {STEP_BITS{1'b0}} : step + 1'b1;

    assign state = memory[read_channel];

    always @(posedge clk) begin
        if (in_valid)
            memory[write_channel] <= in_data;
    end

    always @(posedge clk) begin
        if (in_valid)
            write_channel <= (write_channel == LAST_CHANNEL[CHANNEL_BITS-1:0]) ? {CHANNEL_BITS{1'b0}} : write_channel + 1'b1;
        if (take) begin
            read_channel <= read_channel + 1'b1;
            if (read_channel == LAST_CHANNEL[CHANNEL_BITS-1:0]) begin
                read_channel <= {CHANNEL_BITS{1'b0}};
                step <= next_step;
                first <= next_step == {STEP_BITS{1'b0}};
                last <= next_step == LAST_STEP[STEP_BITS-1:0];
            end
        end
        if (rst) begin
            read_channel <= {CHANNEL_BITS{1'b0}};
            write_channel <= {CHANNEL_BITS{1'b0}};
            step <= {STEP_BITS{1'b0}};
            first <= 1'b1;
            last <= STEPS == 1;
        end
    end
endmodule

`default_nettype wire
