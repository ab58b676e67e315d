"""Sums of products are exact, whatever the widths."""

from __future__ import annotations

import numpy as np
import pytest

from fpgaml.graph.values import as_ints, contract, matmul


@pytest.mark.parametrize("a_bits", [10, 30, 52, 61, 64, 130])
@pytest.mark.parametrize("b_bits", [1, 14, 50, 70])
def test_every_width_gives_what_python_integers_give(a_bits: int, b_bits: int) -> None:
    rng = np.random.default_rng(a_bits * 1000 + b_bits)

    def integers(bits: int, shape: tuple[int, ...]) -> np.ndarray:
        size = int(np.prod(shape))
        values = [int.from_bytes(rng.bytes(20), "little") % (2 << bits) - (1 << bits) for _ in range(size)]
        return as_ints(np.array([*values[:-2], -(1 << bits), (1 << bits) - 1], dtype=object).reshape(shape))

    a, b = integers(a_bits, (3, 4, 7)), integers(b_bits, (7, 5))
    wanted = [
        [[sum(int(a[i, j, n]) * int(b[n, k]) for n in range(7)) for k in range(5)] for j in range(4)] for i in range(3)
    ]
    assert contract(matmul, a, b, 7).tolist() == wanted


def test_a_large_matrix_is_one_product() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.integers(-99, 100, (2, 5, 3, 128)), rng.integers(-99, 100, (128, 40))
    assert (matmul(a, b) == np.einsum("abcn,nk->abck", a, b)).all()
