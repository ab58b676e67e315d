"""`fpgaml doctor`: what is installed, and what works with it."""

from __future__ import annotations

from typing import Annotated

import typer


def doctor(json_output: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show which packages and tools are installed, what works with them, and how to get what is missing."""
    from fpgaml.doctor import examine

    found = examine()
    if json_output:
        import json

        typer.echo(json.dumps(found.to_json(), indent=2))
        return
    from rich.console import Console

    from fpgaml.doctor.text import print_diagnosis

    print_diagnosis(Console(), found)
