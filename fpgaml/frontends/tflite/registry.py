"""Which converter an operator has, and why a file is refused."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.errors import FpgamlError, Problem
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.tflite.activations import clamp, leaky_relu, logistic, quantize, tanh
from fpgaml.frontends.tflite.elementwise import addition, maximum, minimum, multiplication, subtraction
from fpgaml.frontends.tflite.layer import CODE_BITS, TfliteLayer, Value
from fpgaml.frontends.tflite.linear import convolution, depthwise, fully_connected
from fpgaml.frontends.tflite.pooling import average_pool, max_pool, mean, reduce_extreme
from fpgaml.frontends.tflite.rearrange import concatenation, pad, reshape, transpose
from fpgaml.frontends.tflite.schema import ModelFile, Operator, Tensor, TensorType
from fpgaml.frontends.tflite.shapes import computes_shape
from fpgaml.frontends.tflite.softmax import softmax

CONVERTERS: Mapping[str, Converter[TfliteLayer, Value]] = {
    "CONV_2D": convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": fully_connected,
    "MAX_POOL_2D": max_pool,
    "AVERAGE_POOL_2D": average_pool,
    "MEAN": mean,
    "REDUCE_MAX": reduce_extreme,
    "REDUCE_MIN": reduce_extreme,
    "ADD": addition,
    "SUB": subtraction,
    "MUL": multiplication,
    "MAXIMUM": maximum,
    "MINIMUM": minimum,
    "CONCATENATION": concatenation,
    "PAD": pad,
    "PADV2": pad,
    "RESHAPE": reshape,
    "EXPAND_DIMS": reshape,
    "SQUEEZE": reshape,
    "TRANSPOSE": transpose,
    "RELU": clamp,
    "RELU6": clamp,
    "RELU_N1_TO_1": clamp,
    "RELU_0_TO_1": clamp,
    "LEAKY_RELU": leaky_relu,
    "LOGISTIC": logistic,
    "TANH": tanh,
    "SOFTMAX": softmax,
    "QUANTIZE": quantize,
}

MAKE_INTEGER = (
    "Make an integer file of the Keras model: `fpgaml convert MODEL.keras --target tflite --data EVENTS.npy`; "
    "TensorFlow's converter makes one with representative_dataset and TFLITE_BUILTINS_INT8"
)
ONE_EVENT = "Convert it with a fixed batch of one event: the converter then keeps the dilation in CONV_2D"
ADVICE = {
    "SPACE_TO_BATCH_ND": ONE_EVENT,
    "BATCH_TO_SPACE_ND": ONE_EVENT,
    "DEQUANTIZE": "It is read at an output alone: let the converter keep everything else in integers",
    "CUSTOM": "Use the operators of TensorFlow Lite alone",
    "IF": "Convert one model without conditions",
    "WHILE": "Convert one model without loops (Keras: unroll=True)",
    "CALL_ONCE": "Convert a model without variables",
}
OTHERWISE = f"Use {', '.join(CONVERTERS)}"
CODES = tuple(CODE_BITS)


def require_integers(file: ModelFile) -> None:
    """Refuse a file that computes in floating point.

    Raises:
        FpgamlError: float32, float16 or dynamic-range quantisation.
    """
    if any(tensor.kind in CODES and tensor.value is None for tensor in file.tensors):
        return
    kinds = {tensor.kind for tensor in file.tensors}
    if TensorType.UINT8 in kinds:
        raise FpgamlError(file.where, "is quantised to uint8, as old converters do", MAKE_INTEGER)
    reason = "computes in float32"
    if TensorType.FLOAT16 in kinds:
        reason += ", with weights in float16"
    elif kinds & set(CODES):
        reason += ", with weights in integers alone (dynamic-range quantisation)"
    raise FpgamlError(file.where, reason, MAKE_INTEGER)


def problems(file: ModelFile, border: set[int]) -> list[Problem]:
    """Every operator that cannot be converted, with what to do.

    Args:
        border: operators that only bring ports into integers or out of them.
    """
    found = []
    for operator in file.operators:
        if operator.index not in border and not computes_shape(file, operator):
            found += _operator_problems(file, operator)
    return found


def _operator_problems(file: ModelFile, operator: Operator) -> list[Problem]:
    tensors = [file.tensors[index] for index in (*operator.inputs, *operator.outputs) if index >= 0]
    odd = [
        Problem(operator.label, f"tensor {t.name}: {t.oddity}", "Convert the model again") for t in tensors if t.oddity
    ]
    if operator.kind not in CONVERTERS:
        return [
            Problem(operator.label, "there is no such operation in the Graph", ADVICE.get(operator.kind, OTHERWISE))
        ]
    if odd:
        return odd[:1]
    shapes = [t for t in tensors if _is_open(t)]
    if shapes:
        reason = f"tensor {shapes[0].name} has the open shape {shapes[0].signature}"
        return [Problem(operator.label, reason, "Fix every size but the batch's before converting")]
    floats = [t for t in tensors if t.kind not in (*CODES, TensorType.INT32, TensorType.INT64)]
    if floats:
        reason = f"it computes with {floats[0].kind.name.lower()} (tensor {floats[0].name})"
        return [Problem(operator.label, reason, MAKE_INTEGER)]
    return []


def _is_open(tensor: Tensor) -> bool:
    """Whether another size than the batch's is not fixed; shapes of shapes do not count."""
    return tensor.kind in CODES and (-1 in tensor.signature[1:] or min(tensor.shape, default=1) < 1)
