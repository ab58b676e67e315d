// Shell `axis`: AXI4-Stream in and out; tuser carries the frame's number, tlast marks the last beat.
#include "bulk.h"

namespace {

constexpr uint64_t TAG_MASK = TAG_BITS < 64 ? (1ull << TAG_BITS) - 1 : ~0ull;

// The beats of one frame, made from its elements.
struct Beats {
    std::vector<Bus> words;
    Beats(unsigned beats, unsigned bits) : words(beats, make_bus(bits)) {}
};

void load(const std::vector<Place> &in, const Files &files, uint64_t frame, Beats &beats) {
    for (Bus &bus : beats.words)
        std::fill(bus.begin(), bus.end(), 0u);
    for (const Place &place : in)
        pack(place, files[place.port] + (frame * INPUTS[place.port].elements + place.index) * place.words,
             beats.words[place.beat].data());
}

} // namespace

void simulate(const Options &options, const Files &files, Result &result) {
    auto context = std::make_unique<VerilatedContext>();
    auto design = std::make_unique<Vdesign>(context.get());
    const std::vector<Place> in = places(INPUTS, LANE_IN, BEAT_IN), out = places(OUTPUTS, LANE_OUT, BEAT_OUT);
    const std::vector<size_t> out_start = starts(out, BEATS_OUT);
    Beats beats(BEATS_IN, LANE_IN * BEAT_IN);
    Bus out_bus = make_bus(LANE_OUT * BEAT_OUT), tag_bus = make_bus(TAG_BITS);
    Chance gap(options.seed, options.gap_percent), stall(~options.seed, options.stall_percent);
    auto edge = [&] {
        design->aclk = 1;
        design->eval();
        result.cycles++;
    };
    auto settle = [&] {
        design->aclk = 0;
        design->eval();
    };
    auto fail = [&](Fault fault, uint64_t frame, uint64_t element) {
        result.fault = fault;
        result.fault_frame = frame;
        result.fault_element = element;
    };

    design->aresetn = 0;
    design->s_axis_tvalid = 0;
    design->s_axis_tlast = 0;
    drive(design->s_axis_tuser, tag_bus.data());
    drive(design->s_axis_tdata, beats.words[0].data());
    design->m_axis_tready = 0;
    for (unsigned cycle = 0; cycle < RESET_CYCLES; cycle++) {
        settle();
        edge();
    }
    design->aresetn = 1;

    uint64_t sent = options.first, got = options.first, first_sent = 0, moved = result.cycles;
    unsigned in_beat = 0, out_beat = 0;
    bool offered = false;
    while (result.cycles - moved <= (got < options.last ? PATIENCE + LATENCY + QUIET : LINGER + LATENCY)) {
        if (!offered && sent < options.last && !gap()) {
            if (in_beat == 0)
                load(in, files, sent, beats);
            drive(design->s_axis_tdata, beats.words[in_beat].data());
            uint64_t tag = sent & TAG_MASK;
            tag_bus[0] = uint32_t(tag);
            if (TAG_BITS > 32)
                tag_bus[1] = uint32_t(tag >> 32);
            drive(design->s_axis_tuser, tag_bus.data());
            design->s_axis_tlast = in_beat + 1 == BEATS_IN;
            offered = true;
        }
        design->s_axis_tvalid = offered;
        design->m_axis_tready = !stall();
        settle();
        bool taken = offered && design->s_axis_tready;
        if (design->frame_short || design->frame_long) {
            fail(design->frame_short ? SHORT : LONG, sent, 0);
            return;
        }
        if (design->m_axis_tvalid && design->m_axis_tready) {
#if STREAMING
            if (design->frame_broken) {
                fail(BROKEN, got, 0);
                return;
            }
#endif
            // All of a streaming core's result but its last beat may leave before its frame is whole.
            bool begun = STREAMING && in_beat > 0 && out_beat + 1 < BEATS_OUT;
            if (got >= sent + begun) { // a result that no frame asked for
                fail(SURPLUS, got, 0);
                return;
            }
            sample(design->m_axis_tuser, tag_bus.data());
            uint64_t tag = tag_bus[0] | (TAG_BITS > 32 ? uint64_t(tag_bus[1]) << 32 : 0);
            if (tag != (got & TAG_MASK)) {
                fail(TAG, got, tag);
                return;
            }
            if (bool(design->m_axis_tlast) != (out_beat + 1 == BEATS_OUT)) {
                fail(LAST, got, out_beat);
                return;
            }
            sample(design->m_axis_tdata, out_bus.data());
            for (size_t k = out_start[out_beat]; k < out_start[out_beat + 1]; k++) {
                const Place &place = out[k];
                uint64_t *words = files[N_INPUTS + place.port] +
                                  (got * OUTPUTS[place.port].elements + place.index) * place.words;
                if (!unpack(place, out_bus.data(), words) && !result.fault)
                    fail(LANE, got, k); // go on: the comparison may find a wrong element before it
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
        if (taken) {
            first_sent = sent == options.first && in_beat == 0 ? result.cycles : first_sent;
            moved = result.cycles;
            offered = false;
            if (++in_beat == BEATS_IN) {
                in_beat = 0;
                sent++;
            }
        }
        edge();
    }
    if (got < options.last)
        fail(STUCK, got, out_beat);
    design->final();
}
