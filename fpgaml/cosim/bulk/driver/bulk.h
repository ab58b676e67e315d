// What the bulk drivers share: frames as 64-bit words in files, words of a bus as 32-bit words, one result a process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "Vdesign.h"
#include "verilated.h"

struct Port {
    unsigned elements, width;
    bool is_signed;
    unsigned words() const { return (width + 63) / 64; }
};

// Written for each design: INPUTS, OUTPUTS, LATENCY, for a stream its lanes and beats; STREAMING: whether the core takes
// a frame beat by beat, then with SPACING and REST of its beats; QUIET: cycles beyond the latency without any transfer
// that such a core may need between frames.
#include "ports.h"

enum Fault : uint64_t { NONE, STUCK, SURPLUS, TAG, LAST, LANE, SHORT, LONG, CRASHED, BROKEN };

struct Result {
    uint64_t frames, cycles;
    uint64_t latency;                 // clock edges from the first frame's first word in to its first word out
    uint64_t first_start, last_start; // clock edges at which the first and the last frame's first word came out
    uint64_t fault, fault_frame, fault_element;
    double cpu_seconds;
};

struct Options {
    uint64_t first, last; // frames of this process
    uint64_t seed;
    unsigned gap_percent, stall_percent;
};

// Clock edges, beyond the latency, without any transfer after which a design counts as stuck.
constexpr uint64_t PATIENCE = 2000;
// Clock edges, beyond the latency, in which nothing more may come out after the last frame.
constexpr uint64_t LINGER = 16;
constexpr unsigned RESET_CYCLES = 4;

// A random decision with a given probability; xorshift64* of Vigna, "An experimental exploration of Marsaglia's
// xorshift generators, scrambled", ACM Trans. Math. Softw. 42 (2016).
class Chance {
    uint64_t state_;
    uint64_t limit_;

  public:
    Chance(uint64_t seed, unsigned percent)
        : state_((seed + 1) * 0x9E3779B97F4A7C15ull | 1), limit_((uint64_t(percent) << 32) / 100) {}
    bool operator()() {
        if (!limit_)
            return false;
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return (state_ * 0x2545F4914F6CDD1Dull >> 32) < limit_;
    }
};

// A bus as 32-bit words, lowest first, with one word to spare.
using Bus = std::vector<uint32_t>;
inline Bus make_bus(unsigned bits) { return Bus((bits + 31) / 32 + 1); }

inline void put_bits(uint32_t *bus, unsigned low, unsigned count, uint32_t value) {
    uint64_t bits = uint64_t(count < 32 ? value & ((1u << count) - 1) : value) << (low % 32);
    bus[low / 32] |= uint32_t(bits);
    bus[low / 32 + 1] |= uint32_t(bits >> 32);
}

inline uint32_t get_bits(const uint32_t *bus, unsigned low, unsigned count) {
    uint64_t pair = uint64_t(bus[low / 32 + 1]) << 32 | bus[low / 32];
    uint32_t bits = uint32_t(pair >> (low % 32));
    return count < 32 ? bits & ((1u << count) - 1) : bits;
}

// Verilator holds a port in an integer of 8, 16, 32 or 64 bits, or in an array of 32-bit words.
template <class T> inline void drive(T &port, const uint32_t *bus) {
    port = T(sizeof(T) > 4 ? uint64_t(bus[1]) << 32 | bus[0] : bus[0]);
}
template <std::size_t N> inline void drive(VlWide<N> &port, const uint32_t *bus) {
    for (std::size_t k = 0; k < N; k++)
        port[k] = bus[k];
}
template <class T> inline void sample(const T &port, uint32_t *bus) {
    bus[0] = uint32_t(port);
    if (sizeof(T) > 4)
        bus[1] = uint32_t(uint64_t(port) >> 32);
}
template <std::size_t N> inline void sample(const VlWide<N> &port, uint32_t *bus) {
    for (std::size_t k = 0; k < N; k++)
        bus[k] = port[k];
}

// One element: where it lies in a frame's files and on the bus.
struct Place {
    unsigned port, index, width, words, beat, low, lane;
    bool is_signed;
};

// Elements of all ports one after another, `beat` of them in a word of the bus; lane 0 packs each in its own width.
// Around a streaming core each port begins a word of its own.
template <std::size_t N> std::vector<Place> places(const Port (&ports)[N], unsigned lane, unsigned beat) {
    std::vector<Place> all;
    unsigned low = 0, begun = 0;
    for (unsigned p = 0; p < N; p++)
        for (unsigned i = 0; i < ports[p].elements; i++) {
            if (STREAMING && i == 0)
                begun = all.empty() ? 0 : all.back().beat + 1;
            unsigned word = STREAMING ? begun + i / beat : beat ? unsigned(all.size()) / beat : 0;
            if (!all.empty() && all.back().beat != word)
                low = 0;
            unsigned bits = lane ? lane : ports[p].width;
            all.push_back({p, i, ports[p].width, ports[p].words(), word, low, bits, ports[p].is_signed});
            low += bits;
        }
    return all;
}

// Bits 32*k to 32*k+31 of an element, extended by its sign or by zeros.
inline uint32_t extended(const uint64_t *words, const Place &place, unsigned k) {
    unsigned top = place.width - 1;
    bool negative = place.is_signed && (words[top / 64] >> (top % 64) & 1);
    uint32_t beyond = negative ? ~0u : 0u;
    if (32 * k >= place.width)
        return beyond;
    uint32_t bits = uint32_t(words[k / 2] >> (32 * (k % 2)));
    unsigned held = place.width - 32 * k;
    return held >= 32 ? bits : (bits & ((1u << held) - 1)) | beyond << held;
}

inline void pack(const Place &place, const uint64_t *words, uint32_t *bus) {
    for (unsigned k = 0; 32 * k < place.lane; k++) {
        unsigned count = place.lane - 32 * k < 32 ? place.lane - 32 * k : 32;
        put_bits(bus, place.low + 32 * k, count, extended(words, place, k));
    }
}

// Take an element off the bus; false if the rest of its lane does not extend it.
inline bool unpack(const Place &place, const uint32_t *bus, uint64_t *words) {
    for (unsigned w = 0; w < place.words; w++)
        words[w] = 0;
    for (unsigned k = 0; 32 * k < place.width; k++) {
        unsigned count = place.width - 32 * k < 32 ? place.width - 32 * k : 32;
        words[k / 2] |= uint64_t(get_bits(bus, place.low + 32 * k, count)) << (32 * (k % 2));
    }
    for (unsigned k = place.width / 32; 32 * k < place.lane; k++) {
        unsigned count = place.lane - 32 * k < 32 ? place.lane - 32 * k : 32;
        uint32_t mask = count < 32 ? (1u << count) - 1 : ~0u;
        if (get_bits(bus, place.low + 32 * k, count) != (extended(words, place, k) & mask))
            return false;
    }
    return true;
}

using Files = std::vector<uint64_t *>; // inputs, then outputs: for each port all frames' elements

// Where each beat's elements begin in the list of places.
inline std::vector<size_t> starts(const std::vector<Place> &all, unsigned beats) {
    std::vector<size_t> first(beats + 1, all.size());
    for (size_t k = all.size(); k-- > 0;)
        first[all[k].beat] = k;
    return first;
}

// Drive frames first to last - 1 through a new copy of the design.
void simulate(const Options &options, const Files &files, Result &result);
