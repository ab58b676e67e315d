"""`fpgaml convert`: a model file becomes a proved firmware project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.options import (
    Data,
    DataAxes,
    Events,
    FrameworkChoice,
    FrameworkOption,
    Labels,
    Layers,
    Reference,
    Tolerance,
    parse_axes,
    split_assignments,
)
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError

if TYPE_CHECKING:
    from fpgaml.conversion import Request
    from fpgaml.hls.settings import IoType, LayerSettings, Strategy
    from fpgaml.hls.target import HlsTarget
    from fpgaml.rtl.target import RtlTarget

TFLITE = "TensorFlow Lite"
STRATEGIES = {"latency": "latency", "resource": "resource", "da": "distributed_arithmetic"}
IO_TYPES = ("auto", "io_parallel", "io_stream")


def convert(
    model: Annotated[
        Path,
        typer.Argument(
            help="Keras 2 or 3 .h5, .keras, integer .tflite, a Keras 2 .json with its weights, or a task that "
            "`fpgaml models` lists."
        ),
    ],
    board: Annotated[
        str | None,
        typer.Option(
            "--board",
            "-b",
            help="A board that `fpgaml boards` lists, or your own: FILE.toml.  [default: alveo, or the task's]",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The project's folder.  [default: MODEL_BOARD]")
    ] = None,
    part: Annotated[str | None, typer.Option("--part", help="Another FPGA than the board's.")] = None,
    clock: Annotated[str | None, typer.Option("--clock", help="Another clock, with its unit: 5ns, 200MHz.")] = None,
    target: Annotated[
        str,
        typer.Option(
            "--target",
            "-t",
            help="hls: an hls4ml project; rtl: Verilog or VHDL, fully unrolled; tflite: an integer flatbuffer.",
        ),
    ] = "hls",
    hdl: Annotated[str, typer.Option("--hdl", help="verilog or vhdl.", rich_help_panel="RTL")] = "verilog",
    shell: Annotated[
        str,
        typer.Option("--shell", help="axis: AXI4-Stream; native: valid bits, fixed latency.", rich_help_panel="RTL"),
    ] = "axis",
    beat: Annotated[
        int | None,
        typer.Option(
            "--beat", min=1, help="Elements a beat of the axis shell.  [default: a whole frame]", rich_help_panel="RTL"
        ),
    ] = None,
    tag_bits: Annotated[int, typer.Option("--tag-bits", min=1, help="Bits of tuser.", rich_help_panel="RTL")] = 16,
    name: Annotated[str, typer.Option("--name", help="The top module.", rich_help_panel="RTL")] = "network",
    int16x8: Annotated[
        bool, typer.Option("--int16x8", help="16-bit activations, 8-bit weights.", rich_help_panel=TFLITE)
    ] = False,
    calibration_events: Annotated[
        int,
        typer.Option(
            "--calibration-events",
            min=1,
            help="At most so many events of --data set the scales.",
            rich_help_panel=TFLITE,
        ),
    ] = 1000,
    time: Annotated[
        bool, typer.Option("--time", help="Measure the time of an inference on this CPU.", rich_help_panel=TFLITE)
    ] = False,
    output_range: Annotated[
        list[str] | None,
        typer.Option(
            "--output-range",
            help="Only events with outputs in here set scales: -20,20 or NAME=-20,20.  [default: all events]",
            rich_help_panel=TFLITE,
        ),
    ] = None,
    keep_float: Annotated[
        bool, typer.Option("--keep-float", help="Keep the float32 .tflite too.", rich_help_panel=TFLITE)
    ] = False,
    backend: Annotated[
        str | None,
        typer.Option(
            "--backend",
            help="vitis, vivado, oneapi, quartus, catapult or libero.  [default: by the vendor of the board's part]",
            rich_help_panel="HLS",
        ),
    ] = None,
    io: Annotated[
        str,
        typer.Option("--io", help="io_parallel, io_stream, or auto: by the network's size.", rich_help_panel="HLS"),
    ] = "auto",
    strategy: Annotated[
        str,
        typer.Option("--strategy", help="latency, resource or da (distributed arithmetic).", rich_help_panel="HLS"),
    ] = "latency",
    reuse: Annotated[
        int, typer.Option("--reuse", min=1, help="Multiplications that share one multiplier.", rich_help_panel="HLS")
    ] = 1,
    layer: Annotated[
        list[str] | None,
        typer.Option(
            "--layer",
            help="One layer's own strategy, reuse factor or both: NAME=resource, NAME=8, NAME=resource:8.",
            rich_help_panel="HLS",
        ),
    ] = None,
    input_type: Annotated[
        list[str] | None,
        typer.Option(
            "--input-type",
            help="Type of an input that the model does not quantise: 'ap_fixed<14,4>' or 'NAME=ap_fixed<14,4>'.",
        ),
    ] = None,
    data: Data = None,
    data_axes: DataAxes = None,
    events: Events = None,
    reference: Reference = None,
    labels: Labels = None,
    framework: FrameworkOption = FrameworkChoice.AUTO,
    layers: Layers = False,
    tolerance: Tolerance = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the made-up vectors.", rich_help_panel="Checks")] = 1,
    vectors: Annotated[
        int, typer.Option("--vectors", min=1, help="How many made-up vectors.", rich_help_panel="Checks")
    ] = 256,
    golden: Annotated[
        int,
        typer.Option(
            "--golden", min=0, help="How many events of the data become golden vectors.", rich_help_panel="Checks"
        ),
    ] = 256,
    requantize: Annotated[
        str,
        typer.Option(
            "--requantize",
            help="Factors between the codes of a .tflite: exact, power-of-two, or so many bits (cheaper, not exact).",
        ),
    ] = "exact",
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Convert a trained model into a firmware project that is proved equal to it."""
    from fpgaml.boards import find_board, parse_clock
    from fpgaml.cli.show import show_project
    from fpgaml.conversion import Request
    from fpgaml.conversion import convert as run
    from fpgaml.progress import choose_progress
    from fpgaml.proof.oracle import FrameworkUse
    from fpgaml.tasks.sources import sources
    from fpgaml.tflite.making.output_range import parse_ranges
    from fpgaml.tflite.target import TfliteTarget

    progress, kind = choose_progress(), _one_of("--target", target, ("hls", "rtl", "tflite"))
    with sources(model, data, labels, kind == "tflite", progress) as found:
        place, clock_mhz = found.place(board, parse_clock(clock) if clock else None)
        ranges = parse_ranges(output_range) if output_range else found.int8_ranges
        request: Request = Request(
            board=place,
            # A flatbuffer is for no board.
            output=output or Path(f"{found.stem}_{kind if kind == 'tflite' else find_board(place).name}"),
            part=part,
            clock_mhz=clock_mhz,
            target=(
                TfliteTarget(int16x8, calibration_events, time, keep_float, name, ranges)
                if kind == "tflite"
                else _rtl_target(hdl, shell, beat, tag_bits, name)
                if kind == "rtl"
                else _hls_target(backend, io, strategy, reuse, layer or [])
            ),
            input_types=tuple(input_type or ()),
            data=found.data,
            axes=parse_axes(data_axes),
            limit=events,
            reference=reference,
            labels=found.labels,
            framework=FrameworkUse(framework),
            layers=layers,
            requantize_bits=_factor_bits(requantize),
            tolerance_lsb=tolerance,
            seed=seed,
            vector_events=vectors,
            golden_events=golden,
        )
        conversion = run(found.model, request, progress)
    show_project(conversion.folder, json_output)
    if not conversion.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


def _hls_target(backend: str | None, io: str, strategy: str, reuse: int, layer: list[str]) -> HlsTarget:
    from fpgaml.hls.target import HlsTarget

    chosen = _strategy(strategy, "--strategy")
    return HlsTarget(backend, _io(io), chosen, reuse, _layer_settings(layer))


def _rtl_target(hdl: str, shell: str, beat: int | None, tag_bits: int, name: str) -> RtlTarget:
    from fpgaml.rtl.settings import Hdl, ShellKind
    from fpgaml.rtl.target import RtlTarget

    language = Hdl(_one_of("--hdl", hdl, tuple(Hdl)))
    return RtlTarget(language, ShellKind(_one_of("--shell", shell, tuple(ShellKind))), beat, tag_bits, name)


def _one_of(option: str, text: str, choices: Sequence[str]) -> str:
    if text.lower() not in choices:
        raise FpgamlError(option, f"`{text}` is not known", f"Choose one of {', '.join(choices)}")
    return text.lower()


def _factor_bits(text: str) -> int | None:
    """How many significant bits factors keep; None for all."""
    known = {"exact": None, "power-of-two": 1}
    if text.lower() in known:
        return known[text.lower()]
    if text.isdigit() and 1 <= int(text) <= 30:
        return int(text)
    raise FpgamlError("--requantize", f"`{text}` is not known", "Write exact, power-of-two, or 1 to 30 bits")


def _io(text: str) -> IoType | None:
    from fpgaml.hls.settings import IoType

    name = _one_of("--io", text if text.startswith("io_") or text == "auto" else f"io_{text}", IO_TYPES)
    return None if name == "auto" else IoType(name)


def _strategy(text: str, option: str) -> Strategy:
    from fpgaml.hls.settings import Strategy

    name = STRATEGIES.get(text.lower(), text.lower())
    if name not in STRATEGIES.values():
        raise FpgamlError(option, f"the strategy `{text}` is not known", f"Choose one of {', '.join(STRATEGIES)}")
    return Strategy(name)


def _layer_settings(texts: list[str]) -> dict[str, LayerSettings]:
    from fpgaml.hls.settings import LayerSettings

    settings = {}
    for name, value in split_assignments(texts, "--layer", "dense_1=resource:8").items():
        strategy: Strategy | None = None
        reuse: int | None = None
        for piece in value.split(":"):
            if piece.isdigit():
                reuse = int(piece)
            else:
                strategy = _strategy(piece, f"--layer {name}")
        settings[name] = LayerSettings(strategy, reuse)
    return settings
