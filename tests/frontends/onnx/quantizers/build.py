"""ONNX models written by hand, node by node: QONNX's quantizers, and the integer form of ONNX itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"
OPSET = 21


class Net:
    """A model that grows; every method returns the name of the tensor that it adds.

    Args:
        shape: of the input `x`, with its batch axis.
        domain: of the quantizers.
    """

    def __init__(self, shape: Sequence[Any], domain: str = QONNX, opset: int = OPSET, version: int = 1) -> None:
        self.domain, self.opset, self.version = domain, opset, version
        self.inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))]
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self._numbers: dict[str, int] = {}

    def add(self, kind: str, *inputs: str, domain: str = "", name: str = "", **attributes: Any) -> str:
        """A node of one output, which has the node's name."""
        if not name:
            self._numbers[kind] = number = self._numbers.get(kind, -1) + 1
            name = f"{kind}_{number}"
        self.nodes.append(helper.make_node(kind, list(inputs), [f"{name}_out"], name=name, domain=domain, **attributes))
        return f"{name}_out"

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """An initializer."""
        name = f"constant_{len(self.constants)}"
        if isinstance(value, onnx.TensorProto):
            value.name = name
            self.constants.append(value)
        else:
            self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def quant(
        self,
        x: str,
        scale: Any,
        bits: float,
        zero: Any = 0.0,
        *,
        signed: int = 1,
        narrow: int = 0,
        mode: str = "ROUND",
        kind: str = "Quant",
        name: str = "",
    ) -> str:
        """QONNX's Quant."""
        inputs = [x, *(self.constant(value) for value in (scale, zero, bits))]
        return self.add(kind, *inputs, domain=self.domain, name=name, signed=signed, narrow=narrow, rounding_mode=mode)

    def bipolar(self, x: str, scale: Any) -> str:
        """QONNX's BipolarQuant."""
        return self.add("BipolarQuant", x, self.constant(scale), domain=self.domain)

    def dense(self, x: str, weights: str, bias: str = "") -> str:
        """MatMul and Add."""
        y = self.add("MatMul", x, weights)
        return self.add("Add", y, bias) if bias else y

    def qdq(self, x: str, scale: Any, zero: Any, dtype: Any, clip: tuple[int, int] | None = None, **axis: int) -> str:
        """QuantizeLinear, Clip, DequantizeLinear."""
        s, z = self.constant(scale), self.constant(zero, dtype)
        q = self.add("QuantizeLinear", x, s, z, **axis)
        if clip is not None:
            q = self.add("Clip", q, self.constant(clip[0], dtype), self.constant(clip[1], dtype))
        return self.add("DequantizeLinear", q, s, z, **axis)

    def dequantized(self, codes: Any, scale: Any, dtype: Any = np.int8, zero: Any = None, **axis: int) -> str:
        """DequantizeLinear of codes that the file holds."""
        inputs = [self.constant(codes, dtype), self.constant(scale)]
        if zero is not None:
            inputs.append(self.constant(zero, dtype))
        return self.add("DequantizeLinear", *inputs, **axis)

    def model(self, *outputs: str, shapes: Sequence[Sequence[Any]] = ()) -> onnx.ModelProto:
        """The finished model; shapes are inferred where they are not given."""
        named = dict(zip(outputs, shapes, strict=False))
        infos = [helper.make_tensor_value_info(o, TensorProto.FLOAT, named.get(o)) for o in outputs]
        graph = helper.make_graph(self.nodes, "net", self.inputs, infos, self.constants)
        opsets = [helper.make_opsetid("", self.opset)]
        if any(node.domain == self.domain for node in self.nodes):
            opsets.append(helper.make_opsetid(self.domain, self.version))
        model = helper.make_model(graph, opset_imports=opsets, producer_name="fpgaml-tests", ir_version=10)
        return model
