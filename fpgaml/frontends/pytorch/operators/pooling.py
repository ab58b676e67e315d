"""Pools, and upsampling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator


def _window(site: Site, rank: int) -> dict[str, Any]:
    """What the windows of both kinds of pools are like."""
    kernel, padding = site.wholes("kernel_size", count=rank), site.wholes("padding", [0], rank)
    return {
        "kernel_shape": kernel,
        "strides": site.wholes("stride", kernel, rank),
        "pads": padding + padding,
        "ceil_mode": int(site.flag("ceil_mode")),
    }


def max_pool(rank: int) -> Translator:
    """The largest value of each window over `rank` axes."""

    def translate(site: Site) -> None:
        if site.output(1):
            raise site.unsupported("gives the places of the largest values too", "Use the values alone")
        dilations = site.wholes("dilation", [1], rank)
        site.give("MaxPool", site.tensor(), dilations=dilations, **_window(site, rank))

    return translate


def average_pool(rank: int) -> Translator:
    """The mean of each window over `rank` axes."""

    def translate(site: Site) -> None:
        if site.has("divisor_override"):
            raise site.unsupported("divides by a number of its own")
        include = int(site.flag("count_include_pad", True))
        site.give("AveragePool", site.tensor(), count_include_pad=include, **_window(site, rank))

    return translate


def adaptive(kind: str, rank: int) -> Translator:
    """A pool to a given size: of everything, or of windows that divide the input evenly.

    Args:
        kind: `Average` or `Max`.
    """

    def translate(site: Site) -> None:
        if site.output(1):
            raise site.unsupported("gives the places of the largest values too", "Use the values alone")
        size, wanted = site.shape()[-rank:], site.wholes("output_size", count=rank)
        if set(wanted) == {1}:
            site.give(f"Global{kind}Pool", site.tensor())
            return
        if any(not small or large % small for large, small in zip(size, wanted, strict=True)):
            raise site.unsupported(
                f"makes {wanted} of {list(size)} by windows of different sizes", "Use an even division"
            )
        kernel = [large // small for large, small in zip(size, wanted, strict=True)]
        site.give(f"{kind}Pool", site.tensor(), kernel_shape=kernel, strides=kernel)

    return translate


def upsample(site: Site) -> None:
    """Each value repeated along the spatial axes."""
    before, after = site.shape("self" if site.has("self") else "input"), site.out_shape
    if any(large % small for large, small in zip(after, before, strict=True)):
        raise site.unsupported(f"makes {after} of {before}, which repeats some values more often", "Use a whole factor")
    factors = np.array([large / small for large, small in zip(after, before, strict=True)], np.float32)
    tensor = site.tensor("self" if site.has("self") else "input")
    modes = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    site.give("Resize", tensor, "", site.constant(factors, "factors"), **modes)


TRANSLATORS: Mapping[str, Translator] = {
    "aten.max_pool1d.default": max_pool(1),
    "aten.max_pool2d.default": max_pool(2),
    "aten.max_pool2d_with_indices.default": max_pool(2),
    "aten.avg_pool1d.default": average_pool(1),
    "aten.avg_pool2d.default": average_pool(2),
    "aten.adaptive_avg_pool1d.default": adaptive("Average", 1),
    "aten.adaptive_avg_pool2d.default": adaptive("Average", 2),
    "aten._adaptive_avg_pool2d.default": adaptive("Average", 2),
    "aten.adaptive_max_pool1d.default": adaptive("Max", 1),
    "aten.adaptive_max_pool2d.default": adaptive("Max", 2),
    "aten.upsample_nearest1d.default": upsample,
    "aten.upsample_nearest1d.vec": upsample,
    "aten.upsample_nearest2d.default": upsample,
    "aten.upsample_nearest2d.vec": upsample,
}
