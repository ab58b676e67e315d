"""Plain Keras layers that move values about, and those that do nothing at inference.

Source: Keras 3, `keras/src/layers/reshaping/`, `core/`, `regularization/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from fpgaml.frontends.keras3.functions import activate, clipped, leaky
from fpgaml.frontends.keras3.work import Convert, Work
from fpgaml.graph.ops import Pad, Relu, Slice, Transpose, UpSample


def unchanged(work: Work, inputs: Sequence[str]) -> str:
    """A layer that acts in training alone."""
    return inputs[0]


def flatten(work: Work, inputs: Sequence[str]) -> str:
    """Flatten."""
    return work.reshaped(inputs[0], (prod(work.shape(inputs[0])),))


def reshape(work: Work, inputs: Sequence[str]) -> str:
    """Reshape: one size may be -1."""
    wanted = [int(size) for size in work.config("target_shape")]
    known = prod(size for size in wanted if size > 0)
    rest = prod(work.shape(inputs[0])) // known if known else 0
    return work.reshaped(inputs[0], tuple(size if size > 0 else rest for size in wanted))


def permute(work: Work, inputs: Sequence[str]) -> str:
    """Permute: its axes count from 1."""
    return work.add(Transpose(tuple(int(axis) - 1 for axis in work.config("dims"))), inputs[0])


def _pairs(value: object, rank: int) -> tuple[tuple[int, int], ...]:
    """Amounts as (before, after) for each spatial axis."""
    if not isinstance(value, list | tuple):
        return ((int(str(value)), int(str(value))),) * rank
    if rank == 1 and not isinstance(value[0], list | tuple):
        return ((int(value[0]), int(value[-1])),)
    pairs = [v if isinstance(v, list | tuple) else (v, v) for v in value]
    return tuple((int(before), int(after)) for before, after in pairs)


def zero_padding(work: Work, inputs: Sequence[str]) -> str:
    """ZeroPadding1D and 2D."""
    rank = len(work.shape(inputs[0])) - 1
    return work.add(Pad((*_pairs(work.config("padding"), rank), (0, 0))), inputs[0])


def cropping(work: Work, inputs: Sequence[str]) -> str:
    """Cropping1D and 2D."""
    shape = work.shape(inputs[0])
    pairs = (*_pairs(work.config("cropping"), len(shape) - 1), (0, 0))
    starts = tuple(before for before, _ in pairs)
    stops = tuple(size - after for size, (_, after) in zip(shape, pairs, strict=True))
    return work.add(Slice(starts, stops, (1,) * len(shape)), inputs[0])


def up_sampling(work: Work, inputs: Sequence[str]) -> str:
    """UpSampling1D and 2D by repeating."""
    if work.config("interpolation", "nearest") != "nearest":
        raise work.unsupported(f"interpolation `{work.config('interpolation')}`", "Use interpolation='nearest'")
    size = work.config("size")
    rank = len(work.shape(inputs[0])) - 1
    factors = tuple(int(n) for n in size) if isinstance(size, list | tuple) else (int(size),) * rank
    return work.add(UpSample(factors), inputs[0])


def repeat_vector(work: Work, inputs: Sequence[str]) -> str:
    """RepeatVector: (features,) becomes (n, features)."""
    node = work.sized(inputs[0], 2)
    return work.add(UpSample((int(work.config("n")),)), node)


def activation(work: Work, inputs: Sequence[str]) -> str:
    """Activation."""
    return activate(work, inputs[0], work.config("activation"))


def relu(work: Work, inputs: Sequence[str]) -> str:
    """ReLU, with a slope below zero or a ceiling, but no threshold."""
    if work.config("threshold", 0):
        raise work.unsupported("a ReLU with a threshold", "Use threshold=0")
    slope, ceiling = float(work.config("negative_slope") or 0), work.config("max_value")
    node = leaky(work, inputs[0], slope) if slope else work.add(Relu(), inputs[0])
    return node if ceiling is None else clipped(work, node, float(ceiling))


def leaky_relu(work: Work, inputs: Sequence[str]) -> str:
    """LeakyReLU."""
    return leaky(work, inputs[0], float(work.config("negative_slope", 0.3)))


NO_OPS = (
    "Identity",
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "ActivityRegularization",
)
LAYOUT: dict[str, Convert] = {
    **dict.fromkeys(NO_OPS, unchanged),
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    **{f"ZeroPadding{d}D": zero_padding for d in (1, 2)},
    **{f"Cropping{d}D": cropping for d in (1, 2)},
    **{f"UpSampling{d}D": up_sampling for d in (1, 2)},
}
"""Converters by class name."""
