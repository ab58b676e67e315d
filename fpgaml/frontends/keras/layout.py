"""Keras layers, 2 and 3 alike, that move values about, and those that do nothing at inference."""

from __future__ import annotations

from math import prod
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.converters import Converter
from fpgaml.frontends.keras.layer import KerasLayer, whole
from fpgaml.graph.ops import Pad, Slice, Transpose, UpSample


def unchanged(layer: KerasLayer) -> str:
    """A layer that acts in training alone."""
    return layer.input


def flatten(layer: KerasLayer) -> str:
    """Flatten: all axes to one."""
    return layer.reshaped(layer.input, (prod(layer.shape(layer.input)),))


def reshape(layer: KerasLayer) -> str:
    """Reshape, with at most one -1."""
    x = layer.input
    target = [int(size) for size in layer.config["target_shape"]]
    total, known = prod(layer.shape(x)), prod(size for size in target if size != -1)
    if target.count(-1) > 1 or known <= 0 or total % known:
        raise FpgamlError(layer.label, f"{layer.shape(x)} cannot take the shape {tuple(target)}")
    return layer.reshaped(x, tuple(total // known if size == -1 else size for size in target))


def permute(layer: KerasLayer) -> str:
    """Permute; Keras counts axes from 1."""
    return layer.add(Transpose(tuple(int(axis) - 1 for axis in layer.config["dims"])), layer.input)


def _sides(value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """A setting (before, after) per axis; one number for all, or one per axis, mean both sides."""
    if isinstance(value, int):
        return ((value, value),) * rank
    if rank == 1:
        return (whole(value, 2)[:2],)  # type: ignore[return-value]
    return tuple((int(v), int(v)) if isinstance(v, int) else (int(v[0]), int(v[1])) for v in value)


def zero_padding(rank: int) -> Converter[KerasLayer, str]:
    """ZeroPadding1D, ZeroPadding2D."""

    def convert(layer: KerasLayer) -> str:
        return layer.add(Pad((*_sides(layer.config["padding"], rank), (0, 0))), layer.input)

    return convert


def cropping(rank: int) -> Converter[KerasLayer, str]:
    """Cropping1D, Cropping2D."""

    def convert(layer: KerasLayer) -> str:
        shape, sides = layer.shape(layer.input), _sides(layer.config["cropping"], rank)
        starts = (*(before for before, _ in sides), 0)
        stops = (*(size - after for size, (_, after) in zip(shape, sides, strict=False)), shape[-1])
        return layer.add(Slice(starts, stops, (1,) * len(shape)), layer.input)

    return convert


def up_sampling(rank: int) -> Converter[KerasLayer, str]:
    """UpSampling1D, UpSampling2D with nearest neighbours."""

    def convert(layer: KerasLayer) -> str:
        how = layer.config.get("interpolation", "nearest")
        if how != "nearest":
            raise layer.unsupported(f"interpolates ({how})", "Use interpolation='nearest'")
        return layer.add(UpSample(whole(layer.config["size"], rank)), layer.input)

    return convert


def repeat_vector(layer: KerasLayer) -> str:
    """RepeatVector: (features,) becomes (n, features)."""
    x = layer.input
    return layer.add(UpSample((int(layer.config["n"]),)), layer.reshaped(x, (1, *layer.shape(x)), "expanded"))


LAYOUT: dict[str, Converter[KerasLayer, str]] = {
    **dict.fromkeys(
        (
            "Dropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "GaussianNoise",
            "GaussianDropout",
            "AlphaDropout",
            "ActivityRegularization",
        ),
        unchanged,
    ),
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    **{f"ZeroPadding{rank}D": zero_padding(rank) for rank in (1, 2)},
    **{f"Cropping{rank}D": cropping(rank) for rank in (1, 2)},
    **{f"UpSampling{rank}D": up_sampling(rank) for rank in (1, 2)},
}
"""Converters by class name."""
