"""What a synthesis found, as results.json holds it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.report.read import read_results
from fpgaml.report.rewrite import write_results
from fpgaml.report.schema import validate

SYNTHESIS = "synthesis"
POST_SYNTHESIS, POST_ROUTE = "post-synthesis", "post-route"


@dataclass(frozen=True)
class Resource:
    """How much of one resource is used.

    Args:
        name: one of fpgaml.synth.families.RESOURCES; unit: what is counted.
        available: what the device holds; None if that is not known.
    """

    name: str
    used: int
    unit: str
    available: int | None

    @property
    def fits(self) -> bool | None:
        """Whether the device holds as much; None if that is not known."""
        return None if self.available is None else self.used <= self.available

    def to_json(self) -> dict[str, Any]:
        """As results.json holds it."""
        return {"name": self.name, "used": self.used, "unit": self.unit, "available": self.available}


@dataclass(frozen=True)
class Timing:
    """The highest clock of a routed design.

    Args:
        clock_mhz: what was aimed at; fmax_mhz: what was reached.
        binding: whether the clock is that of the project's own board, so that missing it is a failure.
        critical_path: what limits the clock; wrapper: what was put around the design for this.
    """

    clock_mhz: float
    fmax_mhz: float
    binding: bool
    critical_path: Mapping[str, Any]
    wrapper: Mapping[str, int]

    @property
    def met(self) -> bool:
        """Whether the clock was reached."""
        return self.fmax_mhz >= self.clock_mhz

    def to_json(self) -> dict[str, Any]:
        """As results.json holds it."""
        return {
            "clock_mhz": self.clock_mhz,
            "fmax_mhz": round(self.fmax_mhz, 2),
            "met": self.met,
            "binding": self.binding,
            "critical_path": dict(self.critical_path),
            "wrapper": dict(self.wrapper),
        }


@dataclass(frozen=True)
class Synthesis:
    """One run.

    Args:
        kind: "post-synthesis" or "post-route".
        tools: name and version of those that took part, the one that gave the numbers last.
        family: yosys' device family; board, part: what the numbers are compared with.
        hierarchy: "flattened", or "kept" where the modules were synthesised one by one.
        sources_sha256: of what was synthesised; edited: whether it is not as it was generated.
        resources: of the whole design; cells: yosys' cells by type; modules: rows of module, instances, resources.
        timing: of a routed design.
        notes: what the reader of the numbers must know.
        seconds: how long it took.
    """

    kind: str
    tools: Mapping[str, str]
    family: str
    board: str
    part: str
    hierarchy: str
    sources_sha256: str
    edited: bool
    resources: tuple[Resource, ...]
    cells: Mapping[str, int]
    modules: tuple[Mapping[str, Any], ...]
    timing: Timing | None
    notes: tuple[str, ...]
    seconds: float

    @property
    def too_large(self) -> tuple[Resource, ...]:
        """The resources that the device has too few of."""
        return tuple(resource for resource in self.resources if resource.fits is False)

    @property
    def fits(self) -> bool | None:
        """Whether the device holds the design; None if its capacity is not known."""
        if self.too_large:
            return False
        return True if any(resource.fits for resource in self.resources) else None

    @property
    def passed(self) -> bool:
        """Whether nothing that was asked for is missed."""
        return self.fits is not False and (self.timing is None or self.timing.met or not self.timing.binding)

    def to_json(self) -> dict[str, Any]:
        """As results.json holds it."""
        return {
            "kind": self.kind,
            "tools": dict(self.tools),
            "family": self.family,
            "board": self.board,
            "part": self.part,
            "hierarchy": self.hierarchy,
            "sources_sha256": self.sources_sha256,
            "edited": self.edited,
            "fits": self.fits,
            "resources": [resource.to_json() for resource in self.resources],
            "cells": dict(self.cells),
            "modules": [dict(row) for row in self.modules],
            "timing": self.timing.to_json() if self.timing else None,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 1),
        }


def check_writable(project: Path) -> None:
    """Make sure that results can be written later, before any long work.

    Raises:
        FpgamlError: the project's results.json is missing, damaged or cannot be replaced.
    """
    validate("results", read_results(project))
    if not os.access(project, os.W_OK):
        raise FpgamlError(str(project), "cannot be written", "Check its permissions")


def write(project: Path, found: Sequence[Synthesis]) -> None:
    """Put the results of a run into results.json, in one step; what else is in it stays.

    A result of the same kind, family, part and hierarchy is replaced.

    Raises:
        FpgamlError: results.json is damaged, or the disk is full.
    """
    content = read_results(project)
    entries = [synthesis.to_json() for synthesis in found]
    keys = {_key(entry) for entry in entries}
    kept = [entry for entry in content.get(SYNTHESIS, []) if _key(entry) not in keys]
    content[SYNTHESIS] = kept + entries
    write_results(project, content)


def _key(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(entry[name] for name in ("kind", "family", "part", "hierarchy"))
