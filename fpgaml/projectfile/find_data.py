"""Events and labels beside a model: files whose arrays fit its inputs by shape, and one label an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from pathlib import Path

from fpgaml.data.arrays import FORMATS, LAYER_PREFIX, arrays_in
from fpgaml.data.axes import orders
from fpgaml.data.dataset import open_data
from fpgaml.data.labels import MOST_CLASSES, Labels, read_labels
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape
from fpgaml.projectfile.find_model import files_in, is_model
from fpgaml.projectfile.finding import Finding, one_of

MOST_FILES = 100
"""Data files that are opened."""
MOST_NUMBERS = 10_000_000
"""Of labels that are read."""
MOST_ARRAYS = 50
"""Of a file that are looked at."""


@dataclass(frozen=True)
class Fitting:
    """Events that fit.

    Args:
        value: as --data takes it; arrays: names of the arrays in it that are meant; events: how many.
        shape: of the first of them; axes: as --data-axes takes them, empty where they lie right.
    """

    value: str
    arrays: frozenset[str]
    events: int
    shape: Shape
    axes: str = ""


def find_data(folder: Path, model: Path, shapes: Mapping[str, Shape]) -> list[Finding]:
    """What the keys `data`, `data-axes`, `labels` and `reference` may be.

    Args:
        folder: whose files are looked at, and that values are relative to.
        shapes: of the model's inputs, by layer.
    """
    files = list(_data_files(folder, model))
    fitting = [found for path in files for found in _fitting(path, shapes)]
    turned = [] if fitting or len(shapes) != 1 else [found for path in files for found in _turned(path, shapes)]
    found = [*_data(fitting, shapes), *_axes(turned, shapes)]
    found = found or [Finding("data", f"{_takes(shapes)}; nothing here fits.")]
    one = (fitting or turned)[0] if len(fitting or turned) == 1 else None
    return [*found, *_answers(files, one, active=bool(fitting))] if one else found


def _data_files(folder: Path, model: Path) -> Iterator[Path]:
    """Files of events; a model's weights in a file of their own are none."""
    data = (path for path in files_in(folder) if path.suffix.lower() in FORMATS and not path.samefile(model))
    others = (path for path in data if not path.name.endswith("weights.h5") and not is_model(path))
    return islice(others, MOST_FILES)


def _fitting(path: Path, shapes: Mapping[str, Shape]) -> Iterator[Fitting]:
    """The file, if it is clear which of its arrays is meant; else each array that fits the only input."""
    found = _opened(path, "", shapes)
    if found:
        yield found
    elif len(shapes) == 1:
        yield from filter(None, (_opened(path, name, shapes) for name, _ in _named(path)))


def _turned(path: Path, shapes: Mapping[str, Shape]) -> Iterator[Fitting]:
    """Arrays whose events have the input's axes in another order."""
    (wanted,) = shapes.values()
    for name, event in _named(path, alone=True):
        for axes in orders(event, wanted):
            found = _opened(path, name, shapes, axes)
            if found:
                yield found


def _opened(path: Path, name: str, shapes: Mapping[str, Shape], axes: str = "") -> Fitting | None:
    order = tuple(int(axis) for axis in axes.split(",")) if axes else None
    try:
        data = open_data(f"{path}:{name}" if name else path, shapes, axes=order)
    except FpgamlError:
        return None
    arrays = [source.array for source in data.sources.values()]
    names = frozenset(_value(path, array.name) for array in arrays)
    return Fitting(_value(path, name), names, data.events, arrays[0].event, axes)


def _named(path: Path, *, alone: bool = False) -> Iterator[tuple[str, Shape]]:
    """Arrays of a file by name, with the shape of an event; alone: also the one without a name."""
    try:
        arrays = arrays_in(path)
    except FpgamlError:
        return
    for name, find in islice(arrays.items(), MOST_ARRAYS):
        if name.startswith(LAYER_PREFIX) or not (name or alone):
            continue
        try:
            array = find()
        except FpgamlError:
            continue
        if array.shape:
            yield name, array.event


def _data(fitting: Sequence[Fitting], shapes: Mapping[str, Shape]) -> list[Finding]:
    takes = _takes(shapes)
    said = {each.value: f"{each.events:,} events of shape {_shown(each.shape)}" for each in fitting}
    return one_of("data", said, f"{takes}, and nothing else here fits", f"{takes}, and several files fit")


def _axes(turned: Sequence[Fitting], shapes: Mapping[str, Shape]) -> list[Finding]:
    """An offer, since the sizes alone do not tell which axis is which."""
    if not turned:
        return []
    ((layer, wanted),) = shapes.items()
    said = "; ".join(f"{each.value} has events of shape {_shown(each.shape)}, axes {each.axes}" for each in turned)
    why = (
        f"`{layer}` takes {_shown(wanted)}; nothing here has this shape, but with the axes in another order: {said}. "
        "If that is what they mean, take the # away here and at data-axes."
    )
    values, axes = (tuple(dict.fromkeys(found)) for found in zip(*((e.value, e.axes) for e in turned), strict=True))
    return [
        Finding("data", why, offered=values),
        Finding("data-axes", f"Goes with {' or '.join(values)}, above.", offered=axes),
    ]


def _answers(files: Iterable[Path], data: Fitting, *, active: bool) -> list[Finding]:
    """Labels of these events, and arrays that may be the framework's answers to them."""
    two: dict[str, str] = {}
    several: dict[str, str] = {}
    other: dict[str, str] = {}
    for path in files:
        for name, event in _named(path, alone=True):
            value = _value(path, name)
            labels = None if value in data.arrays else _labels(path, name, event, data.events)
            if labels is None:
                continue
            if labels.two:
                two[value] = f"{data.events:,} zeros and ones, as many as there are events"
            elif labels.one_hot or (labels.whole and labels.values.shape[1] == 1 and _few(labels)):
                several[value] = f"classes of {data.events:,} events, for an output with an element for each"
            else:
                other[value] = (
                    f"{'a number' if prod(event) == 1 else f'{prod(event)} numbers'} for each of {data.events:,} events"
                )
    found = one_of("labels", two | several, "nothing else here is", "Several arrays may be")
    if found and (several or not active):
        found = [Finding("labels", found[0].why, offered=tuple(two | several))]
    return found + _reference(other)


def _reference(other: Mapping[str, str]) -> list[Finding]:
    """Only ever an offer: what the firmware is proved against is not guessed."""
    if not other:
        return []
    said = "; ".join(f"{value}: {text}" for value, text in other.items())
    why = f"{said}. If these are the framework's own answers to the data, they are compared with in its place."
    return [Finding("reference", why, offered=tuple(other))]


def _labels(path: Path, name: str, event: Shape, events: int) -> Labels | None:
    """An array with a row for each event and no more, small enough to be labels or answers."""
    if prod(event) > MOST_CLASSES or prod(event) * events > MOST_NUMBERS:
        return None
    try:
        if arrays_in(path)[name]().events != events:
            return None
        return read_labels(path.parent / _value(path, name), events)
    except FpgamlError:
        return None


def _few(labels: Labels) -> bool:
    return bool(labels.found[0] >= 0) and labels.found.size <= MOST_CLASSES


def _value(path: Path, name: str) -> str:
    """An array as --data, --labels and --reference take it."""
    return f"{path.name}:{name}" if name else path.name


def _takes(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"`{name}` takes {_shown(shape)}" for name, shape in shapes.items())


def _shown(shape: Shape) -> str:
    return " x ".join(map(str, shape)) or "one number"
