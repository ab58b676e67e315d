"""The constants of all classes' formulas together, by gradient descent on what a classifier is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .formula import FUNCTIONS, Formula, Reals, Term

BATCH = 2048
DECAYS = (0.9, 0.999)
"""Of Adam's moments."""


def refined(formulas: Sequence[Formula], x: Reals, soft: Reals, steps: int, rate: float, seed: int) -> list[Formula]:
    """Formulas of the same terms with other constants: least cross entropy with soft labels.

    Args:
        formulas: of equally many terms; x: features; soft: what each class's probability should be, shape (n, classes).
        steps: of Adam, batches in random order; rate: at the start, falling to nothing along a half cosine.
    """
    first, second, kind = (np.array(each) for each in zip(*(_places(each) for each in formulas), strict=True))
    held = {
        "weights": np.array([each.weights for each in formulas]),
        "bias": np.array([each.bias for each in formulas]),
        **{name: np.array([[getattr(t, name) for t in each.terms] for each in formulas]) for name in "abc"},
    }
    fixed = {"a": kind != 0, "b": held["b"] != 0, "c": kind != 0}

    def logits(values: Any, batch: Any) -> Any:
        u = values["a"] * batch[:, first] + values["b"] * batch[:, second] + values["c"]
        every = jnp.stack([u, jnp.tanh(u), jnp.exp(-u * u), jnp.sin(u)])
        terms = jnp.take_along_axis(every, kind[None, None], axis=0)[0]
        return (values["weights"] * terms).sum(axis=-1) + values["bias"]

    def loss(values: Any, batch: Any, wanted: Any) -> Any:
        return -(wanted * jax.nn.log_softmax(logits(values, batch))).sum(axis=-1).mean()

    def step(values: Any, moments: Any, count: Any, speed: Any, batch: Any, wanted: Any) -> Any:
        slope = jax.grad(loss)(values, batch, wanted)
        slope = {name: each * fixed.get(name, 1.0) for name, each in slope.items()}
        one = {name: DECAYS[0] * moments[0][name] + (1 - DECAYS[0]) * each for name, each in slope.items()}
        two = {name: DECAYS[1] * moments[1][name] + (1 - DECAYS[1]) * each**2 for name, each in slope.items()}
        even = [1 - decay**count for decay in DECAYS]
        moved = {
            name: values[name] - speed * (one[name] / even[0]) / (jnp.sqrt(two[name] / even[1]) + 1e-8)
            for name in values
        }
        return moved, (one, two)

    jitted = jax.jit(step)
    values: Any = {name: jnp.asarray(array, jnp.float32) for name, array in held.items()}
    moments: Any = ({name: 0 * each for name, each in values.items()},) * 2
    rng = np.random.default_rng(seed)
    for count in range(steps):
        chosen = rng.integers(0, len(x), min(BATCH, len(x)))
        speed = rate * 0.5 * (1 + np.cos(np.pi * count / steps))
        batch = (jnp.asarray(x[chosen], jnp.float32), jnp.asarray(soft[chosen], jnp.float32))
        values, moments = jitted(values, moments, count + 1, speed, *batch)
    return [
        _formula(formula, {name: np.asarray(each[row]) for name, each in values.items()})
        for row, formula in enumerate(formulas)
    ]


def _places(formula: Formula) -> tuple[list[int], list[int], list[int]]:
    return (
        [term.first for term in formula.terms],
        [term.second for term in formula.terms],
        [FUNCTIONS.index(term.function) for term in formula.terms],
    )


def _formula(formula: Formula, values: dict[str, Any]) -> Formula:
    terms = tuple(
        Term(old.function, old.first, old.second, *(float(values[name][place]) for name in "abc"))
        for place, old in enumerate(formula.terms)
    )
    return Formula(terms, tuple(float(each) for each in values["weights"]), float(values["bias"]))
