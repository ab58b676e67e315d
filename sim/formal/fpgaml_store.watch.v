    // For the proofs: the memory as one vector.
    wire [(WIDTH<<ADDRESS_BITS)-1:0] words;
    generate
        genvar place;
        for (place = 0; place < (1 << ADDRESS_BITS); place = place + 1) begin : watch
            assign words[place*WIDTH +: WIDTH] = memory[place];
        end
    endgenerate
