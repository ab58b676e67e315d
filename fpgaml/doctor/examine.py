"""Look at this machine: packages, the frameworks' Python, tools."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fpgaml import __version__
from fpgaml.doctor import probe
from fpgaml.doctor.capabilities import VARIABLE, Capability, capabilities
from fpgaml.doctor.emulator import emulator_capability
from fpgaml.doctor.rtl import rtl_capabilities
from fpgaml.doctor.tflite import tflite_capabilities
from fpgaml.doctor.tools import Tool, find_tools
from fpgaml.errors import FpgamlError
from fpgaml.toolchain import find_compiler

LONGEST = 5.0
"""Seconds that another Python may take to start."""


@dataclass(frozen=True)
class FrameworkPython:
    """The Python that frameworks run in.

    Args:
        path: None if there is none; packages: versions by import name.
        problem: why it cannot be used; empty if it can.
    """

    path: str | None
    packages: Mapping[str, str]
    problem: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Args:
        packages: of this Python, by import name; framework: the Python that frameworks run in.
        tools: by command; capabilities: what works; warnings: what ought to be put right.
    """

    fpgaml: str
    python: str
    packages: Mapping[str, str]
    framework: FrameworkPython
    tools: Mapping[str, Tool]
    capabilities: tuple[Capability, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `fpgaml doctor --json` prints it."""
        content = asdict(self)
        content["tools"] = list(content["tools"].values())
        content["capabilities"] = [asdict(each) | {"ready": each.ready} for each in self.capabilities]
        return content


def examine() -> Diagnosis:
    """Look at everything; no framework and no vendor's tool is started."""
    here = probe.installed()
    with ThreadPoolExecutor(max_workers=1) as pool:
        waiting = pool.submit(_framework, here)
        tools = find_tools({"g++": find_compiler()})
        framework = waiting.result()
    paths = {name: tool.path for name, tool in tools.items()}
    return Diagnosis(
        __version__,
        sys.executable,
        here,
        framework,
        tools,
        capabilities(here, framework.packages, paths)
        + rtl_capabilities(here, tools)
        + tflite_capabilities(here, framework.packages)
        + (emulator_capability(tools),),
        _warnings(here, framework),
    )


def _framework(here: Mapping[str, str]) -> FrameworkPython:
    from fpgaml.frontends.framework import framework_python

    try:
        python = framework_python()
    except FpgamlError as error:
        return FrameworkPython(None, {}, str(error))
    if python is None:
        return FrameworkPython(None, {})
    if python == Path(sys.executable):
        return FrameworkPython(str(python), here)
    try:
        command = [str(python), probe.__file__]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=LONGEST, check=True, stdin=subprocess.DEVNULL
        )
        packages: dict[str, str] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return FrameworkPython(str(python), {}, f"{VARIABLE}: {python} does not start within {LONGEST:g} s")
    except (OSError, subprocess.CalledProcessError, ValueError):
        return FrameworkPython(str(python), {}, f"{VARIABLE}: {python} is not a Python from 3.8 on")
    return FrameworkPython(str(python), packages)


def _warnings(here: Mapping[str, str], framework: FrameworkPython) -> tuple[str, ...]:
    found = [framework.problem] if framework.problem else []
    for where, packages in {sys.executable: here, framework.path: framework.packages}.items():
        if packages.get("qkeras") and "hgq" in packages:
            found.append(
                f"{where} has both QKeras and HGQ2: each brings a package `qkeras`, and one has overwritten the other. "
                "Install them in separate environments"
            )
    return tuple(found)
