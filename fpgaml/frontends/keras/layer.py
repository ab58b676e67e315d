"""One layer of a Keras network, 2 or 3, on its way into the Graph: its settings, its weights, what feeds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.emitter import Emitter
from fpgaml.frontends.keras.arguments import Arguments

UNUSABLE = (
    KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError, MemoryError,
)  # fmt: skip
"""What settings of the wrong kind raise where they are used."""


@dataclass(kw_only=True)
class KerasLayer(Emitter):
    """One layer as it is called in the network.

    Args:
        kind: its class in Keras.
        config: its settings, plain JSON values.
        inputs: the nodes that feed it.
        weights: by the last part of their name in Keras 2, such as `kernel`, and by their path inside of the layer,
            such as `query/kernel`; float32.
        arguments: of the call; empty where it has only its inputs.
    """

    kind: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...]
    weights: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    arguments: Arguments = field(default_factory=Arguments)

    @property
    def input(self) -> str:
        """The node that feeds a layer with one input; FpgamlError where it has another number."""
        if len(self.inputs) != 1:
            raise FpgamlError(self.label, f"{self.kind} takes one input, the file gives {len(self.inputs)}")
        return self.inputs[0]

    def weight(self, name: str, *shape: int | None) -> NDArray[np.float32]:
        """A weight tensor, in float32.

        Args:
            shape: what it must be; None where any size fits. Not checked where nothing is given.

        Raises:
            FpgamlError: the file does not have it, or its shape is another.
        """
        if name not in self.weights:
            stored = ", ".join(self.weights) or "none"
            raise FpgamlError(self.label, f"the file has no weight `{name}` (it has {stored})", "Save the model again")
        array = np.asarray(self.weights[name], dtype=np.float32)
        fits = len(array.shape) == len(shape) and all(w in (None, s) for s, w in zip(array.shape, shape, strict=True))
        if shape and not fits:
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise FpgamlError(
                self.label,
                f"the weight `{name}` has shape {array.shape}, the layer's settings ask for ({wanted})",
                "The file is inconsistent: save the model again",
            )
        return array

    def arrays(self, order: Sequence[str], *parts: str) -> dict[str, NDArray[np.float32]]:
        """Several weight tensors, by name, in float32.

        Args:
            order: their names, in the order in which Keras 3 tracks them (trainable ones first).
            parts: names that a layer inside of this one may have, which they are of; none for the layer's own.

        Raises:
            FpgamlError: the file does not have one of them.
        """
        stems = [f"{part}/" for part in parts] or [""]
        found = {}
        for name in order:
            stem = next((stem for stem in stems if f"{stem}{name}" in self.weights), stems[0])
            found[name] = self.weight(f"{stem}{name}")
        return found

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn what settings and weights of the wrong kind raise where they are used into an FpgamlError."""
        try:
            yield
        except UNUSABLE as error:
            reason = (
                f"the settings and weights of this {self.kind} do not fit together ({type(error).__name__}: {error})"
            )
            raise FpgamlError(self.label, reason, "Save the model again as a whole with `model.save`") from error


def whole(values: Sequence[Any] | int, rank: int) -> tuple[int, ...]:
    """A setting that is one number or one per axis, as one per axis."""
    return (int(values),) * rank if isinstance(values, int | float) else tuple(int(v) for v in values)
