// Loads small_v1.so as CMSSW does, and compares the golden vectors for every kind of number that callers may hold.
#include "hls4ml/emulator.h"

#include <dlfcn.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#ifdef WITH_AP
#include "ap_fixed.h"
#include "ap_int.h"
#endif

namespace {

// Numbers of a file of golden vectors, in real units.
std::vector<double> numbers(const std::string &path, int width, bool is_signed, int fractional) {
    std::ifstream file(path);
    std::vector<double> found;
    std::string token;
    while (file >> token) {
        const long bits = std::strtol(token.c_str(), nullptr, 16);
        const long n = is_signed && (bits >> (width - 1)) != 0 ? bits - (1L << width) : bits;
        found.push_back(std::ldexp(static_cast<double>(n), -fractional));
    }
    return found;
}

template <class T, std::size_t N>
std::array<T, N> event(const std::vector<double> &all, std::size_t index, double scale = 1) {
    std::array<T, N> found{};
    for (std::size_t i = 0; i < N; ++i) found[i] = static_cast<T>(all[index * N + i] * scale);
    return found;
}

int wrong = 0;

template <class T, std::size_t N>
void expect(const std::array<T, N> &got, const std::array<T, N> &expected, const char *how) {
    for (std::size_t i = 0; i < N; ++i)
        if (got[i] != expected[i] && wrong++ == 0) std::printf("%s: element %zu differs\n", how, i);
}

}  // namespace

int main(int, char **argv) {
    void *library = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
    if (library == nullptr) return std::printf("%s\n", dlerror()), 2;
    const auto create = reinterpret_cast<hls4mlEmulator::Model *(*)()>(dlsym(library, "create_model"));
    const auto destroy = reinterpret_cast<void (*)(hls4mlEmulator::Model *)>(dlsym(library, "destroy_model"));
    if (create == nullptr || destroy == nullptr) return 2;
    hls4mlEmulator::Model *model = create();

    const std::string folder = std::string(argv[2]) + "/tb_data/";
    const auto x = numbers(folder + "input_double.txt", 9, true, 4), b = numbers(folder + "input_b.txt", 3, false, 0);
    const auto sum = numbers(folder + "output_class.txt", SUM_WIDTH, true, SUM_FRACTIONAL);
    const auto y = numbers(folder + "output_y.txt", 7, false, Y_FRACTIONAL);
    const std::size_t events = b.size() / 3;

    for (std::size_t k = 0; k < events; ++k) {
        // The machine's integers, by pointers.
        auto raw_x = event<std::int16_t, 4>(x, k, 16);
        auto raw_b = event<std::int8_t, 3>(b, k);
        std::array<SUM_TYPE, 3> raw_sum{};
        std::array<Y_TYPE, 4> raw_y{};
        model->prepare_input(std::vector<std::any>{raw_x.data(), raw_b.data()});
        model->predict();
        model->read_result(std::vector<std::any>{raw_sum.data(), raw_y.data()});
        expect(raw_sum, event<SUM_TYPE, 3>(sum, k, std::ldexp(1.0, SUM_FRACTIONAL)), "integers");
        expect(raw_y, event<Y_TYPE, 4>(y, k, std::ldexp(1.0, Y_FRACTIONAL)), "integers");

        // Real numbers, off the grid: the network rounds them. A pair of arrays.
        auto pair = std::make_pair(event<double, 4>(x, k), event<double, 3>(b, k));
        for (auto &each : pair.first) each += 0.01;
        for (auto &each : pair.second) each += 0.5;
        std::pair<std::array<double, 3>, std::array<double, 4>> results;
        model->prepare_input(&pair);
        model->predict();
        model->read_result(&results);
        expect(results.first, event<double, 3>(sum, k), "pair of doubles");
        expect(results.second, event<double, 4>(y, k), "pair of doubles");

        // One in floats, one in integers; an array by its address; results in floats.
        const auto float_x = event<float, 4>(x, k);
        std::array<float, 3> float_sum{};
        model->prepare_input(std::vector<std::any>{&float_x, static_cast<const std::int8_t *>(raw_b.data())});
        model->predict();
        model->read_result(std::vector<std::any>{&float_sum, raw_y.data()});
        expect(float_sum, event<float, 3>(sum, k), "floats and integers");
        expect(raw_y, event<Y_TYPE, 4>(y, k, std::ldexp(1.0, Y_FRACTIONAL)), "floats and integers");
#ifdef WITH_AP
        // The tensors' own types, with other modes; whole numbers; and a caller's own type.
        ap_fixed<9, 5, AP_RND_CONV, AP_SAT> ap_x[4];
        ap_uint<3> ap_b[3];
        ap_fixed<SUM_WIDTH, SUM_WIDTH - SUM_FRACTIONAL> ap_sum[3];
        std::array<ap_fixed<24, 12>, 4> callers;
        for (int i = 0; i < 4; ++i) ap_x[i] = x[k * 4 + static_cast<std::size_t>(i)];
        for (int i = 0; i < 3; ++i) ap_b[i] = b[k * 3 + static_cast<std::size_t>(i)];
        model->prepare_input(std::vector<std::any>{static_cast<ap_fixed<9, 5, AP_RND_CONV, AP_SAT> *>(ap_x), static_cast<ap_uint<3> *>(ap_b)});
        model->predict();
        model->read_result(std::vector<std::any>{static_cast<ap_fixed<SUM_WIDTH, SUM_WIDTH - SUM_FRACTIONAL> *>(ap_sum), &callers});
        std::array<double, 3> sums{};
        std::array<double, 4> ys{};
        for (std::size_t i = 0; i < 3; ++i) sums[i] = ap_sum[i].to_double();
        for (std::size_t i = 0; i < 4; ++i) ys[i] = callers[i].to_double();
        expect(sums, event<double, 3>(sum, k), "ap types");
        expect(ys, event<double, 4>(y, k), "a caller's type");
#endif
    }

    int refused = 0;
    try {
        model->prepare_input(42L);
    } catch (const std::invalid_argument &error) {
        ++refused;
        std::printf("%s\n", error.what());
    }
    try {
        std::array<std::int16_t, 4> beyond{256, 0, 0, 0};
        std::array<std::int8_t, 3> none{};
        model->prepare_input(std::vector<std::any>{&beyond, &none});
        model->predict();
    } catch (const std::invalid_argument &error) {
        ++refused;
        std::printf("%s\n", error.what());
    }
    destroy(model);
    dlclose(library);
    std::printf("%s: %zu events, %d refused\n", wrong ? "FAILED" : "EXACT", events, refused);
    return wrong || refused != 2 ? 1 : 0;
}
