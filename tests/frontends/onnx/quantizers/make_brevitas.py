"""Makes the models that Brevitas and onnxruntime export, with the answers of qonnx and onnxruntime.

Run it in an environment with brevitas, torch, onnxoptimizer, qonnx and onnxruntime:
`python -m tests.frontends.onnx.quantizers.make_brevitas`. Files as those of `make_models`.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import brevitas.nn as qnn
import numpy as np
import onnx
import torch
from brevitas.export import export_onnx_qcdq, export_qonnx
from brevitas.quant import (
    Int8ActPerTensorFixedPoint,
    Int8ActPerTensorFloat,
    Int8WeightPerChannelFloat,
    Int8WeightPerTensorFixedPoint,
    Int16Bias,
    Uint8ActPerTensorFixedPoint,
    Uint8ActPerTensorFloat,
)
from torch import nn

from tests.frontends.onnx.quantizers.make_models import FOLDER, answers, data


class Image(nn.Module):
    """A convolution, ReLU, pool and a dense layer.

    Args:
        fixed: powers of two as scales; else floats, one for each filter.
    """

    def __init__(self, fixed: bool) -> None:
        super().__init__()
        weight: Any = Int8WeightPerTensorFixedPoint if fixed else Int8WeightPerChannelFloat
        signed: Any = Int8ActPerTensorFixedPoint if fixed else Int8ActPerTensorFloat
        unsigned: Any = Uint8ActPerTensorFixedPoint if fixed else Uint8ActPerTensorFloat
        options = {"bias": True, "weight_quant": weight, "bias_quant": Int16Bias}
        self.input = qnn.QuantIdentity(bit_width=8, act_quant=signed, return_quant_tensor=True)
        self.conv = qnn.QuantConv2d(2, 4, 3, padding=1, weight_bit_width=4, return_quant_tensor=True, **options)
        self.relu = qnn.QuantReLU(bit_width=4, act_quant=unsigned, return_quant_tensor=True)
        self.pool = nn.MaxPool2d(2)
        self.flat = nn.Flatten()
        self.dense = qnn.QuantLinear(36, 5, weight_bit_width=3, **options)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.dense(self.flat(self.pool(self.relu(self.conv(self.input(x))))))


class Plain(nn.Module):
    """The same in floating point, for onnxruntime to quantise."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.dense = nn.Linear(36, 5)

    def forward(self, x: Any) -> Any:
        """Logits."""
        return self.dense(torch.flatten(self.pool(torch.relu(self.conv(x))), 1))


def save(name: str, path: Path) -> None:
    """Record the answers of an exported model."""
    net = onnx.shape_inference.infer_shapes(onnx.load(path))
    net.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    x = data(net, np.random.default_rng([ord(letter) for letter in name])) / 4
    given = net.graph.input[0].name
    found = {f"out/{index}": value.astype(np.float32) for index, value in enumerate(answers(net, x))}
    onnx.save(net, FOLDER / f"{name}.onnx")
    np.savez_compressed(FOLDER / f"{name}.npz", **{f"in/{given}": x}, **found)


def brevitas(folder: Path) -> None:
    """QONNX and QCDQ of both kinds of scales."""
    for fixed in (True, False):
        torch.manual_seed(1)
        net = Image(fixed)
        net.train()
        for _ in range(5):
            net(torch.randn(64, 2, 6, 6))
        net.eval()
        for export, kind in ((export_qonnx, "qonnx"), (export_onnx_qcdq, "qcdq")):
            name = f"brevitas_{'fixed' if fixed else 'float'}_{kind}"
            path = folder / f"{name}.onnx"
            export(net, torch.randn(1, 2, 6, 6), str(path), opset_version=17, dynamo=False, input_names=["x"])
            save(name, path)


def static(folder: Path) -> None:
    """onnxruntime's static quantisation, in both of its formats."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            rng = np.random.default_rng(3)
            self.events = iter([{"x": rng.normal(0, 1, (1, 2, 6, 6)).astype(np.float32)} for _ in range(32)])

        def get_next(self) -> Any:
            return next(self.events, None)

    torch.manual_seed(2)
    plain = folder / "plain.onnx"
    torch.onnx.export(Plain().eval(), torch.randn(1, 2, 6, 6), str(plain), dynamo=False, input_names=["x"])
    kinds = [("qdq", QuantFormat.QDQ, QuantType.QInt8), ("qoperator", QuantFormat.QOperator, QuantType.QUInt8)]
    for name, form, kind in kinds:
        path = folder / f"{name}.onnx"
        quantize_static(
            plain, path, Reader(), form, per_channel=True, activation_type=kind, weight_type=QuantType.QInt8
        )
        save(f"onnxruntime_{name}", path)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as made:
        brevitas(Path(made))
        static(Path(made))
