"""Which translation a function has."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.frontends.pytorch.operators import (
    activations,
    arithmetic,
    attention,
    indexed,
    linear,
    numbers,
    pooling,
    recurrent,
    shapes,
)
from fpgaml.frontends.pytorch.site import Translator

TRANSLATORS: Mapping[str, Translator] = {
    **linear.TRANSLATORS,
    **activations.TRANSLATORS,
    **pooling.TRANSLATORS,
    **arithmetic.TRANSLATORS,
    **shapes.TRANSLATORS,
    **attention.TRANSLATORS,
    **indexed.TRANSLATORS,
    **recurrent.TRANSLATORS,
    **numbers.TRANSLATORS,
}
"""By the name that a program gives the function; what is not here is neither translated nor run."""

VIEWS = frozenset(
    f"aten.{name}"
    for name in (
        *("view.default", "reshape.default", "flatten.using_ints", "unflatten.int", "view_as.default"),
        *("reshape_as.default", "squeeze.default", "squeeze.dim", "squeeze.dims", "unsqueeze.default"),
        *("permute.default", "transpose.int", "swapaxes.default", "t.default", "mT.default", "movedim.int"),
        *("movedim.intlist", "expand.default", "expand_as.default", "slice.Tensor", "select.int", "narrow.default"),
        *("split.Tensor", "split.sizes", "split_with_sizes.default", "chunk.default", "unbind.int"),
        *("alias.default", "detach.default", "lift_fresh.default", "contiguous.default", "type_as.default"),
        *("to.dtype", "to.dtype_layout", "to.device", "to.other", "to.prim_Device"),
        *("dropout.default", "alpha_dropout.default", "feature_dropout.default"),
    )
)
"""Functions whose result may lie in the memory of their argument, so that writing into one changes the other."""


def plain_name(target: str) -> str:
    """A function's name without the underscore that says that it writes into its argument: `aten.relu_.default`."""
    first, _, overload = target.rpartition(".")
    return f"{first.removesuffix('_')}.{overload}" if first.startswith("aten.") else target


def writes(target: str) -> bool:
    """Whether a function writes into its first argument."""
    return plain_name(target) != target
