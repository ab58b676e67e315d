"""How each vendor's tool is run on a project: which program, which command, what its log says of how far it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

MAKE_CSYNTH = ("make", "csynth")


@dataclass(frozen=True)
class Recipe:
    """One vendor's tool.

    Args:
        name: what `--tool` takes; title: for people.
        programs: what it is run by, any of which is enough; and others that are needed besides.
        command: as the project's own Makefile or README says; folder: in the project, where it runs.
        install: what to get where it is missing.
        steps: of lines of its log that begin a step; their groups together are its name.
        missed: what the project's script ends with where all but the clock is well; empty if it has no such end.
    """

    name: str
    title: str
    programs: tuple[str, ...]
    needs: tuple[str, ...]
    command: tuple[str, ...]
    folder: str
    install: str
    steps: re.Pattern[str]
    missed: str = ""

    def missing(self) -> tuple[str, ...]:
        """Programs that are not on PATH."""
        found = any(shutil.which(program) for program in self.programs)
        return (*(() if found else (" or ".join(self.programs),)), *(each for each in self.needs if not _there(each)))

    @property
    def shown(self) -> str:
        """The command as one would type it in the project."""
        words = " ".join(self.command)
        return words if self.folder == "." else f"cd {self.folder} && {words}"


def _there(program: str) -> bool:
    return shutil.which(program) is not None


_AMD = "Install AMD {} and source its settings64.sh"
_HLS_STEPS = re.compile(
    r"\*{5} (?P<title>[A-Z/ ]+) \*{5}"
    r"|INFO: \[HLS 200-\d+\] (?:-- (?P<module>Implementing module '.+?')|Starting (?P<phase>.+?) \.\.\.)"
)

RTL: Mapping[str, Recipe] = {
    "vivado": Recipe(
        name="vivado",
        title="Vivado",
        programs=("vivado",),
        needs=(),
        command=("vivado", "-mode", "batch", "-source", "vivado.tcl"),
        folder="synth",
        install=_AMD.format("Vivado"),
        steps=re.compile(r"Command: (?P<command>\w+_design|report_\w+)|Phase [\d.]+ (?P<phase>[A-Z].*)"),
        missed="is missed: see",
    ),
    "quartus": Recipe(
        name="quartus",
        title="Quartus",
        programs=("quartus_sh",),
        needs=(),
        command=("quartus_sh", "-t", "quartus.tcl"),
        folder="synth",
        install="Install Intel Quartus Prime and put quartus_sh on PATH",
        steps=re.compile(r"\s*Info: Running (?:Quartus Prime|TimeQuest) (?P<program>\w.*)"),
        missed="is missed: see",
    ),
}
"""By the tool of a device family (fpgaml.boards.families)."""

HLS: Mapping[str, Recipe] = {
    "Vitis": Recipe(
        name="vitis",
        title="Vitis HLS",
        programs=("vitis-run", "vitis_hls"),
        needs=("make",),
        command=MAKE_CSYNTH,
        folder=".",
        install=_AMD.format("Vitis"),
        steps=_HLS_STEPS,
    ),
    "Vivado": Recipe(
        name="vivado-hls",
        title="Vivado HLS",
        programs=("vivado_hls",),
        needs=("make",),
        command=MAKE_CSYNTH,
        folder=".",
        install=_AMD.format("Vivado 2020.1 or earlier, which has Vivado HLS,"),
        steps=_HLS_STEPS,
    ),
    "Quartus": Recipe(
        name="intel-hls",
        title="Intel HLS compiler",
        programs=("i++",),
        needs=("make",),
        command=MAKE_CSYNTH,
        folder=".",
        install="Install the Intel HLS compiler, a part of Quartus Prime until 24.1, and source its init_hls.sh",
        steps=re.compile(r"(?P<step>Analyzing|Compiling|Creating|Generating) .*"),
    ),
    "oneAPI": Recipe(
        name="oneapi",
        title="oneAPI",
        programs=("icpx",),
        needs=("make", "cmake"),
        command=MAKE_CSYNTH,
        folder=".",
        install="Install Intel's oneAPI DPC++ compiler with its FPGA support, and source setvars.sh",
        steps=re.compile(r"\[ *(?P<share>\d+%)\] (?P<what>.+)"),
    ),
    "Catapult": Recipe(
        name="catapult",
        title="Catapult",
        programs=("catapult",),
        needs=("make",),
        command=MAKE_CSYNTH,
        folder=".",
        install="Install Siemens Catapult and put it on PATH",
        steps=re.compile(r"# Info: (?P<step>(?:Starting|Running) .+)"),
    ),
    "Libero": Recipe(
        name="smarthls",
        title="SmartHLS",
        programs=("shls",),
        needs=("make",),
        command=MAKE_CSYNTH,
        folder=".",
        install="Install Microchip Libero SoC with SmartHLS, and put shls on PATH",
        steps=re.compile(r"Info: (?P<step>Running .+)"),
    ),
}
"""By hls4ml's backend."""


def step_of(recipe: Recipe, line: str) -> str:
    """The step that a line of the log begins; empty if it begins none."""
    found = recipe.steps.match(line)
    return " ".join(filter(None, found.groups())).strip() if found else ""


_ERROR = re.compile(r"(?i:(?:# )?(?:fatal )?error\b ?(?:\(\d+\))?:)|ERROR\b")
_IN_A_FILE = re.compile(r"\S+:\d+:(?:\d+:)? (?:fatal )?error:")


def first_error(lines: list[str]) -> str:
    """The first line of a log that says what went wrong; else the last line of it."""
    said = [line.strip() for line in lines if line.strip()]
    found = (line for line in said if _ERROR.match(line) or _IN_A_FILE.match(line))
    ours = (line for line in said if not line.startswith("make"))
    return next(found, (list(ours) or said or ["it said nothing"])[-1])
