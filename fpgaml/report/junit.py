"""Checks and budget as JUnit XML, which CI systems show as tests.

A check or a limit is a test case. A limit that is missed or open is a failure, and so the exit code is 1; one that was
met by an estimate alone, because estimates were accepted, passes, and says so. A check that was not made is skipped:
it fails nothing, and proves nothing. Attributes as Jenkins and GitLab read them: https://github.com/jenkinsci/xunit-plugin
(junit-10.xsd), https://docs.gitlab.com/ci/testing/unit_test_reports/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree

from fpgaml.budget.finding import Finding, Standing
from fpgaml.record.checks import Check
from fpgaml.record.monotonicity import Monotonicity
from fpgaml.record.vendor import VendorReport
from fpgaml.record.verdict import Status, Verdict
from fpgaml.report import checks, monotonicity
from fpgaml.report.section import Subject
from fpgaml.report.words import clean, few

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Case:
    """A test case.

    Args:
        kind: of a failure: failed, missed, open; message: in one line, empty of one that passed; text: all there is.
    """

    name: str
    outcome: Outcome
    kind: str
    message: str
    text: str


@dataclass(frozen=True)
class Suite:
    """Test cases of one project."""

    name: str
    cases: tuple[Case, ...]
    properties: Mapping[str, str]

    def count(self, outcome: Outcome) -> int:
        """How many came out so."""
        return sum(case.outcome == outcome for case in self.cases)


def junit_report(subjects: Mapping[str, Subject], *, strict: bool = False) -> str:
    """JUnit XML of projects by name: a suite of checks each, and one of limits where there is a budget.

    Args:
        strict: whether a project that is not proved is a failure; it is a case of its own then.
    """
    suites = [suite for name, subject in subjects.items() for suite in suites_of(name, subject, strict=strict)]
    root = ElementTree.Element("testsuites", {"name": "fpgaml", **_counts(suites)})
    for suite in suites:
        root.append(_suite(suite))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def suites_of(name: str, subject: Subject, *, strict: bool = False) -> Iterable[Suite]:
    """A project's suites; strict as for `junit_report`."""
    manifest, board = subject.manifest, subject.manifest.board
    properties = {
        "model": manifest.source.title,
        "model sha256": ", ".join(each.sha256 for each in manifest.source.files),
        "board": f"{board.name}, {board.part}, {1e3 / board.clock_ns:.6g} MHz"
        if manifest.settings.on_board
        else "none",
        "fpgaml": manifest.versions.get("fpgaml", ""),
        "verdict": str(subject.verdict),
    }
    how = manifest.settings.how_to_check
    edited = () if subject.made_now else tuple(subject.edited)
    found = [_of_check(check, edited, how) for check in subject.results.checks]
    found += [_of_claim(claim) for claim in subject.results.monotonicity]
    found += [_of_simulation(report) for report in subject.results.vendor if report.passed is not None]
    found += [_proved(subject)] if strict else []
    yield Suite(f"{name}.checks", tuple(found), properties)
    judgement = subject.judgement
    if judgement is not None:
        accepted = {"accept estimates": "yes" if judgement.accept_estimates else "no", "judged": judgement.place}
        yield Suite(f"{name}.budget", _of_limits(judgement.lines), {**properties, **accepted})


def _of_check(check: Check, edited: tuple[str, ...], how: str) -> Case:
    text = "\n".join((str(check.status), *checks.describe(check, how)))
    if check.status == Status.FAILED:
        return Case(check.name, "failed", "failed", checks.summary(check), text)
    if check.status == Status.NOT_CHECKED:
        return Case(check.name, "skipped", "not checked", f"not checked: {check.note or 'no reason is given'}", text)
    if edited:
        why = f"files were edited since the check was made: {few(edited)}"
        return Case(check.name, "skipped", "edited", why, text)
    return Case(check.name, "passed", "", "", text)


def _of_claim(claim: Monotonicity) -> Case:
    """That an output is monotone: what is not proved is skipped, as a check that was not made."""
    text = f"{claim.standing}: {monotonicity.method(claim)}"
    if claim.breach is not None:
        return Case(claim.name, "failed", "broken", monotonicity.breach(claim, claim.breach), text)
    if claim.status == Status.NOT_CHECKED:
        return Case(claim.name, "skipped", "not proved", f"not proved: {claim.note}", text)
    return Case(claim.name, "passed", "", "", text)


def _of_simulation(report: VendorReport) -> Case:
    """A vendor's simulation, by its report."""
    name, text = f"simulation: {report.file}", f"{report.kind}, {report.source}"
    if report.passed:
        return Case(name, "passed", "", "", text)
    return Case(name, "failed", "failed", f"{report.source} says that it failed", text)


def _proved(subject: Subject) -> Case:
    """What --strict asks for."""
    said = f"{subject.verdict}"
    if subject.verdict == Verdict.PROVED:
        return Case("proved", "passed", "", "", said)
    return Case("proved", "failed", "not proved", f"--strict: {said}", said)


def _of_limits(findings: Sequence[Finding]) -> tuple[Case, ...]:
    """Limits that only the kind of number tells apart are named with it."""
    times = Counter(finding.limit.text for finding in findings)
    kinds = {finding: f" ({', '.join(finding.limit.met_by)})" for finding in findings}
    return tuple(
        _of_limit(f"{each.limit.text}{kinds[each] if times[each.limit.text] > 1 else ''}", each) for each in findings
    )


def _of_limit(name: str, finding: Finding) -> Case:
    text = finding.text
    if finding.limit.why:
        text += f"\nasked for: {finding.limit.why}"
    if finding.standing == Standing.MET:
        return Case(name, "passed", "", "", text)
    if finding.standing == Standing.OPEN:
        so_far = f", so far {finding.found}" if finding.number else ""
        why = f": {finding.why}" if finding.why else ""
        return Case(name, "failed", "open", f"open{why}{so_far}; needs {finding.step}", text)
    said = " ".join(part for part in ("missed", finding.margin or finding.why) if part)
    return Case(name, "failed", "missed", f"{said}: {finding.found}" if finding.found else said, text)


def _suite(suite: Suite) -> ElementTree.Element:
    element = ElementTree.Element("testsuite", {"name": clean(suite.name), **_counts([suite])})
    properties = ElementTree.SubElement(element, "properties")
    for name, value in suite.properties.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": clean(value)})
    for case in suite.cases:
        about = {"name": clean(case.name), "classname": clean(f"fpgaml.{suite.name}"), "time": "0"}
        found = ElementTree.SubElement(element, "testcase", about)
        if case.outcome == "failed":
            why = {"message": clean(case.message), "type": case.kind}
            ElementTree.SubElement(found, "failure", why).text = clean(case.text)
            continue
        if case.outcome == "skipped":
            ElementTree.SubElement(found, "skipped", {"message": clean(case.message)})
        ElementTree.SubElement(found, "system-out").text = clean(case.text)
    return element


def _counts(suites: Iterable[Suite]) -> dict[str, str]:
    found = list(suites)
    counts = {
        "tests": sum(len(suite.cases) for suite in found),
        "failures": sum(suite.count("failed") for suite in found),
        "errors": 0,
        "skipped": sum(suite.count("skipped") for suite in found),
        "time": 0,
    }
    return {name: str(count) for name, count in counts.items()}
