"""How a float network's types were chosen on data, and what others would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fpgaml.record.calibration import Calibration
from fpgaml.record.precision import PrecisionChoice
from fpgaml.report.section import Line, Section, Subject, Table, line, name

FEW = 12
"""Rows that are shown unless everything is wanted."""


def sections(subject: Subject) -> Iterator[Section]:
    """In short, then tensor by tensor, then layer by layer."""
    found = subject.results.calibration
    if found is None:
        return
    yield Section("Calibration: types chosen on the data", list(_lines(found)), found.kind)
    shown = len(found.tensors) if subject.everything else FEW
    types: dict[tuple[str, str], str] = {(each.layer, each.part): each.type for each in _choices(subject)}
    rows = [
        (
            name(f"{each.layer}.{each.part}"),
            f"{each.low:.4g} to {each.high:.4g}" + ("" if each.seen else " (computed)"),
            str(each.bits),
            types.get((each.layer, each.part), ""),
        )
        for each in found.tensors[:shown]
    ]
    parts: list[Table | Line] = [Table(rows, ("tensor", "range", "bits", "type"), right=(2,))]
    if len(found.tensors) > shown:
        parts.append(line(f"{len(found.tensors) - shown} more (--all lists every one)"))
    yield Section("Calibration: tensors", parts)
    layers = [
        (
            name(each.layer),
            "" if each.largest is None else f"{each.largest:.3g}",
            "" if not each.magnitude or each.largest is None else f"{100 * each.largest / each.magnitude:.2g}%",
            "" if each.outputs is None else f"{each.outputs.fewer:.3g}",
            "" if each.outputs is None else f"{each.outputs.more:.3g}",
        )
        for each in found.layers
    ]
    header = ("layer", "distance", "of its range", "outputs: 1 bit less", "1 bit more")
    yield Section("Calibration: distance from the float network by layer", [Table(layers, header, right=(1, 2, 3, 4))])


def _choices(subject: Subject) -> Sequence[PrecisionChoice]:
    precision = subject.manifest.precision
    return () if precision is None else precision.choices


def _lines(found: Calibration) -> Iterator[Line]:
    room = f"{found.headroom} integer bit{'' if found.headroom == 1 else 's'} of headroom"
    yield line(f"Goal: {found.goal}; {room} above what {found.events:,} events need, saturating")
    tried = f"{found.tries} networks were run on {found.searched:,} events"
    yield line(f"{found.everywhere} bits everywhere meet it; single tensors then got fewer: {tried}")
    loss = "" if found.auc_loss is None else f", ROC AUC {found.auc_loss:.2g} lower"
    yield line(f"Outputs at most {found.distance:.4g} from the float network on all events{loss}")
    if found.used > 1:
        yield line(f"On all events the goal is missed by a factor {found.used:.2f}: searched were fewer of them")
    yield line(f"One bit less everywhere: {found.outputs.fewer:.3g}; one bit more: {found.outputs.more:.3g}")
    apart = "" if found.reference_distance is None else f", {found.reference_distance:.2g} from the framework's answers"
    yield line(f"Float answers: {found.reference}{apart}")
    if found.graph_by:
        yield line(f"Its own answers: {found.graph_by}")
