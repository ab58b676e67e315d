"""`fpgaml synth`: synthesise a project, place and route it where that is open, write down what was found."""

from __future__ import annotations

import contextlib
import math
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import CheckFailedError, FpgamlError, ToolError
from fpgaml.interrupts import interruptible
from fpgaml.progress import Progress
from fpgaml.record.base import Kind
from fpgaml.record.synthesis import CriticalPath, ModuleRow, Resource, Synthesis, Timing
from fpgaml.synth import nextpnr, yosys
from fpgaml.synth.count import Module, Statistics, resources, uncounted
from fpgaml.synth.design import Design, read_design
from fpgaml.synth.families import FAMILIES, RESOURCES, URAM
from fpgaml.synth.record import check_writable, write
from fpgaml.synth.target import Target, choose_target
from fpgaml.synth.tools import NEXTPNR_ECP5, YOSYS, Tool, find

ROUTABLE = "ecp5"
SECONDS_PER_KB = 0.6
"""Of Verilog, with the wheel: 361 kB of adder graphs took 230 s for xcup on a busy machine."""
WHEEL_SLOWER = 70 / 27
"""The wheel's time over that of a native yosys, measured on one design."""
NO_PLACE = "place"
"""In nextpnr's errors where cells find no place on the device."""


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Args:
        families: keys of FAMILIES; none for the family of the project's board.
        board: another board than the project's.
        modules: count module by module, with the hierarchy kept.
        route: place and route too.
        keep: a new folder for scripts, logs and netlists.
    """

    families: tuple[str, ...] = ()
    board: str | None = None
    modules: bool = False
    route: bool = False
    keep: Path | None = None


@dataclass(frozen=True)
class Tools:
    """The programs of a run; nextpnr only where it is used."""

    yosys: Tool
    nextpnr: Tool | None


@interruptible()
def synthesise(project: Path, request: Request, progress: Progress) -> tuple[Synthesis, ...]:
    """Synthesise a project for every family asked for and write the results into its results.json.

    Nothing is written where a run is interrupted.

    Raises:
        FpgamlError: not a project that can be synthesised, or wishes that do not go together.
        ToolError: yosys or nextpnr is missing or failed.
        CheckFailedError: nextpnr found no place for the design.
    """
    design = read_design(project)
    targets = [choose_target(design, family, request.board) for family in request.families or (None,)]
    _check_route(targets, request)
    _check_keep(request.keep)
    check_writable(project)
    tools = Tools(find(YOSYS, progress), find(NEXTPNR_ECP5, progress) if request.route else None)
    found: list[Synthesis] = []
    try:
        for target in targets:
            for synthesis in run_target(design, target, tools, request, progress):
                found.append(synthesis)
    except (ToolError, CheckFailedError):
        # What was measured before stays true.
        write(project, found)
        raise
    write(project, found)
    return tuple(found)


def _check_route(targets: list[Target], request: Request) -> None:
    closed = [target.family for target in targets if target.family.name != ROUTABLE]
    if request.route and closed:
        titles = ", ".join(family.title for family in closed)
        raise FpgamlError(
            "--route",
            f"open place and route is for {FAMILIES[ROUTABLE].title} alone, not for {titles}",
            f"Give --family {ROUTABLE}, or use the vendor's scripts in synth/",
        )


def _check_keep(folder: Path | None) -> None:
    if folder and (folder.is_file() or (folder.is_dir() and any(folder.iterdir()))):
        raise FpgamlError(f"--keep {folder}", "exists", "Give a new folder")


def run_target(
    design: Design, target: Target, tools: Tools, request: Request, progress: Progress
) -> Iterator[Synthesis]:
    """Synthesise a design for one target; with request.route a second result follows, if the design fits.

    Raises:
        ToolError: a tool failed.
        CheckFailedError: nextpnr found no place for the design.
    """
    with _folder(request.keep, target) as folder:
        design.copy_sources(folder)
        start = time.monotonic()
        family, flatten = target.family, not request.modules
        title = f"synthesise {design.top} for {family.title} with {tools.yosys}{_expected(design, tools.yosys)}"
        statistics = yosys.synthesise(
            tools.yosys, folder, design.sources, design.top, family, title, progress, flatten=flatten
        )
        common: dict[str, Any] = {
            "family": family.name,
            "board": target.board.name if target.board else "",
            "part": target.part,
            "hierarchy": "flattened" if flatten else "kept",
            "sources_sha256": design.sha256,
            "edited": bool(design.edited),
        }
        synthesis = Synthesis(
            kind=Kind.POST_SYNTHESIS,
            tools=_versions(tools.yosys),
            resources=_compare(resources(statistics.cells, family), target),
            cells=statistics.cells,
            modules=_modules(statistics, target) if request.modules else (),
            timing=None,
            notes=_notes(target, statistics),
            seconds=round(time.monotonic() - start, 1),
            **common,
        )
        yield synthesis
        if tools.nextpnr and synthesis.fits is not False:
            yield _route(design, target, tools, tools.nextpnr, folder, common, progress)


def _route(
    design: Design,
    target: Target,
    tools: Tools,
    nextpnr_tool: Tool,
    folder: Path,
    common: Mapping[str, Any],
    progress: Progress,
) -> Synthesis:
    start = time.monotonic()
    wrapped = nextpnr.wrap(tools.yosys, folder, design.top, target.family, progress)
    try:
        routed = nextpnr.route(nextpnr_tool, folder, target.part, target.clock_mhz, wrapped, progress)
    except ToolError as error:
        if NO_PLACE not in error.reason:
            raise
        raise CheckFailedError(
            target.part, f"the design was not placed: {error.reason}", "Use a larger device"
        ) from None
    return Synthesis(
        kind=Kind.POST_ROUTE,
        tools=_versions(tools.yosys, nextpnr_tool),
        resources=_compare(routed.resources, target),
        cells={},
        modules=(),
        timing=Timing(
            clock_mhz=target.clock_mhz,
            fmax_mhz=round(routed.fmax_mhz, 2),
            met=routed.fmax_mhz >= target.clock_mhz,
            binding=target.own,
            critical_path=CriticalPath(
                start=routed.path.start,
                end=routed.path.end,
                logic_ns=round(routed.path.logic_ns, 3),
                routing_ns=round(routed.path.routing_ns, 3),
            ),
            wrapper=routed.wrapper,
        ),
        notes=(
            *((target.note,) if target.note else ()),
            "The ports are more than a package has pins: they are registers of two shift registers around the design, "
            "which is the netlist of the synthesis, unchanged. What these take is taken off the numbers",
            f"One run of nextpnr, seed {nextpnr.SEED}; another seed gives another clock",
        ),
        seconds=round(time.monotonic() - start, 1),
        **common,
    )


@contextlib.contextmanager
def _folder(keep: Path | None, target: Target) -> Iterator[Path]:
    """A private folder that vanishes, or one that the user wants to look at."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="fpgaml-synth-") as scratch:
            yield Path(scratch)
        return
    folder = keep / target.family.name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise FpgamlError(f"--keep {keep}", f"cannot be written: {error.strerror}", "Give another folder") from None
    yield folder


def _expected(design: Design, tool: Tool) -> str:
    """How long it may take, where that is long enough to be worth saying."""
    minutes = design.size / 1000 * SECONDS_PER_KB / (1 if tool.wheel else WHEEL_SLOWER) / 60
    return f" (roughly {math.ceil(minutes)} min)" if minutes > 0.5 else ""


def _versions(*tools: Tool) -> dict[str, str]:
    return {tool.name: tool.version + (" (YoWASP)" if tool.wheel else "") for tool in tools}


def _compare(amounts: Mapping[str, int], target: Target) -> tuple[Resource, ...]:
    """Every resource that the family has, beside what the device holds."""
    names = [name for name in RESOURCES if name in amounts and (name != URAM or URAM in target.family.units)]
    return tuple(
        Resource(name=name, used=amounts[name], unit=target.unit(name), available=target.available(name))
        for name in names
    )


def _modules(statistics: Statistics, target: Target) -> tuple[ModuleRow, ...]:
    return tuple(_row(module, target) for module in statistics.modules)


def _row(module: Module, target: Target) -> ModuleRow:
    amounts = resources(module.cells, target.family)
    shown = {name: count for name, count in amounts.items() if name != URAM or URAM in target.family.units}
    return ModuleRow(name=module.name, instances=module.instances, resources=shown)


def _notes(target: Target, statistics: Statistics) -> tuple[str, ...]:
    notes = [target.note] if target.note else []
    notes += target.family.notes
    unknown = uncounted(statistics.cells, target.family)
    if unknown:
        notes.append(f"Not counted, because it is not known what they take: {', '.join(unknown)}")
    return tuple(notes)


__all__ = ["Request", "Tools", "run_target", "synthesise"]
