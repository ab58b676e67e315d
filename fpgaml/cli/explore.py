"""`fpgaml explore`: which of many designs of a network are worth having."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.budgets import BudgetOption
from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import CheckOptions, ClusterOptions, DataOptions, Quiet, checking
from fpgaml.errors import FpgamlError
from fpgaml.frontends.registry import what_is_read

if TYPE_CHECKING:
    from fpgaml.explore.costing import OfTarget
    from fpgaml.explore.objectives import Objective
    from fpgaml.tasks.sources import Sources

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
    and an fpgaml.yaml for each of them. Exit code 1: no design keeps to the budget.
    """
    from fpgaml.progress import choose_progress

    progress = choose_progress(quiet)
    with progress.step("starting"):
        from fpgaml.cli.budgets import asked_budget
        from fpgaml.cli.show import print_json, show_section
        from fpgaml.explore import folder
        from fpgaml.explore.exploration import explore as run
        from fpgaml.explore.making import make
        from fpgaml.explore.objectives import read_objectives
        from fpgaml.explore.request import Request
        from fpgaml.explore.search import Effort
        from fpgaml.explore.sections import sections_of
        from fpgaml.tasks.registry import find_network
        from fpgaml.tasks.sources import name_of, sources

    _refuse_reference(data)
    named = find_network(str(model))
    stem = name_of(model)[0]
    where = output or Path(f"{stem}_explored")
    folder.check_folder(where)
    with sources(model, data.data, data.labels, searching.float_network, progress) as found_sources:
        own = named and data.data is None
        asked = asked_budget(budget) or (asked_budget(str(model)) if own else None)
        objectives = read_objectives(searching.objective or _usual(bool(own), found_sources))
        request = Request(
            output=where,
            objectives=objectives,
            costing=_costing(firmware, found_sources, objectives),
            checking=replace(checking(data, CheckOptions()), data=found_sources.data, labels=found_sources.labels),
            input_types=tuple(firmware.input_type or ()),
            vary=tuple(searching.vary or ()),
            budget=asked.budget if asked else None,
            effort=Effort(searching.trials, _seconds(searching.time_limit), where_done.workers()),
            seed=searching.seed,
            task=named[0] if named and own else None,
            task_events=data.events if own else None,
            keys=_keys(model if named is None else _of_task(model, found_sources, searching), data),
        )
        if own:
            request = replace(request, checking=replace(request.checking, limit=None))
        found = run(found_sources.model, request, progress)
        folder.write_recipes(found, request)
        found = replace(found, made=tuple(make(found, request, searching.finish, progress)))
    written = folder.write(found, where, f"{stem}, explored")
    if json_output:
        print_json(folder.content(found))
    elif not quiet:
        for section in sections_of(found):
            show_section(section)
    if not json_output:
        typer.echo(f"Written: {where} ({', '.join(written)})")


def _refuse_reference(data: DataOptions) -> None:
    if data.reference is not None:
        reason = "an exploration compares with the network as it came"
        raise FpgamlError("--reference", reason, "Leave it out")


def _usual(task: bool, found: Sources) -> list[str]:
    """The objectives without a wish."""
    return ["headline" if task else "auc" if found.labels else "distance", "lut"]


def _costing(firmware: FirmwareOptions, found: Sources, objectives: Sequence[Objective]) -> OfTarget:
    from fpgaml.explore.costing import INTERVALS, OfTarget

    boards = tuple(firmware.board or (found.place(None, None)[0],))
    clocks = {board: found.place(board, None)[1] for board in boards}
    folding: dict[str, tuple[int | str, ...]] = {
        name: tuple(dict.fromkeys(given))
        for name, given in (("interval", firmware.interval), ("reuse", firmware.reuse), ("strategy", firmware.strategy))
        if given
    }
    timed = {"interval", "latency"} & {each.name for each in objectives}
    if timed and firmware.target == "rtl" and not firmware.interval:
        folding["interval"] = INTERVALS
    return OfTarget(
        firmware.target,
        boards,
        tuple(firmware.clock or ()),
        firmware.part,
        {board: mhz for board, mhz in clocks.items() if mhz is not None and not firmware.clock},
        found.settings(firmware.target),
        folding,
    )


def _of_task(named: Path, found: Sources, searching: SearchOptions) -> str | Path:
    """What `fpgaml convert` takes for the network of a task."""
    return found.model if searching.float_network else str(named)


def _keys(model: str | Path, data: DataOptions) -> Mapping[str, str | Path]:
    """What every design's fpgaml.yaml says."""
    keys: dict[str, str | Path | None] = {
        "model": model,
        "data": data.data,
        "data-axes": data.data_axes,
        "events": None if data.events is None or data.data is None else str(data.events),
        "labels": data.labels,
    }
    return {name: value for name, value in keys.items() if value is not None}


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
