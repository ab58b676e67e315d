"""Read a budget.toml: every problem in it is named at once, with its line and what would be right."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fpgaml.boards import Board, find_board
from fpgaml.boards.clock import check_clock
from fpgaml.budget.budget import Baseline, Budget, Limit
from fpgaml.budget.measures import MEASURES, PERCENT, SHARE, Demand, Measure
from fpgaml.errors import FpgamlError
from fpgaml.record.base import Kind
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.number import What

LARGEST = 1 << 20
"""Bytes of a budget; beyond this it is something else."""
LONGEST = 1000
"""Characters of a text in it."""
ADVICE = "docs/budget.md has every limit, and an example to copy"
HEAD = ("task", "board", "clock_mhz", "limit")
KEYS = ("what", "limit", "no_worse_than", "percent", "unit", "of", "at", "met_by", "why")


def read_budget(path: Path) -> Budget:
    """Read a budget.toml; a board's file in it is looked for beside it.

    Raises:
        FpgamlError: there is none, or it is not a budget; names everything that is wrong.
    """
    return budget_of(_content(path), path.parent, str(path))


def budget_of(content: Mapping[str, Any], folder: Path, where: str) -> Budget:
    """The budget that a file's content describes, or a table in another file.

    Args:
        folder: where a board's file is looked for; where: names the content in errors.

    Raises:
        FpgamlError: it is not a budget; names everything that is wrong.
    """
    problems: list[str] = []
    budget = _Reader(folder, problems).budget(content)
    if problems:
        count = "" if len(problems) == 1 else f"{len(problems)} problems:\n  "
        raise FpgamlError(where, f"is no budget: {count}" + "\n  ".join(problems), ADVICE)
    return budget


def _content(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise FpgamlError(str(path), f"is no budget: it has more than {LARGEST:,} bytes", ADVICE)
        return tomllib.loads(text.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise FpgamlError(str(path), f"cannot be read: {error}", f"Give a budget.toml; {ADVICE}") from None


@dataclass(frozen=True)
class _Reader:
    """Reads what can be read, and notes what cannot."""

    folder: Path
    problems: list[str]
    seen: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def budget(self, content: Mapping[str, Any]) -> Budget:
        self._unknown(content, HEAD, "")
        board = self._text(content, "board", "")
        clock = content.get("clock_mhz")
        if clock is not None:
            clock = self._clock(clock)
        self._text(content, "task", "")
        name, found = self._board(board)
        rows = content.get("limit", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.problems.append("its limits are no tables: each begins with [[limit]]")
            rows = []
        elif not rows and "limit" not in {_nearest(key, HEAD) for key in content if key not in HEAD}:
            self.problems.append("has no [[limit]]")
        limits = [self._limit(row, place, found) for place, row in enumerate(rows, 1)]
        return Budget(tuple(each for each in limits if each is not None), name, clock)

    def _board(self, name: str) -> tuple[str, Board | None]:
        """A board's file is looked for beside the budget."""
        if not name:
            return "", None
        if name.lower().endswith(".toml"):
            name = str(self.folder / name)
        try:
            return name, find_board(name)
        except FpgamlError as error:
            self.problems.append(f"board: {error.reason}. {error.advice}")
            return name, None

    def _clock(self, value: Any) -> float | None:
        if not _is_number(value):
            self.problems.append(f"clock_mhz is {_shown(value)}, and must be a number of MHz")
            return None
        try:
            return check_clock(float(value))
        except FpgamlError as error:
            self.problems.append(f"clock_mhz: {error.reason}")
            return None

    def _limit(self, row: Mapping[str, Any], place: int, board: Board | None) -> Limit | None:
        """One line; None where it cannot be one."""
        before = len(self.problems)
        what = row.get("what")
        where = f"limit {place} ({what})" if isinstance(what, str) and len(what) < LONGEST else f"limit {place}"
        self._unknown(row, KEYS, where)
        if not isinstance(what, str):
            self.problems.append(f"{where}: `what` is missing: one of {', '.join(MEASURES)}")
            return None
        measure = MEASURES.get(what)
        if measure is None:
            self.problems.append(f"{where}: nothing is called {_shown(what)}{_hint(what, MEASURES)}")
            return None
        limit: float | Demand | Baseline | None
        limit = self._baseline(row, where) if "no_worse_than" in row else self._value(row, measure, where)
        unit = self._unit(row, measure, where, board, limit)
        of, at = self._text(row, "of", where), self._at(row, measure, where)
        if of and not measure.about:
            self.problems.append(f"{where}: `of` names nothing here: it is of the whole design")
        kinds, why = self._kinds(row, measure, where), self._text(row, "why", where)
        if len(self.problems) > before or limit is None:
            return None
        # A weaker kind may have a limit of its own.
        key = (what, of, at, limit if isinstance(limit, Demand) else unit, frozenset(kinds))
        if key in self.seen:
            self.problems.append(f"{where}: is limited twice, here and by limit {self.seen[key]}")
        self.seen.setdefault(key, place)
        return Limit(what, limit, unit, kinds, why, of, at)

    def _baseline(self, row: Mapping[str, Any], where: str) -> Baseline | None:
        """A project's folder, looked for beside the budget; that it is one is seen now, not after long work."""
        if "limit" in row:
            self.problems.append(f"{where}: has `limit` and `no_worse_than`: it is one or the other")
        percent = row.get("percent", 0)
        if not _is_number(percent) or percent < 0:
            self.problems.append(f"{where}: `percent` is {_shown(percent)}, and must be zero or more")
            percent = 0
        name = self._text(row, "no_worse_than", where)
        folder = self.folder / name
        try:
            read_manifest(folder)
            read_results(folder)
        except FpgamlError as error:
            self.problems.append(f"{where}: no_worse_than: {error}")
            return None
        return Baseline(folder, float(percent))

    def _value(self, row: Mapping[str, Any], measure: Measure, where: str) -> float | Demand | None:
        value = row.get("limit")
        if "percent" in row:
            self.problems.append(f"{where}: `percent` goes with `no_worse_than`")
        words = " or ".join(f'"{each}"' for each in measure.demands)
        wanted = f"a number{f', or {words}' if words else ''}"
        if value is None:
            self.problems.append(f"{where}: `limit` is missing: {wanted}")
            return None
        if isinstance(value, str) and measure.demands:
            if value in tuple(measure.demands):
                return Demand(value)
            hint = _hint(value, measure.demands)
            self.problems.append(f"{where}: `limit` is {_shown(value)}, and must be {wanted}{hint}")
            return None
        if not _is_number(value):
            self.problems.append(f"{where}: `limit` is {_shown(value)}, and must be {wanted}")
            return None
        if value < 0 and not measure.signed:
            self.problems.append(f"{where}: `limit` is {value:g}, below zero: nothing keeps to it")
            return None
        return float(value)

    def _unit(
        self,
        row: Mapping[str, Any],
        measure: Measure,
        where: str,
        board: Board | None,
        limit: float | Demand | Baseline | None,
    ) -> str:
        """As given, or the usual one; a resource is counted as the budget's board has it."""
        if isinstance(limit, Demand):
            if row.get("unit"):
                self.problems.append(f"{where}: `unit` goes with a number: {limit.value} has none")
            return ""
        known = dict.fromkeys(measure.units)
        own = _own_unit(measure.what, board)
        if own:
            known = dict.fromkeys((own, measure.unit, PERCENT, SHARE))
        unit = row.get("unit", own or measure.unit)
        if not isinstance(unit, str) or unit not in known:
            written = ", ".join(f'"{each}"' for each in known)
            place = f" on {board.name}" if own and board and isinstance(unit, str) and unit in measure.units else ""
            self.problems.append(f"{where}: `unit` is {_shown(unit)}{place}, and must be one of {written}")
            return measure.unit
        if unit == PERCENT and isinstance(limit, float) and limit > 100:
            self.problems.append(f"{where}: `limit` is {limit:g} %, above 100: it limits nothing")
        if unit == SHARE and isinstance(limit, float) and limit > 1:
            self.problems.append(f'{where}: `limit` is a share of {limit:g}, above 1: write unit = "%" for percent')
        return unit

    def _at(self, row: Mapping[str, Any], measure: Measure, where: str) -> float | None:
        at = row.get("at")
        if at is None:
            if measure.has_rate:
                self.problems.append(f"{where}: `at` is missing: the false-positive rate, such as 0.001")
            return None
        if not measure.has_rate:
            self.problems.append(f"{where}: `at` goes with efficiency alone")
            return None
        if not _is_number(at) or not 0 < at <= 1:
            self.problems.append(f"{where}: `at` is {_shown(at)}, and must be a rate above 0, at most 1")
            return None
        return float(at)

    def _kinds(self, row: Mapping[str, Any], measure: Measure, where: str) -> tuple[Kind, ...]:
        given = row.get("met_by")
        if given is None:
            return measure.met_by
        if not isinstance(given, list) or not given:
            self.problems.append(f"{where}: `met_by` is {_shown(given)}, and must be a list of kinds of number")
            return measure.met_by
        unknown = [each for each in given if not isinstance(each, str) or each not in tuple(Kind)]
        for each in unknown:
            self.problems.append(f"{where}: `met_by` has {_shown(each)}, which is no kind{_hint(each, tuple(Kind))}")
        kinds = tuple(dict.fromkeys(Kind(each) for each in given if each not in unknown))
        if not unknown and not set(kinds) & set(measure.kinds):
            can = ", ".join(measure.kinds)
            self.problems.append(f"{where}: no number of the kinds in `met_by` is made of it; what can show it: {can}")
        return kinds

    def _text(self, row: Mapping[str, Any], key: str, where: str) -> str:
        value = row.get(key, "")
        if isinstance(value, str) and len(value) <= LONGEST:
            return value
        prefix = f"{where}: " if where else ""
        self.problems.append(f"{prefix}`{key}` is {_shown(value)}, and must be a text of at most {LONGEST} characters")
        return ""

    def _unknown(self, row: Mapping[str, Any], known: Collection[str], where: str) -> None:
        for key in row:
            if key not in known:
                prefix = f"{where}: " if where else ""
                self.problems.append(f"{prefix}the key {_shown(key)} is not known{_hint(key, known)}")


def _own_unit(what: What, board: Board | None) -> str:
    """What the board's family counts of a resource; empty for what it has no name of its own for."""
    if board is None:
        return ""
    family = board.family
    own = {What.LUT: family.lut, What.LUTRAM: family.lut, What.DSP: family.dsp, What.BRAM: family.block_ram.name}
    return own.get(what, "")


def _is_number(value: Any) -> bool:
    """A finite number; TOML has whole ones of any size."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def _nearest(text: str, known: Collection[str]) -> str:
    return next(iter(difflib.get_close_matches(text[:LONGEST].lower(), list(known), n=1, cutoff=0.5)), "")


def _hint(text: Any, known: Collection[str]) -> str:
    """The nearest name, or all of them where nothing is near."""
    near = _nearest(text, known) if isinstance(text, str) else ""
    return f"; nearest: {near}" if near else f"; known: {', '.join(known)}"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
