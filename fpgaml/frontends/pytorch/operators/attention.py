"""Attention: two products and a softmax."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator


def scaled_dot_product(site: Site) -> None:
    """softmax(scale q k^T + mask) v, as `torch.nn.functional.scaled_dot_product_attention` defines it."""
    for name, what in (("is_causal", "hides what comes later"), ("enable_gqa", "shares keys between heads")):
        if site.flag(name):
            raise site.unsupported(what, "Give a constant mask of numbers to add (attn_mask)")
    if site.real("dropout_p", 0.0):
        raise site.unsupported("drops values by chance", "Call `model.eval()` before `torch.export.export`")
    shape = site.shape("key")
    scale = site.real("scale") if site.has("scale") else 1 / sqrt(shape[-1])
    order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
    keys = site.emit("Transpose", site.tensor("key"), suffix="keys", perm=order)
    product = site.emit("MatMul", site.tensor("query"), keys, suffix="product")
    scores = site.emit("Mul", product, site.constant(np.float64(scale), "scale"), suffix="scores")
    if site.has("attn_mask"):
        mask = site.array("attn_mask")
        if mask is None or mask.dtype.kind != "f" or not np.isfinite(mask).all():
            raise site.unsupported("has a mask that is not constant, finite numbers", "Add numbers such as -16 instead")
        scores = site.emit("Add", scores, site.tensor("attn_mask"), suffix="masked")
    weights = site.emit("Softmax", scores, suffix="weights", axis=-1)
    site.give("MatMul", weights, site.tensor("value"))


TRANSLATORS: Mapping[str, Translator] = {"aten.scaled_dot_product_attention.default": scaled_dot_product}
