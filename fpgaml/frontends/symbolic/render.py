"""Expressions as the text that `parse` reads back as the same expressions, and sympy too."""

from __future__ import annotations

from fpgaml.frontends.symbolic.expression import Call, Expression, Fixed, Number, Power, Product, Sum, Variable

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly the outermost operation binds."""


def text_of(expression: Expression) -> str:
    """The expression as text; numbers so long that they are read back as the same float64."""
    return _text(expression)[0]


def shortened(text: str, longest: int = 60) -> str:
    """A text of at most so many characters, the middle left out."""
    half = (longest - 5) // 2
    return text if len(text) <= longest else f"{text[:half]} ... {text[-half:]}"


def _text(expression: Expression) -> tuple[str, int]:
    if isinstance(expression, Number):
        text = repr(expression.value).removesuffix(".0")
        return text, SUM if expression.value < 0 else ATOM
    if isinstance(expression, Variable):
        return expression.name, ATOM
    if isinstance(expression, Sum):
        return _sum(expression), SUM
    if isinstance(expression, Product):
        return _product(expression), PRODUCT
    if isinstance(expression, Power):
        return f"{_within(expression.base, ATOM)}**{_within(expression.exponent, ATOM)}", POWER
    if isinstance(expression, Fixed):
        kind = expression.quantizer.type
        stem, numbers = str(kind)[:-1].split("<")
        modes = f"{expression.quantizer.rounding}, {expression.quantizer.overflow}"
        return f"{stem}({text_of(expression.value)}, {numbers.replace(',', ', ')}, {modes})", ATOM
    assert isinstance(expression, Call)
    return f"{expression.name}({', '.join(text_of(part) for part in expression.parts)})", ATOM


def _within(expression: Expression, least: int) -> str:
    text, tightness = _text(expression)
    return text if tightness >= least else f"({text})"


def _sum(expression: Sum) -> str:
    text = ""
    for term in expression.parts:
        part, tightness = _text(term)
        if isinstance(term, Number | Product) and part.startswith("-"):
            text += f" - {part[1:]}" if text else part
        else:
            part = part if tightness > SUM else f"({part})"
            text += f" + {part}" if text else part
    return text


def _product(expression: Product) -> str:
    first, *rest = expression.parts
    text = "*".join(_within(part, PRODUCT) for part in rest)
    if isinstance(first, Number):
        return f"-{text}" if first.value == -1.0 else f"{_text(first)[0]}*{text}"
    return f"{_within(first, PRODUCT)}*{text}"
