"""Networks: boxes in layers from top to bottom, with lines between them (after Sugiyama, Tagawa and Toda, 1981)."""

from fpgaml.report.svg.network.picture import describe, draw

__all__ = ["describe", "draw"]
