// Shell `native` around a streaming core: clk, rst, in_valid, in_data -> out_valid, out_data, a beat at a time.
#include "bulk.h"

void simulate(const Options &options, const Files &files, Result &result) {
    auto context = std::make_unique<VerilatedContext>();
    auto design = std::make_unique<Vdesign>(context.get());
    const std::vector<Place> in = places(INPUTS, LANE_IN, BEAT_IN), out = places(OUTPUTS, LANE_OUT, BEAT_OUT);
    const std::vector<size_t> in_start = starts(in, BEATS_IN), out_start = starts(out, BEATS_OUT);
    Bus in_bus = make_bus(LANE_IN * BEAT_IN), out_bus = make_bus(LANE_OUT * BEAT_OUT);
    Chance gap(options.seed, options.gap_percent);
    auto edge = [&] {
        design->clk = 1;
        design->eval();
        result.cycles++;
    };
    auto settle = [&] {
        design->clk = 0;
        design->eval();
    };

    design->rst = 1;
    design->in_valid = 0;
    drive(design->in_data, in_bus.data());
    for (unsigned cycle = 0; cycle < RESET_CYCLES; cycle++) {
        settle();
        edge();
    }
    design->rst = 0;

    uint64_t sent = options.first, got = options.first, first_sent = 0, moved = result.cycles, next_at = result.cycles;
    unsigned in_beat = 0, out_beat = 0;
    while (result.cycles - moved <= (got < options.last ? PATIENCE + LATENCY + QUIET : LINGER + LATENCY)) {
        bool valid = sent < options.last && result.cycles >= next_at && !gap();
        if (valid) {
            std::fill(in_bus.begin(), in_bus.end(), 0u);
            for (size_t k = in_start[in_beat]; k < in_start[in_beat + 1]; k++)
                pack(in[k], files[in[k].port] + (sent * INPUTS[in[k].port].elements + in[k].index) * in[k].words,
                     in_bus.data());
            drive(design->in_data, in_bus.data());
        }
        design->in_valid = valid;
        settle();
        if (design->out_valid) {
            if (got > sent || (got == sent && in_beat == 0)) { // a result that no frame asked for
                result.fault = SURPLUS;
                result.fault_frame = got;
                return;
            }
            sample(design->out_data, out_bus.data());
            for (size_t k = out_start[out_beat]; k < out_start[out_beat + 1]; k++)
                if (!unpack(out[k], out_bus.data(),
                            files[N_INPUTS + out[k].port] +
                                (got * OUTPUTS[out[k].port].elements + out[k].index) * out[k].words) &&
                    !result.fault) { // go on: the comparison may find a wrong element before it
                    result.fault = LANE;
                    result.fault_frame = got;
                    result.fault_element = k;
                }
            if (out_beat == 0) {
                if (got == options.first) {
                    result.latency = result.cycles - first_sent;
                    result.first_start = result.cycles;
                }
                result.last_start = result.cycles;
            }
            moved = result.cycles;
            if (++out_beat == BEATS_OUT) {
                out_beat = 0;
                got++;
                result.frames++;
            }
        }
        if (valid) {
            first_sent = sent == options.first && in_beat == 0 ? result.cycles : first_sent;
            moved = result.cycles;
            bool last = ++in_beat == BEATS_IN;
            next_at = result.cycles + (last ? REST : SPACING);
            if (last) {
                in_beat = 0;
                sent++;
            }
        }
        edge();
    }
    if (got < options.last) {
        result.fault = STUCK;
        result.fault_frame = got;
        result.fault_element = out_beat;
    }
    design->final();
}
