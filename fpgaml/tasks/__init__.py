"""Trigger tasks: data, conventional baseline, trained networks and physics metrics under one name."""

from __future__ import annotations

from fpgaml.tasks.registry import find_network, find_task, task_names
from fpgaml.tasks.task import HeldOut, Interleaved, Network, Part, Row, Sample, Task, Value

__all__ = [
    "HeldOut",
    "Interleaved",
    "Network",
    "Part",
    "Row",
    "Sample",
    "Task",
    "Value",
    "find_network",
    "find_task",
    "task_names",
]
