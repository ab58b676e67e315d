"""Picks and sums by an index: of each event's tensor by that event's own index."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fpgaml.frontends.pytorch.site import Site, Translator


def gather(site: Site) -> None:
    """Elements along an axis."""
    site.give("GatherElements", site.tensor(), site.tensor("index"), axis=site.inner(site.axis()))


def scatter_add(site: Site) -> None:
    """What an index brings to a place, added to what is there."""
    tensors = (site.tensor(), site.tensor("index"), site.tensor("src"))
    site.give("ScatterElements", *tensors, axis=site.inner(site.axis()), reduction="add")


def index_add(site: Site) -> None:
    """The same with one constant index for all events, as fixed edges have it."""
    index, axis = site.array("index"), site.inner(site.axis())
    if index is None:
        raise site.unsupported("adds at places that are computed, the same for all events", "Use scatter_add")
    if site.has("alpha") and site.real("alpha", 1.0) != 1.0:
        raise site.unsupported("scales what it adds", "Multiply before it")
    line = index.reshape(*[1] * axis, -1, *[1] * (len(site.shape()) - axis - 1))
    places = site.constant(np.broadcast_to(line.astype(np.int64), site.shape("source")), "places")
    site.give("ScatterElements", site.tensor(), places, site.tensor("source"), axis=axis, reduction="add")


def one_hot(site: Site) -> None:
    """Rows of zeros with a one."""
    depth = site.whole_number("num_classes", -1)
    if depth < 1:
        raise site.unsupported("does not say how many classes there are", "Give num_classes")
    values = site.constant(np.array([0.0, 1.0]), "values")
    site.give("OneHot", site.tensor(), site.constant(np.array(depth, np.int64), "depth"), values, axis=-1)


TRANSLATORS: Mapping[str, Translator] = {
    "aten.gather.default": gather,
    "aten.scatter_add.default": scatter_add,
    "aten.index_add.default": index_add,
    "aten.one_hot.default": one_hot,
}
