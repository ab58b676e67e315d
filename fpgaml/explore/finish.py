"""Designs of a front made and measured: converted by their own fpgaml.yaml, proved, synthesised, judged.

What an exploration says of a design is expected; what stands here was measured on the project that came of it. A design
that fails is named, and the others are finished.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp, log
from pathlib import Path

import numpy as np

from fpgaml.boards.parts import parse_part
from fpgaml.budget.budget import Budget
from fpgaml.budget.finding import Judgement, Standing
from fpgaml.budget.judge import judge
from fpgaml.cost.calibration.pairs import RESOURCES
from fpgaml.errors import EXIT_BAD_INPUT, FpgamlError
from fpgaml.processes import Processes
from fpgaml.progress import Progress, Silent
from fpgaml.project.hashes import edited_files
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.results import Results
from fpgaml.record.synthesis import Synthesis
from fpgaml.synth.run import Request, synthesise

FPGAML = (sys.executable, "-m", "fpgaml")
ENDS = 200
"""Characters at either end of what a failed conversion said, where that is long."""


@dataclass(frozen=True)
class Wanted:
    """A design that is to be made.

    Args:
        config: its fpgaml.yaml; project: the folder that the project goes to.
        expected: what the exploration says of it, by name of the objective; times in ns.
        graph_sha256: of the network that was judged.
    """

    number: int
    config: Path
    project: Path
    expected: Mapping[str, float]
    graph_sha256: str


@dataclass(frozen=True)
class Ended:
    """What came of a design.

    Args:
        failure: why there is no project, or no synthesis of it; empty where there is both.
        results: the project's record; None where there is no project.
        measured: resources by synthesis; empty without one.
        tool: the synthesis; not_measured: why none was asked for.
        judgement: by the budget, on the strongest numbers there are; None without a budget.
    """

    wanted: Wanted
    failure: str = ""
    results: Results | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    tool: str = ""
    not_measured: str = ""
    judgement: Judgement | None = None

    @property
    def passed(self) -> bool:
        """Whether it was made, and no check failed."""
        return not self.failure and self.results is not None and self.results.passed

    def fallen_short(self, *, budget: bool) -> str:
        """Why it is not what was asked for: not made, a check that failed, a budget that is not met; empty: it is.

        Args:
            budget: whether the budget counts; as in a report, a line that nothing decides is not met.
        """
        if self.failure or self.results is None:
            return self.failure or "not made"
        if not self.results.passed:
            return "a check failed"
        if budget and (self.judgement is None or self.judgement.standing is not Standing.MET):
            return f"budget {self.judgement.standing if self.judgement else 'not judged'}"
        return ""

    @property
    def pairs(self) -> dict[str, tuple[float, float]]:
        """Expected and measured, by resource, where both are there."""
        both = ((name, self.wanted.expected.get(name), self.measured.get(name)) for name in RESOURCES)
        return {name: (first, second) for name, first, second in both if first is not None and second is not None}


@dataclass(frozen=True)
class OwnError:
    """How far an exploration's own expectations were off, on the designs that were made of it.

    Args:
        typical, most: factors; bias: of measured to expected, the middle one; designs: with both numbers.
    """

    typical: float
    most: float
    bias: float
    designs: int

    def __str__(self) -> str:
        """In words."""
        return (
            f"measured {self.bias:.2f} times what was expected (median of {self.designs}), "
            f"off by a factor of {self.most:.2g} at most"
        )


def finish(
    wanted: Sequence[Wanted], budget: Budget | None = None, progress: Progress | None = None
) -> tuple[Ended, ...]:
    """Make designs, prove them and measure them, one after another.

    Raises:
        KeyboardInterrupt: what is done stays.
    """
    progress = progress or Silent()
    ended = []
    with progress.bar("making the best designs", len(wanted), "designs") as advance:
        for each in wanted:
            ended.append(_judged(_made(each, progress), budget))
            advance(1)
    return tuple(ended)


def own_errors(ended: Sequence[Ended]) -> dict[str, OwnError]:
    """By resource, how far off this exploration was; resources that no design has are left out."""
    return dict(_own_errors(ended))


def _own_errors(ended: Sequence[Ended]) -> Iterator[tuple[str, OwnError]]:
    for name in RESOURCES:
        known = [each.pairs[name] for each in ended if name in each.pairs]
        ratios = [log(measured / expected) for expected, measured in known if expected > 0 and measured > 0]
        if ratios:
            off = np.abs(ratios)
            middle, most, bias = float(np.median(off)), float(off.max()), float(np.median(ratios))
            yield name, OwnError(exp(middle), exp(most), exp(bias), len(ratios))


def _made(wanted: Wanted, progress: Progress) -> Ended:
    """Converted, if its network is the one that was judged, and synthesised."""
    failure = "" if _there(wanted) else _converted(wanted)
    if failure:
        return Ended(wanted, failure)
    try:
        results, manifest = read_results(wanted.project), read_manifest(wanted.project)
    except FpgamlError as error:
        return Ended(wanted, str(error))
    if manifest.graph_sha256 != wanted.graph_sha256:
        return Ended(wanted, "the conversion gave another network than the one that was judged")
    why_not = _not_synthesised(manifest.settings.target, manifest.board.part)
    if why_not:
        return Ended(wanted, "", results, not_measured=why_not)
    try:
        (found,) = results.synthesis or synthesise(wanted.project, Request(), progress)
    except FpgamlError as error:
        return Ended(wanted, f"not synthesised: {error}", results)
    return Ended(wanted, "", read_results(wanted.project), _measured(found), _tool(found))


def _there(wanted: Wanted) -> bool:
    """Whether the project was made before, by this very file, and nobody touched it since."""
    try:
        manifest = read_manifest(wanted.project)
        same = manifest.config is not None and manifest.config.content == wanted.config.read_text("utf-8")
        return same and manifest.graph_sha256 == wanted.graph_sha256 and not edited_files(wanted.project, manifest)
    except (FpgamlError, OSError):
        return False


def _converted(wanted: Wanted) -> str:
    """Run the design's own fpgaml.yaml, as its reader would; why there is no project, empty where there is one."""
    command = [*FPGAML, "convert", "--config", str(wanted.config), "--output", str(wanted.project), "--force"]
    with Processes() as processes:
        done = processes.run([*command, "--quiet"])
    # A check or a budget that fails leaves a project, which says so itself.
    if 0 <= done.returncode < EXIT_BAD_INPUT:
        return ""
    said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
    said = said.removeprefix("fpgaml: ")
    return said if len(said) <= 2 * ENDS else f"{said[:ENDS]} ... {said[-ENDS:]}"


def _not_synthesised(target: str, part: str) -> str:
    """Why no open tool synthesises a project; empty where one does."""
    if target != "rtl":
        return f"no open tool synthesises --target {target}: the vendor's own says what it takes"
    family = parse_part(part).family
    return "" if family.yosys else f"yosys does not map to {family}"


def _measured(found: Synthesis) -> dict[str, float]:
    used = {resource.name.lower(): float(resource.used) for resource in found.resources}
    return {name: used.get(name, 0.0) for name in RESOURCES}


def _tool(found: Synthesis) -> str:
    name, version = list(found.tools.items())[-1]
    return f"{name} {version}"


def _judged(ended: Ended, budget: Budget | None) -> Ended:
    """By the strongest numbers: an estimate counts only where the budget's own line takes it."""
    if budget is None or ended.results is None:
        return ended
    try:
        return replace(ended, judgement=judge(budget, read_manifest(ended.wanted.project), ended.results))
    except FpgamlError as error:
        return replace(ended, failure=ended.failure or str(error))
