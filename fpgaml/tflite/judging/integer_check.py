"""The flatbuffer read back as a Graph must equal LiteRT's reference kernels on every bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml import litert
from fpgaml.errors import UnsupportedError
from fpgaml.graph.graph import Graph
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray
from fpgaml.litert import Kernels
from fpgaml.proof.checks import Check, chunk_events
from fpgaml.proof.compare import Comparison, compare, tally
from fpgaml.record.verdict import Status
from fpgaml.tflite.running.ports import IntegerNetwork

CHECK = "integer Graph = LiteRT reference kernels"
Codes = Mapping[str, NDArray[Any]]


def integer_check(network: IntegerNetwork, vectors: Codes, data: Iterable[Mapping[str, NDArray[np.float64]]]) -> Check:
    """Compare the interpreter of the Graph that the flatbuffer says with LiteRT's reference kernels.

    Args:
        vectors: codes by port, corners among them; data: real inputs by port, in chunks.

    Returns:
        EXACT or FAILED; NOT CHECKED where the flatbuffer has an operator that fpgaml does not read.
    """
    try:
        graph = read_back(network)
    except UnsupportedError as error:
        unread = "; ".join(f"{problem.where}: {problem.reason}" for problem in error.problems)
        return Check(CHECK, "", Status.NOT_CHECKED, f"fpgaml does not read all of the file's operators. {unread}")
    ports = litert.describe(network.path)  # the Graph's inputs and outputs are in the file's order
    nodes = dict(zip((port.name for port in ports.inputs), (node.name for node in graph.inputs), strict=True))
    outputs = dict(zip((port.name for port in ports.outputs), graph.outputs, strict=True))
    found: dict[str, Comparison] = {}
    start = 0
    for codes in _all_codes(network, vectors, data):
        for part in _parts(codes, chunk_events(graph)):
            wanted = network.run(part, Kernels.REFERENCE)
            given = {nodes[p.tensor]: FixedArray(part[p.name].astype(np.int64), 0) for p in network.inputs}
            got = interpret(graph, given)
            for port in network.outputs:
                output = outputs[port.tensor]
                expected = FixedArray(wanted[port.name].astype(np.int64), 0)
                value = FixedArray(got[output].integers.reshape(expected.shape), got[output].fractional)
                tally(found, port.name, compare(expected, value, port.name, start))
            start += len(next(iter(part.values())))
    exact = bool(found) and all(comparison.exact for comparison in found.values())
    return Check(CHECK, f"LiteRT {litert.version()}", Status.EXACT if exact else Status.FAILED, "in codes", found)


def read_back(network: IntegerNetwork) -> Graph:
    """The flatbuffer as a Graph on codes.

    Raises:
        UnsupportedError: operators that fpgaml does not read, all of them named.
        FpgamlError: the file is damaged.
    """
    from fpgaml.frontends.registry import parse_model

    graph: Graph = parse_model(network.path).build({}).graph
    return graph


def _all_codes(
    network: IntegerNetwork, vectors: Codes, data: Iterable[Mapping[str, NDArray[np.float64]]]
) -> Iterator[Codes]:
    yield vectors
    for reals in data:
        yield network.codes(reals)


def _parts(codes: Codes, size: int) -> Iterator[dict[str, NDArray[Any]]]:
    for start in range(0, len(next(iter(codes.values()))), size):
        yield {name: array[start : start + size] for name, array in codes.items()}
