// fpgaml_store: a memory of 2**ADDRESS_BITS words, written in the order in which they arrive, read at any address.
//
// Word k since reset lies at address k modulo 2**ADDRESS_BITS: a reader must be done with a word before the one that
// takes its place arrives; what is read in the cycle in which its place is written is undefined. The reset reaches the
// write address alone, never the memory, so that it maps to block RAM or LUTRAM.
// Timing: a word written at edge t is read by addresses sampled at edge t + 1 and later. read_address sampled at edge t ->
// its word on read_data after edge t + READ_RANKS - 1, sampled at edge t + READ_RANKS; READ_RANKS is 1 or 2.
`default_nettype none

module fpgaml_store #(
    parameter WIDTH = 8,
    parameter ADDRESS_BITS = 4,
    parameter READ_RANKS = 1
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire                    in_valid,
    input  wire [WIDTH-1:0]        in_data,
    input  wire [ADDRESS_BITS-1:0] read_address,
    output wire [WIDTH-1:0]        read_data
);
    (* no_rw_check *)  // no logic that says what a read meets in the cycle of a write
    reg [WIDTH-1:0] memory [0:(1<<ADDRESS_BITS)-1];
    reg [ADDRESS_BITS-1:0] write_address;
    reg [WIDTH-1:0] word;

    always @(posedge clk) begin
        if (in_valid)
            memory[write_address] <= in_data;
        word <= memory[read_address];
    end

    generate
        if (READ_RANKS == 1) begin : one_rank
            assign read_data = word;
        end else begin : two_ranks
            reg [WIDTH-1:0] word_again;
            always @(posedge clk) word_again <= word;
            assign read_data = word_again;
        end
    endgenerate

    always @(posedge clk) begin
        if (in_valid)
            write_address <= write_address + 1'b1;
        if (rst)
            write_address <= {ADDRESS_BITS{1'b0}};
    end
endmodule

`default_nettype wire
