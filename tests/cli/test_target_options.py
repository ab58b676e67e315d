"""Options of a target that was not chosen are refused by name, never ignored."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fpgaml.cli.main import app
from fpgaml.errors import FpgamlError
from fpgaml.hls.settings import LayerSettings, Strategy
from fpgaml.hls.target import HlsTarget
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.target import RtlTarget
from fpgaml.settings import options_of
from fpgaml.targets import target_class, target_names
from tests.paths import LEGACY

MODEL = LEGACY / "calo_student_dense.h5"
VALUES = {str: "x", int: "2", bool: None, list: "a=1"}


def refused(tmp_path: Path, *arguments: str) -> str:
    """What a conversion says that is bad input; it leaves nothing behind."""
    command = ["convert", str(MODEL), "--input-type", "ap_uint<10>", "--output", str(tmp_path / "p"), *arguments]
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, FpgamlError)
    assert not (tmp_path / "p").exists()
    return str(error)


def foreign() -> list[tuple[str, str]]:
    """Every target with every option that it does not have."""
    flags = {name: {option.flag for option in options_of(target_class(name)).values()} for name in target_names()}
    every = sorted({flag for own in flags.values() for flag in own})
    return [(name, flag) for name, own in flags.items() for flag in every if flag not in own]


@pytest.mark.parametrize(("target", "flag"), foreign())
def test_a_foreign_option_is_refused_by_name(target: str, flag: str, tmp_path: Path) -> None:
    kind = next(o.kind for n in target_names() for o in options_of(target_class(n)).values() if o.flag == flag)
    value = VALUES[kind]
    message = refused(tmp_path, "--target", target, flag, *([value] if value else []))
    assert message.startswith(f"{flag}: is not used by --target {target}. Leave it out, or choose --target ")


def test_foreign_options_are_all_named(tmp_path: Path) -> None:
    message = refused(tmp_path, "--target", "rtl", "--reuse", "4", "--strategy", "resource", "--int16x8")
    assert message == "--strategy, --reuse, --int16x8: are not used by --target rtl. Leave them out"


@pytest.mark.parametrize("flag", ["--board", "--part", "--clock"])
def test_a_flatbuffer_is_for_no_board(flag: str, tmp_path: Path) -> None:
    message = refused(tmp_path, "--target", "tflite", flag, "kcu116")
    assert message == f"{flag}: not used by --target tflite, which is for no FPGA. Leave it out"


def test_an_unknown_target(tmp_path: Path) -> None:
    assert refused(tmp_path, "--target", "gpu") == "--target: `gpu` is not known. Choose one of hls, rtl, tflite, cpp"


def test_python_has_a_targets_own_options_alone() -> None:
    with pytest.raises(TypeError, match="reuse_factor"):
        RtlTarget(reuse_factor=4)  # type: ignore[call-arg]


def test_python_takes_the_command_lines_words() -> None:
    target = HlsTarget(strategy="da", io="stream", layer_settings=["dense_1=resource:8"])  # type: ignore[arg-type]
    assert target.strategy == Strategy.DISTRIBUTED_ARITHMETIC
    assert target.io == "io_stream"
    assert target.layer_settings == {"dense_1": LayerSettings(Strategy.RESOURCE, 8)}
    assert RtlTarget(hdl="vhdl").hdl is Hdl.VHDL  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RtlTarget(hdl="systemc"), "--hdl: `systemc` is not known. Choose one of verilog, vhdl"),
        (lambda: HlsTarget(strategy="fast"), "--strategy: `fast` is not known. Choose one of latency, resource, da"),
        (lambda: HlsTarget(reuse_factor=0), "--reuse: 0 is too small. Give 1 or more"),
        (lambda: RtlTarget(beat=0), "--beat: 0 is too small. Give 1 or more"),
    ],
)
def test_words_that_mean_nothing(make: object, message: str) -> None:
    with pytest.raises(FpgamlError) as error:
        make()  # type: ignore[operator]
    assert str(error.value) == message
