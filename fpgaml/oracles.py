"""Who gives the source model's answers: recorded ones, the framework or the kernels that the file is for, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.data.coding import PortCoding
from fpgaml.data.file_axes import Orders
from fpgaml.frontends.registry import find_frontend
from fpgaml.graph.graph import Graph
from fpgaml.proof.file_order import FileOrder
from fpgaml.proof.oracle import FrameworkUse, Oracle, recorded_answers
from fpgaml.proof.precision import needs_float64

if TYPE_CHECKING:
    from fpgaml.checking import Checking


def choose_oracle(
    path: Path | None,
    graph: Graph,
    request: Checking,
    codings: Mapping[str, PortCoding] | None = None,
    axes: Orders | None = None,
    *,
    approximate: bool = False,
) -> tuple[Oracle | None, str]:
    """Who gives the source model's answers; if nobody, why not.

    Args:
        path: the model file; None where it is not at hand.
        graph: whose outputs they are; where its sums need more than float32, the framework is asked in float64.
        codings: of ports that carry integer codes.
        axes: of tensors whose axes lie in another order in the file.
        approximate: whether the Graph rounds what the source keeps in floating point: its own format counts then.

    Raises:
        FpgamlError: FPGAML_FRAMEWORK_PYTHON names no Python.
    """
    found, why_not = _find(path, graph, request, codings, approximate)
    return (FileOrder(found, graph, axes) if found and axes else found), why_not


def _find(
    path: Path | None,
    graph: Graph,
    request: Checking,
    codings: Mapping[str, PortCoding] | None,
    approximate: bool,
) -> tuple[Oracle | None, str]:
    recorded = recorded_answers(request.reference, request.data_with_answers, graph.outputs, request.layers, codings)
    if recorded is not None and request.framework != FrameworkUse.REQUIRED:
        return recorded, ""
    if request.framework == FrameworkUse.NEVER:
        return None, "the framework was not asked (--framework never), and no answers are recorded"
    if path is None:
        return None, "the model file is not at hand: give --model"
    frontend = find_frontend(path)
    missing = frontend.missing()
    if missing is not None and request.framework == FrameworkUse.AUTO:
        return None, f"{missing.what}, and no answers are recorded (--reference). {missing.install}"
    oracle = frontend.oracle(path, graph.outputs, request.layers, request.framework_events)
    if not approximate and needs_float64(graph):
        oracle.prefer_float64()
    return oracle, ""
