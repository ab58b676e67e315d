"""Records what sympy says of expressions, read and evaluated by it at points with 30 digits.

In a Python that has sympy: `python -m tests.frontends.symbolic.make_recorded`.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "fixtures" / "symbolic"
EXPRESSIONS = (
    "0.5*sin(x0) - cos(x1)**2 + tan(0.25*x2)",
    "-x0**2 + 3*x1*x2 - x0/x1",
    "2**x0 - x1**(-3) + x2**0.5",
    "exp(-x0*x0)*log(x1) + sqrt(x2)",
    "asin(0.25*x0) + acos(0.125*x1) - atan(x2)",
    "sinh(x0) - cosh(x1) + tanh(x2)",
    "asinh(x0) + acosh(1 + x1) + atanh(0.25*x2)",
    "Max(x0, x1, 0.5) - Min(x1, x2) + Abs(x0 - x2) + sign(x1 - x0)",
    "floor(4*x0) + ceiling(4*x1)",
    "Piecewise((x0, x1 < 1), (x1*x2, x1 <= 2), (-x2, True))",
    "erf(x0 - 1) + pi*x1 - E*x2",
    "-(x0 + -x1)*-(x2 + 1)**2**0.5",
    "(x0 + 1)*(x1 + 2)/(x2 + 3)/(x0 + 4)",
    "1/3*x0 + x1*1e-3 - .5*x2",
)


def main() -> None:
    """Write the answers."""
    import sympy

    draw = random.Random(5)
    points = [[draw.randint(1, 40) / 16 for _ in range(3)] for _ in range(6)]
    symbols = sympy.symbols("x0 x1 x2")
    rows = []
    for text in EXPRESSIONS:
        read = sympy.sympify(text, rational=True)
        values = [float(read.subs(dict(zip(symbols, map(sympy.Rational, at), strict=True))).evalf(30)) for at in points]
        rows.append({"text": text, "values": values})
    content = {"sympy": sympy.__version__, "points": points, "expressions": rows}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "recorded.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
