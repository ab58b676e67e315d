"""fpgaml: from a trained, quantised network to FPGA firmware that is proved equal to it.

conversion = fpgaml.convert("model.keras", "project", target=fpgaml.RtlTarget(), board="kcu116", data=events)
conversion.proved, conversion.results
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgaml.api import (
        CppTarget,
        HlsTarget,
        RtlTarget,
        TfliteTarget,
        convert,
        emulate,
        evaluate,
        load,
        predict,
        verify,
    )

__version__ = "0.1.0"

_API = (
    "CppTarget",
    "HlsTarget",
    "RtlTarget",
    "TfliteTarget",
    "convert",
    "emulate",
    "evaluate",
    "load",
    "predict",
    "verify",
)

__all__ = [
    "CppTarget",
    "HlsTarget",
    "RtlTarget",
    "TfliteTarget",
    "__version__",
    "convert",
    "emulate",
    "evaluate",
    "explore",
    "load",
    "predict",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Load the API when it is first used: `import fpgaml` and the command line stay quick."""
    if name in _API:
        from fpgaml import api

        return getattr(api, name)
    if name == "explore":
        from importlib import import_module

        return import_module("fpgaml.explore")
    raise AttributeError(f"module `fpgaml` has no attribute `{name}`")


def __dir__() -> list[str]:
    return list(__all__)
