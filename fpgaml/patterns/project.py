"""A project's events as pattern files, and captured outputs compared with what the Graph answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fpgaml.checking import Checking
from fpgaml.emulator.engine import choose_engine
from fpgaml.errors import FpgamlError
from fpgaml.files import require_writable, write_whole
from fpgaml.graph.interpreter import read_inputs
from fpgaml.graph.values import FixedArray
from fpgaml.patterns.formats import PatternFormat, Values, as_text, read
from fpgaml.patterns.layout import LinkLayout
from fpgaml.progress import Progress
from fpgaml.project.golden import read_golden
from fpgaml.project.ports import Port
from fpgaml.proof.checks import chunk_events
from fpgaml.proof.compare import Comparison, compare
from fpgaml.record.manifest import PortFacts
from fpgaml.running.firmware import OpenProject

MOST_BITS = 1 << 30
"""Of all events together: pattern files are played from buffers, and kept whole in memory."""


@dataclass(frozen=True)
class Layouts:
    """How files are written and read.

    Args:
        kind: of the files; inputs, outputs: how events travel.
        frames: at most so many a file, None for all in one.
    """

    kind: PatternFormat
    inputs: LinkLayout
    outputs: LinkLayout
    frames: int | None = None

    def settled(self, inputs: Sequence[Port], outputs: Sequence[Port]) -> Layouts:
        """The same for these ports: events follow each other on both sides at one spacing.

        Raises:
            FpgamlError: elements or events do not fit.
        """
        sides = ((self.inputs, inputs), (self.outputs, outputs))
        for layout, ports in sides:
            layout.packing.check(ports)
        spacing = max(layout.period(ports) for layout, ports in sides)
        if self.frames is not None and self.frames < self.inputs.lead + spacing:
            reason = f"{self.frames} frames hold no event: they follow each other every {spacing} frames"
            raise FpgamlError("--frames-per-file", reason, f"Give {self.inputs.lead + spacing} or more")
        given, answered = (replace(layout, spacing=spacing) for layout, _ in sides)
        return Layouts(self.kind, given, answered, self.frames)

    @property
    def events_a_file(self) -> int | None:
        """How many whole events a file holds; None for all."""
        if self.frames is None:
            return None
        assert self.inputs.spacing is not None
        return (self.frames - self.inputs.lead) // self.inputs.spacing


@dataclass(frozen=True)
class Vectors:
    """A project's events.

    Args:
        inputs, outputs: the ports; layouts: how they travel.
        given, answers: what goes in, and what the Graph answers, by port, shape (events, *shape).
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    layouts: Layouts
    given: Values
    answers: Values

    @property
    def events(self) -> int:
        """How many."""
        return int(next(iter(self.given.values())).shape[0])

    @property
    def sides(self) -> tuple[tuple[str, LinkLayout, tuple[Port, ...], Values], ...]:
        """Inputs and outputs: the word for them, layout, ports, values."""
        return (
            ("inputs", self.layouts.inputs, self.inputs, self.given),
            ("outputs", self.layouts.outputs, self.outputs, self.answers),
        )


@dataclass(frozen=True)
class Captures:
    """What captured outputs came to.

    Args:
        found: by output; events: of the project; words_over: of a last event that was cut off.
    """

    found: tuple[Comparison, ...]
    events: int
    words_over: int

    @property
    def compared(self) -> int:
        """How many events."""
        return self.found[0].events

    @property
    def exact(self) -> bool:
        """Whether every bit of every output is the Graph's."""
        return all(comparison.exact for comparison in self.found)

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        outputs = [
            {
                "name": each.name,
                "values": each.values,
                "differing_values": each.differing_values,
                "differing_events": each.differing_events,
                "first": None
                if each.first is None
                else {
                    "event": each.first.event,
                    "position": list(each.first.position),
                    "expected_raw": each.first.expected_raw,
                    "got_raw": each.first.got_raw,
                    "fractional": each.first.fractional,
                },
            }
            for each in self.found
        ]
        return {"exact": self.exact, "events": self.events, "compared": self.compared, "outputs": outputs}


def open_vectors(folder: Path, checking: Checking, layouts: Layouts, progress: Progress) -> Vectors:
    """A project's golden vectors, or recorded events, with the Graph's answers.

    Args:
        checking: data, where it is not the golden vectors that are wanted, and how many of either.

    Raises:
        FpgamlError: no project, data that cannot be read, or a layout that does not hold the tensors.
    """
    project = OpenProject.read(folder)
    if not project.manifest.settings.of_graph:
        reason = f"the firmware of {folder} has codes of its own, not the Graph's integers"
        raise FpgamlError("PROJECT", reason, "Give an HLS, RTL or C++ project")
    inputs, outputs = _ports(project.manifest.inputs), _ports(project.manifest.outputs)
    layouts = layouts.settled(inputs, outputs)
    an_event = layouts.inputs.packing.total(inputs) + layouts.outputs.packing.total(outputs)
    given = _join(_batches(project, inputs, checking, MOST_BITS // an_event))
    events = int(next(iter(given.values())).shape[0])
    engine, size = choose_engine(project.graph, events, progress), chunk_events(project.graph)
    with progress.bar(f"events through {engine.title}", events) as ran:
        parts = []
        for start in range(0, events, size):
            part = {name: _part(value, start, size) for name, value in given.items()}
            parts.append(engine.run(part))
            ran(int(next(iter(part.values())).shape[0]))
    answers = _join(parts)
    # With the ports' binary points, which differences are told in.
    told = {port.name: FixedArray(answers[port.name].at(port.fractional), port.fractional) for port in outputs}
    return Vectors(inputs, outputs, layouts, given, told)


def write_vectors(vectors: Vectors, output: Path) -> tuple[Path, ...]:
    """Write inputs, expected outputs, and what lies where.

    Args:
        output: `NAME.EXT` becomes `NAME_inputs.EXT`, `NAME_outputs.EXT` and `NAME_layout.txt`; `_0`, `_1` and so on
            follow where there are several files.

    Returns:
        What was written.

    Raises:
        FpgamlError: a file cannot be written.
    """
    require_writable(output.parent, output)
    written, size = [], vectors.layouts.events_a_file or vectors.events
    for side, layout, ports, values in vectors.sides:
        for start in range(0, vectors.events, size):
            part = {name: _part(value, start, size) for name, value in values.items()}
            number = f"_{start // size}" if size < vectors.events else ""
            written.append(output.with_name(f"{output.stem}_{side}{number}{output.suffix or '.txt'}"))
            write_whole(written[-1], as_text(vectors.layouts.kind, layout, ports, part, side))
    written.append(output.with_name(f"{output.stem}_layout.txt"))
    write_whole(written[-1], layout_text(vectors))
    return tuple(written)


def compare_files(vectors: Vectors, paths: Sequence[Path]) -> Captures:
    """Compare captured outputs with the Graph's, event by event from the first.

    Args:
        paths: files, in order, each of whole events but for the last.

    Raises:
        FpgamlError: as for `formats.read`, no event, or more events than the project has.
    """
    layouts = vectors.layouts
    read_files = [read(layouts.kind, layouts.outputs, vectors.outputs, path) for path in paths]
    for path, part in zip(paths[:-1], read_files[:-1], strict=True):
        if part.words_over:
            raise FpgamlError(str(path), "ends within an event, and another file follows", "Give whole captures")
    captured = _join([part.values for part in read_files])
    over = read_files[-1].words_over
    count = int(next(iter(captured.values())).shape[0])
    if count == 0:
        raise FpgamlError(str(paths[0]), "holds no whole event: no word of it is valid, or too few are")
    if count > vectors.events:
        reason = f"holds {count} events, and there are {vectors.events} to compare with"
        raise FpgamlError(str(paths[0]), reason, "Give the --data and --events that it was made with")
    found = tuple(
        compare(_part(vectors.answers[port.name], 0, count), captured[port.name], port.name) for port in vectors.outputs
    )
    return Captures(found, vectors.events, over)


def layout_text(vectors: Vectors) -> str:
    """Which element lies in which bits, for those who read the files without fpgaml."""
    layouts = vectors.layouts
    said = [f"{vectors.events} events, --format {layouts.kind}. Bit 0 is the lowest. Elements in C order."]
    for side, layout, ports, _ in vectors.sides:
        said += ["", f"{side}: {layout.packing.total(ports)} bits an event{_links_text(layouts.kind, layout, ports)}"]
        said += [
            f"  {port.name} {list(port.shape)}: {'' if port.signed else 'un'}signed, {port.width} bits, "
            f"a value is n * 2^{-port.fractional}"
            for port in ports
        ]
        for place in layout.packing.places(ports):
            index = "".join(f"[{each}]" for each in place.element)
            said.append(f"  {place.port.name}{index}: {_place_text(layouts.kind, layout, place.start, place.width)}")
    return "\n".join(said) + "\n"


def _links_text(kind: PatternFormat, layout: LinkLayout, ports: Sequence[Port]) -> str:
    if kind is PatternFormat.HEX:
        return ", a line each"
    links = ", ".join(map(str, layout.links))
    return (
        f", {layout.length(ports)} frames on links {links}, every {layout.period(ports)} frames, the first in frame "
        f"{layout.lead}"
    )


def _place_text(kind: PatternFormat, layout: LinkLayout, start: int, width: int) -> str:
    if kind is PatternFormat.HEX:
        return f"bits {start + width - 1}..{start}"
    pieces = []
    while width:
        word, low = divmod(start, 64)
        here = min(width, 64 - low)
        link, frame = layout.links[word % len(layout.links)], word // len(layout.links)
        pieces.append(f"frame {frame}, link {link}, bits {low + here - 1}..{low}")
        start, width = start + here, width - here
    return "; then ".join(pieces)


def _ports(rows: Sequence[PortFacts]) -> tuple[Port, ...]:
    return tuple(Port.from_row(row.to_json()) for row in rows)


def _batches(project: OpenProject, inputs: Sequence[Port], checking: Checking, most: int) -> list[Values]:
    """The events that go in.

    Args:
        most: more are too many.
    """
    if checking.data is None:
        golden = {port.name: read_golden(project.folder, port, "input") for port in inputs}
        counts = {value.shape[0] for value in golden.values()}
        if len(counts) != 1:
            raise FpgamlError(str(project.folder), f"golden vectors of different lengths: {sorted(counts)}")
        return [{name: _part(value, 0, checking.limit or counts.pop()) for name, value in golden.items()}]
    data = project.events(checking.events)
    assert data is not None
    if data.events > most:
        raise FpgamlError("--events", f"{data.events} are too many for pattern files", f"Give at most {most}")
    return list(_data_batches(project, data.chunks()))


def _data_batches(project: OpenProject, chunks: Any) -> Iterator[Values]:
    for chunk in chunks:
        yield read_inputs(project.graph, {node: chunk[layer] for layer, node in project.graph.input_layers.items()})


def _part(value: FixedArray, start: int, count: int) -> FixedArray:
    return FixedArray(value.integers[start : start + count], value.fractional)


def _join(parts: Sequence[Values]) -> dict[str, FixedArray]:
    """Batches one after another."""
    return {name: _joined([part[name] for part in parts]) for name in parts[0]}


def _joined(values: Sequence[FixedArray]) -> FixedArray:
    common = max(value.fractional for value in values)
    return FixedArray(np.concatenate([value.at(common) for value in values]), common)
