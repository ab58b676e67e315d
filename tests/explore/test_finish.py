"""Designs made and measured: one by its own fpgaml.yaml with yosys, others that fail, errors by hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgaml.budget.budget import Budget
from fpgaml.budget.finding import Standing
from fpgaml.budget.read import read_budget
from fpgaml.explore.finish import Ended, Wanted, finish, own_errors
from fpgaml.explore.finished_sections import finished_section
from fpgaml.graph.serial import graph_hash
from fpgaml.precision.narrowing import narrowed
from fpgaml.precision.places import Place
from fpgaml.record.base import Kind
from fpgaml.report.section import Cell, Line, Section, Table
from fpgaml.source import load_model
from tests.paths import ROOT
from tests.synth.projects import needs_yosys

MODEL = ROOT / "tests/fixtures/keras3/dense_default.keras"
FEWER = {Place("first", "weight"): 5, Place("second", "weight"): 5, Place("third", "weight"): 5}
HASH = graph_hash(narrowed(load_model(MODEL).graph, FEWER))


def _wanted(folder: Path, number: int, sha256: str = HASH, **keys: str) -> Wanted:
    lines = {"model": str(MODEL), "target": "rtl", "board": "alveo-u250", "framework": "never", "vectors": "16", **keys}
    text = "".join(f"{key}: {value}\n" for key, value in lines.items())
    text += "narrow:\n" + "".join(f"  - {place}=-{bits}\n" for place, bits in FEWER.items())
    config = folder / f"{number}" / "fpgaml.yaml"
    config.parent.mkdir()
    config.write_text(text)
    return Wanted(number, config, folder / f"{number}" / "project", {"lut": 100.0, "ff": 50.0, "dsp": 0.0}, sha256)


def _said(section: Section) -> Iterator[str]:
    for part in section.parts:
        if isinstance(part, Table):
            yield from (" ".join(map(_text, row)) for row in part.rows)
        elif isinstance(part, Line):
            yield "".join(map(_text, part.words))


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _budget(folder: Path) -> Budget:
    path = folder / "budget.toml"
    lut = '[[limit]]\nwhat = "lut"\nlimit = 10\nunit = "LUT6"\nmet_by = ["post-synthesis"]\n'
    latency = '[[limit]]\nwhat = "latency"\nlimit = 900\nunit = "ns"\nmet_by = ["simulated"]\n'
    path.write_text(lut + latency)
    return read_budget(path)


@needs_yosys
def test_one_is_made_and_measured_and_the_others_are_named(tmp_path: Path) -> None:
    good, bad = _wanted(tmp_path, 3), _wanted(tmp_path, 5, board="no-such-board")
    other = _wanted(tmp_path, 8, sha256="0" * 64)
    ended = finish([bad, good, other], _budget(tmp_path))
    assert [each.wanted.number for each in ended] == [5, 3, 8]
    assert "no-such-board" in ended[0].failure and ended[0].results is None and not ended[0].passed
    done = ended[1]
    assert done.failure == "" and done.passed and done.tool.startswith("yosys ")
    assert done.results is not None and done.results.synthesis[0].kind is Kind.POST_SYNTHESIS
    assert done.measured["lut"] == done.results.synthesis[0].resources[0].used > 0
    assert done.pairs == {"lut": (100.0, done.measured["lut"]), "ff": (50.0, done.measured["ff"]), "dsp": (0.0, 0.0)}
    # Ten LUTs are missed by what synthesis found; an estimated latency decides nothing where a simulation is asked for.
    assert done.judgement is not None
    assert [line.standing for line in done.judgement.lines] == [Standing.MISSED, Standing.OPEN]
    assert done.fallen_short(budget=True) == "budget missed" and not done.fallen_short(budget=False)
    assert ended[0].fallen_short(budget=False) == ended[0].failure
    said = " ".join(_said(finished_section(ended)))
    assert "3 source model = Graph DISTANCE at most " in said and "design 5: /" in said
    assert re.search(r"3 Graph = netlist EXACT (\d+) of \1 events, every bit", said)
    assert "design 3: Graph = RTL simulation: NOT CHECKED" in said and "fully proved" not in said
    assert "design 3: LUT at most 10 LUT6: " in said and "design 3: latency at most 900 ns: open: " in said
    made = (good.project / "manifest.json").stat().st_mtime_ns
    (again,) = finish([good])  # what is there is not made again
    assert again.measured == done.measured and (good.project / "manifest.json").stat().st_mtime_ns == made
    assert ended[2].failure == "the conversion gave another network than the one that was judged"


def test_how_far_off_this_exploration_was() -> None:
    """Measured 50, 200 and 110 of 100: bias 1.1, off by 2 (middle) and 2 (most); of DSPs nothing was expected."""
    wanted = [Wanted(n, Path(), Path(), {"lut": 100.0, "dsp": 0.0}, "") for n in range(4)]
    measured: tuple[dict[str, float], ...] = (
        {"lut": 50.0, "dsp": 0.0},
        {"lut": 200.0, "dsp": 1.0},
        {"lut": 110.0, "dsp": 0.0},
        {},
    )
    errors = own_errors([Ended(each, measured=found) for each, found in zip(wanted, measured, strict=True)])
    assert list(errors) == ["lut"]
    found = errors["lut"]
    assert (found.typical, found.most, found.bias, found.designs) == pytest.approx((2.0, 2.0, 1.1, 3))
    assert str(found) == "measured 1.10 times what was expected (median of 3), off by a factor of 2 at most"
