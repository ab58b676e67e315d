"""The dataflow level: a Graph in time. Stages of kernels and library modules, joined by streams that have a rate."""
