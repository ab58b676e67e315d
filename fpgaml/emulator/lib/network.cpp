// {{name}}: what its header declares, for any C++17 compiler. On x86-64 g++ and clang compile the middle part three times,
// for three sets of instructions, and the best that the processor has is chosen when it runs. FPGAML_EMULATOR_ONLY (0, 1 or
// 2, for baseline, AVX2 and AVX-512) compiles one alone.
#ifndef FPGAML_BLOCK

#include "{{header}}"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#if defined(__x86_64__) && defined(__GNUC__)
#define FPGAML_X86 1
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"  // false alarms of g++ 12 in its own header
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#else
#define FPGAML_X86 0
#endif

{{wide}}

#define STEP static __attribute__((noinline))

namespace {

constexpr int LANES = {{lanes}};
constexpr std::size_t SCRATCH = {{scratch}};

enum class Rounding { TRN, TRN_ZERO, RND, RND_ZERO, RND_INF, RND_MIN_INF, RND_CONV };
enum class Overflow { WRAP, SAT, SAT_SYM, SAT_ZERO };

// An element's type as real numbers are brought into it: integers n * 2**-fractional from `low` to `high`, which are then
// multiplied by 2**lift. `high` is a power of two less one; `low` is minus that power, or 0, or for SAT_SYM -high.
template <class Code>
struct Step {
    int fractional, lift;
    Code low, high;
};

{{tables}}

}  // namespace

#define FPGAML_BLOCK
#ifndef FPGAML_EMULATOR_ONLY
#define FPGAML_EMULATOR_ONLY -1
#endif

#if FPGAML_EMULATOR_ONLY <= 0
#define FPGAML_ISA baseline
#define FPGAML_LEVEL 0
#include "{{file}}"
#undef FPGAML_ISA
#undef FPGAML_LEVEL
#endif

#if FPGAML_X86 && (FPGAML_EMULATOR_ONLY == 1 || FPGAML_EMULATOR_ONLY < 0)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define FPGAML_ISA avx2
#define FPGAML_LEVEL 1
#include "{{file}}"
#undef FPGAML_ISA
#undef FPGAML_LEVEL
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

#if FPGAML_X86 && (FPGAML_EMULATOR_ONLY == 2 || FPGAML_EMULATOR_ONLY < 0)
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma,prefer-vector-width=512")
#endif
#define FPGAML_ISA avx512
#define FPGAML_LEVEL 2
#include "{{file}}"
#undef FPGAML_ISA
#undef FPGAML_LEVEL
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

namespace {

struct Choice {
    const char *isa;
    int (*integers)(const void *const *, void *const *, std::size_t, unsigned char *);
    int (*doubles)(const double *const *, double *const *, std::size_t, unsigned char *);
    int (*floats)(const float *const *, float *const *, std::size_t, unsigned char *);
};

#define FPGAML_CHOICE(isa) { #isa, isa::integers, isa::reals<double>, isa::reals<float> }

Choice choose() {
#if FPGAML_EMULATOR_ONLY == 2
    return FPGAML_CHOICE(avx512);
#elif FPGAML_EMULATOR_ONLY == 1
    return FPGAML_CHOICE(avx2);
#else
#if FPGAML_X86 && FPGAML_EMULATOR_ONLY < 0
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma"))
        return FPGAML_CHOICE(avx512);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return FPGAML_CHOICE(avx2);
#endif
    return FPGAML_CHOICE(baseline);
#endif
}

const Choice &choice() {
    static const Choice chosen = choose();
    return chosen;
}

template <class In, class Out>
int with_scratch(int (*run)(In, Out, std::size_t, unsigned char *), In inputs, Out outputs, std::size_t events,
                 void *scratch) {
    if (scratch != nullptr) return run(inputs, outputs, events, static_cast<unsigned char *>(scratch));
    void *own = std::aligned_alloc(64, SCRATCH);
    if (own == nullptr) return 3;
    const int failed = run(inputs, outputs, events, static_cast<unsigned char *>(own));
    std::free(own);
    return failed;
}

}  // namespace

extern "C" {

size_t {{prefix}}_scratch_bytes(void) { return SCRATCH; }

int {{prefix}}_integers(const void *const *inputs, void *const *outputs, size_t events, void *scratch) {
    return with_scratch(choice().integers, inputs, outputs, events, scratch);
}

int {{prefix}}_doubles(const double *const *inputs, double *const *outputs, size_t events, void *scratch) {
    return with_scratch(choice().doubles, inputs, outputs, events, scratch);
}

int {{prefix}}_floats(const float *const *inputs, float *const *outputs, size_t events, void *scratch) {
    return with_scratch(choice().floats, inputs, outputs, events, scratch);
}

const char *{{prefix}}_isa(void) { return choice().isa; }

}  // extern "C"

#else  // FPGAML_BLOCK: what is compiled for each set of instructions

namespace {
namespace FPGAML_ISA {

{{support}}

{{steps}}

{{block}}

}  // namespace FPGAML_ISA
}  // namespace

#endif
