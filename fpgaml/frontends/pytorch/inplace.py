"""Calls that write into a tensor: allowed where nobody looks at its memory under another name afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.frontends.pytorch.operators.table import VIEWS, plain_name, writes
from fpgaml.frontends.pytorch.schema import Argument, Call, Program, Ref


def refs(call: Call) -> Iterator[str]:
    """The tensors that a call reads."""
    for argument in call.arguments.values():
        yield from _refs(argument)


def _refs(argument: Argument) -> Iterator[str]:
    if isinstance(argument, Ref):
        yield argument.name
    elif isinstance(argument, tuple):
        for item in argument:
            yield from _refs(item)


def spoilt(program: Program) -> frozenset[int]:
    """The calls that write into memory that is read later by another name than that of what was written or its result.

    Returns:
        Their places among the program's calls.
    """
    memory: dict[str, str] = {}  # by the tensor's name that of the memory that it lies in
    members: dict[str, set[str]] = {}
    last = {name: number for number, call in enumerate(program.calls) for name in refs(call)}
    last |= dict.fromkeys(program.outputs, len(program.calls))
    found = set()

    def enter(name: str, place: str) -> None:
        memory[name] = place
        members.setdefault(place, set()).add(name)

    for number, call in enumerate(program.calls):
        first = next(refs(call), "")
        shares = writes(call.target) or plain_name(call.target) in VIEWS
        if shares and first and first not in memory:
            enter(first, first)
        if writes(call.target) and first:
            others = members[memory[first]] - {first}
            if any(last.get(name, -1) > number for name in others):
                found.add(number)
        for output in call.outputs:
            if output and shares and first:
                enter(output, memory[first])
    return frozenset(found)
