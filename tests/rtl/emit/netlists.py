"""Random netlists, schedules and frames."""

from __future__ import annotations

from random import Random

from fpgaml.project.ports import Port
from fpgaml.rtl.netlist import Gate, Netlist, Result, Wire, bits_for, type_ends
from fpgaml.rtl.schedule import Schedule

WIDEST = 150
"""Wires grow no wider than this."""

OPERATIONS = tuple(gate for gate in Gate if gate not in (Gate.INPUT, Gate.CONSTANT))


class Growing:
    """A netlist that grows wire by wire, each with its exact range."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.wires: list[Wire] = []
        self.tables: list[tuple[int, ...]] = []
        self.ports: list[Port] = []

    def input(self, width: int, layer: int = 0) -> int:
        """A wire of an input port of its own, somewhat wider than the wire at times."""
        random = self.random
        low, high = sorted(
            random.choice((edge(random, width), random.randint(-(1 << width), 1 << width))) for _ in "ab"
        )
        if low == high:
            high += 1
        spare = random.choice((0, 0, 3))
        number = len(self.ports)
        self.ports.append(Port(f"in{number}", (1,), low < 0, bits_for(low, high) + spare, 0))
        return self._wire(Gate.INPUT, (), (number, 0), low, high, layer)

    def constant(self, width: int) -> int:
        """A constant, now and then zero."""
        value = self.random.choice((0, edge(self.random, width), self.random.randint(-(1 << width), 1 << width)))
        return self._wire(Gate.CONSTANT, (), (value,), value, value, 0)

    def gate(self, gate: Gate, layer: int, pool: list[int]) -> int | None:
        """A wire whose arguments are drawn from a pool; None if the pool has none that fit."""
        random = self.random
        shifts = random.choice(((0, 0), (random.randint(0, 12), 0), (0, random.randint(0, 12))))
        match gate:
            case Gate.ADD | Gate.SUBTRACT | Gate.LESS:
                a, b = self._draw(pool, WIDEST - 14), self._draw(pool, WIDEST - 14)
                if a is None or b is None:
                    return None
                if gate == Gate.LESS:
                    return self._wire(gate, (a, b), shifts, 0, 1, layer)
                (low_a, high_a), (low_b, high_b) = self._span(a, shifts[0]), self._span(b, shifts[1])
                if gate == Gate.ADD:
                    return self._wire(gate, (a, b), shifts, low_a + low_b, high_a + high_b, layer)
                return self._wire(gate, (a, b), shifts, low_a - high_b, high_a - low_b, layer)
            case Gate.MULTIPLY:
                a, b = self._draw(pool, WIDEST // 2), self._draw(pool, WIDEST // 2)
                if a is None or b is None:
                    return None
                corners = [m * n for m in self._span(a) for n in self._span(b)]
                return self._wire(gate, (a, b), (), min(corners), max(corners), layer)
            case Gate.BITS:
                a = self._draw(pool, WIDEST)
                if a is None:
                    return None
                drop = random.randint(0, self.wires[a].width + 3)
                low, high = (edge_value >> drop for edge_value in self._span(a))
                if random.random() < 0.7:  # wrap-around into a whole type
                    width, signed = random.randint(1, self.wires[a].width + 4), random.random() < 0.5
                    low, high = (-(1 << (width - 1)), (1 << (width - 1)) - 1) if signed else (0, (1 << width) - 1)
                return self._wire(gate, (a,), (drop,), low, high, layer)
            case Gate.CLAMP:
                a = self._draw(pool, WIDEST)
                if a is None:
                    return None
                width = random.randint(1, self.wires[a].width)
                low, high = type_ends(width, self.wires[a].signed and random.random() < 0.5)
                ends = [min(max(end, low), high) for end in self._span(a)]
                if (ends[0], ends[1]) in (self._span(a), (low, low), (high, high)):
                    return None  # nothing lies beyond the type, or all does
                return self._wire(gate, (a,), (), ends[0], ends[1], layer)
            case Gate.SELECT:
                a, b, c = self._draw(pool, WIDEST), self._draw(pool, WIDEST), self._draw(pool, 1)
                if a is None or b is None or c is None:
                    return None
                low, high = (pick(x, y) for pick, x, y in zip((min, max), self._span(a), self._span(b), strict=True))
                return self._wire(gate, (a, b, c), (), low, high, layer)
            case Gate.LOOKUP:
                a = self._draw(pool, 7)
                if a is None:
                    return None
                low, high = self._span(a)
                first, width = low - random.randint(0, 3), random.choice((1, 4, 20, 70))
                bottom = random.choice((0, -(1 << (width - 1))))
                table = tuple(random.randint(bottom, bottom + (1 << width) - 1) for _ in range(first, high + 3))
                reached = table[low - first : high - first + 1]
                self.tables.append(table)
                parameters = (len(self.tables) - 1, first)
                return self._wire(gate, (a,), parameters, min(reached), max(reached), layer)
            case Gate.AND | Gate.OR | Gate.NOT:
                count = 1 if gate == Gate.NOT else 2
                drawn = [self._draw(pool, 1) for _ in range(count)]
                if None in drawn:
                    return None
                return self._wire(gate, tuple(a for a in drawn if a is not None), (), 0, 1, layer)
            case Gate.ANY:
                a = self._draw(pool, WIDEST)
                if a is None:
                    return None
                return self._wire(gate, (a,), (random.randint(1, self.wires[a].width + 2),), 0, 1, layer)
        raise AssertionError(gate)

    def netlist(self, results: list[int], layers: int) -> Netlist:
        """The netlist with these results, some shifted, a few to a port."""
        random = self.random
        ports: list[Port] = []
        shifted: list[Result] = []
        rest = list(results)
        while rest:
            group, rest = rest[:3], rest[3:]
            group_shifts = [random.choice((0, 0, 5)) for _ in group]
            spans = [self._span(wire, shift) for wire, shift in zip(group, group_shifts, strict=True)]
            low, high = min(span[0] for span in spans), max(span[1] for span in spans)
            width = bits_for(low, high) + random.choice((0, 2))
            ports.append(Port(f"out{len(ports)}", (len(group),), low < 0, width, 0))
            shifted += [Result(wire, shift) for wire, shift in zip(group, group_shifts, strict=True)]
        names = tuple(f"layer{i}" for i in range(layers))
        notes = {name: f"number {i} of a random netlist" for i, name in enumerate(names)}
        return Netlist(
            "random",
            tuple(self.ports),
            tuple(ports),
            names,
            tuple(self.wires),
            tuple(self.tables),
            tuple(shifted),
            notes,
        )

    def _draw(self, pool: list[int], width: int) -> int | None:
        """An argument of at most a width; of width 1: one that is 0 or 1."""
        fitting = [a for a in pool if self.wires[a].width <= width and (width > 1 or not self.wires[a].signed)]
        return self.random.choice(fitting) if fitting else None

    def _span(self, wire: int, shift: int = 0) -> tuple[int, int]:
        return self.wires[wire].low << shift, self.wires[wire].high << shift

    def _wire(
        self, gate: Gate, arguments: tuple[int, ...], parameters: tuple[int, ...], low: int, high: int, layer: int
    ) -> int:
        self.wires.append(Wire(gate, arguments, parameters, low, high, layer))
        return len(self.wires) - 1


def edge(random: Random, width: int) -> int:
    """An edge of a type of that width."""
    return random.choice((0, 1, -1, (1 << width) - 1, -(1 << (width - 1)), (1 << (width - 1)) - 1))


def gates_netlist(random: Random, each: int) -> Netlist:
    """`each` instances of every gate on inputs and constants of many widths, and all of them seen at the outputs."""
    growing = Growing(random)
    pool = [growing.input(width) for width in (1, 1, 1, 1, 2, 3, 5, 6, 8, 13, 18, 30, 31, 32, 33, 63, 64, 65, 100)]
    # One-bit conditions of their own: an input that is 0 or 1.
    for _ in range(3):
        number = len(growing.ports)
        growing.ports.append(Port(f"in{number}", (1,), False, 1, 0))
        pool.append(growing._wire(Gate.INPUT, (), (number, 0), 0, 1, 0))
    pool += [growing.constant(width) for width in (1, 1, 4, 12, 31, 40, 70)]
    made = [growing.gate(gate, 0, pool) for gate in OPERATIONS for _ in range(each)]
    return growing.netlist([wire for wire in made if wire is not None], 1)


def layered_netlist(random: Random, gates: int, layers: int, tangled: bool) -> Netlist:
    """Gates on gates in several layers; tangled: layers read each other both ways."""
    growing = Growing(random)
    pool = [growing.input(random.choice((1, 3, 8, 20, 40))) for _ in range(6)]
    pool += [growing.constant(random.choice((1, 5, 40))) for _ in range(3)]
    for index in range(gates):
        layer = random.randrange(layers) if tangled else index * layers // gates
        recent = pool if random.random() < 0.3 else pool[-12:]
        wire = growing.gate(random.choice(OPERATIONS), layer, recent)
        if wire is not None:
            pool.append(wire)
    results = [*random.sample(pool, min(8, len(pool))), pool[-1]]
    return growing.netlist(results, layers)


def any_schedule(random: Random, netlist: Netlist, slowness: float = 0.3) -> Schedule:
    """A legal schedule with stages skipped here and there."""
    stages: list[int] = []
    for wire in netlist.wires:
        if wire.gate in (Gate.INPUT, Gate.CONSTANT):
            stages.append(0)
            continue
        wait = random.choice((1, 1, 2)) if random.random() < slowness else 0
        stages.append(max((stages[a] for a in wire.arguments), default=0) + wait)
    return Schedule(tuple(stages), max(stages) + 1 + random.choice((0, 0, 2)))


def frames(random: Random, netlist: Netlist, count: int) -> list[list[list[int]]]:
    """Frames of the inputs: edges of the wires' ranges, then anything within."""
    spans = {wire.parameters: (wire.low, wire.high) for wire in netlist.wires if wire.gate == Gate.INPUT}
    made = []
    for frame in range(count):
        values: list[list[int]] = []
        for number, port in enumerate(netlist.inputs):
            values.append([])
            for element in range(port.size):
                low, high = spans.get((number, element), (0, 0))
                inner = random.randint(low, high)
                values[-1].append(random.choice((low, high, inner, min(max(0, low), high))) if frame % 2 else inner)
        made.append(values)
    return made
