"""Names in C and C++: what a library and its tensors may be called."""

from __future__ import annotations

import re

from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import identifier

LONGEST = 64
KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break case catch
    char char16_t char32_t char8_t class co_await co_return co_yield compl concept const const_cast consteval constexpr
    constinit continue decltype default delete do double dynamic_cast else enum explicit export extern false final float
    for friend goto if import inline int long module mutable namespace new noexcept not not_eq nullptr operator or or_eq
    override private protected public reflexpr register reinterpret_cast requires restrict return short signed sizeof
    static static_assert static_cast struct switch synchronized template this thread_local throw true try typedef typeid
    typename union unsigned using virtual void volatile wchar_t while xor xor_eq
    and as assert async await class def del elif except finally from global in is lambda None nonlocal pass raise with
    yield False True std inputs outputs main linux unix
    """.split()
)
"""Of C, C++ to C++20 and Python, and names that mean something else in what is generated."""
TAKEN = frozenset({"numpy", "ctypes", "threading", "test_golden", "graph", "network_txt"})
"""Python modules that the generated one imports, and other files of a project."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def safe(name: str) -> str:
    """A node's name as an identifier of C++."""
    return f"{name}_" if name in KEYWORDS else name


def library_name(network: str) -> str:
    """A library's name after its network."""
    name = identifier(network)[:LONGEST].rstrip("_")
    return f"{name}_network" if name in KEYWORDS | TAKEN else name


def check_name(name: str) -> None:
    """Refuse what cannot be a library's name.

    Raises:
        FpgamlError: it is no identifier, too long, or means something else.
    """
    if not _NAME.fullmatch(name) or "__" in name:
        raise FpgamlError("--name", f"`{name}` is no identifier of C", "Write letters, digits and single underscores")
    if len(name) > LONGEST:
        raise FpgamlError("--name", f"`{name[:20]}...` has more than {LONGEST} letters", "Give a shorter one")
    if name in KEYWORDS | TAKEN:
        raise FpgamlError("--name", f"`{name}` means something else in C++ or Python", "Give another")
