"""`fpgaml doctor`: what it finds, and what it makes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from fpgaml.cli.doctor import doctor
from fpgaml.doctor import Capability, FrameworkPython, capabilities
from fpgaml.doctor.capabilities import ASK, CSIM, PROJECT, READ, STRATEGY, SYNTHESIS
from fpgaml.doctor.examine import _warnings
from fpgaml.doctor.tools import ToolEntry, ask_version, find_tools
from fpgaml.hls.settings import BACKENDS

app = typer.Typer()
app.command()(doctor)

HERE = {"python": "3.11.4", "numpy": "2.4.6", "h5py": "3.16.0", "hls4ml": "1.3.0"}
KERAS3 = {"python": "3.11.4", "keras": "3.15.1", "hgq": "0.2.0", "qkeras": "", "jax": "0.10.2"}
KERAS2 = {"python": "3.11.4", "keras": "2.14.0", "qkeras": "0.9.0", "tensorflow": "2.14.1"}


def by_name(kind: str, found: tuple[Capability, ...]) -> dict[str, Capability]:
    return {each.name: each for each in found if each.kind == kind}


def run(*arguments: str, **environment: str) -> Any:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80", **environment})


def test_nothing_installed() -> None:
    found = capabilities({"python": "3.11.4"}, {}, {})
    assert not any(each.ready for each in found)
    assert all(each.missing and each.advice for each in found)


def test_keras3_with_hgq2_is_not_qkeras() -> None:
    ask = by_name(ASK, capabilities(HERE, KERAS3, {}))
    assert ask["Keras 3"].ready and ask["HGQ2"].ready
    assert ask["QKeras"].missing == "keras 2 (there is 3.15.1) and QKeras (there is HGQ2's package of that name)"


def test_keras2_with_qkeras_is_not_keras3() -> None:
    ask = by_name(ASK, capabilities(HERE, KERAS2, {}))
    assert ask["QKeras"].ready and not ask["QKeras"].advice
    assert ask["Keras 3"].missing == "keras 3 (there is 2.14.0)"
    assert ask["HGQ2"].missing == "keras 3 (there is 2.14.0) and hgq2"


def test_keras3_needs_a_backend() -> None:
    ask = by_name(ASK, capabilities(HERE, {"keras": "3.15.1", "hgq": "0.2.0"}, {}))
    assert "jax, tensorflow or torch" in ask["Keras 3"].missing and not ask["HGQ2"].ready


def test_backends() -> None:
    found = capabilities(HERE | {"da4ml": "0.5.2"}, {}, {"g++": "/usr/bin/g++", "vitis_hls": "/x/vitis_hls"})
    assert all(by_name(READ, found)[name].ready for name in ("Keras 2", "QKeras", "Keras 3", "HGQ2"))
    names = {backend.name for backend in BACKENDS.values()}
    for kind in (PROJECT, CSIM, SYNTHESIS):
        assert set(by_name(kind, found)) == names
    assert {name for name, each in by_name(CSIM, found).items() if not each.ready} == {"oneAPI", "Libero"}
    assert {name for name, each in by_name(SYNTHESIS, found).items() if each.ready} == {"Vitis"}
    assert by_name(SYNTHESIS, found)["oneAPI"].missing == "icpx and cmake"
    assert by_name(STRATEGY, found)["distributed_arithmetic"].ready


def test_without_a_compiler() -> None:
    csim = by_name(CSIM, capabilities(HERE, {}, {"g++": None}))
    assert csim["Vitis"].missing == "g++" and "apt-get install g++" in csim["Vitis"].advice


def test_tools(tmp_path: Path) -> None:
    good, slow = tmp_path / "good", tmp_path / "vendor"
    good.write_text("#!/bin/sh\necho 'Good tool (v3.14.1-2)' >&2\n")
    slow.write_text("#!/bin/sh\nsleep 60\n")
    for path in (good, slow):
        path.chmod(0o755)
    entries = (ToolEntry("good", "-V", "tests"), ToolEntry("vendor", "", "tests"), ToolEntry("no-such-tool", "-V", ""))
    found = find_tools({"good": str(good), "vendor": str(slow)}, entries)
    assert found["good"].version == "3.14.1"
    assert (found["vendor"].path, found["vendor"].version) == (str(slow), "")
    assert found["no-such-tool"].path is None


def test_a_tool_that_fails_or_hangs_has_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fpgaml.doctor.tools.LONGEST", 0.2)
    for name, text in (("fails", "echo 1.2.3; exit 1"), ("hangs", "exec sleep 60")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
        assert not ask_version(str(tmp_path / name), "-V")
    assert not ask_version(str(tmp_path / "absent"), "-V")


def test_text() -> None:
    done = run()
    assert done.exit_code == 0, done.exception
    assert max(map(len, done.output.splitlines())) <= 80
    for part in ("Packages", "Tools", "HLS projects", "hls4ml  1.3.0", "read ", "distributed arithmetic"):
        assert part in done.output


def test_json() -> None:
    content = json.loads(run("--json").output)
    assert content["packages"]["hls4ml"] == "1.3.0"
    assert {each["name"] for each in content["tools"]} >= {"g++", "verilator", "vitis_hls", "quartus_sh"}
    assert all(each["ready"] == (not each["missing"]) for each in content["capabilities"])


def test_the_frameworks_python_is_looked_at_without_its_packages_being_imported() -> None:
    content = json.loads(run("--json", FPGAML_FRAMEWORK_PYTHON=sys.executable).output)
    assert content["framework"]["path"] == sys.executable
    assert content["framework"]["packages"]["numpy"]


@pytest.mark.parametrize("value", ["/no/such/python", "/bin/true"])
def test_a_framework_python_that_is_none_is_a_warning(value: str) -> None:
    done = run(FPGAML_FRAMEWORK_PYTHON=value)
    assert done.exit_code == 0, done.exception
    assert "Warning: FPGAML_FRAMEWORK_PYTHON" in done.output


def test_qkeras_beside_hgq2_is_a_warning() -> None:
    (warning,) = _warnings({}, FrameworkPython("/env/bin/python", KERAS3 | {"qkeras": "0.9.0"}))
    assert "/env/bin/python has both QKeras and HGQ2" in warning
    assert not _warnings(HERE, FrameworkPython("/env/bin/python", KERAS3))


def test_the_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, fpgaml.cli.report, fpgaml.cli.boards, fpgaml.cli.doctor\n"
        "heavy = {'numpy', 'jsonschema', 'rich.table', 'h5py', 'hls4ml', 'keras'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
