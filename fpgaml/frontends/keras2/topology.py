"""The order in which a network calls its layers, nested models laid flat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fpgaml.errors import FpgamlError, Problem, UnsupportedError
from fpgaml.frontends.keras.arguments import Arguments, Tensor
from fpgaml.frontends.keras.recurrent import output_count
from fpgaml.graph.ops import Shape

Reference = tuple[str, int, int]
"""A tensor by its layer's name, the number of the call, and the number of the output."""
NETWORKS = ("Sequential", "Functional", "Model")


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Args:
        name: of the call: the layer's name, with the nested models it is in, and `:n` for its n-th reuse.
        path: the layer's name inside of its models, outermost first.
        kind, config: of the layer.
        inputs: names of the outputs that feed it.
        arguments: of the call, whose tensors are those of `inputs` in order.
    """

    name: str
    path: tuple[str, ...]
    kind: str
    config: Mapping[str, Any]
    inputs: tuple[str, ...] = ()
    arguments: Arguments = field(default_factory=Arguments)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Its outputs: the call's own name, and that with `#1`, `#2` for further ones."""
        count = output_count(self.kind, self.config)
        return (self.name, *(f"{self.name}#{number}" for number in range(1, count)))


@dataclass
class Topology:
    """A network as a list of calls, in execution order.

    Args:
        inputs: shapes without batch axis; outputs: names of calls.
        nested: for each nested model the call with its output.
    """

    name: str
    calls: list[Call] = field(default_factory=list)
    inputs: dict[str, Shape] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    nested: dict[str, str] = field(default_factory=dict)


def topology(description: Mapping[str, Any]) -> Topology:
    """Lay a network flat.

    Args:
        description: `class_name` and `config`, as in the file.

    Raises:
        UnsupportedError: a network that is a class of its own.
        FpgamlError: the description contradicts itself.
    """
    kind, config = str(description.get("class_name")), description.get("config")
    if kind not in NETWORKS:
        problem = Problem(
            kind, "a network that is Python code of its own", "Build it from Sequential or Model(in, out)"
        )
        raise UnsupportedError("network", [problem])
    name = str(config.get("name", "model")) if isinstance(config, Mapping) else "model"
    flat = Topology(name)
    try:
        flat.outputs = _expand(flat, kind, config, (), None)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise FpgamlError(
            name, f"the network's description cannot be followed ({type(error).__name__}: {error})", "Save it again"
        ) from error
    return flat


def _expand(flat: Topology, kind: str, config: Any, path: tuple[str, ...], given: Sequence[str] | None) -> list[str]:
    """Append a network's calls; `given` are the calls that feed a nested one. Returns its outputs."""
    if kind == "Sequential":
        return _sequential(flat, config, path, given)
    return _functional(flat, config, path, given)


def _add(
    flat: Topology,
    path: tuple[str, ...],
    index: int,
    layer: Mapping[str, Any],
    inputs: Sequence[str],
    arguments: Arguments,
) -> tuple[str, ...]:
    kind, config = str(layer["class_name"]).rpartition(">")[2], layer["config"]
    name = "/".join(path) + (f":{index}" if index else "")
    if kind in NETWORKS:
        if index:
            problem = Problem(name, "a nested model that is called more than once", "Call its layers one by one")
            raise UnsupportedError(name, [problem])
        outputs = _expand(flat, kind, config, path, inputs)
        if len(outputs) != 1:
            raise UnsupportedError(name, [Problem(name, "a nested model with several outputs", "Lay it flat")])
        flat.nested[name] = outputs[0]
        return (outputs[0],)
    flat.calls.append(Call(name, path, kind, config, tuple(inputs), arguments))
    return flat.calls[-1].outputs


def _input(flat: Topology, path: tuple[str, ...], config: Mapping[str, Any]) -> str:
    name = "/".join(path)
    shape = config.get("batch_input_shape", config.get("batch_shape"))
    if shape is None:
        raise FpgamlError(name, "the file does not say the input's shape", "Build the model before it is saved")
    if any(size is None for size in shape[1:]):
        raise FpgamlError(
            name, f"the input's shape {tuple(shape[1:])} is not fixed", "Firmware needs fixed sizes: give them in Input"
        )
    flat.inputs[name] = tuple(int(size) for size in shape[1:])
    return name


def _sequential(flat: Topology, config: Any, path: tuple[str, ...], given: Sequence[str] | None) -> list[str]:
    layers = config["layers"] if isinstance(config, Mapping) else config
    if not layers:
        raise FpgamlError(flat.name, "the network has no layers")
    current = given[0] if given else None
    if current is None and layers[0]["class_name"] != "InputLayer":
        first = layers[0]["config"]
        built = config.get("build_input_shape") if isinstance(config, Mapping) else None
        settings = {"batch_input_shape": built, **{k: v for k, v in first.items() if k.startswith("batch_")}}
        current = _input(flat, (*path, f"{first['name']}_input"), settings)
    for layer in layers:
        here = (*path, str(layer["config"]["name"]))
        if layer["class_name"] == "InputLayer":
            current = current or _input(flat, here, layer["config"])
        else:
            assert current is not None
            current, *more = _add(flat, here, 0, layer, [current], Arguments((Tensor(0),)))
            if more:
                problem = Problem("/".join(here), "several outputs in a Sequential model", "Build it as Model(in, out)")
                raise UnsupportedError("network", [problem])
    assert current is not None
    return [current]


def _references(value: Any) -> list[tuple[str, int, int]]:
    """[name, node, tensor] or a list of them."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if value and isinstance(value[0], str):
        value = [value]
    return [(str(v[0]), int(v[1]), int(v[2])) for v in value]


def _arguments(node: Any) -> tuple[list[Reference], Arguments]:
    """What one call is given, and the tensors among it: each as [name, node, tensor], the first with the settings.

    A constant in a tensor's place is ["_CONSTANT_VALUE", -1, value] (Keras 2, functional.py).
    """
    found: list[Reference] = []

    def read(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: read(each) for key, each in value.items()}
        if not isinstance(value, list | tuple):
            return value
        if len(value) >= 3 and isinstance(value[0], str) and type(value[1]) is int:
            if value[0] == "_CONSTANT_VALUE":
                return value[2]
            if type(value[2]) is int:
                found.append((value[0], value[1], value[2]))
                return Tensor(len(found) - 1)
        return [read(each) for each in value]

    if isinstance(node, Mapping):
        return list(_references(node)), Arguments(tuple(Tensor(index) for index in range(len(_references(node)))))
    one = bool(node) and isinstance(node[0], str)
    listed = [node] if one else list(node)
    given = [read(item[:3]) for item in listed]
    settings = listed[0][3] if listed and len(listed[0]) > 3 else {}
    return found, Arguments((given[0] if len(given) == 1 else given,), read(settings or {}))


def _first_node(layer: Mapping[str, Any]) -> int:
    """The index of the first call that the file lists.

    A nested model that starts with its own input was called on that before (Keras 2, functional.py,
    `_should_skip_first_node`).
    """
    inner: list[Mapping[str, Any]] = layer["config"]["layers"] if layer["class_name"] in NETWORKS else []
    return int(bool(inner) and str(inner[0]["class_name"]) == "InputLayer")


def _functional(flat: Topology, config: Any, path: tuple[str, ...], given: Sequence[str] | None) -> list[str]:
    done: dict[tuple[str, int], tuple[str, ...]] = {}
    entries = _references(config["input_layers"])
    waiting: list[tuple[Mapping[str, Any], int, Sequence[Reference], Arguments]] = []
    by_name = {str(layer.get("name", layer["config"]["name"])): layer for layer in config["layers"]}
    for position, (name, _, _) in enumerate(entries):
        done[name, 0] = (given[position] if given else _input(flat, (*path, name), by_name[name]["config"]),)
    for name, layer in by_name.items():
        for index, node in enumerate(layer["inbound_nodes"], start=_first_node(layer)):
            if (name, index) not in done:
                waiting.append((layer, index, *_arguments(node)))
    while waiting:
        ready = [w for w in waiting if all((name, node) in done for name, node, _ in w[2])]
        if not ready:
            names = ", ".join(str(w[0]["config"]["name"]) for w in waiting[:5])
            raise FpgamlError(flat.name, f"these layers wait for each other or for one that is missing: {names}")
        for layer, index, references, arguments in ready:
            name = str(layer.get("name", layer["config"]["name"]))
            feeds = [done[n, i][tensor] for n, i, tensor in references]
            done[name, index] = _add(flat, (*path, name), index - _first_node(layer), layer, feeds, arguments)
        waiting = [w for w in waiting if w not in ready]
    return [done[name, node][tensor] for name, node, tensor in _references(config["output_layers"])]
