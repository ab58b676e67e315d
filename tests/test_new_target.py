"""A target is a module and a line in `fpgaml/targets.py`: one is added as docs/architecture.md says, and proved."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Literal

import pytest
from typer.testing import CliRunner

from fpgaml import targets
from fpgaml.api import convert, verify
from fpgaml.boards import Board
from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.serial import read_graph, to_json
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Progress
from fpgaml.project.golden import write_golden
from fpgaml.project.ports import Port
from fpgaml.proof.golden import Golden
from fpgaml.proof.hops import Simulated
from fpgaml.record.manifest import Manifest
from fpgaml.record.settings import Settings
from fpgaml.record.verdict import Status
from fpgaml.settings import option, read_texts
from fpgaml.target import Evidence, Firmware, Texts, Written
from tests.paths import LEGACY

MODEL = LEGACY / "calo_student_dense.h5"


class EmulatorFacts(Settings):
    """What manifest.json holds of the target."""

    target: Literal["emulator"] = "emulator"
    flip: bool

    @property
    def summary(self) -> str:
        """In a report."""
        return "the Graph itself" + (", wrong in its lowest bit" if self.flip else "")


@dataclass(frozen=True)
class EmulatorTarget:
    """The Graph itself as firmware, with `--flip`, which makes it wrong."""

    name: ClassVar[str] = "emulator"
    facts: ClassVar[str] = "emulator_target:EmulatorFacts"
    title: ClassVar[str] = "Emulator"
    summary: ClassVar[str] = "the Graph, run by the interpreter"
    of_float: ClassVar[bool] = False
    for_board: ClassVar[bool] = True

    flip: bool = field(default=False, metadata=option("--flip", "Flip the lowest bit.", kind=bool))

    def __post_init__(self) -> None:
        read_texts(self)

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Everything can be interpreted."""

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """The Graph."""
        (folder / "graph.json").write_text(to_json(graph))
        firmware = self._firmware(folder)

        def finish(folder: Path, golden: Golden, texts: Texts) -> None:
            for ports, direction, batches in (
                (firmware.inputs, "input", golden.inputs),
                (firmware.outputs, "output", golden.outputs),
            ):
                for port in ports:
                    write_golden(folder, port, direction, [batch[port.name] for batch in batches])

        return Written(firmware, finish)

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """As it lies there."""
        assert isinstance(manifest.settings, EmulatorFacts)
        return cls(manifest.settings.flip)._firmware(folder)

    def _firmware(self, folder: Path) -> Firmware:
        graph = read_graph(folder)

        def run(values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
            outputs = interpret(graph, values)
            return {name: FixedArray(v.integers ^ int(self.flip), v.fractional) for name, v in outputs.items()}

        ports = [
            [_port(graph, name) for name in names] for names in ([node.name for node in graph.inputs], graph.outputs)
        ]
        return Firmware(ports[0], ports[1], EmulatorFacts(flip=self.flip), (Simulated("Graph = emulator", run),))


def _port(graph: Graph, name: str) -> Port:
    kind = graph.types[name].uniform()
    return Port(name, graph.shapes[name], bool(kind.signed), int(kind.width), int(kind.fractional))


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line in the registry, and the module that it names."""
    module = ModuleType("emulator_target")
    module.EmulatorTarget, module.EmulatorFacts = EmulatorTarget, EmulatorFacts  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "emulator_target", module)
    monkeypatch.setitem(targets.TARGETS, "emulator", "emulator_target:EmulatorTarget")


def test_it_is_proved_and_proved_again(tmp_path: Path) -> None:
    conversion = convert(MODEL, tmp_path / "p", target="emulator", input_type="ap_uint<10>", framework="never")
    assert conversion.results.checks[1].status == Status.EXACT
    assert json.loads((tmp_path / "p" / "manifest.json").read_text())["settings"]["target"] == "emulator"
    again = {check.name: check.status for check in verify(tmp_path / "p").results.checks}
    assert again["Graph = emulator"] == Status.EXACT


def test_it_is_caught_when_it_is_wrong(tmp_path: Path) -> None:
    target = EmulatorTarget(flip=True)
    conversion = convert(MODEL, tmp_path / "p", target=target, input_type="ap_uint<10>", framework="never")
    assert (conversion.passed, conversion.results.checks[1].status) == (False, Status.FAILED)


def test_its_report(tmp_path: Path) -> None:
    from fpgaml.cli.main import app

    convert(MODEL, tmp_path / "p", target="emulator", input_type="ap_uint<10>", framework="never")
    done = CliRunner().invoke(app, ["report", str(tmp_path / "p")])
    assert done.exit_code == 0, done.exception
    assert "Graph = emulator" in done.output
    assert "project  the Graph itself\n" in done.output


def _nothing(settings: dict[str, object]) -> None:
    """A command of targets' options alone."""


def test_its_options_are_on_the_command_line_and_keys_of_a_project_file() -> None:
    from fpgaml.cli.file_keys import keys_of
    from fpgaml.cli.grouped import grouped
    from fpgaml.cli.target_options import read_target, target_help, target_parameters

    assert "emulator: the Graph, run by the interpreter" in target_help()
    given = {parameter.name: parameter.default for parameter in target_parameters()}
    assert read_target("emulator", {**given, "flip": True}, {}) == EmulatorTarget(flip=True)
    assert {"flip", "hdl"} <= {key.name for key in keys_of(grouped(_nothing, target_parameters()))}
    with pytest.raises(FpgamlError, match=r"--flip: is not used by --target hls.*--target emulator"):
        read_target("hls", {**given, "flip": True}, {})
