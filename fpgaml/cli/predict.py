"""`fpgaml predict`: what a project's firmware answers to events, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli.options import Quiet, parse_axes
from fpgaml.cli.project_folder import ProjectArgument, project_folder


def predict(
    data: Annotated[
        Path,
        typer.Option("--data", help="Events: .npy, .npz, .h5, .root, .csv; FILE:NAME picks an array.", metavar="FILE"),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="What to write: a .npz, .npy, .csv or .h5 file.", metavar="FILE")
    ],
    project: ProjectArgument = None,
    data_axes: Annotated[
        str | None, typer.Option("--data-axes", help="Reorder the data's axes, such as 0,2,1, as for convert.")
    ] = None,
    events: Annotated[int | None, typer.Option("--events", min=1, help="At most so many events.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="The integers, not the numbers they stand for.")] = False,
    sim: Annotated[
        bool, typer.Option("--sim", help="Simulate the Verilog of an RTL project as it lies there, with Verilator.")
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write what the firmware answers to events: on every bit, in the names and axes of the model file.

    HLS is run by its C-simulation, RTL by the netlist that its HDL is written from, or with --sim by the HDL itself,
    and a flatbuffer by LiteRT. Events are read and answered in chunks; the file takes its place when it is whole.
    """
    from fpgaml.checking import Checking
    from fpgaml.cli.show import print_json
    from fpgaml.progress import choose_progress
    from fpgaml.running.predict import predict_into

    checking = Checking(data=data, axes=parse_axes(data_axes), limit=events)
    found = predict_into(project_folder(project), output, checking, choose_progress(quiet), raw=raw, simulate=sim)
    if json_output:
        print_json(found.to_json() | {"output": str(output)})
    elif not quiet:
        typer.echo(f"{output}: {found.text}")
