"""The targets by name. A new one is a folder and a line here, or an entry point of another package."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from fpgaml.errors import FpgamlError

if TYPE_CHECKING:
    from fpgaml.target import Target

TARGETS: dict[str, str] = {
    "hls": "fpgaml.hls.target:HlsTarget",
    "rtl": "fpgaml.rtl.target:RtlTarget",
    "tflite": "fpgaml.tflite.target:TfliteTarget",
    "cpp": "fpgaml.cpp.target:CppTarget",
}
"""Where each target's settings are: module and class. The modules are light: `fpgaml --help` imports them."""
GROUP = "fpgaml.targets"
"""Entry points under which other packages bring targets."""


def target_names() -> list[str]:
    """Every target's name, fpgaml's own first."""
    return [*TARGETS, *(found.name for found in entry_points(group=GROUP) if found.name not in TARGETS)]


def target_class(name: str) -> type[Target]:
    """The settings class of a target.

    Raises:
        FpgamlError: no target has this name.
    """
    place = TARGETS.get(name) or next((found.value for found in entry_points(group=GROUP, name=name)), None)
    if place is None:
        raise FpgamlError("--target", f"`{name}` is not known", f"Choose one of {', '.join(target_names())}")
    module, _, kind = place.partition(":")
    found: type[Target] = getattr(import_module(module), kind)
    return found
