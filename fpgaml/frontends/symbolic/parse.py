"""Reads the text of expressions, as sympy and PySR print them; nothing of it is evaluated.

A recursive descent over the tokens, of limited size and depth:

    comparison: sum [("<" | "<=" | ">" | ">=") sum]
    sum: ["+" | "-"] product {("+" | "-") product}
    product: power {("*" | "/") power}
    power: ("+" | "-") power | atom [("**" | "^") power]
    atom: number | name | name "(" arguments ")" | name "[" number "]" | "(" comparison ")"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.symbolic.expression import (
    Call,
    Expression,
    Fixed,
    Number,
    Variable,
    negated,
    power_of,
    product_of,
    sum_of,
)
from fpgaml.frontends.symbolic.functions import ALIASES, CONSTANTS, FUNCTIONS
from fpgaml.frontends.symbolic.tokens import NEW_LINE, Kind, Token
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding

DEEPEST = 100
"""Brackets within brackets, signs before signs."""
MOST_NODES = 20_000
"""Numbers, names and operations of one file."""
MOST_INPUTS = 4096
"""Elements of the input vector."""
TYPES = ("ap_fixed", "ap_ufixed")
"""Calls that round to a type: ap_fixed(x0, 10, 4, RND, SAT)."""

_NUMBERED = re.compile(r"x_?(\d+)")
_READ = "Functions that are read: " + ", ".join((*FUNCTIONS, "square", "cube", "inv", "pow", "Piecewise", *TYPES))


@dataclass
class Parser:
    """Reads one file's tokens.

    Args:
        where: the file, for messages.
        names: index by name of declared inputs; None: x0, x1, and so on.
        problems: names that mean nothing; grows, so that all of them are said at once.
    """

    tokens: list[Token]
    where: str
    names: Mapping[str, int] | None = None
    problems: dict[Problem, None] = field(default_factory=dict)
    position: int = 0
    _depth: int = 0
    _nodes: int = 0

    @property
    def next(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.position]

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.next.kind is Kind.END

    def take(self) -> Token:
        """Read a token."""
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def found(self, *texts: str) -> bool:
        """Read the next token if it is one of these signs."""
        if self.next.kind is Kind.SIGN and self.next.text in texts:
            self.take()
            return True
        return False

    def expect(self, text: str) -> None:
        """Read a sign that must be there."""
        if not self.found(text):
            raise self.wrong(f"`{text}` is expected")

    def wrong(self, expected: str) -> FpgamlError:
        """The error about the next token."""
        token = self.next
        shown = "the end of the line" if token.text == NEW_LINE else str(token)
        return FpgamlError(
            self.where, f"{shown} at {token.place}: {expected}", "Write as sympy prints: 0.5*sin(x0) + x1**2"
        )

    def comparison(self) -> Expression:
        """An expression, or 1 where a comparison holds and 0 where it does not."""
        with self._deeper():
            left = self.sum()
            for sign, make in COMPARISONS.items():
                if self.found(sign):
                    return make(left, self.sum())
            return left

    def sum(self) -> Expression:
        """Terms with signs between them."""
        terms = [self.product()]
        while self.next.text in ("+", "-"):
            minus = self.take().text == "-"
            term = self.product()
            terms.append(negated(term) if minus else term)
        return sum_of(terms)

    def product(self) -> Expression:
        """Factors and divisors."""
        factors = [self.power()]
        while self.next.text in ("*", "/"):
            divides = self.take().text == "/"
            factor = self.power()
            factors.append(_inverse(factor) if divides else factor)
        return product_of(factors)

    def power(self) -> Expression:
        """An atom with signs before it and an exponent behind it; -x ** 2 is -(x ** 2)."""
        with self._deeper():
            if self.found("-"):
                return negated(self.power())
            if self.found("+"):
                return self.power()
            base = self.atom()
            return power_of(base, self.power()) if self.found("**", "^") else base

    def atom(self) -> Expression:
        """A number, an input, a call, or something in brackets."""
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise FpgamlError(self.where, f"has more than {MOST_NODES:,} numbers and names", "Use shorter expressions")
        token = self.next
        if token.kind is Kind.NUMBER:
            return self._number()
        if token.kind is Kind.NAME:
            return self._named()
        if self.found("("):
            value = self.comparison()
            self.expect(")")
            return value
        raise self.wrong("a number, a name or `(` is expected")

    def _number(self) -> Expression:
        token = self.take()
        value = float(token.text)
        if value in (float("inf"), float("-inf")):
            raise FpgamlError(self.where, f"{token} at {token.place} is beyond float64", "Scale the expression")
        return Number(value)

    def _named(self) -> Expression:
        token = self.take()
        if self.next.text == "(":
            return self._call(token)
        if self.next.text == "[":  # x[3], as hls4ml prints it
            self.take()
            index = self.take()
            self.expect("]")
            token = Token(token.kind, f"{token.text}{index.text}", token.line, token.column)
        if self.names is not None and token.text in self.names:
            return Variable(self.names[token.text], token.text)
        if token.text in CONSTANTS:
            return Number(CONSTANTS[token.text])
        if token.text == "True":
            return Number(1.0)
        numbered = _NUMBERED.fullmatch(token.text)
        if numbered and self.names is None:
            index_value = int(numbered[1])
            if index_value >= MOST_INPUTS:
                reason = f"{token} at {token.place}: an input has at most {MOST_INPUTS:,} elements"
                raise FpgamlError(self.where, reason, "Number inputs from x0 on")
            return Variable(index_value, f"x{index_value}")
        self._unknown(
            token, "is neither an input nor a constant", list(self.names or ()) + list(CONSTANTS), self._declare
        )
        return Number(0.0)

    @property
    def _declare(self) -> str:
        if self.names is not None:
            return f"The file says `inputs: {', '.join(list(self.names)[:4])}`: add it there, if it is one"
        return "Call inputs x0, x1, ..., or name them in order on the first line: `inputs: mass, width`"

    def _call(self, name: Token) -> Expression:
        with self._deeper():
            if name.text in TYPES:
                return self._fixed(name)
            if name.text == "Piecewise":
                return self._piecewise(name)
            arguments = list(self._arguments())
        special = REWRITTEN.get(name.text)
        known = ALIASES.get(name.text, name.text)
        if special is None and known not in FUNCTIONS:
            self._unknown(name, "is no function that is read", [*FUNCTIONS, *ALIASES, *REWRITTEN, "Piecewise"], _READ)
            return Number(0.0)
        least, most = special.arguments if special else FUNCTIONS[known].arguments
        if len(arguments) < least or (most is not None and len(arguments) > most):
            count = f"{least}" if least == most else f"{least} or more"
            plural = "" if count == "1" else "s"
            reason = f"{name} at {name.place} has {len(arguments)} argument{'s' if len(arguments) != 1 else ''}"
            raise FpgamlError(self.where, reason, f"It takes {count} argument{plural}")
        if special:
            return special.make(*arguments)
        if known == "where":
            arguments[0] = _condition(arguments[0])
        return Call(known, tuple(arguments))

    def _arguments(self) -> Iterator[Expression]:
        self.expect("(")
        yield self.comparison()
        while self.found(","):
            yield self.comparison()
        self.expect(")")

    def _fixed(self, name: Token) -> Expression:
        """ap_fixed(value, 10, 4), with modes or without."""
        self.expect("(")
        value = self.comparison()
        words = []
        while self.found(","):
            sign = "-" if self.found("-") else ""
            words.append(sign + self.take().text)
        self.expect(")")
        return Fixed(value, _quantizer(name, words, f"{self.where}, {name.place}"))

    def _piecewise(self, name: Token) -> Expression:
        """Piecewise((value, condition), ..., (value, True)), as sympy prints it."""
        self.expect("(")
        pieces: list[tuple[Expression, Expression]] = []
        while True:
            self.expect("(")
            value = self.comparison()
            self.expect(",")
            pieces.append((value, self.comparison()))
            self.expect(")")
            if not self.found(","):
                break
        self.expect(")")
        found, last = pieces[-1]
        if last != Number(1.0):
            reason = f"{name} at {name.place} says nothing of the other cases"
            raise FpgamlError(self.where, reason, "End it with (value, True)")
        for value, condition in reversed(pieces[:-1]):
            found = Call("where", (_condition(condition), value, found))
        return found

    def _unknown(self, token: Token, what: str, near: list[str], advice: str) -> None:
        close = get_close_matches(token.text, near, 1)
        hint = f"Did you mean {close[0]}? " if close else ""
        self.problems[Problem(f"{token} at {token.place}", what, hint + advice)] = None

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > 2 * DEEPEST:
            token = self.next
            raise FpgamlError(self.where, f"{token} at {token.place} lies within more than {DEEPEST} brackets or signs")
        yield
        self._depth -= 1


MOST_BITS = 64
"""Of a type that the file gives: beyond float64's, and far beyond a trigger's."""


def _quantizer(name: Token, words: list[str], where: str) -> Quantizer:
    """The type and the modes of ap_fixed(value, ...).

    Raises:
        FpgamlError: they are none.
    """
    kind = FixedType.parse(f"{name.text}<{','.join(words[:2])}>", where)
    if int(kind.width) > MOST_BITS:
        raise FpgamlError(where, f"{kind} has {int(kind.width)} bits, more than {MOST_BITS}")
    modes = words[2:]
    if len(modes) > 2 or any(mode not in known for mode, known in zip(modes, ([*Rounding], [*Overflow]), strict=False)):
        advice = f"Roundings: {', '.join(Rounding)}; overflows: {', '.join(Overflow)}"
        raise FpgamlError(where, f"`{', '.join(modes)}` are no rounding and overflow", advice)
    rounding = Rounding(modes[0]) if modes else Rounding.TRN
    return Quantizer(kind, rounding, Overflow(modes[1]) if len(modes) > 1 else Overflow.WRAP)


@dataclass(frozen=True)
class _Rewritten:
    arguments: tuple[int, int]
    make: Callable[..., Expression]


def _inverse(value: Expression) -> Expression:
    if isinstance(value, Number) and value.value != 0:
        return Number(1.0 / value.value)
    return power_of(value, Number(-1.0))


def _condition(value: Expression) -> Expression:
    """0 or 1: a comparison as it is, anything else compared with zero."""
    booleans = value.parts if isinstance(value, Call) and value.name in ("min", "max") else (value,)
    comparisons = all(isinstance(each, Call) and each.name == "greater" for each in booleans)
    return value if comparisons else Call("greater", (value, Number(0.0)))


def _not(value: Expression) -> Expression:
    return Call("where", (value, Number(0.0), Number(1.0)))


COMPARISONS: Mapping[str, Callable[[Expression, Expression], Expression]] = {
    ">": lambda a, b: Call("greater", (a, b)),
    "<": lambda a, b: Call("greater", (b, a)),
    ">=": lambda a, b: _not(Call("greater", (b, a))),
    "<=": lambda a, b: _not(Call("greater", (a, b))),
}

REWRITTEN: Mapping[str, _Rewritten] = {
    "square": _Rewritten((1, 1), lambda x: power_of(x, Number(2.0))),
    "cube": _Rewritten((1, 1), lambda x: power_of(x, Number(3.0))),
    "inv": _Rewritten((1, 1), _inverse),
    "neg": _Rewritten((1, 1), negated),
    "pow": _Rewritten((2, 2), power_of),
    "Pow": _Rewritten((2, 2), power_of),
    "cond": _Rewritten((2, 2), lambda x, y: Call("where", (_condition(x), y, Number(0.0)))),
    "ITE": _Rewritten((3, 3), lambda c, x, y: Call("where", (_condition(c), x, y))),
}
"""Functions that are written as others."""
