// Shell `native`: clk, rst, in_valid, in_data -> out_valid, out_data. No back-pressure.
#include "bulk.h"

void simulate(const Options &options, const Files &files, Result &result) {
    auto context = std::make_unique<VerilatedContext>();
    auto design = std::make_unique<Vdesign>(context.get());
    const std::vector<Place> in = places(INPUTS, 0, 0), out = places(OUTPUTS, 0, 0);
    Bus in_bus = make_bus(in.back().low + in.back().lane), out_bus = make_bus(out.back().low + out.back().lane);
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

    uint64_t sent = options.first, got = options.first, first_sent = 0, moved = result.cycles;
    while (result.cycles - moved <= (got < options.last ? PATIENCE + LATENCY : LINGER + LATENCY)) {
        bool valid = sent < options.last && !gap();
        if (valid) {
            std::fill(in_bus.begin(), in_bus.end(), 0u);
            for (const Place &place : in)
                pack(place, files[place.port] + (sent * INPUTS[place.port].elements + place.index) * place.words,
                     in_bus.data());
            drive(design->in_data, in_bus.data());
        }
        design->in_valid = valid;
        settle();
        if (design->out_valid) {
            if (got >= sent) { // a result that no frame asked for
                result.fault = SURPLUS;
                result.fault_frame = got;
                return;
            }
            sample(design->out_data, out_bus.data());
            for (const Place &place : out)
                unpack(place, out_bus.data(),
                       files[N_INPUTS + place.port] +
                           (got * OUTPUTS[place.port].elements + place.index) * place.words);
            if (got == options.first) {
                result.latency = result.cycles - first_sent;
                result.first_start = result.cycles;
            }
            result.last_start = moved = result.cycles;
            got++;
            result.frames++;
        }
        if (valid) {
            first_sent = sent == options.first ? result.cycles : first_sent;
            sent++;
            moved = result.cycles;
        }
        edge();
    }
    if (got < options.last) {
        result.fault = STUCK;
        result.fault_frame = got;
    }
    design->final();
}
