"""Names of hls4ml's layers: those of the nodes, unless C++ or hls4ml means something else by them."""

from __future__ import annotations

import re
from collections.abc import Iterable

# C++ keywords, and names that the standard and vendor headers define.
_KEYWORDS = frozenset([
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch",
    "char", "char8_t", "char16_t", "char32_t", "class", "compl", "concept", "const", "consteval", "constexpr",
    "constinit", "const_cast", "continue", "co_await", "co_return", "co_yield", "decltype", "default", "delete",
    "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
    "friend", "goto", "if", "in", "inline", "input", "inputs", "int", "long", "mutable", "namespace", "new",
    "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "register", "reinterpret_cast", "requires", "return", "short", "signed", "sizeof", "static",
    "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true",
    "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq", "abs", "acos", "asin", "assert", "atan", "ceil", "cos", "erf", "errno",
    "exp", "fabs", "floor", "fmod", "gamma", "half", "index", "linux", "log", "main", "max", "min", "nnet",
    "network", "pow", "remainder", "rint", "round", "signal", "sin", "size_t", "sqrt", "std", "stderr", "stdin",
    "stdout", "tan", "time", "trunc", "uint", "unix", "hls", "ac_channel", "ac_fixed", "ac_int", "ap_axis",
    "ap_fixed", "ap_int", "ap_ufixed", "ap_uint", "component", "stream", "out", "outputs", "DIV_ROUNDUP", "MIN",
    "MAX", "EOF", "NULL", "RAND_MAX", "TRUE", "FALSE",
])  # fmt: skip

# Variables, types and layers that hls4ml makes up itself.
_HLS4ML = re.compile(
    r"(layer|config|[wbs])_?[0-9]+.*|.*_(t|table|cpy[0-9]+)|(clone|repack|zp1d|zp2d|broadcast|N|INPUT|OUT|AP|AC|HLS)_.*"
)


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """For each node's name that of its layer."""
    wanted = list(names)
    taken = {name for name in wanted if not _reserved(name)}
    chosen = {}
    for name in wanted:
        safe = f"x_{name}_x" if _reserved(name) else name
        while safe != name and safe in taken:
            safe += "_x"
        taken.add(safe)
        chosen[name] = safe
    return chosen


def _reserved(name: str) -> bool:
    return name in _KEYWORDS or _HLS4ML.fullmatch(name) is not None
