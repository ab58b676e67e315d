"""An ONNX model in onnxruntime, as `serve.py` runs it.

A script on its own, for any Python from 3.8 on that has onnxruntime and onnx: it imports nothing of fpgaml.
"""

from __future__ import annotations

import platform
from typing import Any


def begin(job: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Load the model; the function runs it."""
    import onnx
    import onnxruntime

    model = onnx.load(job["model"])
    outputs = [output.name for output in model.graph.output]
    layers = layer_outputs(model) if job["layers"] else {}
    session, why = None, ""
    if job["float64"]:
        session, why = float64_session(onnx, onnxruntime, model, list(layers.values()))
    precision = "float32" if session is None else "float64"
    if session is None:
        session = started(onnxruntime, with_outputs(onnx, model, list(layers.values())))
    facts = {
        "outputs": outputs,
        "layers": list(layers),
        "versions": {"python": platform.python_version(), "onnxruntime": onnxruntime.__version__},
        "precision": precision,
        "float32_because": why,
    }
    names = [*outputs, *layers.values()]
    return facts, Network(session, names, job["batch"])


def layer_outputs(model: Any) -> dict[str, str]:
    """For each node's label the first tensor that it gives, labels as fpgaml makes them."""
    found: dict[str, str] = {}
    for node in model.graph.node:
        if node.op_type == "Constant" or not node.output[0]:
            continue
        wanted = node.name or node.output[0]
        label, count = wanted, 1
        while label in found:
            count += 1
            label = wanted + "_" + str(count)
        found[label] = node.output[0]
    return found


def with_outputs(onnx: Any, model: Any, names: list[str]) -> Any:
    """A copy of the model that gives more of its tensors."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    there = {output.name for output in copy.graph.output}
    for name in names:
        if name not in there:
            copy.graph.output.add().name = name
            there.add(name)
    return copy


def started(onnxruntime: Any, model: Any) -> Any:
    """A session on the CPU."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def float64_session(onnx: Any, onnxruntime: Any, model: Any, names: list[str]) -> tuple[Any, str]:
    """The model with every float32 tensor in float64, or None, and why it is not to be had."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    try:
        widen(onnx, copy.graph)
        return started(onnxruntime, with_outputs(onnx, copy, names)), ""
    except Exception as error:  # noqa: BLE001 - whatever stops it, float32 is as good as it was before
        return None, "onnxruntime has it not in float64 (" + str(error)[:200] + ")"


def widen(onnx: Any, graph: Any) -> None:
    """Constants, inputs, outputs and casts of float32 in float64."""
    from onnx import numpy_helper

    narrow, wide = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE

    def widened(tensor: Any) -> Any:
        return numpy_helper.from_array(numpy_helper.to_array(tensor).astype("float64"), tensor.name)

    for tensor in graph.initializer:
        if tensor.data_type == narrow:
            tensor.CopyFrom(widened(tensor))
    for value in [*graph.input, *graph.output, *graph.value_info]:
        if value.type.tensor_type.elem_type == narrow:
            value.type.tensor_type.elem_type = wide
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR and attribute.t.data_type == narrow:
                attribute.t.CopyFrom(widened(attribute.t))
            if attribute.name in {"value_float", "value_floats"}:
                raise ValueError("a constant is an attribute in float32")
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == narrow:
                attribute.i = wide


class Network:
    """A session that takes any number of events, by the batches that the model takes."""

    def __init__(self, session: Any, names: list[str], largest: int) -> None:
        self.session, self.names, self.largest = session, names, largest

    def __call__(self, inputs: dict[str, Any]) -> list[Any]:
        """The outputs for any number of events."""
        import numpy as np

        ports = self.session.get_inputs()
        count = len(next(iter(inputs.values())))
        size = self.batch_size(ports, count)
        parts = []
        for start in range(0, count, size):
            feed, given = {}, min(size, count - start)
            for port in ports:
                rows = inputs[port.name][start : start + size]
                if given < size:
                    rows = np.concatenate([rows, np.repeat(rows[-1:], size - given, axis=0)])
                feed[port.name] = self.shaped(rows, port)
            found = self.session.run(self.names, feed)
            parts.append([self.events(value, size)[:given] for value in found])
        return [np.concatenate(values) for values in zip(*parts)]  # noqa: B905 - Python 3.8

    def batch_size(self, ports: list[Any], count: int) -> int:
        """Events at a time: what the file fixes, one where an input has no batch axis, else as many as there are."""
        sizes = []
        for port in ports:
            if len(port.shape) == 1 and isinstance(port.shape[0], int):
                return 1
            if isinstance(port.shape[0], int) and port.shape[0] > 0:
                sizes.append(port.shape[0])
        return max(sizes) if sizes else max(1, min(count, self.largest))

    def shaped(self, rows: Any, port: Any) -> Any:
        """Events as an input takes them."""
        kind = {"tensor(double)": "float64", "tensor(float16)": "float16"}.get(port.type, "float32")
        alone = len(port.shape) == 1 and isinstance(port.shape[0], int)
        return (rows[0] if alone else rows.reshape(len(rows), *port.shape[1:])).astype(kind)

    def events(self, value: Any, size: int) -> Any:
        """An output with its first axis over events; one without a batch axis is of one event."""
        import numpy as np

        array = np.asarray(value)
        return array if array.ndim and len(array) == size else array[None]
