// An endless stream through a native shell: clk, rst, in_valid, in_data -> out_valid, out_data. A frame here is a beat;
// result n of this process lies in the place of its beat n, and must come exactly when it is due.
#include "bulk.h"

// The beat of the whole stream, from 0, that lets a result out, and the last beat of its window.
static uint64_t due(uint64_t number) {
    uint64_t turn = number / CHANNELS, count = sizeof(DUE) / sizeof(DUE[0]);
    return (turn / count * PERIOD + DUE[turn % count]) * CHANNELS + number % CHANNELS;
}
static uint64_t last(uint64_t number) {
    return (number / CHANNELS * HOP + WINDOW - 1) / SAMPLES * CHANNELS + number % CHANNELS;
}

void simulate(const Options &options, const Files &files, Result &result) {
    auto context = std::make_unique<VerilatedContext>();
    auto design = std::make_unique<Vdesign>(context.get());
    const std::vector<Place> in = places(INPUTS, 0, 0), out = places(OUTPUTS, 0, 0);
    Bus in_bus = make_bus(in.back().low + in.back().lane), out_bus = make_bus(out.back().low + out.back().lane);
    Chance gap(options.seed, options.gap_percent);
    const uint64_t beats = options.last - options.first;
    std::vector<uint64_t> sent_at; // the clock edge that took each beat
    sent_at.reserve(beats);
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

    uint64_t got = 0, end = ~uint64_t(0);
    while (result.cycles < end) {
        bool valid = sent_at.size() < beats && !gap();
        if (valid) {
            std::fill(in_bus.begin(), in_bus.end(), 0u);
            const uint64_t beat = options.first + sent_at.size();
            for (const Place &place : in)
                pack(place, files[place.port] + (beat * INPUTS[place.port].elements + place.index) * place.words,
                     in_bus.data());
            drive(design->in_data, in_bus.data());
        }
        design->in_valid = valid;
        settle();
        const uint64_t wanted = due(got);
        const bool now = wanted < sent_at.size() && sent_at[wanted] + DELAY == result.cycles;
        if (bool(design->out_valid) != now) {
            result.fault = now ? STUCK : SURPLUS;
            result.fault_frame = got;
            return;
        }
        if (now) {
            sample(design->out_data, out_bus.data());
            for (const Place &place : out)
                unpack(place, out_bus.data(),
                       files[N_INPUTS + place.port] +
                           ((options.first + got) * OUTPUTS[place.port].elements + place.index) * place.words);
            const uint64_t end_of_window = last(got);
            if (end_of_window < sent_at.size() && result.cycles - sent_at[end_of_window] > result.latency)
                result.latency = result.cycles - sent_at[end_of_window];
            if (got == 0)
                result.first_start = result.cycles;
            if (got % (sizeof(DUE) / sizeof(DUE[0]) * CHANNELS) == 0)
                result.last_start = result.cycles; // whole periods after the first
            got++;
            result.frames++;
        }
        if (valid) {
            sent_at.push_back(result.cycles);
            if (sent_at.size() == beats)
                end = result.cycles + DELAY + LINGER;
        }
        edge();
    }
    design->final();
}
