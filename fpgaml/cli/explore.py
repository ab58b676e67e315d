"""`fpgaml explore`: which of many designs of a network are worth having."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.budgets import BudgetOption
from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import ClusterOptions, DataOptions, Quiet, parse_axes
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError
from fpgaml.frontends.registry import what_is_read

UNITS = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}
_SPAN = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?) ?(?P<unit>s|min|h|)")


@dataclass(frozen=True)
class SearchOptions:
    """What is searched, and how long."""

    objective: Annotated[
        list[str] | None,
        typer.Option(
            "--objective",
            help="auc, accuracy, resolution or distance (from the network as it came), a task's headline; lut, ff, "
            "dsp, bram, latency, interval. Several of them.  \\[default: headline, auc where there are labels, else "
            "distance; and lut]",
        ),
    ] = None
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            help="Tensors whose bits may vary: 'dense_*.weight', '*.result', or none.  \\[default: all of them]",
        ),
    ] = None
    trials: Annotated[
        int, typer.Option("--trials", min=1, help="Designs to look at in all, those of earlier runs too.")
    ] = 200
    time_limit: Annotated[
        str | None, typer.Option("--time-limit", help="Stop after so long: 600s, 20min, 2h. It may go on later.")
    ] = None
    float_network: Annotated[bool, typer.Option("--float", help="Of a task: its float network.")] = False
    finish: Annotated[
        int,
        typer.Option("--finish", min=0, help="So many of the best are converted, proved and synthesised by yosys."),
    ] = 3
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all that is drawn.")] = 1


@dataclass(frozen=True)
class FirmwareOptions:
    """What is made, for which FPGA; of what is given several times the search chooses."""

    target: Annotated[str, typer.Option("--target", "-t", help="rtl or hls.")] = "rtl"
    board: Annotated[
        list[str] | None,
        typer.Option(
            "--board",
            "-b",
            autocompletion=complete.boards,
            help="A board that `fpgaml boards` lists, or your own: FILE.toml.  \\[default: alveo, or the task's]",
        ),
    ] = None
    part: Annotated[str | None, typer.Option("--part", help="Another FPGA than the board's.")] = None
    clock: Annotated[list[str] | None, typer.Option("--clock", help="Another clock, with its unit: 5ns, 200MHz.")] = (
        None
    )
    interval: Annotated[
        list[int] | None,
        typer.Option(
            "--interval",
            min=1,
            help="RTL: cycles a frame, at most.  \\[default: as for convert; where interval or latency is an "
            "objective, powers of two]",
        ),
    ] = None
    reuse: Annotated[
        list[int] | None, typer.Option("--reuse", min=1, help="HLS: multiplications that share one multiplier.")
    ] = None
    strategy: Annotated[list[str] | None, typer.Option("--strategy", help="HLS: latency, resource or da.")] = None
    input_type: Annotated[
        list[str] | None,
        typer.Option("--input-type", help="Type of an input that the model does not quantise: as for convert."),
    ] = None


def _explore(
    model: Annotated[
        Path, typer.Argument(help=f"A model file: {what_is_read()}; or a task that `fpgaml models` lists.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder to fill, or to go on in.  \\[default: MODEL_explored]"),
    ] = None,
    searching: SearchOptions = SearchOptions(),
    firmware: FirmwareOptions = FirmwareOptions(),
    data: DataOptions = DataOptions(),
    where_done: ClusterOptions = ClusterOptions(),
    budget: BudgetOption = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print the front as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Search designs of a network: bits tensor by tensor, against physics and what the firmware takes.

    A float network is rounded; of a quantised one bits may fall. The folder receives the search (study.sqlite: started
    again, it goes on; a second process may join), the designs that no other beats (front.csv, front.json, report.html),
    and an fpgaml.yaml for each of them. Exit code 1: no design keeps to the budget, or one that was made is not
    what was asked for: a check failed, or --budget is not met (an open line is not, as in `fpgaml report`).
    """
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cli.budgets import asked_budget
        from fpgaml.cli.show import print_json, show_section
        from fpgaml.explore.asked import Asked, explore_into
        from fpgaml.explore.folder import content
        from fpgaml.explore.sections import sections_of
        from fpgaml.report.section import Figure

    if data.reference is not None:
        reason = "an exploration compares with the network as it came"
        raise FpgamlError("--reference", reason, "Leave it out")
    given = asked_budget(budget)
    folding = {"interval": firmware.interval, "reuse": firmware.reuse, "strategy": firmware.strategy}
    asked = Asked(
        model=model,
        output=output,
        data=data.data,
        labels=data.labels,
        data_axes=parse_axes(data.data_axes),
        events=data.events,
        objectives=tuple(searching.objective or ()),
        target=firmware.target,
        board_names=tuple(firmware.board or ()),
        clocks=tuple(firmware.clock or ()),
        part=firmware.part,
        folding={name: tuple(options) for name, options in folding.items() if options},
        vary=tuple(searching.vary or ()),
        input_types=tuple(firmware.input_type or ()),
        budget=given.budget if given else None,
        trials=searching.trials,
        seconds=_seconds(searching.time_limit),
        seed=searching.seed,
        workers=where_done.workers(),
        finish=searching.finish,
        floating=searching.float_network,
    )
    found = explore_into(asked, progress)
    if json_output:
        print_json(content(found))
    elif not quiet:
        for section in sections_of(found):
            if any(not isinstance(part, Figure) or part.shown_as_text for part in section.parts):
                show_section(section)
    if not json_output:
        typer.echo(f"Written: {asked.folder} (front.csv, front.json, report.html, designs)")
    short = {each.wanted.number: each.fallen_short(budget=given is not None) for each in found.made}
    for number, why in short.items():
        if why:
            typer.echo(f"fpgaml: design {number}: {why}", err=True)
    if any(short.values()):
        raise typer.Exit(EXIT_CHECK_FAILED)


def _seconds(text: str | None) -> float | None:
    """A time with its unit.

    Raises:
        FpgamlError: it is none.
    """
    if text is None:
        return None
    match = _SPAN.fullmatch(text.strip())
    if match is None or not float(match["number"]):
        raise FpgamlError("--time-limit", f"`{text}` is no time", "Write for example 600s, 20min or 2h")
    return float(match["number"]) * UNITS[match["unit"]]


explore = grouped(_explore)
explore.__name__ = "explore"
