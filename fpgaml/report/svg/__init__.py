"""Drawings as SVG: `draw` asks the table by the drawing's class; one module a kind of drawing."""
