"""Who computed what a Graph says, in words for records and reports; nothing else is imported here."""

from __future__ import annotations

INTERPRETER = "the integer interpreter"
"""The definition itself."""
EMULATOR = "the exact emulator"
"""What is compiled from a Graph, and compared with the interpreter wherever it is used."""


def emulator_title(events: int, compared: int) -> str:
    """The emulator as it was used.

    Args:
        events: that it ran; compared: on how many of them the interpreter gave the same, on every bit.
    """
    if not events:
        return EMULATOR
    return f"{EMULATOR}, equal to {INTERPRETER} on {compared:,} of {events:,} events"


def is_of_graph(title: str) -> bool:
    """Whether a title of a record names the Graph itself, whoever computed it: equal to it means every bit."""
    return title == INTERPRETER or title.startswith(EMULATOR)
