"""`fpgaml vectors`: a project's inputs and expected outputs as pattern files, and captured outputs compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.cli.grouped import grouped
from fpgaml.cli.options import Quiet, parse_axes
from fpgaml.cli.project_folder import ProjectArgument, project_folder
from fpgaml.errors import EXIT_CHECK_FAILED, FpgamlError

if TYPE_CHECKING:
    from fpgaml.patterns.project import Captures, Layouts, Vectors

LAYOUT = "Layout"
MOST_LINKS = 1024
_LINKS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


@dataclass(frozen=True)
class LayoutOptions:
    """Where elements lie in the files."""

    links: Annotated[
        str | None,
        typer.Option(
            "--links",
            metavar="0-3,8",
            help="Links that carry the inputs: word k of an event lies on the k-th of them, in turn.  \\[default: 0]",
            rich_help_panel=LAYOUT,
        ),
    ] = None
    output_links: Annotated[
        str | None,
        typer.Option("--output-links", metavar="0", help="The outputs'.  \\[default: 0]", rich_help_panel=LAYOUT),
    ] = None
    element_bits: Annotated[
        int | None,
        typer.Option(
            "--element-bits",
            min=1,
            help="Each element in a slot of so many bits, sign-extended, none over the end of a word.  "
            "\\[default: its own bits, without gaps]",
            rich_help_panel=LAYOUT,
        ),
    ] = None
    spacing: Annotated[
        int | None,
        typer.Option(
            "--spacing",
            min=1,
            help="Frames from one event to the next, 9 a bunch crossing: 54 for TMUX 6.  "
            "\\[default: the whole crossings that the longer of inputs and outputs takes]",
            rich_help_panel=LAYOUT,
        ),
    ] = None
    lead: Annotated[
        int | None,
        typer.Option("--lead", min=0, help="Idle frames before the first event.", rich_help_panel=LAYOUT),
    ] = None
    frames: Annotated[
        int | None,
        typer.Option(
            "--frames-per-file",
            min=1,
            help="At most so many frames a file, such as the 1024 of a board's buffers.",
            rich_help_panel=LAYOUT,
        ),
    ] = None


def _vectors(
    project: ProjectArgument = None,
    kind: Annotated[
        str, typer.Option("--format", "-f", help="emp (version 1), emp2, apx or hex ($readmemh).", metavar="FORMAT")
    ] = "emp2",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="NAME.txt: writes NAME_inputs.txt, NAME_outputs.txt, and NAME_layout.txt, which says what lies where.",
        ),
    ] = None,
    read: Annotated[
        list[Path] | None,
        typer.Option("--read", metavar="FILE", help="Compare captured outputs with the Graph's; may be given again."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Events.  \\[default: the golden vectors]", metavar="FILE")
    ] = None,
    data_axes: Annotated[
        str | None, typer.Option("--data-axes", help="Reorder the data's axes, such as 0,2,1, as for convert.")
    ] = None,
    events: Annotated[int | None, typer.Option("--events", min=1, help="At most so many events.")] = None,
    layout: LayoutOptions = LayoutOptions(),
    json_output: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a project's inputs and expected outputs as pattern files of boards or benches, or compare captured ones.

    Exit codes with --read: 0 every bit is the Graph's, 1 one is not, 2 the file is not as --format and layout say.
    """
    from fpgaml.checking import Checking
    from fpgaml.patterns.project import open_vectors
    from fpgaml.progress import choose_progress

    if (output is None) == (not read):
        reason = "one of both is needed: --output writes, --read compares"
        raise FpgamlError("--output, --read", reason, "Give --output FILE, or --read FILE")
    layouts = _layouts(kind, layout, read=bool(read))
    checking = Checking(data=data, axes=parse_axes(data_axes), limit=events)
    vectors = open_vectors(project_folder(project), checking, layouts, choose_progress(quiet))
    if output is not None:
        _write(vectors, output, json_output=json_output, quiet=quiet)
    else:
        _compare(vectors, read or [], json_output=json_output, quiet=quiet)


def _layouts(kind: str, given: LayoutOptions, *, read: bool) -> Layouts:
    """What the options say.

    Raises:
        FpgamlError: an option that means nothing here.
    """
    from fpgaml.patterns.formats import PatternFormat, require_no_links
    from fpgaml.patterns.layout import LinkLayout
    from fpgaml.patterns.packing import Packing
    from fpgaml.patterns.project import Layouts
    from fpgaml.settings import one_of

    found = one_of("--format", PatternFormat)(kind)
    timing = {"--spacing": given.spacing, "--lead": given.lead, "--frames-per-file": given.frames}
    if found is PatternFormat.HEX:
        require_no_links({"--links": given.links, "--output-links": given.output_links, **timing})
        of_lines = LinkLayout(packing=Packing(given.element_bits, word=0))
        return Layouts(found, of_lines, of_lines)
    foreign = [flag for flag, value in timing.items() if value is not None]
    if read and foreign:
        reason = "not used by --read, which finds events by their valid words"
        raise FpgamlError(", ".join(foreign), reason, "Leave it out" if len(foreign) == 1 else "Leave them out")
    packing = Packing(given.element_bits)
    inputs, outputs = (
        LinkLayout(_links(flag, text or "0"), packing, given.spacing, given.lead or 0)
        for flag, text in (("--links", given.links), ("--output-links", given.output_links))
    )
    return Layouts(found, inputs, outputs, given.frames)


def _links(flag: str, text: str) -> tuple[int, ...]:
    """Numbers of links, `0-3,8`.

    Raises:
        FpgamlError: it is no such text, or names a link twice.
    """
    found: list[int] = []
    for part in text.split(","):
        match = _LINKS.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if last < first or last - first >= MOST_LINKS:
            raise FpgamlError(flag, f"`{part}` is not a link or a range of links", "Write for example 0-3,8")
        found += range(first, last + 1)
    if len(set(found)) != len(found):
        raise FpgamlError(flag, f"`{text}` names a link twice", "Name each once")
    return tuple(found)


def _write(vectors: Vectors, output: Path, *, json_output: bool, quiet: bool) -> None:
    from fpgaml.cli.show import print_json
    from fpgaml.patterns.project import write_vectors

    written = write_vectors(vectors, output)
    if json_output:
        print_json({"events": vectors.events, "files": [str(path) for path in written]})
    elif not quiet:
        typer.echo(f"{vectors.events:,} events: {', '.join(map(str, written))}")


def _compare(vectors: Vectors, paths: list[Path], *, json_output: bool, quiet: bool) -> None:
    from fpgaml.cli.show import print_json
    from fpgaml.patterns.project import compare_files

    found = compare_files(vectors, paths)
    if json_output:
        print_json(found.to_json())
    else:
        _say(found, quiet=quiet)
    if not found.exact:
        raise typer.Exit(EXIT_CHECK_FAILED)


def _say(found: Captures, *, quiet: bool) -> None:
    if not quiet:
        for comparison in found.found:
            typer.echo(str(comparison))
        if found.words_over:
            typer.echo(f"the last event was cut off after {found.words_over} words of a link, and is not compared")
    count = found.compared
    events = f"{count:,} events" if count == found.events else f"{count:,} of {found.events:,} events"
    typer.echo(f"{'EXACT' if found.exact else 'FAILED'}: captured outputs = Graph, {events}")


vectors = grouped(_vectors)
vectors.__name__ = "vectors"
