"""Makes the small recurrent ONNX models that test_models.py compares with, and onnxruntime's answers.

Run where onnx and onnxruntime are installed: `python tests/frontends/recurrent/make_onnx.py`. Each model becomes
`<name>.onnx` and `<name>.npz`: `in/<input>` and `out/<number>`, float32. All numbers come from one seed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "recurrent"
EVENTS, STEPS, WIDTH, UNITS = 12, 5, 3, 3
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
MODELS: dict[str, dict[str, Any]] = {
    "onnx_gru_reset_after": {"kind": "GRU", "linear_before_reset": 1},
    "onnx_gru_both_ways": {
        "kind": "GRU", "direction": "bidirectional", "activations": ["HardSigmoid", "Softsign", "Sigmoid", "Tanh"],
        "activation_alpha": [0.25], "activation_beta": [0.5],
    },
    "onnx_lstm": {"kind": "LSTM", "states": True},
    "onnx_lstm_both_ways": {"kind": "LSTM", "direction": "bidirectional", "bias": False},
    "onnx_rnn_reverse": {"kind": "RNN", "direction": "reverse", "activations": ["Relu"]},
}  # fmt: skip


def build(kind: str, rng: np.random.Generator, bias: bool = True, states: bool = False, **settings: Any) -> Any:
    """A network of one recurrent operator between transpositions: (events, steps, features) in, all its outputs out."""
    directions = 2 if settings.get("direction") == "bidirectional" else 1
    rows = GATES[kind] * UNITS
    arrays = {"W": (directions, rows, WIDTH), "R": (directions, rows, UNITS)}
    if bias:
        arrays["B"] = (directions, 2 * rows)
    weights = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in arrays.items()}
    if states:
        weights["h"] = np.repeat(rng.normal(0, 0.5, (directions, 1, UNITS)), 1, axis=1).astype(np.float32)
        weights["c"] = rng.normal(0, 0.5, (directions, 1, UNITS)).astype(np.float32)
    given = ["steps", "W", "R", "B" if bias else ""]
    nodes = [helper.make_node("Transpose", ["x"], ["steps"], perm=[1, 0, 2], name="to_steps")]
    if states:
        nodes.append(
            helper.make_node("Constant", [], ["times"], value=numpy_helper.from_array(np.array([1, EVENTS, 1])))
        )
        nodes += [helper.make_node("Expand", [name, "times"], [f"{name}_all"], name=f"all_{name}") for name in "hc"]
        given += ["", "h_all", "c_all"]
    outputs = ["y", "y_h", *(["y_c"] if kind == "LSTM" else [])]
    nodes.append(helper.make_node(kind, given, outputs, name="cells", hidden_size=UNITS, **settings))
    shapes = {"y_out": [EVENTS, STEPS, directions, UNITS], "h_out": [EVENTS, directions, UNITS]}
    nodes.append(helper.make_node("Transpose", ["y"], ["y_out"], perm=[2, 0, 1, 3], name="from_steps"))
    nodes.append(helper.make_node("Transpose", ["y_h"], ["h_out"], perm=[1, 0, 2], name="from_last"))
    if kind == "LSTM":
        shapes["c_out"] = [EVENTS, directions, UNITS]
        nodes.append(helper.make_node("Transpose", ["y_c"], ["c_out"], perm=[1, 0, 2], name="from_carry"))
    graph = helper.make_graph(
        nodes,
        "recurrent",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [EVENTS, STEPS, WIDTH])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main() -> None:
    """Write all models."""
    for number, (name, settings) in enumerate(MODELS.items()):
        rng = np.random.default_rng(4000 + number)
        model = build(rng=rng, **settings)
        onnx.checker.check_model(model)
        x = (np.round(rng.normal(0, 1.2, (EVENTS, STEPS, WIDTH)) * 64) / 64).astype(np.float32)
        found = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
        onnx.save(model, FOLDER / f"{name}.onnx")
        np.savez_compressed(FOLDER / f"{name}.npz", **{"in/x": x} | {f"out/{i}": y for i, y in enumerate(found)})


if __name__ == "__main__":
    main()
