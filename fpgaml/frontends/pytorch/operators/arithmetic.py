"""Arithmetic of two tensors or a tensor and a number, and sums, means and extremes along axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator


def binary(kind: str) -> Translator:
    """self, other."""

    def translate(site: Site) -> None:
        site.give(kind, site.tensor(), site.tensor("other"))

    return translate


def scaled(kind: str) -> Translator:
    """self +- alpha other."""

    def translate(site: Site) -> None:
        site.give(kind, site.tensor(), _times_alpha(site, "other"))

    return translate


def reversed_subtraction(site: Site) -> None:
    """other - alpha self."""
    site.give("Sub", site.tensor("other"), _times_alpha(site, "self"))


def _times_alpha(site: Site, name: str) -> str:
    alpha = site.real("alpha", 1.0)
    tensor = site.tensor(name)
    return (
        tensor if alpha == 1.0 else site.emit("Mul", tensor, site.constant(np.float64(alpha), "alpha"), suffix="times")
    )


def division(site: Site) -> None:
    """self / other, not rounded."""
    if site.has("rounding_mode"):
        raise site.unsupported("rounds its quotient")
    site.give("Div", site.tensor(), site.tensor("other"))


def square(site: Site) -> None:
    """x times x."""
    site.give("Mul", site.tensor(), site.tensor())


def power(site: Site) -> None:
    """x to a whole power from 1 to 4, or a half."""
    exponent = site.real("exponent")
    if exponent == 0.5:
        site.give("Sqrt", site.tensor())
        return
    if exponent not in (1.0, 2.0, 3.0, 4.0):
        raise site.unsupported(f"raises to the power {exponent:g}", "Use a whole power from 1 to 4")
    x = product = site.tensor()
    if exponent == 1.0:
        site.give("Identity", x)
        return
    for step in range(2, int(exponent)):
        product = site.emit("Mul", product, x, suffix=f"power_{step}")
    site.give("Mul", product, x)


def reduction(kind: str, axes: str = "dim") -> Translator:
    """A sum, mean or extreme along some axes, or along all.

    Args:
        axes: the argument that names them.
    """

    def translate(site: Site) -> None:
        if site.output(1):
            raise site.unsupported("gives the places of its values too", "Use the values alone")
        rank = len(site.shape())
        wanted = [site.inner(axis % rank) if rank else 0 for axis in site.wholes(axes, range(rank))]
        named = site.constant(np.array(wanted, np.int64), "axes")
        site.give(kind, site.tensor(), named, outputs=[site.output()], keepdims=int(site.flag("keepdim")))

    return translate


def _both(name: str, translator: Translator, overloads: Sequence[str] = ("Tensor", "Scalar")) -> dict[str, Translator]:
    return {f"aten.{name}.{overload}": translator for overload in overloads}


TRANSLATORS: Mapping[str, Translator] = {
    **dict(
        chain.from_iterable(
            _both(name, translator).items()
            for name, translator in {
                "add": scaled("Add"),
                "sub": scaled("Sub"),
                "mul": binary("Mul"),
                "div": division,
                "rsub": reversed_subtraction,
            }.items()
        )
    ),
    "aten.div.Tensor_mode": division,
    "aten.maximum.default": binary("Max"),
    "aten.minimum.default": binary("Min"),
    "aten.max.other": binary("Max"),
    "aten.min.other": binary("Min"),
    "aten.square.default": square,
    "aten.pow.Tensor_Scalar": power,
    "aten.sum.default": reduction("ReduceSum"),
    "aten.sum.dim_IntList": reduction("ReduceSum"),
    "aten.mean.default": reduction("ReduceMean"),
    "aten.mean.dim": reduction("ReduceMean"),
    "aten.amax.default": reduction("ReduceMax"),
    "aten.amin.default": reduction("ReduceMin"),
    "aten.max.default": reduction("ReduceMax"),
    "aten.min.default": reduction("ReduceMin"),
    "aten.max.dim": reduction("ReduceMax"),
    "aten.min.dim": reduction("ReduceMin"),
}
