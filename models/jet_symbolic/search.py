"""Symbolic regression: formulas that follow a network's answers, grown term by term by random search and mutation.

For each class a term is drawn many times, the best of them are mutated, and the one that explains most of what is left
stays; the weights of all terms are then fitted anew by least squares (orthogonal matching pursuit, Pati et al. 1993,
over a dictionary that evolves). Each length gives a row of the table, as PySR's do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from .formula import FUNCTIONS, Formula, Reals, Term

RIDGE = 1e-2
"""Of the least squares, in units of the events: terms that are nearly constant, or nearly one, get no huge weights."""


@dataclass(frozen=True)
class Effort:
    """How much is tried for each term.

    Args:
        drawn: terms at random; parents: of them, the best, that are mutated; generations: of mutants, as many as
            `mutants` for each parent.
    """

    drawn: int = 400
    parents: int = 12
    generations: int = 12
    mutants: int = 4


def search(x: Reals, target: Reals, terms: int, rng: np.random.Generator, effort: Effort) -> Iterator[Formula]:
    """Formulas of 1, 2, ... terms.

    Args:
        x: features, shape (n, 16); target: what is followed, shape (n,).
    """
    x = np.asfortranarray(x)  # columns are read, one or two at a time
    chosen: list[Term] = []
    columns = [np.ones(len(x))]
    residual = target - target.mean()
    for _ in range(terms):
        best = _grow(x, residual, rng, effort)
        chosen.append(best)
        columns.append(best.values(x))
        matrix = np.stack(columns, axis=1)
        gram = matrix.T @ matrix + RIDGE * len(x) * np.diag([0.0, *[1.0] * len(chosen)])
        weights = np.linalg.solve(gram, matrix.T @ target)
        residual = target - matrix @ weights
        yield Formula(tuple(chosen), tuple(float(weight) for weight in weights[1:]), float(weights[0]))


def explained(x: Reals, residual: Reals, term: Term) -> float:
    """The part of a residual's variance that a term explains by the weight and the offset that the fit gives it."""
    values = term.values(x)
    values = values - values.mean()
    power = float(values @ values) + RIDGE * len(x)
    return float(values @ residual) ** 2 / (power * float(residual @ residual))


def _grow(x: Reals, residual: Reals, rng: np.random.Generator, effort: Effort) -> Term:
    """The term that explains most of a residual, as far as is found."""

    def scored(term: Term) -> tuple[float, Term]:
        return explained(x, residual, term), term

    pool = [scored(_random(x.shape[1], rng)) for _ in range(effort.drawn)]
    pool += [scored(Term("identity", feature, feature, 1.0, 0.0, 0.0)) for feature in range(x.shape[1])]
    for generation in range(effort.generations):
        pool.sort(key=lambda each: -each[0])
        pool = pool[: effort.parents]
        step = 0.6 * 0.8**generation
        pool += [scored(_mutated(term, step, x.shape[1], rng)) for _, term in pool for _ in range(effort.mutants)]
    return max(pool, key=lambda each: each[0])[1]


def _random(features: int, rng: np.random.Generator) -> Term:
    first, second = (int(each) for each in rng.choice(features, 2, replace=False))
    a, b, offset = rng.normal(0, 1.2, 3)
    single = rng.random() < 0.4
    name = FUNCTIONS[1 + int(rng.integers(len(FUNCTIONS) - 1))]
    return Term(name, first, second, float(a), 0.0 if single else float(b), float(offset))


def _mutated(term: Term, step: float, features: int, rng: np.random.Generator) -> Term:
    if term.function == "identity":
        return _random(features, rng)
    kind = rng.random()
    if kind < 0.1:
        return replace(term, function=FUNCTIONS[1 + int(rng.integers(len(FUNCTIONS) - 1))])
    if kind < 0.25:
        return replace(
            term, second=int((term.first + 1 + rng.integers(features - 1)) % features), b=float(rng.normal())
        )
    a, b, offset = rng.normal(0, step, 3)
    return replace(term, a=term.a + float(a), b=term.b + float(b) if term.b else 0.0, c=term.c + float(offset))
