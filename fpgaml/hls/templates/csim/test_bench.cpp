// Self-checking test bench: the golden vectors of tb_data/ through the top function, bit for bit.
//
// Exit code 0 if every output bit is as recorded; 1 at the first differing bit, which is printed.
// The same file serves g++ (`make csim`), the vendor's C-simulation and its RTL co-simulation.
#include "csim/ports.h"

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#ifndef HAS_BRIDGE
namespace nnet {
bool trace_enabled = false;
std::map<std::string, void *> *trace_outputs = NULL;
size_t trace_type_size = sizeof(double);
} // namespace nnet
#endif

#ifdef RTL_SIM
static const size_t MAX_EVENTS = 16; // RTL simulation takes seconds an event
static const char *const RESULTS = "tb_data/rtl_cosim_results.log";
#else
static const size_t MAX_EVENTS = (size_t)-1;
static const char *const RESULTS = "tb_data/csim_results.log";
#endif

// One event a line, one element a hexadecimal number (its raw bits), the most significant digit first.
static bool read_event(std::istream &file, const Port &port, std::vector<uint64_t> &words) {
    std::string line, token;
    if (!std::getline(file, line) || line.empty())
        return false;
    std::istringstream tokens(line);
    words.assign(port.elements * port.words, 0);
    for (unsigned element = 0; element < port.elements; element++) {
        if (!(tokens >> token))
            return false;
        for (size_t digit = 0; digit < token.size(); digit++) {
            char c = token[token.size() - 1 - digit];
            uint64_t value = c <= '9' ? c - '0' : c - 'a' + 10;
            words[element * port.words + digit / 16] |= value << (4 * (digit % 16));
        }
    }
    return true;
}

static void print_hex(std::ostream &stream, const uint64_t *words, unsigned count) {
    static const char digits[] = "0123456789abcdef";
    bool started = false;
    for (int digit = 16 * (int)count - 1; digit >= 0; digit--) {
        unsigned value = words[digit / 16] >> (4 * (digit % 16)) & 15;
        started |= value != 0 || digit == 0;
        if (started)
            stream << digits[value];
    }
}

int main() {
    std::vector<std::ifstream *> files;
    for (unsigned i = 0; i < N_INPUTS + N_OUTPUTS; i++) {
        const Port &port = i < N_INPUTS ? INPUTS[i] : OUTPUTS[i - N_INPUTS];
        std::string path = std::string("tb_data/") + (i < N_INPUTS ? "input_" : "output_") + port.name + ".txt";
        files.push_back(new std::ifstream(path.c_str()));
        if (!*files.back()) {
            std::cerr << "ERROR: cannot read " << path << std::endl;
            return 2;
        }
    }
    std::ofstream results(RESULTS);
    size_t event = 0;
    for (; event < MAX_EVENTS; event++) {
        std::vector<std::vector<uint64_t> > in(N_INPUTS), out(N_OUTPUTS), golden(N_OUTPUTS);
        const uint64_t *in_words[N_INPUTS];
        uint64_t *out_words[N_OUTPUTS];
        bool more = true;
        for (unsigned i = 0; i < N_INPUTS; i++) {
            more &= read_event(*files[i], INPUTS[i], in[i]);
            in_words[i] = in[i].data();
        }
        for (unsigned i = 0; i < N_OUTPUTS; i++) {
            more &= read_event(*files[N_INPUTS + i], OUTPUTS[i], golden[i]);
            out[i].assign(OUTPUTS[i].elements * OUTPUTS[i].words, 0);
            out_words[i] = out[i].data();
        }
        if (!more)
            break;
        if (run_event(in_words, out_words) != 0) {
            std::cout << "FAIL: event " << event << ": beats were left over in a stream" << std::endl;
            return 1;
        }
        for (unsigned i = 0; i < N_OUTPUTS; i++) {
            const unsigned words = OUTPUTS[i].words;
            for (unsigned element = 0; element < OUTPUTS[i].elements; element++) {
                const uint64_t *got = &out[i][element * words], *want = &golden[i][element * words];
                print_hex(results, got, words);
                results << (element + 1 == OUTPUTS[i].elements ? '\n' : ' ');
                for (unsigned bit = 0; bit < OUTPUTS[i].width; bit++) {
                    if (((got[bit / 64] ^ want[bit / 64]) >> (bit % 64) & 1) == 0)
                        continue;
                    std::cout << "FAIL: event " << event << ", output " << OUTPUTS[i].name << ", element " << element
                              << ", bit " << bit << ": got 0x";
                    print_hex(std::cout, got, words);
                    std::cout << ", expected 0x";
                    print_hex(std::cout, want, words);
                    std::cout << std::endl;
                    return 1;
                }
            }
        }
    }
    if (event == 0) {
        std::cerr << "ERROR: no golden vectors in tb_data/" << std::endl;
        return 2;
    }
    std::cout << "PASS: " << event << " events, every output bit as recorded" << std::endl;
    return 0;
}
