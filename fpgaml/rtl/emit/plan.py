"""The modules of a core, line by line, apart from any language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from fpgaml.graph.types import FixedType
from fpgaml.project.ports import Port, packed_bits
from fpgaml.rtl.emit.expressions import (
    Assign,
    Entry,
    Join,
    Literal,
    Part,
    Signal,
    Term,
    clocked,
    lifted,
    parts_read,
    pieces,
    whole,
)
from fpgaml.rtl.emit.gates import assignments
from fpgaml.rtl.emit.partition import Partition, partition
from fpgaml.rtl.netlist import Gate, Netlist, Wire, is_memory
from fpgaml.rtl.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Slot:
    """A signal's place in a vector.

    Attributes:
        low: its lowest bit there; stage: when it is there; note: what it is, or empty.
    """

    signal: Signal
    low: int
    stage: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Vector:
    """A packed port of a module, and what it is connected to in the core."""

    name: str
    width: int
    connected: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """A register and the signal that it takes over at each clock edge."""

    target: Signal
    source: str


@dataclass
class Stage:
    """The registers of rank `number`, then the logic behind them."""

    number: int
    registers: list[Register] = field(default_factory=list)
    lines: list[Assign] = field(default_factory=list)


@dataclass(frozen=True)
class Module:
    """A layer's module, or the core.

    Attributes:
        name: of the module; instance: its name in the core; note: what it is.
        inputs, outputs: its vectors; stages: the ones in which it has something, in order.
        unread: whether some bit of an input or of a signal is read by nobody.
    """

    name: str
    instance: str
    note: str
    inputs: tuple[Vector, ...]
    outputs: tuple[Vector, ...]
    stages: tuple[Stage, ...]
    unread: bool

    @property
    def clocked(self) -> bool:
        """Whether it has registers."""
        return any(stage.registers or any(line.clocked for line in stage.lines) for stage in self.stages)


@dataclass(frozen=True)
class Table:
    """A lookup table's module: for each integer from `low` on, an entry.

    Attributes:
        index: what it is asked with, named a; entry: what it answers, named y.
        ranks: registers between the two; with some it has a port clk.
    """

    name: str
    index: Signal
    entry: Signal
    low: int
    entries: tuple[int, ...]
    ranks: int = 0

    @property
    def default(self) -> int:
        """The most frequent entry; also what an index gets that never comes."""
        return Counter(self.entries).most_common(1)[0][0]

    @property
    def cases(self) -> list[tuple[int, int]]:
        """(index, entry) where it is another one."""
        default = self.default
        return [(self.low + i, entry) for i, entry in enumerate(self.entries) if entry != default]


@dataclass(frozen=True)
class Plan:
    """All modules of a core.

    Attributes:
        tables, layers: in compile order; core: the one that holds them. `wiring` are the layers' vectors in it.
    """

    tables: tuple[Table, ...]
    layers: tuple[Module, ...]
    core: Module
    wiring: tuple[tuple[str, int], ...]
    latency: int


def make_plan(netlist: Netlist, schedule: Schedule, top: str) -> Plan:
    """Cut a netlist into modules and their lines."""
    return _Planner(netlist, schedule, top).plan()


class _Planner:
    def __init__(self, netlist: Netlist, schedule: Schedule, top: str) -> None:
        self.netlist, self.schedule, self.top = netlist, schedule, top
        self.cut: Partition = partition(netlist, schedule)
        self.names = _unique_names(netlist.layers, {"core"})
        self.tables: dict[tuple[object, ...], Table] = {}
        self.table_names = (
            name
            for name in map("lut{}".format, range(len(netlist.wires) + len(self.names)))
            if name not in {known.lower() for known in self.names}
        )
        self.offsets = _offsets(netlist)
        self.grouped = len(set(self.cut.group.values())) > 1
        # Of each wire that leaves: its vector's name in the core, lowest bit there.
        self.places: dict[int, tuple[str, int]] = {}
        self.first_read = _first_read(netlist, schedule)
        self.wiring: dict[str, int] = {}

    def plan(self) -> Plan:
        for layer in range(self.cut.core):
            self._place(layer)
        layers = tuple(self._module(layer) for layer in range(self.cut.core) if self.cut.owned[layer])
        core = self._module(self.cut.core, {vector.connected for layer in layers for vector in layer.inputs})
        return Plan(tuple(self.tables.values()), layers, core, tuple(self.wiring.items()), self.schedule.latency)

    def is_registered(self, index: int) -> bool:
        """Whether a wire is a memory's entry that nobody reads before its register rank."""
        return (
            is_memory(self.netlist, self.netlist.wires[index]) and self.first_read[index] > self.schedule.stages[index]
        )

    def table_name(self, wire: Wire, argument: Wire, ranks: int = 0) -> str:
        """The module of a lookup, made when it is first asked for; it holds what the argument can reach."""
        number, first = wire.parameters
        key = (number, first, argument.low, argument.high, wire.width, wire.signed, ranks)
        if key not in self.tables:
            entries = self.netlist.tables[number][argument.low - first : argument.high - first + 1]
            index = Signal("a", argument.width, argument.signed)
            entry = Signal("y", wire.width, wire.signed)
            name = f"{self.top}_{next(self.table_names)}"
            self.tables[key] = Table(name, index, entry, argument.low, entries, ranks)
        return self.tables[key].name

    def note(self, wire: int) -> str:
        """What a wire at a border of layers is: an element of a tensor and its type; empty for a step on the way."""
        element, made = self.netlist.elements.get(wire), self.netlist.wires[wire]
        if element is None:
            return ""
        return _element_note(Port(element.node, (), made.signed, made.width, element.fractional), element.index)

    def _place(self, layer: int) -> None:
        """Lay a layer's leaving wires into vectors."""
        for wire in sorted(w for w in self.cut.owned[layer] if w in self.cut.leaving):
            suffix = f"_p{self.cut.group[wire]}" if self.grouped else ""
            vector = f"y_{self.names[layer]}{suffix}"
            low = self.wiring.get(vector, 0)
            self.places[wire] = vector, low
            self.wiring[vector] = low + self.netlist.wires[wire].width

    def _module(self, index: int, read_elsewhere: Collection[str] = ()) -> Module:
        is_core = index == self.cut.core
        name = "core" if is_core else self.names[index]
        body = _Body(self, index)
        inputs = body.take_inputs(is_core)
        stages = body.run()
        outputs = (body.results(stages),) if is_core else body.hand_on(index)
        note = "" if is_core else self.netlist.notes.get(self.netlist.layers[index], "")
        found = tuple(stage for _, stage in sorted(stages.items()) if stage.registers or stage.lines)
        unread = _unread(inputs, found, outputs, read_elsewhere)
        return Module(f"{self.top}_{name}", f"u_{name}", note, inputs, outputs, found, unread)


class _Body:
    """A module under construction: the names of its signals, stage by stage."""

    def __init__(self, planner: _Planner, index: int) -> None:
        self.planner, self.index = planner, index
        self.wires, self.schedule, self.cut = planner.netlist.wires, planner.schedule, planner.cut
        # Of each wire known here: its signal, and from which stage on it is here.
        self.signals: dict[int, tuple[Signal, int]] = {}

    def take_inputs(self, is_core: bool) -> tuple[Vector, ...]:
        """The vectors that the imported wires come in."""
        slots: dict[str, list[Slot]] = {}
        ports = self.planner.netlist.inputs
        for wire in self.cut.imported[self.index]:
            signal = self._signal(f"x{len(self.signals)}", wire)
            if self.wires[wire].gate == Gate.INPUT:
                port, element = self.wires[wire].parameters
                low, stage = self.planner.offsets[port] + element * ports[port].width, 0
                slots.setdefault("x", []).append(Slot(signal, low, stage, _element_note(ports[port], element)))
            else:
                stage = self.cut.leaving[wire]
                vector, low = self.planner.places[wire]
                slots.setdefault(vector, []).append(Slot(signal, low, stage, self.planner.note(wire)))
            self.signals[wire] = signal, stage
        if is_core:
            slots.setdefault("x", [])
        widths = {"x": max(packed_bits(ports), 1), **self.planner.wiring}
        return tuple(
            Vector(
                name if is_core or name == "x" else f"x{name[1:]}", widths[name], name, tuple(sorted(found, key=_low))
            )
            for name, found in sorted(slots.items(), key=lambda item: (item[0] != "x", _first_wire(item[1])))
        )

    def run(self) -> dict[int, Stage]:
        """Registers and logic of all stages."""
        stages: dict[int, Stage] = {}
        for wire in self.cut.imported[self.index]:
            self._keep(stages, wire)
        for count, wire in enumerate(self.cut.owned[self.index]):
            number = self.schedule.stages[wire]
            signal = self._signal(f"t{count}", wire)
            terms = [self.term(argument, number) for argument in self.wires[wire].arguments]
            ranks = int(self.planner.is_registered(wire))
            target = _registered(signal, number + 1) if ranks else signal
            name = partial(self.planner.table_name, ranks=ranks)
            lines = assignments(self.planner.netlist, self.wires[wire], target, terms, name)
            if ranks:  # the last line asks the table
                lines = [*lines[:-1], clocked(lines[-1])]
            _stage(stages, number).lines.extend(lines)
            self.signals[wire] = signal, number
            self._keep(stages, wire, ranks)
        return stages

    def hand_on(self, layer: int) -> tuple[Vector, ...]:
        """The vectors that the leaving wires go out in."""
        slots: dict[str, list[Slot]] = {}
        for wire in sorted(w for w in self.cut.owned[layer] if w in self.cut.leaving):
            vector, low = self.planner.places[wire]
            stage = self.cut.leaving[wire]
            slots.setdefault(vector, []).append(Slot(self._at(wire, stage), low, stage, self.planner.note(wire)))
        prefix = len(f"y_{self.planner.names[layer]}")
        return tuple(
            Vector(f"y{name[prefix:]}", self.planner.wiring[name], name, tuple(found)) for name, found in slots.items()
        )

    def results(self, stages: dict[int, Stage]) -> Vector:
        """The core's y: each result on its port's grid."""
        netlist, latency = self.planner.netlist, self.schedule.latency
        slots: list[Slot] = []
        low = 0
        places = ((port, element) for port in netlist.outputs for element in range(port.size))
        for (port, element), result in zip(places, netlist.results, strict=True):
            target = Signal(f"y{len(slots)}", port.width, port.signed)
            term = lifted(self.term(result.wire, latency), result.shift)
            _stage(stages, latency).lines.append(Assign(target, Join(pieces(term, port.width))))
            slots.append(Slot(target, low, latency, _element_note(port, element)))
            low += port.width
        return Vector("y", max(low, 1), "y", tuple(slots))

    def term(self, wire: int, stage: int) -> Term:
        """A wire as an operand in a stage."""
        if self.wires[wire].gate == Gate.CONSTANT:
            return Literal(self.wires[wire].parameters[0])
        return whole(self._at(wire, stage))

    def _at(self, wire: int, stage: int) -> Signal:
        signal, since = self.signals[wire]
        return signal if stage == since else _registered(signal, stage)

    def _signal(self, name: str, wire: int) -> Signal:
        return Signal(name, self.wires[wire].width, self.wires[wire].signed)

    def _keep(self, stages: dict[int, Stage], wire: int, ranks: int = 0) -> None:
        """The registers that carry a wire to the last stage that needs it here, behind the ranks that it has."""
        signal, since = self.signals[wire]
        source = _registered(signal, since + ranks).name if ranks else signal.name
        for rank in range(since + ranks + 1, self.cut.last[self.index].get(wire, since) + 1):
            target = _registered(signal, rank)
            _stage(stages, rank).registers.append(Register(target, source))
            source = target.name


def _registered(signal: Signal, rank: int) -> Signal:
    return Signal(f"{signal.name}_r{rank}", signal.width, signal.signed)


def _stage(stages: dict[int, Stage], number: int) -> Stage:
    return stages.setdefault(number, Stage(number))


def _low(slot: Slot) -> int:
    return slot.low


def _first_wire(slots: Sequence[Slot]) -> int:
    return min((int(slot.signal.name[1:]) for slot in slots), default=0)


def _first_read(netlist: Netlist, schedule: Schedule) -> list[int]:
    """The earliest stage in which each wire is read."""
    first = [schedule.latency] * len(netlist.wires)
    for index, wire in enumerate(netlist.wires):
        for argument in wire.arguments:
            first[argument] = min(first[argument], schedule.stages[index])
    return first


def _offsets(netlist: Netlist) -> list[int]:
    """Lowest bit of each input port in x."""
    return [packed_bits(netlist.inputs[:index]) for index in range(len(netlist.inputs))]


def _unread(
    inputs: Iterable[Vector], stages: Iterable[Stage], outputs: Iterable[Vector], read_elsewhere: Collection[str]
) -> bool:
    """Whether some bit of a vector or of a signal is not read."""
    read: dict[str, int] = {}
    signals: list[Signal] = []
    for vector in inputs:
        taken = sum(slot.signal.width for slot in vector.slots)
        if taken < vector.width and vector.connected not in read_elsewhere:
            return True
        signals.extend(slot.signal for slot in vector.slots)
    for stage in stages:
        for register in stage.registers:
            read[register.source] = -1
            signals.append(register.target)
        for line in stage.lines:
            signals.append(line.target)
            for part in parts_read(line.expression):
                # A table's module takes the whole signal.
                bits = -1 if isinstance(line.expression, Entry) else _mask(part)
                read[part.source.name] = read.get(part.source.name, 0) | bits
    for vector in outputs:
        for slot in vector.slots:
            read[slot.signal.name] = -1
    return any(~read.get(signal.name, 0) & ((1 << signal.width) - 1) for signal in signals)


def _element_note(port: Port, element: int) -> str:
    """An element of a port with its type, for a comment."""
    kind = FixedType(port.signed, port.width - port.signed - port.fractional, port.fractional)
    return f"{_plain(port.name)}[{element}] {kind}"


def _mask(part: Part) -> int:
    return (1 << (part.high + 1)) - (1 << part.low)


def _plain(text: str) -> str:
    """Text for a comment: printable ASCII on one line."""
    return re.sub(r"[^ -~]", "?", text)


def _unique_names(layers: Sequence[str], taken: set[str]) -> tuple[str, ...]:
    """Layers' names as parts of identifiers in both languages: no underscore at the ends, none twice in a row."""
    taken, names = set(taken), []
    for layer in layers:
        plain = re.sub(r"_+", "_", re.sub(r"\W", "_", layer, flags=re.ASCII)).strip("_") or "layer"
        name, count = plain, 1
        while name.lower() in taken:
            count += 1
            name = f"{plain}_{count}"
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
