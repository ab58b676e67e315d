"""The decoder, which stays in software: two dense layers and a softmax, in numpy from its saved weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

from . import constants as c
from .formats import through

FILE = "decoders.npz"
FLOAT = "float"
"""The decoder that was trained with the float encoder; those of the quantised one are named by the bits they get."""
LAYERS = ("unfold", "spread", "cells")
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Decoder:
    """Kernels and biases of the three dense layers; the first two end in ReLU, the last in a softmax."""

    layers: tuple[tuple[Real, Real], ...]

    def fractions(self, latent: NDArray[np.generic]) -> Real:
        """Each cell's part of the charge, (n, 48), of latent values (n, 16)."""
        values = np.asarray(latent, np.float64)
        for number, (kernel, bias) in enumerate(self.layers):
            values = values @ kernel + bias
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0.0)
        raised = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    def charges(self, latent: NDArray[np.generic], charges: NDArray[np.int64]) -> Real:
        """Counts of each cell, (n, 48): the fractions of the sum, as its format gives it back."""
        return self.fractions(latent) * through(charges.sum(axis=1), c.SUM_FORMAT)[:, None]


def cut(latent: NDArray[np.generic], width: int) -> Real:
    """The high bits of latent values of 9 bits: what is left out is nought; (n, 16)."""
    step = 2.0 ** (c.LATENT_INTEGER - width)
    return np.asarray(np.floor(np.asarray(latent, np.float64) / step) * step)


def read_decoders(path: Path) -> dict[str, Decoder]:
    """Decoders by name.

    Raises:
        FpgamlError: no such file, or not what a training of this task writes.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name], np.float64) for name in stored.files}
    except (OSError, ValueError) as error:
        raise FpgamlError(
            str(path), f"cannot be read: {error}", "`fpgaml train sensor_compression` writes it"
        ) from None
    names = [FLOAT, *(str(width) for width in c.LATENT_WIDTHS.values())]
    wanted = {f"{name}/{layer}/{part}" for name in names for layer in LAYERS for part in ("kernel", "bias")}
    if missing := sorted(wanted - arrays.keys()):
        raise FpgamlError(
            str(path), f"lacks {', '.join(missing[:3])}", "Train again, or give the folder that it filled"
        )
    return {name: _decoder(path, name, arrays) for name in names}


def _decoder(path: Path, name: str, arrays: Mapping[str, Real]) -> Decoder:
    layers = tuple((arrays[f"{name}/{layer}/kernel"], arrays[f"{name}/{layer}/bias"]) for layer in LAYERS)
    width = c.LATENT
    for kernel, bias in layers:
        if kernel.ndim != 2 or kernel.shape[0] != width or bias.shape != kernel.shape[1:]:
            raise FpgamlError(str(path), f"decoder `{name}` has layers that do not follow one another", "Train again")
        width = kernel.shape[1]
    if width != c.CELLS:
        raise FpgamlError(str(path), f"decoder `{name}` gives {width} cells, where a module has {c.CELLS}")
    return Decoder(layers)
