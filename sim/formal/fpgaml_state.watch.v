    // For the proofs: the memory as one vector.
    wire [CHANNELS*WIDTH-1:0] words;
    generate
        genvar place;
        for (place = 0; place < CHANNELS; place = place + 1) begin : watch
            assign words[place*WIDTH +: WIDTH] = memory[place];
        end
    endgenerate
