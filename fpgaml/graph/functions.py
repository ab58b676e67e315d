"""Real functions of one value by name, for tables: frontends make them, targets recognise them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
_erf = np.vectorize(erf, otypes=[np.float64])


@dataclass(frozen=True)
class Function:
    """A function of one value.

    Args:
        real: computes it in float64, element by element; NaN or infinity where it has no value.
        flat_beyond: integer bits of the argument beyond which it hardly changes; 64 for never.
    """

    real: Callable[[Reals], Reals]
    flat_beyond: int = 64

    def __call__(self, x: Reals) -> Reals:
        with np.errstate(all="ignore"):
            return np.asarray(self.real(x), dtype=np.float64)


def _sigmoid(x: Reals) -> Reals:
    return np.asarray(np.exp(-np.logaddexp(0, -x)))


# Source of the definitions and of their constants: Keras 3, `keras/src/activations/activations.py` and `keras.ops`.
FUNCTIONS: Mapping[str, Function] = {
    "tanh": Function(np.tanh, 3),
    "sigmoid": Function(_sigmoid, 4),
    "exp": Function(np.exp),
    "softplus": Function(lambda x: np.logaddexp(0, x)),
    "softsign": Function(lambda x: x / (1 + np.abs(x))),
    "elu": Function(lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
    "selu": Function(
        lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
    ),
    "erf": Function(_erf, 3),
    "gelu": Function(lambda x: 0.5 * x * (1 + _erf(x / sqrt(2)))),
    "silu": Function(lambda x: x * _sigmoid(x)),
    "mish": Function(lambda x: x * np.tanh(np.logaddexp(0, x))),
    "hard_sigmoid": Function(lambda x: np.clip(x / 6 + 0.5, 0, 1), 2),
    "hard_sigmoid_keras2": Function(lambda x: np.clip(0.2 * x + 0.5, 0, 1), 2),
    "hard_swish": Function(lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hard_tanh": Function(lambda x: np.clip(x, -1, 1), 1),
    "log_sigmoid": Function(lambda x: -np.logaddexp(0, -x)),
    "square": Function(np.square),
    "abs": Function(np.abs),
    "negative": Function(np.negative),
    "sin": Function(np.sin),
    "cos": Function(np.cos),
    "sqrt": Function(np.sqrt),
    "log": Function(np.log),
}
