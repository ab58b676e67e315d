"""What may vary around a network, and what a design takes: target, board, clock, folding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fpgaml.boards import Board, find_board, parse_clock
from fpgaml.errors import FpgamlError
from fpgaml.explore.cost import cost_of
from fpgaml.explore.space import Choice, Value, Values
from fpgaml.graph.graph import Graph
from fpgaml.hls.target import HlsTarget
from fpgaml.rtl.target import RtlTarget
from fpgaml.settings import options_of
from fpgaml.target import Target
from fpgaml.targets import target_class

FOLDING: Mapping[str, Mapping[str, str]] = {
    "rtl": {"interval": "interval"},
    "hls": {"reuse": "reuse_factor", "strategy": "strategy"},
}
"""By target, what may vary beside the board: the key of fpgaml.yaml and the field of its settings."""
INTERVALS = tuple(2**power for power in range(13))
"""That are tried where interval or latency is an objective, and nothing is said of them."""
TIMES = ("latency", "interval")


@dataclass(frozen=True)
class Costs:
    """Estimates of a design, times in ns.

    Args:
        numbers: by objective's name, what is expected; at_least: less the error that such estimates have.
        board: with the clock, that they are for.
    """

    numbers: Mapping[str, float]
    at_least: Mapping[str, float]
    board: Board


class Costing(Protocol):
    """Says what a Graph costs as one kind of firmware; it pickles."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may vary beside the bits."""

    @property
    def files(self) -> tuple[Path, ...]:
        """What its methods read, absolute paths."""

    def costs(self, graph: Graph, values: Values) -> Costs:
        """Of one design.

        Raises:
            FpgamlError: the Graph cannot become such firmware.
        """

    def target(self, values: Values) -> Target:
        """What makes a design's firmware."""

    def board(self, values: Values) -> Board:
        """That a design is for, with its clock."""

    def keys(self, values: Values) -> Mapping[str, str | Path]:
        """What fpgaml.yaml says of a design beside its network."""


@dataclass(frozen=True)
class OfTarget:
    """Follows `Costing`: designs of one target.

    Args:
        name: of the target; brought: what a task brings to its settings, by field.
        boards, clocks, part: as the user gives them; clocks: none for the boards' own.
        clock_mhz: where no clock is given, by board; a task has one for its own board.
        folding: by key of `FOLDING`, what is tried.
    """

    name: str
    boards: tuple[str, ...]
    clocks: tuple[str, ...] = ()
    part: str | None = None
    clock_mhz: Mapping[str, float] = field(default_factory=dict)
    brought: Mapping[str, Any] = field(default_factory=dict)
    folding: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in FOLDING:
            reason = f"`{self.name}` has no cost that a search could follow"
            raise FpgamlError("--target", reason, f"Choose one of {', '.join(FOLDING)}")
        foreign = [f"--{key}" for key in self.folding if key not in FOLDING[self.name]]
        if foreign:
            raise FpgamlError(", ".join(foreign), f"not used by --target {self.name}", "Leave it out")
        self.board(self.first)
        self.target(self.first)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """As in `Costing`."""
        several = {"board": self.boards, "clock": self.clocks, **self.folding}
        return tuple(Choice(name, tuple(options)) for name, options in several.items() if len(options) > 1)

    @property
    def files(self) -> tuple[Path, ...]:
        """As in `Costing`: boards of the user's own."""
        return tuple(Path(name).absolute() for name in self.boards if is_file(name))

    def costs(self, graph: Graph, values: Values) -> Costs:
        """As in `Costing`."""
        board, target = self.board(values), self.target(values)
        assert isinstance(target, RtlTarget | HlsTarget)
        found = cost_of(graph, board, target)
        numbers = {name: value if name in TIMES else float(round(value)) for name, value in found.numbers.items()}
        return Costs(numbers, found.at_least, board)

    def target(self, values: Values) -> Target:
        """As in `Costing`."""
        kind = target_class(self.name)
        chosen = {FOLDING[self.name][key]: value for key, value in self._folded(values).items()}
        options = options_of(kind)
        answered = {options[name].question for name in chosen} - {""}
        kept = {
            name: v for name, v in self.brought.items() if name not in options or options[name].question not in answered
        }
        return kind(**{**kept, **chosen})

    def board(self, values: Values) -> Board:
        """As in `Costing`."""
        name, clock = self._place(values)
        return find_board(name, self.part, parse_clock(clock) if clock else self.clock_mhz.get(name))

    def keys(self, values: Values) -> Mapping[str, str | Path]:
        """As in `Costing`."""
        name, clock = self._place(values)
        board: str | Path = Path(name) if is_file(name) else name
        found: dict[str, str | Path | None] = {"target": self.name, "board": board, "part": self.part}
        found["clock"] = clock or (f"{self.clock_mhz[name]!r}MHz" if name in self.clock_mhz else None)
        found |= {key: str(value) for key, value in self._folded(values).items()}
        return {key: value for key, value in found.items() if value is not None}

    @property
    def about(self) -> list[Any]:
        """All of it, for the study's file."""
        places = [[board.name, board.part, board.clock_mhz] for board in map(self._board_named, self.boards)]
        settings = {name: str(value) for name, value in sorted(self.brought.items())}
        return [self.name, places, list(self.clocks), settings, {key: list(each) for key, each in self.folding.items()}]

    def _board_named(self, name: str) -> Board:
        return self.board({"board": name})

    @property
    def first(self) -> Values:
        """The first of every choice."""
        return {each.name: each.options[0] for each in self.choices}

    def _place(self, values: Values) -> tuple[str, str | None]:
        """Board and clock, as they are given."""
        name = str(values.get("board", self.boards[0]))
        clock = values.get("clock", self.clocks[0] if self.clocks else None)
        return name, None if clock is None else str(clock)

    def _folded(self, values: Values) -> dict[str, Value]:
        return {key: values.get(key, options[0]) for key, options in self.folding.items() if options}


def is_file(board: str) -> bool:
    """Whether what `--board` says is a file of the user's own."""
    return board.lower().endswith(".toml")
