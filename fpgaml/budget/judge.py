"""How a project stands against a budget: which number decides each line, and by how much."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fpgaml.boards import find_board
from fpgaml.boards.parts import parse_part
from fpgaml.budget.advice import next_step
from fpgaml.budget.budget import Baseline, Budget, Limit
from fpgaml.budget.exactness import demanded
from fpgaml.budget.finding import Finding, Judgement, Standing
from fpgaml.budget.measures import PERCENT, SHARE, Demand
from fpgaml.record.base import Kind
from fpgaml.record.checks import SOURCE_CHECK
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.manifest import Manifest
from fpgaml.record.number import STRENGTH, Number, What, in_unit
from fpgaml.record.numbers import numbers_of
from fpgaml.record.results import Results

COUNTED_BY_RUNS = (What.LATENCY, What.INTERVAL)
"""Of these several runs of one kind say the same thing, and the worst one counts; of all others the last one does."""
TO_PART = (*(What.LUT, What.LUTRAM, What.FF, What.DSP, What.BRAM, What.URAM), What.FMAX, What.SLACK, What.POWER)
"""These say nothing where their device is not known; what says its device must be of the right one in any case."""


def judge(
    budget: Budget,
    manifest: Manifest,
    results: Results,
    *,
    edited: Sequence[str] = (),
    accept_estimates: bool = False,
) -> Judgement:
    """Each limit against the strongest number that a project's results hold for it.

    Args:
        edited: files that changed since the project was generated and were not checked again since.
        accept_estimates: whether a number of another kind than a line asks for decides where there is no better one.

    Raises:
        FpgamlError: the budget is for a board that nobody knows, or compares with what is no project.
    """
    board = manifest.board
    part = find_board(budget.board).part if budget.board else board.part
    place = _Place(part, budget.clock_mhz or 1e3 / board.clock_ns)
    numbers = numbers_of(manifest, results, edited)

    def found(limit: Limit) -> Finding:
        if isinstance(limit.limit, Demand):
            return demanded(limit, limit.limit, results, edited)
        finding = _finding(limit, numbers, place, accept_estimates)
        return _against(finding, limit.limit, place) if isinstance(limit.limit, Baseline) else finding

    title = f"for {budget.board or board.name}, {place.clock_mhz:.6g} MHz"
    title = title if budget.board or manifest.settings.on_board else "for no FPGA"
    return Judgement(tuple(found(limit) for limit in budget.limits), title, accept_estimates)


@dataclass(frozen=True)
class _Place:
    """The device and the clock that a budget is for."""

    part: str
    clock_mhz: float

    def why_not(self, number: Number, limit: Limit) -> str:
        """Why a number says nothing of it: another clock, another device, other files."""
        clock = number.clock_ns
        if clock is not None and not math.isclose(1e3 / clock, self.clock_mhz, rel_tol=1e-3):
            return f"it is for {1e3 / clock:g} MHz, the budget for {self.clock_mhz:g} MHz"
        if (number.part or number.what in TO_PART) and not _same_part(number.part, self.part):
            return f"it is for {number.part or 'no part that is named'}, the budget for {self.part}"
        if number.what.is_resource and limit.unit in (PERCENT, SHARE) and number.available is None:
            return "what the device holds is not known"
        return number.stale


def _same_part(part: str, wanted: str) -> bool:
    """Tools write a part with and without hyphens, and may leave out what follows device and package."""
    found, other, device = (re.sub(r"[-_]", "", text.lower()) for text in (part, wanted, parse_part(wanted).device))
    return found == other or (found != device and found.startswith(device) and other.startswith(found))


def _against(finding: Finding, baseline: Baseline, place: _Place) -> Finding:
    """The number that decides against that of another project, of the same kind, for the same device and clock.

    Raises:
        FpgamlError: the other one is no project.
    """
    limit, number = finding.limit, finding.number
    if number is None or finding.value is None or finding.standing == Standing.OPEN:
        return finding
    others = numbers_of(read_manifest(baseline.folder), read_results(baseline.folder))
    alike = [each for each in others if each.what == number.what and each.kind == number.kind]
    fitting = [each for each in alike if _is_about(each, limit) and not place.why_not(each, limit)]
    fitting = [each for each in fitting if _read(each, limit) is not None]
    if not fitting:
        why = f"{baseline.folder.name} has no such number of the kind {number.kind} for this device and clock"
        return replace(finding, standing=Standing.OPEN, why=why, step=f"the same number of {baseline.folder.name}")
    other = _read(_decisive(fitting, limit), limit)
    assert other is not None, "it is one of those that fit"
    worse = abs(other) * baseline.percent / 100
    bound = other - worse if limit.measure.at_least else other + worse
    if number.what.is_resource and limit.unit not in (PERCENT, SHARE):
        bound = float(math.floor(bound))
    standing = _standing(finding.value, bound, limit.measure.at_least)
    why = "; ".join(filter(None, (f"{baseline.text}, which has {in_unit(other, limit.unit)}", finding.why)))
    return replace(finding, limit=replace(limit, limit=bound), standing=standing, why=why)


def _finding(limit: Limit, numbers: Sequence[Number], place: _Place, accept_estimates: bool) -> Finding:
    """Against the limit's own bound; what has none, another project's number, is not judged yet."""
    known = [number for number in numbers if number.what == limit.measure.what]
    about = [number for number in known if _is_about(number, limit)]
    if known and not about:
        return Finding(limit, None, Standing.OPEN, _no_such(limit, known), next_step(limit))
    reasons = {number: place.why_not(number, limit) for number in about}
    fitting = [number for number in about if not reasons[number] and _read(number, limit) is not None]
    proving = [number for number in fitting if number.kind in limit.met_by]
    deciding = proving or (fitting if accept_estimates else [])
    if not deciding:
        return _open(limit, fitting, reasons)
    number = _decisive(deciding, limit)
    value = _read(number, limit)
    assert value is not None, "it is one of those that fit"
    weak = "" if proving else f"by {_a(number.kind)} alone (--accept-estimates)"
    bound = limit.limit
    standing = _standing(value, bound, limit.measure.at_least) if isinstance(bound, float) else Standing.MISSED
    return Finding(limit, number, standing, weak, value=value)


def _open(limit: Limit, fitting: Sequence[Number], reasons: dict[Number, str]) -> Finding:
    """Nothing decides: the strongest number that there is, and why it does not count."""
    step = next_step(limit)
    if fitting:
        return Finding(limit, fitting[-1], Standing.OPEN, "", step, _read(fitting[-1], limit))
    barred = [number for number, reason in reasons.items() if reason]
    if barred:
        return Finding(limit, barred[-1], Standing.OPEN, reasons[barred[-1]], step, _read(barred[-1], limit))
    return Finding(limit, None, Standing.OPEN, "", step)


def _is_about(number: Number, limit: Limit) -> bool:
    of = limit.of or (SOURCE_CHECK if limit.measure.what == What.EXACTNESS else "")
    at = limit.at is None or (number.at is not None and math.isclose(number.at, limit.at, rel_tol=1e-6))
    return at and (not of or number.of == of)


def _no_such(limit: Limit, known: Iterable[Number]) -> str:
    """What a limit may have meant instead."""
    names = list(dict.fromkeys(number.of for number in known))
    if limit.of and limit.of not in names:
        near = difflib.get_close_matches(limit.of, names, n=1)
        others = f"nearest: {near[0]}" if near else f"there are: {', '.join(names[:8])}"
        return f"no {limit.measure.about} is called {limit.of}; {others}"
    if limit.at is not None:
        rates = sorted({number.at for number in known if number.at is not None})
        return f"not known at this rate; at {', '.join(f'{rate:g}' for rate in rates) or 'no other either'}"
    return ""


def _decisive(numbers: Sequence[Number], limit: Limit) -> Number:
    """The one that is hardest to keep to: of what it is about, of the strongest kind."""
    strongest = max(numbers, key=lambda each: STRENGTH.index(each.kind)).kind
    of_kind = [number for number in numbers if number.kind == strongest]
    if limit.measure.what not in COUNTED_BY_RUNS:
        of_kind = list({(number.of, number.at): number for number in of_kind}.values())
    sign = 1.0 if limit.measure.at_least else -1.0

    def how_easy(number: Number) -> float:
        value = _read(number, limit)
        return -math.inf if value is None or math.isnan(value) else sign * value

    return min(of_kind, key=how_easy)


def _read(number: Number, limit: Limit) -> float | None:
    """A number in the unit of a limit; None where it does not say that."""
    return limit.measure.units[limit.unit](number)


def _standing(value: float, limit: float, at_least: bool) -> Standing:
    """What is no number meets nothing; times are products of rounded numbers."""
    kept = value >= limit if at_least else value <= limit
    return Standing.MET if kept or math.isclose(value, limit, rel_tol=1e-9) else Standing.MISSED


def _a(kind: Kind) -> str:
    return "an estimate" if kind == Kind.ESTIMATE else f"a number of the kind {kind}"
