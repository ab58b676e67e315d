"""The Python API as a notebook sees it."""

from __future__ import annotations

import inspect
import pydoc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fpgaml
from fpgaml.errors import FpgamlError
from tests.paths import LEGACY, ROOT, needs_compiler
from tests.paths import fpgaml as command_line

MODEL, RECORDED = LEGACY / "calo_student_dense.h5", LEGACY / "calo_student_dense.npz"


def test_what_a_notebook_completes() -> None:
    assert {"convert", "load", "verify", "HlsTarget", "RtlTarget", "TfliteTarget"} <= set(dir(fpgaml))
    parameters = inspect.signature(fpgaml.convert).parameters
    assert all(each.kind != inspect.Parameter.VAR_KEYWORD for each in parameters.values())
    assert {"target", "board", "data", "labels", "force"} <= parameters.keys()
    text = pydoc.plain(pydoc.render_doc(fpgaml))
    assert "convert(model: 'str | Path'" in text
    assert "class RtlTarget" in text


def test_arrays_serve_as_files_do(tmp_path: Path) -> None:
    pytest.importorskip("alkaid", reason="alkaid is not installed")
    folder = ROOT / "tests" / "fixtures" / "keras3"
    with np.load(folder / "dense_default.npz") as stored:
        x, y = stored["in/x"], stored["layer/third"]
    np.savez(tmp_path / "events.npz", x=x, y=y)
    settings = {"board": "kcu116", "framework": "never", "vectors": 8, "golden": 8}
    model = folder / "dense_default.keras"
    from_file = fpgaml.convert(model, tmp_path / "a", target="rtl", data=tmp_path / "events.npz", **settings)
    from_arrays = fpgaml.convert(model, tmp_path / "b", target=fpgaml.RtlTarget(), data=x, reference=y, **settings)
    found = [conversion.results.checks[0] for conversion in (from_file, from_arrays)]
    assert found[0].outputs == found[1].outputs
    assert found[0].outputs[0].events == len(x)
    hdl = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a" / "hdl").iterdir()]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in hdl)


def test_a_clock_is_a_number_of_mhz_or_a_text_with_its_unit(tmp_path: Path) -> None:
    def refused(**clock: Any) -> str:
        with pytest.raises(FpgamlError) as found:
            fpgaml.convert(MODEL, tmp_path / "p", **clock)
        return str(found.value)

    assert "'200' has no unit: it could be a frequency in MHz or a period in ns" in refused(clock="200")
    assert "both say what the clock is" in refused(clock="5ns", clock_mhz=200)
    assert "9000 MHz, which is outside" in refused(clock="9GHz")
    assert "9000 MHz is outside" in refused(clock_mhz=9000)


@needs_compiler
def test_proved_means_what_the_command_line_says(tmp_path: Path) -> None:
    """Without the framework's answers, a conversion is not fully proved: in Python, text and exit code alike."""
    unasked = fpgaml.convert(MODEL, tmp_path / "a", input_type="ap_uint<10>", framework="never")
    assert (unasked.proved, unasked.passed) == (False, True)
    said = command_line("report", tmp_path / "a")
    assert (said.returncode, "NOT FULLY PROVED" in said.stdout) == (0, True)
    asked = fpgaml.convert(MODEL, tmp_path / "b", data=RECORDED, framework="never")
    assert (asked.proved, asked.passed) == (True, True)
    assert command_line("report", tmp_path / "b").stdout.rpartition("\n\n")[2].startswith("PROVED: ")
    assert repr(asked) == f"<Conversion of calo_student_dense.h5 into {tmp_path / 'b'}: proved>"
    assert repr(fpgaml.verify(tmp_path / "b")) == f"<Verification of {tmp_path / 'b'}: not fully proved>"


def test_short_representations() -> None:
    model = fpgaml.load(MODEL, input_type="ap_uint<10>")
    assert len(repr(model)) < 200


def test_what_python_refuses(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="framework: `maybe` is not known"):
        fpgaml.convert(MODEL, tmp_path / "p", input_type="ap_uint<10>", framework="maybe")
    with pytest.raises(TypeError, match="reuse_factor"):
        fpgaml.convert(MODEL, tmp_path / "p", target="rtl", reuse_factor=4)  # type: ignore[call-arg]
