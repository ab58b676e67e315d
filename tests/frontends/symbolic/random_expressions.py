"""Random expressions, and how far firmware may be from each of them."""

from __future__ import annotations

from hypothesis import strategies as st

TABLES = ("sin", "cos", "tanh", "exp", "sqrt", "log", "sigmoid", "gauss", "atan", "erf")
"""Functions without a pole where the tests go."""
WHOLE = ("abs", "sign", "relu", "floor", "ceil", "round")


@st.composite
def fixed_atom(draw: st.DrawFn, depth: int) -> str:
    """A value that the file rounds to a type."""
    value = draw(fixed_expression(depth - 1)) if depth > 0 and draw(st.booleans()) else f"x{draw(st.integers(0, 2))}"
    width = draw(st.integers(3, 8))
    modes = draw(st.sampled_from(("RND, SAT", "TRN, WRAP", "RND_CONV, SAT_SYM", "TRN_ZERO, SAT")))
    return f"ap_fixed({value}, {width}, {draw(st.integers(1, 3))}, {modes})"


@st.composite
def fixed_expression(draw: st.DrawFn, depth: int = 2) -> str:
    """An expression all of whose tables are rounded to types of the file: exact, then."""
    a, b = draw(fixed_atom(depth)), draw(fixed_atom(depth))
    number = draw(st.integers(-12, 12)) / 8
    return draw(
        st.sampled_from(
            (
                f"ap_fixed({draw(st.sampled_from(TABLES))}({number}*{a} + 0.5), 9, 3, RND, SAT)",
                f"{number}*{a} - {b}/4 + {number}",
                f"{a}*{b}",
                f"{a}**2 - 3*{b}",
                f"{draw(st.sampled_from(('max', 'min')))}({a}, {b}, {number})",
                f"{draw(st.sampled_from(WHOLE))}({a} - {b})",
                f"Piecewise(({a}, {b} < {number}), ({b}*2, {a} >= {b}), ({number}, True))",
            )
        )
    )


@st.composite
def float_sum(draw: st.DrawFn) -> tuple[str, int]:
    """A sum of functions of single inputs and sums, with factors that are exact, and how many tables it has.

    Each table's entries are rounded to 16 fractional bits and then multiplied by at most 1: off by 2**-17 each.
    """
    count = draw(st.integers(1, 4))
    terms = []
    for _ in range(count):
        factor = draw(st.integers(-8, 8)) / 8
        argument = f"{draw(st.integers(-6, 6)) / 4}*x{draw(st.integers(0, 2))} + {draw(st.integers(-4, 4)) / 8}"
        if draw(st.booleans()):
            argument = f"x0 - x{draw(st.integers(1, 2))} + {argument}"
        terms.append(f"{factor}*{draw(st.sampled_from(TABLES))}({argument})")
    return " + ".join([*terms, f"{draw(st.integers(-3, 3))}*x0*x1"]), count
