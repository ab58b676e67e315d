"""From a model's configuration to a list of layer calls: Sequential, Functional and nested models, flattened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import prod
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.frontends.keras.arguments import Arguments, Tensor
from fpgaml.frontends.keras.recurrent import output_count
from fpgaml.frontends.keras3.weights import Location

Config = Mapping[str, Any]
Shape = tuple[int, ...]

FLAT_ADVICE = "Build it as a Sequential or Functional model from layers, and save it again"
MOST_INPUTS = 1 << 24
"""Values of one input: far beyond any trigger, and still something that fits in memory."""
MODELS = frozenset({"Sequential", "Functional", "Model"})


@dataclass(frozen=True)
class LayerCall:
    """One application of a layer.

    Args:
        label: unique in the model: `outer/inner` in nested models, with `:1` at the second use of a shared layer.
        kind: the class name without its package, such as `Dense` or `QDense`.
        package: `keras`, `hgq`, or whatever else the file names.
        config: the layer's own configuration.
        location: of its weights.
        inputs: the tensors that it reads, by number.
        outputs: the tensors that it gives.
        arguments: of the call, whose tensors are those of `inputs` in order.
    """

    label: str
    kind: str
    package: str
    config: Config
    location: Location
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arguments: Arguments = field(default_factory=Arguments)


@dataclass(frozen=True)
class Topology:
    """A flattened model.

    Args:
        name: of the model.
        inputs: each input's name and shape (no batch axis), with its tensor number.
        calls: in execution order.
        outputs: tensor numbers.
        nested: for each nested model with one output its label and that output's tensor number.
    """

    name: str
    inputs: tuple[tuple[str, Shape, int], ...]
    calls: tuple[LayerCall, ...]
    outputs: tuple[int, ...]
    nested: tuple[tuple[str, int], ...]


def flatten(where: str, model: Config) -> Topology:
    """The calls of a whole model.

    Args:
        where: the file, for messages.
        model: its configuration with `class_name` and `config`.

    Raises:
        FpgamlError: a subclassed model, or a configuration that is not consistent.
    """
    try:
        return _Flattener(where).whole(model)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = f"the model's configuration is not consistent ({type(error).__name__}: {error})"
        raise FpgamlError(where, reason, "Save the model again with `model.save('model.keras')`") from error


@dataclass
class _Flattener:
    where: str
    calls: list[LayerCall] = field(default_factory=list)
    nested: list[tuple[str, int]] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    tensors: int = 0

    def whole(self, model: Config) -> Topology:
        _require_model(self.where, model)
        config = model["config"]
        names = []
        for name, layer in _inputs(self.where, model):
            names.append((name, _input_shape(name, layer), self.tensor()))
        outputs = self.inside(model, [number for *_, number in names], "", "", "")
        return Topology(
            str(config.get("name", "model")), tuple(names), tuple(self.calls), tuple(outputs), tuple(self.nested)
        )

    def tensor(self) -> int:
        self.tensors += 1
        return self.tensors - 1

    def inside(self, model: Config, given: Sequence[int], path: str, outer: str, label: str) -> list[int]:
        """Flatten one model that reads the tensors `given`; returns its outputs."""
        if class_name(model) == "Sequential":
            return self.sequential(model["config"], given, path, outer, label)
        return self.functional(model, given, path, outer, label)

    def sequential(self, config: Config, given: Sequence[int], path: str, outer: str, label: str) -> list[int]:
        layers = config["layers"]
        kept = layers[1:] if layers and class_name(layers[0]) == "InputLayer" else layers
        current = list(given)
        for layer, place in zip(kept, _places(kept, path), strict=True):
            name = str(layer["config"]["name"])
            current = self.layer(layer, name, current, place, outer, label, Arguments((Tensor(0),)))
        return current

    def functional(self, model: Config, given: Sequence[int], path: str, outer: str, label: str) -> list[int]:
        config = model["config"]
        layers = config["layers"]
        places = dict(zip((id(layer) for layer in layers), _places(layers, path), strict=True))
        names = [name for name, *_ in _references(config["input_layers"])]
        known = {(name, 0): [number] for name, number in zip(names, given, strict=True)}
        waiting = [
            (layer, str(layer.get("name", layer["config"].get("name"))), index, _tensors_of(node), _arguments(node))
            for layer in layers
            for index, node in enumerate(layer.get("inbound_nodes", ()))
        ]
        while waiting:
            later = []
            for layer, name, index, sources, arguments in waiting:
                if all((source, call) in known for source, call, _ in sources):
                    inputs = [known[source, call][output] for source, call, output in sources]
                    known[name, index] = self.layer(layer, name, inputs, places[id(layer)], outer, label, arguments)
                else:
                    later.append((layer, name, index, sources, arguments))
            if len(later) == len(waiting):
                raise ValueError(f"no source for {', '.join(name for _, name, *_ in later)}")
            waiting = later
        # Keras counts a nested Functional model's own construction as its first call, here and nowhere else.
        functional = {str(layer.get("name")) for layer in layers if class_name(layer) in ("Functional", "Model")}
        return [known[n, c - (n in functional)][o] for n, c, o in _references(config["output_layers"])]

    def layer(
        self,
        layer: Config,
        name: str,
        inputs: Sequence[int],
        path: str,
        outer: str,
        label: str,
        arguments: Arguments,
    ) -> list[int]:
        """Append one layer's call, or those of a nested model; returns its outputs."""
        full = self.unique(f"{label}/{name}" if label else name)
        if class_name(layer) in MODELS:
            _require_model(full, layer)
            outputs = self.inside(layer, inputs, path, outer or name, full)
            if len(outputs) == 1:
                self.nested.append((full, outputs[0]))
            return outputs
        kind, config = class_name(layer), layer["config"]
        outputs = [self.tensor() for _ in range(output_count(kind, config))]
        location = Location(path, outer or name, name)
        self.calls.append(
            LayerCall(full, kind, package_of(layer), config, location, tuple(inputs), tuple(outputs), arguments)
        )
        return outputs

    def unique(self, label: str) -> str:
        count = self.used.get(label, 0)
        self.used[label] = count + 1
        return f"{label}:{count}" if count else label


def class_name(layer: Config) -> str:
    """A layer's class, without its package."""
    name = str(layer.get("class_name"))
    return name.rpartition(">")[2]


def package_of(layer: Config) -> str:
    """Who a class belongs to: `keras`, `hgq`, `keras.ops` for an operation on a tensor, or another package."""
    registered, _, name = str(layer.get("class_name")).rpartition(">")
    if name and registered:  # the form of `.h5` files
        return registered
    module = str(layer.get("module") or "keras.layers")
    if module.startswith(("keras.src.ops", "keras.ops")):
        return "keras.ops"
    return module.partition(".")[0]


def _require_model(where: str, model: Config) -> None:
    kind = class_name(model)
    config = model.get("config")
    if kind not in MODELS or not isinstance(config, Mapping) or "layers" not in config:
        raise FpgamlError(where, f"`{kind}` is not a Sequential or Functional model", FLAT_ADVICE)
    if kind != "Sequential" and "input_layers" not in config:
        raise FpgamlError(where, f"`{kind}` does not say what its inputs are", FLAT_ADVICE)


def _inputs(where: str, model: Config) -> Iterator[tuple[str, Config]]:
    """Each input of the whole model: its name and its layer's configuration."""
    config = model["config"]
    layers = config["layers"]
    if class_name(model) != "Sequential":
        by_name = {str(layer.get("name", layer["config"].get("name"))): layer["config"] for layer in layers}
        for name, *_ in _references(config["input_layers"]):
            yield name, by_name[name]
        return
    if not layers:
        raise FpgamlError(where, "the model has no layers", FLAT_ADVICE)
    first = layers[0]["config"]
    if class_name(layers[0]) == "InputLayer":
        yield str(first["name"]), first
        return
    shape = config.get("build_input_shape") or first.get("batch_shape") or first.get("batch_input_shape")
    if shape is None:
        reason = "the model was never built: its input shape is not in the file"
        raise FpgamlError(where, reason, "Begin it with `keras.Input(shape=...)`, and save it again")
    yield "input", {"batch_shape": shape}


def _input_shape(name: str, config: Config) -> Shape:
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if not shape or len(shape) < 2:
        raise FpgamlError(name, f"an input of shape {shape} has no axis besides the batch", "Give it at least one")
    if any(size is None for size in shape[1:]):
        reason = f"the input's shape {tuple(shape[1:])} is open, firmware needs every size"
        raise FpgamlError(name, reason, "Build the model with fixed sizes, load the weights, and save it again")
    sizes = tuple(int(size) for size in shape[1:])
    if prod(sizes) > MOST_INPUTS:
        raise FpgamlError(name, f"an input of shape {sizes} is too large for firmware", f"At most {MOST_INPUTS} values")
    return sizes


def _references(nested: Any) -> Iterator[tuple[str, int, int]]:
    """The (layer, call, output) triples in a nested list or dictionary, in Keras's order."""
    if isinstance(nested, Mapping):
        for key in sorted(nested):
            yield from _references(nested[key])
    elif len(nested) == 3 and isinstance(nested[0], str):
        yield nested[0], int(nested[1]), int(nested[2])
    else:
        for item in nested:
            yield from _references(item)


def _tensors_of(node: Any) -> list[tuple[str, int, int]]:
    """What one call of a layer reads."""
    if isinstance(node, Mapping):
        return [*_histories(node.get("args", ())), *_histories(node.get("kwargs", {}))]
    return [(str(item[0]), int(item[1]), int(item[2])) for item in node]


def _arguments(node: Any) -> Arguments:
    """What one call of a layer is given, its tensors numbered in the order of `_tensors_of`."""
    if not isinstance(node, Mapping):
        return Arguments(tuple(Tensor(index) for index in range(len(node))))
    numbers = count()

    def numbered(value: Any) -> Any:
        if isinstance(value, Mapping):
            if value.get("class_name") == "__keras_tensor__":
                return Tensor(next(numbers))
            return {key: numbered(each) for key, each in value.items()}
        return [numbered(each) for each in value] if isinstance(value, list | tuple) else value

    positional = numbered(node.get("args", ()))
    return Arguments(tuple(positional), numbered(node.get("kwargs", {})))


def _histories(value: Any) -> Iterator[tuple[str, int, int]]:
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            name, call, output = value["config"]["keras_history"]
            yield str(name), int(call), int(output)
        else:
            for key in value:
                yield from _histories(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _histories(item)


def snake_case(name: str) -> str:
    """A class name as Keras spells it in weight files (Keras source, `keras/src/utils/naming.py`)."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _places(layers: Sequence[Config], path: str) -> list[str]:
    """Each layer's group in the weight file: its class name, numbered where it repeats."""
    counts: dict[str, int] = {}
    places = []
    for layer in layers:
        stem = snake_case(class_name(layer))
        count = counts.get(stem, 0)
        counts[stem] = count + 1
        stem = f"{stem}_{count}" if count else stem
        places.append(f"{path}/layers/{stem}" if path else f"layers/{stem}")
    return places
