"""The text of an expression as tokens, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from fpgaml.errors import FpgamlError


class Kind(StrEnum):
    """What a token is."""

    NUMBER = "a number"
    NAME = "a name"
    SIGN = "a sign"
    END = "the end"


@dataclass(frozen=True)
class Token:
    """A word of the text.

    Args:
        text: as written; line, column: where it begins, from 1 on.
    """

    kind: Kind
    text: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"`{self.text}`" if self.text else "the end"

    @property
    def place(self) -> str:
        return f"line {self.line}, column {self.column}"


LONGEST = 64
"""Characters of a name or a number."""
_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|#[^\n]*)|(?P<line>\n)"
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^()\[\],=<>:])"
)
NEW_LINE = "\n"
"""The text of the token between two statements."""


def tokens_of(text: str, where: str, first_line: int = 1) -> list[Token]:
    """All tokens; a new line is one where no bracket is open, comments from `#` on are none.

    Args:
        where: the file, for messages.

    Raises:
        FpgamlError: a character that begins no token, or a word that is too long.
    """
    found: list[Token] = []
    line, begins, position, depth = first_line, 0, 0, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        column = position - begins + 1
        if match is None:
            reason = f"`{text[position]}` at line {line}, column {column} belongs to no expression"
            raise FpgamlError(where, reason, "Write numbers, names and + - * / ** ( ) , alone")
        kind, word = str(match.lastgroup), match.group()
        position = match.end()
        if kind == "line":
            if depth == 0:
                found.append(Token(Kind.SIGN, NEW_LINE, line, column))
            line, begins = line + 1, position
        elif kind != "space":
            if len(word) > LONGEST:
                raise FpgamlError(where, f"`{word[:20]}...` at line {line}, column {column} has {len(word)} characters")
            depth = max(depth + (word in "([") - (word in ")]"), 0)
            found.append(Token(Kind[kind.upper()], word, line, column))
    return [*found, Token(Kind.END, "", line, position - begins + 1)]
