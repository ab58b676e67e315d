"""Drawings as SVG: standalone, without scripts, colours left to the page that they stand in.

A drawing is laid out for a width: WIDE for a screen and for paper, NARROW for a phone. Text is as large in both.
"""

from fpgaml.report.svg.draw import NARROW, WIDE, draw

__all__ = ["NARROW", "WIDE", "draw"]
