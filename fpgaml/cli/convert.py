"""`fpgaml convert`: a model file becomes a proved firmware project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fpgaml.cli import complete
from fpgaml.cli.budgets import AcceptOption, BudgetOption
from fpgaml.cli.from_file import Taken, from_file
from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import CheckOptions, ClaimOptions, DataOptions, Quiet, Strict, checking
from fpgaml.cli.project_folder import folder_name
from fpgaml.cli.target_options import read_target, target_help, target_parameters
from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import what_is_read
from fpgaml.targets import target_class

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.precision.asked import Asked
    from fpgaml.precision.build import Numbers
    from fpgaml.progress import Progress
    from fpgaml.tasks.sources import Sources


@dataclass(frozen=True)
class ProjectOptions:
    """Where the project goes, and for which FPGA it is."""

    board: Annotated[
        str | None,
        typer.Option(
            "--board",
            "-b",
            autocompletion=complete.boards,
            help="A board that `fpgaml boards` lists, or your own: FILE.toml.  \\[default: alveo, or the task's]",
        ),
    ] = None
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The project's folder.  \\[default: MODEL_BOARD]")
    ] = None
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files of a project in that folder that were edited.")
    ] = False
    part: Annotated[str | None, typer.Option("--part", help="Another FPGA than the board's.")] = None
    clock: Annotated[str | None, typer.Option("--clock", help="Another clock, with its unit: 5ns, 200MHz.")] = None


@dataclass(frozen=True)
class ModelOptions:
    """What follows the model file, and what it leaves open."""

    then: Annotated[
        list[Path] | None,
        typer.Option(
            "--then",
            help="A network that follows in the same core, a file or a task's: it reads what the one before answers, "
            "in order and of the same shapes. May be given again.",
        ),
    ] = None
    keep_outputs: Annotated[
        bool,
        typer.Option("--keep-outputs", help="With --then: what passes between the networks leaves the core too."),
    ] = False
    input_type: Annotated[
        list[str] | None,
        typer.Option(
            "--input-type",
            help="Type of an input that the model does not quantise: 'ap_fixed<14,4>' or 'NAME=ap_fixed<14,4>'.",
        ),
    ] = None
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            help="Types for a float network: 'ap_fixed<16,6>', 'LAYER=...' or 'LAYER.PART=...', as in hls4ml; PART is "
            "weight, bias, scale, result or table.",
        ),
    ] = None
    hls_config: Annotated[
        Path | None,
        typer.Option(
            "--hls-config", help="A configuration of hls4ml (.yml): its precisions, strategies and reuse factors."
        ),
    ] = None
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help="Choose the types of a float network by --data: the fewest bits that keep its outputs within "
            "--tolerance or --auc-loss.  \\[default: 1% of the range]",
        ),
    ] = False
    bits: Annotated[
        Path | None,
        typer.Option("--bits", help="A file of `fpgaml explore`: the bits of each tensor of a float network."),
    ] = None
    auc_loss: Annotated[
        float | None,
        typer.Option("--auc-loss", help="With --calibrate and --labels: what the ROC AUC may lose, such as 0.001."),
    ] = None
    narrow: Annotated[
        list[str] | None,
        typer.Option(
            "--narrow",
            help="Bits that go from what the model quantises itself: 'LAYER.PART=-2', PART being weight, bias or "
            "result. Another network: the report says how far from the model.",
        ),
    ] = None
    requantize: Annotated[
        str,
        typer.Option(
            "--requantize",
            help="Factors between the codes of a .tflite: exact, power-of-two, or so many bits (cheaper, not exact).",
        ),
    ] = "exact"


@dataclass(frozen=True)
class VectorOptions:
    """The golden vectors."""

    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the made-up vectors.", rich_help_panel="Checks")] = 1
    vectors: Annotated[
        int, typer.Option("--vectors", min=1, help="How many made-up vectors.", rich_help_panel="Checks")
    ] = 256
    golden: Annotated[
        int,
        typer.Option(
            "--golden", min=0, help="How many events of the data become golden vectors.", rich_help_panel="Checks"
        ),
    ] = 256


def _convert(
    context: typer.Context,
    model: Annotated[
        Path | None,
        typer.Argument(help=f"A model file: {what_is_read()}; or a task that `fpgaml models` lists."),
    ] = None,
    target: Annotated[str, typer.Option("--target", "-t", autocompletion=complete.targets, help=target_help())] = "hls",
    project: ProjectOptions = ProjectOptions(),
    reading: ModelOptions = ModelOptions(),
    data: DataOptions = DataOptions(),
    checks: CheckOptions = CheckOptions(),
    claims: ClaimOptions = ClaimOptions(),
    vectors: VectorOptions = VectorOptions(),
    budget: BudgetOption = None,
    accept_estimates: AcceptOption = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    quiet: Quiet = False,
    strict: Strict = False,
    settings: dict[str, Any] | None = None,
) -> None:
    """Convert a trained model into a firmware project that is proved equal to it.

    Without MODEL, fpgaml.yaml in this folder says what is converted, and how: `fpgaml init` writes one. A flag that is
    given comes before what the file says.
    """
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cli.budgets import asked_budget
        from fpgaml.cli.show import end, show_results
        from fpgaml.conversion import Request, Vectors
        from fpgaml.conversion import convert as run
        from fpgaml.frontends.chain.files import chained
        from fpgaml.precision.hls4ml_config import read_hls4ml_config
        from fpgaml.tasks.sources import sources

    assert model is not None  # or the file names one
    taken: Taken | None = context.obj
    folder = taken.file.folder if taken else Path()
    kind = target_class(target.lower())
    asked = asked_budget(budget, accept_estimates)
    chain = chained(model, reading.then or (), keep_outputs=reading.keep_outputs)
    with sources(chain, data.data, data.labels, kind.of_float, progress) as found:
        of_hls4ml = read_hls4ml_config(reading.hls_config).for_target(kind.name) if reading.hls_config else None
        own = of_hls4ml.settings if of_hls4ml else {}
        chosen = read_target(kind.name, settings or {}, {**found.settings(kind.name), **own})
        board = _place(project, found, kind.name, kind.for_board)
        numbers = _numbers(reading, of_hls4ml.asked if of_hls4ml else None, checks.tolerance, found, progress)
        kept = replace(checks, tolerance=None) if reading.calibrate else checks
        request = Request(
            output=project.output or folder / folder_name(found.stem, board.name, kind),
            target=chosen,
            board=board,
            board_chosen_by=found.chosen_by(project.board) if kind.for_board else None,
            input_types=tuple(reading.input_type or ()),
            numbers=numbers,
            requantize_bits=_factor_bits(reading.requantize),
            narrow=tuple(reading.narrow or ()),
            monotone=tuple(claims.monotone or ()),
            effort=claims.effort(),
            force=project.force,
            checking=replace(checking(data, kept), data=found.data, labels=found.labels),
            vectors=Vectors(vectors.seed, vectors.vectors, vectors.golden),
            config=taken.fact() if taken else None,
        )
        conversion = run(found.model, request, progress)
    subject = show_results(
        conversion.folder, conversion.results, (), json_output=json_output, quiet=quiet, budget=asked
    )
    if not (json_output or quiet):
        typer.echo(f"Project: {conversion.folder}")
    end(subject, passed=subject.passed, strict=strict)


def _place(project: ProjectOptions, found: Sources, target: str, for_board: bool) -> Board:
    """The board with the part and the clock that were asked for.

    Raises:
        FpgamlError: no such board, part or clock, or the target is for none.
    """
    from fpgaml.boards import find_board, parse_clock

    given = {"--board": project.board, "--part": project.part, "--clock": project.clock}
    foreign = [] if for_board else [flag for flag, value in given.items() if value is not None]
    if foreign:
        reason = f"not used by --target {target}, which is for no FPGA"
        raise FpgamlError(", ".join(foreign), reason, "Leave it out" if len(foreign) == 1 else "Leave them out")
    name, clock_mhz = found.place(project.board, parse_clock(project.clock) if project.clock else None)
    return find_board(name, project.part, clock_mhz)


def _numbers(
    reading: ModelOptions, config: Asked | None, tolerance: str | None, found: Sources, progress: Progress
) -> Numbers | None:
    """How to round what the model keeps in floating point; errors as for `choose_numbers` and `bits_for`."""
    from fpgaml.frontends.chain.files import one_file
    from fpgaml.precision.by_bits import bits_for
    from fpgaml.precision.choose import choose_numbers

    return choose_numbers(
        reading.precision or (),
        config=config,
        calibrate=reading.calibrate,
        tolerance=tolerance if reading.calibrate else None,
        auc_loss=reading.auc_loss,
        labels=found.labels,
        bits=bits_for(reading.bits, one_file(found.model, "--bits")) if reading.bits else None,
        progress=progress,
    )


def _factor_bits(text: str) -> int | None:
    """How many significant bits factors keep; None for all."""
    known = {"exact": None, "power-of-two": 1}
    if text.lower() in known:
        return known[text.lower()]
    if text.isdigit() and 1 <= int(text) <= 30:
        return int(text)
    raise FpgamlError("--requantize", f"`{text}` is not known", "Write exact, power-of-two, or 1 to 30 bits")


convert = from_file(grouped(_convert, target_parameters()))
convert.__name__ = "convert"
