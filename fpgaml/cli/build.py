"""`fpgaml build`: run the vendor's tool, or the open one, on a project, and read its result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli import complete
from fpgaml.cli.options import Quiet
from fpgaml.cli.project_folder import ProjectArgument, project_folder

if TYPE_CHECKING:
    from fpgaml.record.synthesis import Synthesis
    from fpgaml.report.section import Section
    from fpgaml.vendor_tools.build import Built


def build(
    project: ProjectArgument = None,
    tool: Annotated[
        str | None,
        typer.Option(
            "--tool",
            autocompletion=complete.tools,
            help="vivado, quartus or yosys (RTL); vitis, vivado-hls, oneapi, intel-hls, catapult, smarthls (HLS).  "
            "\\[default: the vendor's where it is installed, else yosys]",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the tool's log line by line.")] = False,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=0, metavar="SECONDS", help="End the vendor's tool after so long; 0: never."),
    ] = 0,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Run the vendor's tool on a project as its own scripts do, and write what its reports say into results.json.

    Where it is not installed, an RTL project is built with yosys, and for ECP5 with nextpnr. The whole log is kept in
    the project. The exit code is 1 if the tool fails, the design does not fit, or the clock is missed; 2 if a tool is
    missing.
    """
    from fpgaml.progress import choose_progress
    from fpgaml.record.files import read_manifest
    from fpgaml.synth.record import check_writable
    from fpgaml.vendor_tools.build import build as build_with_vendor
    from fpgaml.vendor_tools.choose import EVERY, choose
    from fpgaml.vendor_tools.opened import build_open

    project = project_folder(project)
    if tool is not None and tool not in EVERY:
        raise typer.BadParameter(f"{tool} is not one of {', '.join(EVERY)}", param_hint="--tool")
    if timeout and tool == "yosys":
        raise typer.BadParameter("is for a vendor's tool", param_hint="--timeout")
    project = project_folder(project)
    manifest = read_manifest(project)
    chosen = choose(project, manifest, tool)
    check_writable(project)
    hear = _echo if verbose and not quiet else None
    progress = choose_progress(quiet or hear is not None)
    if chosen.recipe is not None:
        found = build_with_vendor(project, manifest, chosen.recipe, progress, hear=hear, limit=timeout)
        _show_built(found, json_output=json_output, quiet=quiet)
        passed = found.passed
    else:
        if chosen.instead and not quiet:
            _echo(f"fpgaml: {chosen.instead}")
        opened = build_open(project, manifest, progress, hear=hear)
        _show_opened(opened, project, json_output=json_output, quiet=quiet)
        passed = all(each.passed for each in opened)
    if not passed:
        from fpgaml.errors import EXIT_CHECK_FAILED

        raise typer.Exit(EXIT_CHECK_FAILED)


def _echo(line: str) -> None:
    """To the error stream: the other one is for the result."""
    typer.echo(line, err=True)


def _show_built(found: Built, *, json_output: bool, quiet: bool) -> None:
    from fpgaml.cli.show import print_json, show_section
    from fpgaml.report.sections.vendor import vendor_sections

    if json_output:
        content = {
            "tool": found.recipe.name,
            "command": found.recipe.shown,
            "log": str(found.log),
            "seconds": round(found.seconds, 1),
            "passed": found.passed,
            "faults": list(found.faults),
            "reports": [report.to_json() for report in found.reports],
            "unused": [report.to_json() for report in found.unused],
        }
        print_json({"build": content})
        return
    if not quiet:
        for section in vendor_sections(found.reports, found.unused):
            show_section(section)
    show_section(_verdict(found), quiet=quiet)


def _verdict(found: Built) -> Section:
    """Whether the design fits and meets the clock."""
    from fpgaml.report.section import Mark, Section, Words, line
    from fpgaml.report.words import counted

    parts = [line(Words(fault, Mark.BAD)) for fault in found.faults]
    parts.append(line(f"The whole log is in {found.log}"))
    said = Words("PASSED", Mark.GOOD, strong=True) if found.passed else Words("FAILED", Mark.BAD, strong=True)
    reports = counted(len(found.reports), "report")
    end = line(said, f": {found.recipe.title}, {reports} read, {found.seconds:.0f} s", indented=False)
    return Section(f"Build with {found.recipe.title}", [*parts, end])


def _show_opened(found: tuple[Synthesis, ...], project: Path, *, json_output: bool, quiet: bool) -> None:
    from fpgaml.cli.show import print_json, show_section
    from fpgaml.report.sections.synthesis import synthesis_section
    from fpgaml.vendor_tools.opened import KEPT

    if json_output:
        log = str(project / KEPT)
        passed = all(each.passed for each in found)
        content = {"tool": "yosys", "log": log, "passed": passed, "synthesis": [each.to_json() for each in found]}
        print_json({"build": content})
        return
    for synthesis in found:
        show_section(synthesis_section(synthesis), quiet=quiet)
    if not quiet:
        typer.echo(f"Scripts, logs and netlists: {project / KEPT}")
