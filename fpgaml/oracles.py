"""Who gives the source model's answers: recorded ones, the framework or the kernels that the file is for, or nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from fpgaml.data.coding import PortCoding
from fpgaml.data.file_axes import Orders
from fpgaml.frontends.chain.files import Chain, ModelFile, files_of
from fpgaml.frontends.chain.relay import Link, Relay
from fpgaml.frontends.registry import find_frontend, parse_model
from fpgaml.graph.graph import Graph
from fpgaml.proof.file_order import FileOrder
from fpgaml.proof.oracle import FrameworkUse, Oracle, recorded_answers
from fpgaml.proof.precision import needs_float64

if TYPE_CHECKING:
    from fpgaml.checking import Checking


def choose_oracle(
    model: ModelFile | None,
    graph: Graph,
    request: Checking,
    codings: Mapping[str, PortCoding] | None = None,
    axes: Orders | None = None,
    *,
    approximate: bool = False,
) -> tuple[Oracle | None, str]:
    """Who gives the source model's answers; if nobody, why not.

    Args:
        model: its file or files; None where they are not at hand.
        graph: whose outputs they are; where its sums need more than float32, the framework is asked in float64.
        codings: of ports that carry integer codes.
        axes: of tensors whose axes lie in another order in the file.
        approximate: whether the Graph rounds what the source keeps in floating point: its own format counts then.

    Raises:
        FpgamlError: FPGAML_FRAMEWORK_PYTHON names no Python.
    """
    found, why_not = _find(model, graph, request, codings, approximate)
    return (FileOrder(found, graph, axes) if found and axes else found), why_not


def _find(
    model: ModelFile | None,
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
    if model is None:
        return None, "the model file is not at hand: give --model"
    for path in files_of(model):
        missing = find_frontend(path).missing()
        if missing is not None and request.framework == FrameworkUse.AUTO:
            return None, f"{missing.what}, and no answers are recorded (--reference). {missing.install}"
    if isinstance(model, Chain):
        oracle: Oracle = _relay(model, graph.outputs, request)
    else:
        oracle = find_frontend(model).oracle(model, graph.outputs, request.layers, request.framework_events)
    if not approximate and needs_float64(graph):
        oracle.prefer_float64()
    return oracle, ""


def _relay(chain: Chain, outputs: Sequence[str], request: Checking) -> Relay:
    """The frameworks of a chain in turn.

    Args:
        outputs: of the whole Graph; where those of all networks are kept, they lie in the networks' order.
    """
    feeds = [tuple(parse_model(path).input_shapes) for path in chain.files[1:]]
    links: list[Link] = []
    place = 0
    for number, (path, tag) in enumerate(zip(chain.files, chain.tags, strict=True)):
        last = number == len(feeds)
        count = len(outputs) - place if last else len(feeds[number])
        told = last or chain.keep_outputs
        names = tuple(outputs[place : place + count] if told else (f"between/{each}" for each in feeds[number]))
        place += count if told else 0
        oracle = find_frontend(path).oracle(path, names, request.layers, request.framework_events)
        links.append(Link(oracle, tag, names, () if last else feeds[number], told))
    return Relay(tuple(links))
