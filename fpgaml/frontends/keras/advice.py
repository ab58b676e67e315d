"""What to write in place of a function that was called on a tensor, and of layers that are not read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

_REMARKS = {
    **dict.fromkeys(("add", "addv2", "subtract", "sub", "multiply", "mul"), ". Fold a number into the layer before it"),
    "gelu": ". It is exact: `keras.ops.gelu` approximates it by a tanh unless told otherwise (up to 0.0005 away)",
}

OPERATIONS: Mapping[str, str] = {
    **dict.fromkeys(("absolute", "abs"), "r = ReLU()(x); Subtract()([Add()([r, r]), x])"),
    **dict.fromkeys(("negative", "neg"), "Subtract()([Subtract()([x, x]), x])"),
    "square": "Multiply()([x, x])",
    **dict.fromkeys(("add", "addv2"), "Add()([a, b])"),
    **dict.fromkeys(("subtract", "sub"), "Subtract()([a, b])"),
    **dict.fromkeys(("multiply", "mul"), "Multiply()([a, b])"),
    "maximum": "Maximum()([a, b])",
    "minimum": "Minimum()([a, b])",
    **dict.fromkeys(("concatenate", "concat"), "Concatenate()([a, b])"),
    **dict.fromkeys(("matmul", "dot"), "Dot(axes=(2, 1))([a, b])"),
    "leakyrelu": "LeakyReLU(0.125)(x)",
    "clip": "ReLU(max_value=6)(x)",
    **dict.fromkeys(("mean", "reducemean"), "GlobalAveragePooling1D()(x)"),
    **dict.fromkeys(("max", "reducemax", "amax"), "GlobalMaxPooling1D()(x)"),
    "reshape": "Reshape((2, 16))(x)",
    "expanddims": "Reshape((16, 2, 1))(x)",
    "squeeze": "Reshape((32,))(x)",
    "transpose": "Permute((2, 1))(x)",
    **dict.fromkeys(("getitem", "slice", "stridedslice"), "Cropping1D((1, 2))(x)"),
    "pad": "ZeroPadding1D((1, 2))(x)",
}
"""Layers that compute what a function of `keras.ops` or TensorFlow does, by its name in small letters.

`a`, `b` and `x` are its tensors; sizes are examples.
"""

ACTIVATIONS: Mapping[str, str] = {
    **{
        name: name
        for name in ("relu", "relu6", "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "gelu", "softmax")
    },
    "silu": "silu",
    "swish": "silu",
    "exp": "exponential",
    "hardsigmoid": "hard_sigmoid",
}
"""The same for functions that an Activation layer has by name."""

_PREPROCESSING = ("it prepares data", "Prepare the data before the network, and leave the layer out")
_TRANSPOSED = "transposed convolutions are not converted"
LAYERS: Mapping[str, tuple[str, str]] = {
    "PReLU": ("it has a slope for each element", "Use LeakyReLU, which has one slope"),
    **dict.fromkeys(
        ("Rescaling", "Normalization"),
        ("it prepares data", "Scale the data before the network, or use BatchNormalization"),
    ),
    **dict.fromkeys(
        ("Resizing", "CenterCrop", "Discretization", "CategoryEncoding", "Hashing", "TextVectorization"), _PREPROCESSING
    ),
    "Conv1DTranspose": (_TRANSPOSED, "Use UpSampling1D and Conv1D"),
    "Conv2DTranspose": (_TRANSPOSED, "Use UpSampling2D and Conv2D"),
    "QConv2DTranspose": (_TRANSPOSED, "Use UpSampling2D and QConv2D"),
    "Masking": ("it hides steps from later layers", "Leave it out, and give events of one length"),
    "SpectralNormalization": ("wrappers are not converted", "Save the model with the layer that it wraps alone"),
}
"""Why layers of Keras, 2 and 3 alike, are not read, and what to use instead."""


def instead_of(function: str, activations: Collection[str]) -> str:
    """What to write in place of a function that was called on a tensor.

    Args:
        function: its name, such as `Absolute`, `math.abs` or `expand_dims`.
        activations: that the frontend reads by name.
    """
    name = function.rpartition(".")[2].replace("_", "").lower()
    code = OPERATIONS.get(name, "")
    if ACTIVATIONS.get(name) in activations:
        code = f"Activation({ACTIVATIONS[name]!r})(x)"
    if not code:
        return "No layer computes it: cut the model before it, and compute the rest from the firmware's output"
    return f"Use layers of Keras instead: `{code}`{_REMARKS.get(name, '')}"


def instead_of_layer(kind: str, known: Collection[str]) -> str:
    """What to use in place of a layer that nothing is known about.

    Args:
        known: the layers that are read.
    """
    near = get_close_matches(kind, known, n=2, cutoff=0.75)
    first = f"The nearest to it {'is' if len(near) == 1 else 'are'} {' and '.join(near)}. " if near else ""
    return f"{first}Build it from {', '.join(sorted(known))}; or cut the model before it"
