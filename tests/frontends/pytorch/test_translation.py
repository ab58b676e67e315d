"""PyTorch's functions as ONNX's operators: by ONNX's own reference implementation they answer as PyTorch did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from fpgaml.frontends.onnx.program import Program
from fpgaml.frontends.pytorch.exported import read
from fpgaml.frontends.pytorch.translate import translation
from tests.paths import ROOT

MODELS = sorted((ROOT / "tests" / "fixtures" / "pytorch").glob("*.pt2"))
OPERATOR_SET = 24
CLOSE = 1e-6
"""Attributes of ONNX (a slope, an epsilon) are float32."""


def reference(program: Program, kinds: dict[str, int]) -> ReferenceEvaluator:
    """ONNX's reference implementation of a program, in float64.

    Args:
        kinds: the inputs' element types.
    """
    calls = [helper.make_node(call.kind, call.inputs, call.outputs, **call.attributes) for call in program.calls]
    entering = [helper.make_tensor_value_info(port.name, kinds[port.name], port.shape) for port in program.inputs]
    leaving = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in program.outputs]
    constants = [
        numpy_helper.from_array(array.astype(np.float64) if array.dtype.kind == "f" else array, name)
        for name, array in program.constants.items()
    ]
    graph = helper.make_graph(calls, "translated", entering, leaving, constants)
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPERATOR_SET)]))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_operators_answer_as_pytorch_did(path: Path) -> None:
    program, problems = translation(read(path), path.stem)
    assert problems == []
    with np.load(path.with_suffix(".npz")) as arrays:
        recorded = dict(arrays)
    inputs = {name: recorded[f"in/{name}"] for name in (port.name for port in program.inputs)}
    whole = {name: array.dtype.kind == "i" for name, array in inputs.items()}
    evaluator = reference(program, {name: TensorProto.INT64 if whole[name] else TensorProto.DOUBLE for name in inputs})
    wanted = [array for name, array in recorded.items() if name.startswith("out/")]
    for first in range(0, len(wanted[0]), program.batch):
        events = slice(first, first + program.batch)
        found = evaluator.run(None, {name: array[events] for name, array in inputs.items()})
        for values, expected in zip(found, wanted, strict=True):
            np.testing.assert_allclose(values, expected[events], rtol=0, atol=CLOSE)


def test_there_are_models() -> None:
    assert len(MODELS) >= 25
