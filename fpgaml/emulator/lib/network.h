// {{name}}: the exact emulator. It gives the integers that the firmware gives.
//
// Every tensor is passed as an array of events, one after another, each in row-major order: of the machine's integers
// (a value is integer * 2**-fractional), or of real numbers, which are rounded to each input's own type.
{% for port in inputs %}
// input  {{loop.index0}}, {{port}}
{%- endfor %}
{% for port in outputs %}
// output {{loop.index0}}, {{port}}
{%- endfor %}
//
// All functions may run in several threads at once. `scratch` is {{prefix}}_scratch_bytes() bytes at a multiple of 64, one
// for each thread, or NULL: then it is allocated for the call.
// They return 0; 1 where an integer is none of its input's type, 2 for NaN or an infinity, 3 without memory. Outputs are
// undefined then.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

size_t {{prefix}}_scratch_bytes(void);
int {{prefix}}_integers(const void *const *inputs, void *const *outputs, size_t events, void *scratch);
int {{prefix}}_doubles(const double *const *inputs, double *const *outputs, size_t events, void *scratch);
int {{prefix}}_floats(const float *const *inputs, float *const *outputs, size_t events, void *scratch);
// The instruction set in use: "avx512", "avx2" or "baseline".
const char *{{prefix}}_isa(void);

#ifdef __cplusplus
}
#endif
