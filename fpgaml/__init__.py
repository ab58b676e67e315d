"""fpgaml: from a trained, quantised network to FPGA firmware that is proved equal to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgaml.api import convert, load, verify

__version__ = "0.1.0"

__all__ = ["__version__", "convert", "load", "verify"]


def __getattr__(name: str) -> Any:
    """Load the API when it is first used: `import fpgaml` and the command line stay quick."""
    if name in ("convert", "load", "verify"):
        from fpgaml import api

        return getattr(api, name)
    raise AttributeError(f"module `fpgaml` has no attribute `{name}`")
