"""`fpgaml cosim` on small projects: results.json, exit codes, edited files, vectors at random."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.cosim.outcome import read_outcome
from fpgaml.cosim.project import Options, simulate
from fpgaml.errors import FpgamlError, ToolError
from fpgaml.graph.graph import GraphBuilder
from fpgaml.graph.ops import Input, Lookup
from fpgaml.graph.serial import to_json
from fpgaml.graph.types import FixedType, Quantizer
from fpgaml.graph.values import FixedArray
from fpgaml.record.files import parse
from fpgaml.record.results import Results
from tests.cosim.mini import Mini, write_project
from tests.cosim.running import simulator_or_skip

ICARUS = Options("icarus", frames=200)


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is simulated once; tests that change it copy it."""
    simulator_or_skip("icarus")
    return write_project(tmp_path_factory.mktemp("native") / "p", Mini("native"))


@pytest.fixture
def copy(native: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(native, tmp_path / "p"))


def run(*words: str) -> tuple[int, str]:
    """Exit code and output of the command line; errors are raised as main() would catch them."""
    result = CliRunner().invoke(app, ["cosim", *words], catch_exceptions=True)
    if isinstance(result.exception, FpgamlError):
        return result.exception.exit_code, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_results_are_recorded_and_the_rest_stays(copy: Path) -> None:
    found = simulate(copy, ICARUS)
    results = json.loads((copy / "results.json").read_text())
    parse(Results, "results.json", results)
    assert results == found.results.to_json()
    assert results["passed"] and found.edited == ()
    assert [check["name"] for check in results["checks"]] == ["source model = Graph", "Graph = RTL simulation (icarus)"]
    (entry,) = results["cosim"]
    assert entry["kind"] == "simulated" and entry["simulator"] == "icarus"
    assert entry["tool"].startswith("Icarus Verilog ")
    assert entry["measured"]["latency"] == entry["declared"]["latency"] == 3
    assert entry["measured"]["interval"] == 1
    assert results["tools"]["icarus"] in entry["tool"]
    assert found.junit.is_file()


def test_tables_that_an_older_bench_does_not_read_are_named(copy: Path) -> None:
    builder = GraphBuilder("tables")
    x = builder.add(Input((5,), Quantizer(FixedType(1, 3, 2))), name="x")
    y = builder.add(Lookup(FixedType(1, 3, 2), FixedArray(np.arange(64), 0)), x, name="y")
    (copy / "graph.json").write_text(to_json(builder.build([y])))
    status, text = run(str(copy), "--sim", "icarus", "--frames", "60")
    assert status == 0
    assert "tables - this project's bench does not read its lookup tables entry by entry" in " ".join(text.split())


def test_a_second_run_replaces_the_first(copy: Path) -> None:
    simulate(copy, ICARUS)
    again = simulate(copy, Options("icarus", frames=100, seed=9))
    (entry,) = again.results.cosim
    assert entry.seed == 9
    assert len(again.results.checks) == 2


def test_failure_is_said_with_its_place(copy: Path) -> None:
    source = copy / "hdl" / "mini_core.v"
    source.write_text(source.read_text().replace("% 7) - 3", "% 7) - (i == 4 && j == 2 ? 2 : 3)"))
    code, output = run(str(copy), "--sim", "icarus", "--frames", "50")
    assert code == 1
    assert "golden vectors" in output and "FAILED" in output and "y[2]" in output
    assert "hdl/mini_core.v" in output  # edited, said, and run all the same
    results = json.loads((copy / "results.json").read_text())
    parse(Results, "results.json", results)
    assert not results["passed"]
    golden = next(check for check in results["cosim"][0]["checks"] if check["name"] == "golden_vectors")
    assert golden["first"]["output"] == "y" and golden["first"]["element"] == 2
    assert results["cosim"][0]["edited"] == ["hdl/mini_core.v"]
    # Put right again, it passes: the build of the wrong sources is not taken, whatever the files' times.
    source.write_text(source.read_text().replace("(i == 4 && j == 2 ? 2 : 3)", "3"))
    code, output = run(str(copy), "--sim", "icarus", "--frames", "50")
    assert code == 0 and "PASSED" in output
    assert json.loads((copy / "results.json").read_text())["passed"]


def test_random_events_against_the_interpreter(copy: Path) -> None:
    code, output = run(str(copy), "--sim", "icarus", "--frames", "50", "--random", "400", "--json")
    assert code == 0
    content = json.loads(output)
    extra = next(check for check in content["cosim"]["checks"] if check["name"] == "extra_vectors")
    assert (extra["status"], extra["frames"]) == ("passed", 400)
    assert content["edited"] == []


def test_random_events_show_what_golden_vectors_miss(copy: Path) -> None:
    # Wrong for one value of one element alone, which the golden vectors here do not have.
    source = copy / "hdl" / "mini_core.v"
    golden = (copy / "tb_data" / "input_x.txt").read_text().splitlines()
    rare = next(v for v in range(64) if all(row.split()[0] != f"{v:x}" for row in golden))
    source.write_text(source.read_text().replace("sum = 0;", f"sum = x[{5}:0] == {rare};"))
    found = simulate(copy, Options("icarus", frames=50, random=2000))
    assert {check.name for check in found.outcome.failed} == {"extra_vectors"}


class Listener:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.bars: dict[str, list[int]] = {}

    def step(self, title: str) -> contextlib.AbstractContextManager[object]:
        self.steps.append(title)
        return contextlib.nullcontext()

    def bar(self, title: str, total: int, unit: str = "") -> contextlib.AbstractContextManager[Callable[[int], object]]:
        done = self.bars.setdefault(title, [total])
        return contextlib.nullcontext(done.append)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.steps.append(title)


def test_progress_is_told(copy: Path) -> None:
    heard = Listener()
    found = simulate(copy, Options("icarus", frames=3000), heard)
    label = found.simulator.label
    assert heard.steps[0] == f"building the simulation with {label}"
    assert f"{label}: reset in mid frame" in heard.steps
    total, *done = heard.bars[f"{label}: full load"]
    assert total == 3000
    assert done and all(part > 0 for part in done) and sum(done) <= 3000
    assert "@progress" not in (found.build / "log.txt").read_text()


def test_waves(copy: Path) -> None:
    found = simulate(copy, Options("icarus", frames=20, waves=True))
    assert found.outcome.passed
    assert list(found.build.rglob("*.fst"))


def test_vhdl_project_takes_ghdl(tmp_path: Path) -> None:
    simulator_or_skip("ghdl")
    found = simulate(write_project(tmp_path / "p", Mini("native", "vhdl")), Options(frames=100))
    assert found.simulator.name == "ghdl" and found.outcome.passed
    assert found.results.cosim[0].hdl == "vhdl"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda p: shutil.rmtree(p / "sim"), "no bench"),
        (lambda p: (p / "sim" / "bench.json").unlink(), "bench.json"),
        (lambda p: (p / "sim" / "bench.json").write_text("{"), "cannot be read"),
        (lambda p: (p / "manifest.json").unlink(), "no manifest.json"),
        (lambda p: (p / "hdl" / "mini_core.v").unlink(), "mini_core.v"),
        (lambda p: (p / "hdl" / "mini_core.v").write_text("module mini_core(; endmodule"), "rror"),
        (lambda p: (p / "results.json").write_text("[]"), "results"),
        (lambda p: (p / "tb_data" / "input_x.txt").write_text("1 2 3\n"), "5"),
    ],
)
def test_damaged_projects(copy: Path, spoil, says: str) -> None:
    spoil(copy)
    code, output = run(str(copy), "--sim", "icarus", "--frames", "20")
    assert code in (1, 2)
    assert says in output
    assert "Traceback" not in output


def test_not_a_project(tmp_path: Path) -> None:
    assert run(str(tmp_path / "none"))[0] == 2
    assert run(str(tmp_path))[0] == 2


def test_language_and_simulator_must_fit(copy: Path) -> None:
    with pytest.raises(ToolError, match="does not read verilog"):
        simulate(copy, Options("ghdl"))


def test_a_simulator_that_dies_is_no_pass(copy: Path) -> None:
    source = copy / "hdl" / "mini_native.v"
    dies = "integer n = 0;\n  always @(posedge clk) begin n = n + 1; if (n > 400) $finish; end\n"
    source.write_text(source.read_text().replace("endmodule", f"{dies}endmodule"))
    found = simulate(copy, Options("icarus", frames=5000))
    assert not found.outcome.passed
    assert not found.results.passed


def test_results_and_junit_must_agree(copy: Path) -> None:
    found = simulate(copy, Options("icarus", frames=20))
    junit = found.build / "results.xml"
    junit.write_text(junit.read_text().replace('name="full_load"', 'name="other"'))
    outcome = read_outcome(found.build / "bench_results.json", junit)
    assert [check.name for check in outcome.failed] == ["other"]
    junit.write_text("<testsuites>")
    assert [check.name for check in read_outcome(found.build / "bench_results.json", junit).failed] == ["simulation"]
