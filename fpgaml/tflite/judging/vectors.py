"""Golden vectors of an integer flatbuffer: codes, not real numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.graph.graph import Graph, Node
from fpgaml.graph.ops import Input
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding
from fpgaml.proof.vectors import corner_vectors
from fpgaml.tflite.running.ports import TflitePort


def golden_codes(
    ports: Sequence[TflitePort],
    data: Iterable[Mapping[str, NDArray[np.float64]]],
    vectors: int,
    golden: int,
    seed: int,
) -> dict[str, NDArray[Any]]:
    """Corner and random codes, then the first events of the data.

    Args:
        data: real inputs by port, in chunks; vectors, golden: how many events of either origin.

    Returns:
        For each port codes of shape (events, *shape).
    """
    made = corner_vectors(code_graph(ports), vectors, seed)
    parts = {port.name: [made[port.name].at(0).astype(port.dtype)] for port in ports}
    kept = 0
    for chunk in data:
        if kept >= golden:
            break
        room = golden - kept
        for port in ports:
            parts[port.name].append(port.quantise(chunk[port.name][:room]))
        kept += len(parts[ports[0].name][-1])
    return {name: np.concatenate(blocks) for name, blocks in parts.items()}


def code_graph(ports: Sequence[TflitePort]) -> Graph:
    """A Graph of nothing but inputs that hold the ports' codes."""
    nodes = tuple(
        Node(port.name, Input(port.shape, Quantizer(FixedType(1, port.width - 1, 0), Rounding.RND, Overflow.SAT)))
        for port in ports
    )
    return Graph("codes", nodes, tuple(node.name for node in nodes))
