"""The dataflow level: a Graph in time. Stages of small kernels and library modules, joined by streams with a rate."""
