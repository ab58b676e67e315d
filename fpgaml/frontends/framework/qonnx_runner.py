"""A QONNX model, node by node as qonnx's `execute_onnx` does it, as `serve.py` runs it.

A script on its own, for any Python from 3.8 on that has qonnx: it imports nothing of fpgaml but the script beside it.
qonnx's own classes compute its quantizers, onnxruntime every other node; unlike `execute_onnx`, each node's session is
kept, and many events are computed at once where that gives the same as one by one.
"""

from __future__ import annotations

import importlib.util
import platform
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOMAINS = ("qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas")
"""Whose operators qonnx has; qonnx imports the module that a domain names, so no other is let through."""
ONNX_DOMAINS = ("", "ai.onnx", "com.microsoft")
OPERATORS = ("Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold")
"""Those of qonnx by name: Brevitas' first exports had no domain."""
CHANNELS_LAST = "qonnx.custom_op.channels_last"


class RefusedError(Exception):
    """This file is not run: why, and what to do."""

    advice = "Use operators of ONNX and QONNX alone"


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Load the model; the function runs it."""
    import onnx

    beside = load_beside("onnx_runner.py")
    model = onnx.load(job["model"])
    for node in model.graph.node:
        if node.domain not in (*DOMAINS, *ONNX_DOMAINS, CHANNELS_LAST):
            raise RefusedError("it names `" + node.op_type + "` of the domain `" + node.domain + "`")
        if node.domain in DOMAINS or (not node.domain and node.op_type in OPERATORS):
            node.domain = DOMAINS[0]
    layers = beside.layer_outputs(model) if job["layers"] else {}
    names = [*[output.name for output in model.graph.output], *layers.values()]
    network = Network(model, names, job["batch"], job["float64"])
    versions = {name: version(name) for name in ("qonnx", "onnxruntime")}
    facts = {
        "outputs": [output.name for output in model.graph.output],
        "layers": list(layers),
        "versions": {"python": platform.python_version(), **versions},
        "precision": "float64" if job["float64"] else "float32",
        "float32_because": "",
    }
    return facts, network


def load_beside(name: str) -> Any:
    """Another script of this folder as a module."""
    spec = importlib.util.spec_from_file_location(name[:-3], str(Path(__file__).with_name(name)))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Network:
    """A model that takes any number of events.

    Args:
        names: of the tensors that it gives; largest: events at a time, at most; float64: instead of float32.
    """

    def __init__(self, model: Any, names: list[str], largest: int, float64: bool) -> None:
        from onnx import numpy_helper

        self.names, self.largest = names, largest
        self.float64 = float64
        self.constants = {each.name: self.widened(numpy_helper.to_array(each)) for each in model.graph.initializer}
        self.ports = [value for value in model.graph.input if value.name not in self.constants]
        opsets = {entry.domain: int(entry.version) for entry in model.opset_import}
        self.steps = [self.step(node, opsets) for node in model.graph.node]
        self.together: bool | None = None

    def step(self, node: Any, opsets: dict[str, int]) -> Any:
        """What computes one node, given the tensors so far."""
        if node.domain == CHANNELS_LAST:
            return ChannelsLast(node, opsets, self.float64)
        if node.domain == DOMAINS[0]:
            return Custom(node, opsets.get(node.domain, max([opsets.get(name, 0) for name in DOMAINS[1:]]) or 1))
        return Standard(node, opsets, self.float64)

    def __call__(self, inputs: dict[str, Any]) -> list[Any]:
        """The outputs for any number of events."""
        import numpy as np

        count = len(next(iter(inputs.values())))
        if self.together is None:
            self.together = count < 2 or self.same_together({name: rows[:3] for name, rows in inputs.items()})
        size = self.largest if self.together else 1
        parts = [
            self.batch({name: rows[start : start + size] for name, rows in inputs.items()})
            for start in range(0, count, size)
        ]
        return [np.concatenate(values) for values in zip(*parts)]  # noqa: B905 - Python 3.8

    def same_together(self, few: dict[str, Any]) -> bool:
        """Whether a few events together give what they give one by one; files for one event may reshape to one."""
        import numpy as np

        count = len(next(iter(few.values())))
        single = [self.batch({name: rows[i : i + 1] for name, rows in few.items()}) for i in range(count)]
        try:
            found = self.batch(few)
        except Exception:  # noqa: BLE001 - whatever a node says of several events
            return False
        wanted = [np.concatenate(values) for values in zip(*single)]  # noqa: B905 - Python 3.8
        pairs = list(zip(found, wanted))  # noqa: B905 - Python 3.8
        return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in pairs)

    def batch(self, inputs: dict[str, Any]) -> list[Any]:
        """The outputs for events that are computed together."""
        import numpy as np

        tensors: dict[str, Any] = dict(self.constants)
        for port in self.ports:
            dims = [dim.dim_value for dim in port.type.tensor_type.shape.dim]
            rows = inputs[port.name]
            alone = len(dims) == 1 and dims[0] > 0
            shaped = rows.reshape(dims) if alone else rows.reshape(len(rows), *dims[1:])
            tensors[port.name] = shaped.astype("float64" if self.float64 else "float32")
        for step in self.steps:
            step(tensors)
            for name in step.node.output:
                if name:
                    tensors[name] = self.widened(np.asarray(tensors[name]))
        count = len(next(iter(inputs.values())))
        found = [tensors[name] for name in self.names]
        return [array if array.ndim and len(array) == count else array[None] for array in found]

    def widened(self, array: Any) -> Any:
        """float32 in float64, where that is asked for."""
        return array.astype("float64") if self.float64 and array.dtype == "float32" else array


class Custom:
    """A node that a class of qonnx computes."""

    def __init__(self, node: Any, opset: int) -> None:
        from qonnx.custom_op.registry import getCustomOp

        self.node = node
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.operator = getCustomOp(node, onnx_opset_version=opset)

    def __call__(self, tensors: dict[str, Any]) -> None:
        self.operator.execute_node(tensors, None)


class ChannelsLast:
    """A node that qonnx has turned to channels-last, computed as its `ChannelsLastWrappedOp` does it."""

    def __init__(self, node: Any, opsets: dict[str, int], float64: bool) -> None:
        self.node = node
        inner = type(node)()
        inner.CopyFrom(node)
        inner.domain = ""
        self.inner = Standard(inner, {"": opsets.get("", 1)}, float64)
        self.turned = {*node.input[: 2 if node.op_type == "Conv" else 1]}

    def __call__(self, tensors: dict[str, Any]) -> None:
        import numpy as np

        feed = {
            name: np.moveaxis(tensors[name], -1, 1) if name in self.turned else tensors[name]
            for name in self.node.input
            if name
        }
        self.inner(feed)
        name = self.node.output[0]
        tensors[name] = np.moveaxis(feed[name], 1, -1)


class Standard:
    """A node that onnxruntime computes, or onnx's reference where onnxruntime has it not in float64."""

    def __init__(self, node: Any, opsets: dict[str, int], float64: bool) -> None:
        self.node, self.opsets, self.float64 = node, opsets, float64
        self.run: Any = None

    def __call__(self, tensors: dict[str, Any]) -> None:
        feed = {name: tensors[name] for name in self.node.input if name}
        if self.run is None:
            self.run = self.started(feed)
        names = [name for name in self.node.output if name]
        for name, value in zip(names, self.run(names, feed)):  # noqa: B905 - Python 3.8
            tensors[name] = value

    def started(self, feed: dict[str, Any]) -> Any:
        """A function of output names and inputs."""
        import onnxruntime
        from onnx import helper

        infos = [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), [None] * array.ndim)
            for name, array in feed.items()
        ]
        outputs = [helper.make_empty_tensor_value_info(name) for name in self.node.output if name]
        graph = helper.make_graph([self.node], "node", infos, outputs)
        opsets = [helper.make_opsetid(domain, number) for domain, number in self.opsets.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception:
            if not self.float64:
                raise
            from onnx.reference import ReferenceEvaluator

            session = ReferenceEvaluator(model)
        return session.run
