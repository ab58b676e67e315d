"""The columns of a project: its source model, the Graph, and the firmware, on the same labelled events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.coded import to_reals
from fpgaml.data.coding import PortCoding
from fpgaml.data.file_axes import Orders, to_file
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.physics.measure import Answers, Scored
from fpgaml.proof.checks import Check, Proof
from fpgaml.record.physics import Column, ColumnRole
from fpgaml.record.verdict import Status

SOURCE, FIXED = "source", "fixed"
"""Keys of the source model and of the Graph; firmware has the name of what runs it."""
GRAPH_IS = "Graph = "


def columns_of_proof(
    proof: Proof, checks: Sequence[Check], codings: Mapping[str, PortCoding], axes: Orders
) -> tuple[Scored, ...]:
    """The columns of a finished proof that kept the outputs of its data.

    Firmware is a column where the proof found it equal to the Graph on every bit: it has the Graph's answers. Where it
    differs, the proof says so.

    Args:
        checks: of the firmware; codings: of outputs that carry integer codes, which become real numbers.
        axes: of outputs whose axes lie in another order in the file, which the labels follow.
    """
    fixed = fixed_column(_joined(proof.outputs, codings, axes), proof.runs.title)
    source = _source(proof, codings, axes)
    told = shared([source, fixed] if source else [fixed])
    return (*told, *(equal_firmware(check, told[-1].column) for check in checks if check.status == Status.EXACT))


def source_column(answers: Answers, tool: str) -> Scored:
    """The source model, by whoever answered for it."""
    column = Column(key=SOURCE, role=ColumnRole.FLOAT, title="source model", tool=tool, events=_events(answers))
    return Scored(column, answers)


def fixed_column(answers: Answers, tool: str = INTERPRETER) -> Scored:
    """The Graph, by whoever computed it."""
    column = Column(key=FIXED, role=ColumnRole.FIXED, title="fixed point", tool=tool, events=_events(answers))
    return Scored(column, answers)


def equal_firmware(check: Check, fixed: Column) -> Scored:
    """Firmware that a check found equal to the Graph on every bit."""
    title = check.name.removeprefix(GRAPH_IS)
    return Scored(
        Column(
            key=title.replace(" ", "_").lower(),
            role=ColumnRole.HARDWARE,
            title=title,
            events=fixed.events,
            equal_to=fixed.equal_to or fixed.key,
        ),
        {},
    )


def shared(columns: Sequence[Scored]) -> tuple[Scored, ...]:
    """The same columns; one that answers every event as an earlier one does says so."""
    found: list[Scored] = []
    for scored in columns:
        earlier = next((other for other in found if not other.column.equal_to and _same(other, scored)), None)
        equal_to = earlier.column.key if earlier else ""
        found.append(replace(scored, column=scored.column.model_copy(update={"equal_to": equal_to})))
    return tuple(found)


def in_file_terms(
    values: NDArray[np.float64], coding: PortCoding | None, order: tuple[int, ...] | None
) -> NDArray[np.float64]:
    """Outputs of the Graph as the file means them: real numbers for codes, its order of axes; (events, elements)."""
    reals = values if coding is None else np.asarray(to_reals(values, coding), np.float64)
    return to_file(reals, order).reshape(len(values), -1)


def _source(proof: Proof, codings: Mapping[str, PortCoding], axes: Orders) -> Scored | None:
    """The source model, where it answered for every output."""
    kept = proof.source_outputs
    if proof.oracle is None or set(kept) != set(proof.outputs):
        return None
    answers = _joined(kept, codings, axes)
    return source_column(answers, proof.oracle.title) if _events(answers) else None


def _joined(
    parts: Mapping[str, Sequence[NDArray[np.float64]]], codings: Mapping[str, PortCoding], axes: Orders
) -> Answers:
    return {
        name: in_file_terms(np.concatenate(arrays), codings.get(name), axes.get(name)) for name, arrays in parts.items()
    }


def _events(answers: Answers) -> int:
    return len(next(iter(answers.values())))


def _same(first: Scored, other: Scored) -> bool:
    return first.column.events == other.column.events and all(
        np.array_equal(first.answers[name], values) for name, values in other.answers.items()
    )
