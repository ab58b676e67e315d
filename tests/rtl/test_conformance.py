"""The list of AXI4-Stream's rules in a project's README: every check and proof that it names exists and is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fpgaml.rtl.settings import Form, ShellKind
from fpgaml.rtl.target import RtlTarget
from tests.paths import ROOT
from tests.rtl.harness import write_project
from tests.rtl.small import small_graph

TITLE = "## AXI4-Stream, rule by rule"
SIGNALS = re.compile(r"[sm]_axis_\w+|t(?:valid|ready|data|last|user|keep|strb|id|dest|wakeup)|aresetn")

TIMING = {"latency_as_declared", "interval_as_declared", "extra_vectors"}
OTHERS = {Form.UNROLLED: TIMING | {"fifo_as_declared", "fifo_never_overflows"}, Form.STREAMING: TIMING}
"""Checks that are of no rule of a stream."""


@pytest.mark.parametrize("form", [Form.UNROLLED, Form.STREAMING])
def test_what_the_list_names_exists(form: Form, tmp_path: Path) -> None:
    target = RtlTarget(schedule=form, beat=2 if form == Form.UNROLLED else None)
    folder = write_project(tmp_path / "p", small_graph(), target, events=8)
    text = (folder / "README.md").read_text()
    section = text.partition(TITLE)[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][1:]
    checks = {
        name
        for module in ("test_network.py", "test_stream.py", "test_rules.py")
        for name in re.findall(r"^async def ([a-z]\w+)\(dut", (folder / "sim" / module).read_text(), re.MULTILINE)
    }
    proofs = {path.name for path in (ROOT / "sim" / "formal").glob("*.sv")}
    assert len(rows) == 14 and all(len(row) == 3 for row in rows), rows
    named = {name for _, check, _ in rows for name in re.findall(r"`(\w+)`", check)}
    assert named == checks - OTHERS[form]
    assert {name for *_, proof in rows for name in re.findall(r"`([\w.]+)`", proof)} <= proofs
    # Every quoted word of a rule is a signal.
    assert all(SIGNALS.fullmatch(word) for rule, *_ in rows for word in re.findall(r"`(\w+)`", rule))


def test_other_shells_claim_nothing(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", small_graph(), RtlTarget(shell=ShellKind.NATIVE), events=8)
    assert TITLE not in (folder / "README.md").read_text()
