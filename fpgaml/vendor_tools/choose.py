"""Which tool builds a project: the one asked for, the vendor's where it is installed, else the open one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpgaml.errors import FpgamlError, ToolError
from fpgaml.record.manifest import Manifest
from fpgaml.rtl.vendor_scripts import tool_of
from fpgaml.vendor_tools.recipe import HLS, RTL, Recipe

OPEN = "yosys"
"""The open tool's name for `--tool`: yosys, and for ECP5 nextpnr after it."""
EVERY = tuple(sorted({each.name for each in (*RTL.values(), *HLS.values())} | {OPEN}))
NO_OPEN_HLS = (
    "For numbers without it, convert the model with --target rtl, which yosys synthesises; "
    "what `fpgaml report` shows of this project meanwhile are estimates"
)


@dataclass(frozen=True)
class Chosen:
    """What builds a project.

    Args:
        recipe: of the vendor's tool; None: the open one.
        instead: why it is not the vendor's, for the user; empty where it is, or where nobody else would do.
    """

    recipe: Recipe | None
    instead: str = ""


def choose(project: Path, manifest: Manifest, wanted: str | None) -> Chosen:
    """The tool for a project.

    Args:
        wanted: one of EVERY; None: the vendor's if it is installed, else the open one.

    Raises:
        FpgamlError: no tool builds this kind of project, or another one than the wanted.
        ToolError: it is not installed, and there is no other; with what would be run.
    """
    recipe = recipe_of(project, manifest)
    target = manifest.settings.target
    in_vhdl = manifest.settings.to_json().get("hdl") == "vhdl"
    has_open = target == "rtl" and not in_vhdl
    names = [*([recipe.name] if recipe else []), *([OPEN] if has_open else [])]
    if not names and target == "rtl":
        reason = f"has no script for {manifest.board.part} in VHDL, which yosys does not read"
        raise FpgamlError(str(project), reason, "Convert the model with --hdl verilog: it is the same design")
    if not names:
        reason = f"is a project of the target {target}, which no tool of a vendor builds"
        raise FpgamlError(str(project), reason, "Give one of `fpgaml convert --target hls` or `--target rtl`")
    if wanted is not None and wanted not in names:
        raise FpgamlError(f"--tool {wanted}", "does not build this project", f"For this one: {' or '.join(names)}")
    if recipe is None or wanted == OPEN:
        return Chosen(None)
    missing = recipe.missing()
    if not missing:
        return Chosen(recipe)
    reason = f"needs {' and '.join(missing)}, which is not on PATH, to run `{recipe.shown}`"
    if wanted is None and has_open:
        return Chosen(None, f"{recipe.title} {reason}; built with {OPEN} instead. {recipe.install}")
    without = "convert the model with --hdl verilog, which yosys reads" if in_vhdl else f"build with --tool {OPEN}"
    advice = f". {NO_OPEN_HLS}" if target == "hls" else f"; or {without}"
    raise ToolError(recipe.title, reason, f"{recipe.install}{advice}")


def recipe_of(project: Path, manifest: Manifest) -> Recipe | None:
    """How the vendor's tool builds a project; None where the project has no script for one.

    Raises:
        FpgamlError: the script is not there.
    """
    settings = manifest.settings.to_json()
    if manifest.settings.target == "hls":
        recipe, script = HLS.get(settings["backend"]), "Makefile"
    elif manifest.settings.target == "rtl":
        tool = tool_of(manifest.board.part, settings["hdl"])
        recipe = RTL.get(tool.name) if tool else None
        script = f"{recipe.folder}/{recipe.command[-1]}" if recipe else ""
    else:
        return None
    if recipe and not (project / script).is_file():
        raise FpgamlError(str(project), f"has no {script}", "Convert the model again")
    return recipe
