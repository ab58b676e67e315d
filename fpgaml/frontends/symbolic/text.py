"""Files `.sympy`: an expression for each output, a line each, or all of them as one list.

    # what a comment is
    inputs: mass, width, multiplicity
    score = 0.5*sin(mass) + max(width, 0.1)**2
    exp(-multiplicity*multiplicity)

Without `inputs:` they are x0, x1, and so on; `inputs: 16` says how many. Outputs without a name are y0, y1, ...
"""

from __future__ import annotations

from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.frontends.symbolic.expression import Expression
from fpgaml.frontends.symbolic.functions import ALIASES, CONSTANTS, FUNCTIONS
from fpgaml.frontends.symbolic.parse import MOST_INPUTS, REWRITTEN, Parser
from fpgaml.frontends.symbolic.source import MOST_OUTPUTS, Source, inputs_of, refuse, text_of_file
from fpgaml.frontends.symbolic.tokens import NEW_LINE, Kind, Token, tokens_of

FRAMEWORK = "expressions"
_EXAMPLE = "Write for example y0 = 0.5*sin(x0) + x1**2"


def read_text(path: Path) -> Source:
    """Read a file of expressions.

    Raises:
        FpgamlError: it is damaged, or names what is not known: all of that at once.
    """
    return parse_text(text_of_file(path), str(path))


def parse_text(text: str, where: str) -> Source:
    """Read expressions.

    Args:
        where: the file, for messages.

    Raises:
        FpgamlError: as for `read_text`.
    """
    parser = Parser(tokens_of(text, where), where)
    reader = _Reader(parser)
    reader.read()
    refuse(where, list(parser.problems))
    if not reader.outputs:
        raise FpgamlError(where, "holds no expression", _EXAMPLE)
    expressions = [expression for _, expression in reader.outputs]
    inputs = reader.inputs if reader.inputs is not None else inputs_of(expressions)
    return Source(inputs, tuple(reader.outputs), FRAMEWORK)


class _Reader:
    """Statements, one after another."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self.inputs: tuple[str, ...] | None = None
        self.outputs: list[tuple[str, Expression]] = []

    def read(self) -> None:
        while not self._parser.ended:
            if self._parser.found(NEW_LINE):
                continue
            self._statement()
            if not (self._parser.ended or self._parser.found(NEW_LINE)):
                raise self._parser.wrong("the expression has ended before it")

    def _statement(self) -> None:
        parser = self._parser
        first, second = parser.next, parser.tokens[min(parser.position + 1, len(parser.tokens) - 1)]
        if first.kind is Kind.NAME and second.text == ":":
            self._declaration()
        elif parser.found("["):
            self._add(f"y{len(self.outputs)}", parser.comparison(), first)
            while parser.found(","):
                if parser.next.text != "]":
                    self._add(f"y{len(self.outputs)}", parser.comparison(), first)
            parser.expect("]")
        elif first.kind is Kind.NAME and second.text == "=":
            parser.take()
            parser.take()
            self._add(first.text, parser.comparison(), first)
        else:
            self._add(f"y{len(self.outputs)}", parser.comparison(), first)

    def _add(self, name: str, expression: Expression, token: Token) -> None:
        where = self._parser.where
        if len(self.outputs) >= MOST_OUTPUTS:
            raise FpgamlError(where, f"has more than {MOST_OUTPUTS} expressions")
        if name in dict(self.outputs) or (self.inputs is not None and name in self.inputs):
            reason = f"`{name}` at {token.place} is the name of something before it"
            raise FpgamlError(where, reason, "Give each expression a name of its own, or none")
        self.outputs.append((name, expression))

    def _declaration(self) -> None:
        """`inputs: mass, width` or `inputs: 16`."""
        parser, word = self._parser, self._parser.take()
        if word.text != "inputs":
            raise FpgamlError(parser.where, f"{word} at {word.place} declares nothing", "Write inputs: mass, width")
        if self.outputs or self.inputs is not None:
            reason = f"{word} at {word.place}: inputs are named before the first expression, and once"
            raise FpgamlError(parser.where, reason, "Write one such line, as the first")
        parser.take()
        if parser.next.kind is Kind.NUMBER:
            names = self._counted(parser.take())
        else:
            names = [self._name()]
            while parser.found(","):
                names.append(self._name())
        twice = next((name for index, name in enumerate(names) if name in names[:index]), None)
        if twice is not None or len(names) > MOST_INPUTS:
            reason = f"`{twice}` is named twice" if twice is not None else f"more than {MOST_INPUTS:,} inputs"
            raise FpgamlError(f"{parser.where}, {word.place}", reason, "Name each input once")
        self.inputs = tuple(names)
        parser.names = {name: index for index, name in enumerate(names)}

    def _counted(self, token: Token) -> list[str]:
        count = int(token.text) if token.text.isdigit() else 0
        if not 1 <= count <= MOST_INPUTS:
            reason = f"{token} at {token.place} is no number of inputs"
            raise FpgamlError(self._parser.where, reason, f"Write a whole number from 1 to {MOST_INPUTS:,}")
        return [f"x{index}" for index in range(count)]

    def _name(self) -> str:
        token = self._parser.next
        if token.kind is not Kind.NAME:
            raise self._parser.wrong("the name of an input is expected")
        if token.text in (*FUNCTIONS, *ALIASES, *CONSTANTS, *REWRITTEN):
            raise FpgamlError(self._parser.where, f"{token} at {token.place} is a function or a constant", "Rename it")
        return self._parser.take().text
