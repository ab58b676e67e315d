"""The one table of functions, against the standard library's."""

from __future__ import annotations

from math import cosh, erfc, exp, log1p, sqrt

import numpy as np
import pytest

from fpgaml.graph.functions import FUNCTIONS

POINTS = [-9.5, -3.0, -2.6, -1.0, -0.125, 0.0, 0.25, 1.0, 2.4, 3.0, 7.75]


def relu(x: float) -> float:
    return max(x, 0.0)


WANTED = {
    "sigmoid": lambda x: 1 / (1 + exp(-x)),
    "tanh": lambda x: 1 - 2 / (exp(2 * x) + 1),
    "softplus": lambda x: relu(x) + log1p(exp(-abs(x))),
    "elu": lambda x: x if x > 0 else exp(x) - 1,
    "selu": lambda x: 1.05070098735548049 * (x if x > 0 else 1.67326324235437728 * (exp(x) - 1)),
    "gelu": lambda x: x * erfc(-x / sqrt(2)) / 2,
    "silu": lambda x: x / (1 + exp(-x)),
    "mish": lambda x: x * (1 - 2 / ((1 + exp(x)) ** 2 + 1)),
    "hard_sigmoid": lambda x: (relu(x + 3) - relu(x - 3)) / 6,
    "hard_sigmoid_keras2": lambda x: (relu(x + 2.5) - relu(x - 2.5)) / 5,
    "hard_swish": lambda x: x * (relu(x + 3) - relu(x - 3)) / 6,
    "log_sigmoid": lambda x: -log1p(exp(-x)),
    "softsign": lambda x: x / (1 + x) if x > 0 else x / (1 - x),
}


@pytest.mark.parametrize("name", WANTED)
def test_a_function_is_what_it_is_called(name: str) -> None:
    found = FUNCTIONS[name](np.array(POINTS))
    np.testing.assert_allclose(found, [WANTED[name](x) for x in POINTS], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name, function in FUNCTIONS.items() if function.flat_beyond < 64])
def test_a_flat_function_hardly_changes_beyond(name: str) -> None:
    edge = 2.0 ** FUNCTIONS[name].flat_beyond
    beyond = FUNCTIONS[name](np.array([edge, 100 * edge]))
    below = FUNCTIONS[name](np.array([-edge, -100 * edge]))
    slack = 1 / cosh(edge / 2) ** 2
    assert max(np.ptp(beyond), np.ptp(below)) < slack
