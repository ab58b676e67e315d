"""The arrays of a Keras 3 file, by layer and variable name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import h5py
import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError

Array = NDArray[Any]

MAX_DATASET_BYTES = 2 << 30
SAVE_AGAIN = "Save the trained model again with `model.save('model.keras')`"


@dataclass(frozen=True)
class Location:
    """Where a layer's arrays are.

    Args:
        path: the group in a `.keras` file, such as `layers/functional/layers/dense_1`.
        outer: the name of the layer of the whole model that holds it (itself, or a nested model).
        name: the layer's own name.
    """

    path: str
    outer: str
    name: str


@dataclass(frozen=True)
class Variables:
    """The arrays of one layer and of the layers inside it.

    Args:
        where: the layer, for messages.
        groups: for each path inside the layer (empty for its own) either its arrays in the order in which
            Keras tracks variables (trainable ones first), or its arrays by name.
        prefix: the part of the layer that is looked at.
    """

    where: str
    groups: Mapping[str, Sequence[Array] | Mapping[str, Array]]
    prefix: str = ""

    def inside(self, part: str) -> Variables:
        """The arrays of a layer inside this one, such as `iq/quantizer`."""
        return Variables(self.where, self.groups, f"{self.prefix}/{part}" if self.prefix else part)

    def holds(self, part: str) -> bool:
        """Whether the file has arrays of a layer inside this one."""
        path = f"{self.prefix}/{part}" if self.prefix else part
        return any(group == path or group.startswith(f"{path}/") for group in self.groups)

    def take(self, order: Sequence[str]) -> dict[str, Array]:
        """The arrays by name.

        Args:
            order: the variables' names in Keras's order: trainable ones first, each kind as it was created.

        Raises:
            FpgamlError: some are missing, too many, or not finite.
        """
        group = self.groups.get(self.prefix, ())
        place = f" of `{self.prefix}`" if self.prefix else ""
        if isinstance(group, Mapping):
            missing = [name for name in order if name not in group]
            if missing:
                raise FpgamlError(self.where, f"the weights {', '.join(missing)}{place} are missing", SAVE_AGAIN)
            taken = {name: group[name] for name in order}
        else:
            if len(group) != len(order):
                reason = f"{len(group)} arrays{place} in the file where {len(order)} belong ({', '.join(order)})"
                raise FpgamlError(self.where, reason, SAVE_AGAIN)
            taken = dict(zip(order, group, strict=True))
        for name, array in taken.items():
            if name not in IGNORED and not np.isfinite(array).all():
                reason = f"NaN or infinity in `{name}`{place}"
                raise FpgamlError(self.where, reason, "Training diverged: train again from a checkpoint before that")
        return taken


IGNORED = frozenset({"ebops", "ebops_beta", "i_decay_speed"})
"""Variables that training alone uses; an infinite decay speed is normal."""


class WeightSource(Protocol):
    """A file's arrays."""

    def layer(self, location: Location, where: str) -> Variables:
        """The arrays of one layer; `where` names it in messages."""


def _checked(where: str, dataset: h5py.Dataset) -> Array:
    """A dataset's content.

    Raises:
        FpgamlError: it lies in another file, is too large, or holds no numbers.
    """
    name = str(dataset.name)
    if dataset.is_virtual or dataset.external:
        raise FpgamlError(where, f"`{name}` refers to another file", SAVE_AGAIN)
    if dataset.nbytes > MAX_DATASET_BYTES:
        raise FpgamlError(where, f"`{name}` would take {dataset.nbytes} bytes", "The file is not read")
    if dataset.dtype.kind not in "fiub":
        raise FpgamlError(where, f"`{name}` holds {dataset.dtype}, not numbers", SAVE_AGAIN)
    return np.asarray(dataset[()])


def _members(where: str, group: h5py.Group) -> Iterator[tuple[str, Any]]:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise FpgamlError(where, f"`{group.name}/{name}` is a link to elsewhere", SAVE_AGAIN)
        yield name, group[name]


def _by_group(where: str, group: h5py.Group, path: str = "") -> Iterator[tuple[str, Array]]:
    for name, member in _members(where, group):
        inner = f"{path}/{name}" if path else name
        if isinstance(member, h5py.Group):
            yield from _by_group(where, member, inner)
        elif isinstance(member, h5py.Dataset):
            yield inner, _checked(where, member)


@dataclass(frozen=True)
class SavedWeights:
    """The arrays of a `.keras` file.

    Args:
        groups: for each path such as `layers/dense/iq/quantizer` its arrays in order.
    """

    groups: Mapping[str, Sequence[Array]]

    @classmethod
    def read(cls, where: str, store: h5py.File) -> SavedWeights:
        """Read `model.weights.h5`: the array with index n of a layer is `<path>/vars/<n>`."""
        found: dict[str, dict[int, Array]] = {}
        for path, array in _by_group(where, store):
            head, _, index = path.rpartition("/")
            holder, _, last = head.rpartition("/")
            if last == "vars" and index.isdecimal() and not path.startswith("optimizer"):
                found.setdefault(holder, {})[int(index)] = array
        return cls({path: [arrays[n] for n in sorted(arrays)] for path, arrays in found.items()})

    def layer(self, location: Location, where: str) -> Variables:
        """The arrays of one layer."""
        start = f"{location.path}/"
        inside = {path.removeprefix(start): arrays for path, arrays in self.groups.items() if path.startswith(start)}
        return Variables(where, inside | {"": self.groups.get(location.path, [])})


_SUBLAYER = re.compile(r"(?:^|_)(iq|oq|kq|bq|rkq|sq|paq|praq|rhq|exp_table|inv_table)$")
_DIRECTION = re.compile(r"^(forward|backward)_")


@dataclass
class _LegacyLayer:
    groups: dict[str, dict[str, Array]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    def add(self, parts: Sequence[str], array: Array) -> None:
        """File an array under its path, such as `q_dense_iq/fixed_point_quantizer_kif_2/f`."""
        path: list[str] = []
        for part in parts[:-1]:
            match = _SUBLAYER.search(part)
            if match:
                path.append(match.group(1))
            elif part.startswith("fixed_point_quantizer"):
                path.append("quantizer")
            elif part.startswith("multiple_quantizers"):
                path += ["iq", "quantizers"]
            elif part.endswith("_cell"):  # of a recurrent layer
                path.append("cell")
            elif not path and (match := _DIRECTION.match(part)):  # of a Bidirectional
                path.append(f"{match.group(1)}_layer")
            elif path[-1:] != ["quantizers"]:  # a layer inside of this one
                path.append(part)
            else:  # one of several quantizers, under a name that is unique in the whole process
                known = self.members.setdefault("/".join(path), [])
                if part not in known:
                    known.append(part)
                index = known.index(part)
                path.append(f"quantizer_{index}" if index else "quantizer")
        self.groups.setdefault("/".join(path), {})[parts[-1].split(":")[0]] = array


@dataclass(frozen=True)
class LegacyWeights:
    """The arrays of a `.h5` file that Keras 3 wrote.

    Args:
        layers: by the name of the layer of the whole model, each array with its path's parts, such as
            `model / dense / dense_iq / fixed_point_quantizer_kif / f`.
    """

    layers: Mapping[str, Sequence[tuple[tuple[str, ...], Array]]]

    @classmethod
    def read(cls, where: str, group: h5py.Group) -> LegacyWeights:
        """Read the group `model_weights`: a group for each layer, which lists its arrays in order."""
        layers = {}
        for outer, member in _members(where, group):
            if not isinstance(member, h5py.Group):
                continue
            arrays = dict(_by_group(where, member))
            names = list(_weight_names(member))
            missing = [name for name in names if name not in arrays]
            if missing:
                raise FpgamlError(where, f"the array `{outer}/{missing[0]}` is missing", SAVE_AGAIN)
            layers[outer] = [(tuple(name.split("/")), arrays[name]) for name in names]
        return cls(layers)

    def layer(self, location: Location, where: str) -> Variables:
        """The arrays of one layer: those below its name, whatever stands before it."""
        found = _LegacyLayer()
        arrays = self.layers.get(location.outer, ())
        whole = location.name == location.outer and not any(location.name in parts[:-1] for parts, _ in arrays)
        for parts, array in arrays:
            holders = parts[:-1]
            if whole:  # a model that was loaded before it was saved: what a layer holds may be called without it
                found.add(parts, array)
            elif location.name in holders:
                start = len(holders) - holders[::-1].index(location.name)
                found.add(parts[start:], array)
        return Variables(where, found.groups or {"": {}})


def _weight_names(group: h5py.Group) -> Iterator[str]:
    """The list of arrays, which Keras spreads over several attributes where it is long."""
    chunks = 0
    while f"weight_names{chunks}" in group.attrs:
        chunks += 1
    whole = ["weight_names"] if "weight_names" in group.attrs else []
    for attribute in whole or [f"weight_names{chunk}" for chunk in range(chunks)]:
        for name in group.attrs[attribute]:
            yield name.decode() if isinstance(name, bytes) else str(name)
