"""The JSON of an exported program as dataclasses (PyTorch source, `torch/_export/serde/schema.py`).

What the JSON says wrongly raises a KeyError, TypeError or ValueError here; `exported.read` names the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]

MAJOR_VERSION = 8
"""Of the schema: PyTorch raises it where old readers would misread a program."""

DTYPES = {
    1: "uint8",
    2: "int8",
    3: "int16",
    4: "int32",
    5: "int64",
    6: "float16",
    7: "float32",
    8: "float64",
    12: "bool",
    13: "bfloat16",
}
"""Element types by PyTorch's number (`schema.ScalarType`); the others are complex numbers, float8, large unsigned."""
STRIDED = 7
"""The layout of dense tensors (`schema.Layout`)."""


@dataclass(frozen=True)
class Ref:
    """A tensor of the program, by its name, as an argument."""

    name: str


@dataclass(frozen=True)
class Number:
    """A whole number that the program computes, such as the batch's size, by its name, as an argument."""

    name: str


@dataclass(frozen=True)
class Dtype:
    """An element type as an argument, by its name in `DTYPES`, or PyTorch's number."""

    name: str


@dataclass(frozen=True)
class Foreign:
    """An argument of a kind that says nothing here (a device), or that cannot be read (a graph): its kind."""

    kind: str


Argument: TypeAlias = "bool | int | float | str | Ref | Number | Dtype | Foreign | tuple[Argument, ...] | None"
Size: TypeAlias = int | str
"""A number, or sympy's text of an expression of the sizes that the program leaves open (`sizes.evaluated`)."""


@dataclass(frozen=True)
class TensorMeta:
    """A tensor's type and place.

    Args:
        dtype: its name in `DTYPES`, or PyTorch's number; sizes, strides, offset: in elements.
        dense: whether its elements lie in memory one by one.
    """

    dtype: str
    sizes: tuple[Size, ...]
    strides: tuple[Size, ...]
    offset: Size
    dense: bool


@dataclass(frozen=True)
class ModuleUse:
    """The module whose `forward` makes a call.

    Args:
        key: differs where a module is used twice; path: its qualified name, empty for the outermost.
        kind: its class with its Python module.
    """

    key: str = ""
    path: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Call:
    """One call of the program.

    Args:
        target: the function, such as `aten.relu.default` or `_operator.mul`.
        arguments: by the names of the function's schema; those at their defaults are left out.
        outputs: the tensors and numbers that it gives, None where nobody uses one.
        name: the call's own; modules: that made it, from the outermost on.
    """

    target: str
    arguments: Mapping[str, Argument]
    outputs: tuple[str | None, ...]
    name: str
    modules: tuple[ModuleUse, ...] = ()

    @property
    def module(self) -> ModuleUse:
        """The innermost module, whose `forward` makes the call."""
        return self.modules[-1] if self.modules else ModuleUse()


@dataclass(frozen=True)
class Lifted:
    """A weight, buffer or constant that the program takes as an input: the input's name, and the tensor's own."""

    tensor: str
    stored: str


@dataclass(frozen=True)
class Program:
    """An exported program without its weights.

    Args:
        calls: in execution order; metas: for each tensor what is known of it.
        inputs: the user's, in order; lifted: the others; outputs: what the user gets, in order.
        refused: what its signature has that no network for an FPGA needs, in words.
        torch_version: what wrote it.
    """

    calls: tuple[Call, ...]
    metas: Mapping[str, TensorMeta]
    inputs: tuple[str, ...]
    lifted: tuple[Lifted, ...]
    outputs: tuple[str, ...]
    refused: tuple[str, ...]
    torch_version: str


def program(json: JsonObject) -> Program:
    """The program in a `models/….json`."""
    module, graph = json["graph_module"], json["graph_module"]["graph"]
    signature = module["signature"]
    inputs, lifted, refused = _inputs(signature["input_specs"])
    outputs, changed = _outputs(signature["output_specs"])
    return Program(
        tuple(_call(node) for node in graph["nodes"]),
        {_text(name): tensor_meta(meta) for name, meta in graph["tensor_values"].items()},
        inputs,
        lifted,
        outputs,
        (*refused, *changed),
        _text(json.get("torch_version", "")),
    )


def tensor_meta(json: JsonObject) -> TensorMeta:
    """What is said of one tensor."""
    number = _whole(json["dtype"])
    return TensorMeta(
        DTYPES.get(number, f"number {number}"),
        tuple(_size(size) for size in json["sizes"]),
        tuple(_size(stride) for stride in json["strides"]),
        _size(json["storage_offset"]),
        _whole(json["layout"]) == STRIDED,
    )


def _inputs(specs: list[JsonObject]) -> tuple[tuple[str, ...], tuple[Lifted, ...], list[str]]:
    inputs, lifted, refused = [], [], []
    named = {"parameter": "parameter_name", "buffer": "buffer_name", "tensor_constant": "tensor_constant_name"}
    for spec in specs:
        kind, value = _one(spec)
        if kind in named:
            lifted.append(Lifted(_text(value["arg"]["name"]), _text(value[named[kind]])))
        elif kind == "user_input" and "as_tensor" in value["arg"]:
            inputs.append(_text(value["arg"]["as_tensor"]["name"]))
        elif kind == "user_input" and "as_none" not in value["arg"]:
            refused.append(f"an input that is not a tensor ({_one(value['arg'])[0]})")
        elif kind not in ("user_input", "constant_input"):  # constants stand in the calls' arguments too
            refused.append(f"an input of the kind {kind}")
    return tuple(inputs), tuple(lifted), refused


def _outputs(specs: list[JsonObject]) -> tuple[tuple[str, ...], list[str]]:
    outputs, refused = [], []
    for spec in specs:
        kind, value = _one(spec)
        if kind == "user_output" and "as_tensor" in value["arg"]:
            outputs.append(_text(value["arg"]["as_tensor"]["name"]))
        elif kind == "user_output" and "as_none" not in value["arg"]:
            refused.append(f"an output that is not a tensor ({_one(value['arg'])[0]})")
        elif kind in ("buffer_mutation", "parameter_mutation"):
            name = _text(value.get("buffer_name", value.get("parameter_name", "")))
            refused.append(f"a change of its own `{name}` with each event")
        elif kind != "user_output":
            refused.append(f"an output of the kind {kind}")
    return tuple(outputs), refused


def _call(node: JsonObject) -> Call:
    target = _text(node["target"])
    arguments = {_text(given["name"]): _argument(given["arg"]) for given in node["inputs"]}
    outputs = tuple(name for output in node["outputs"] for name in _output(output))
    name = node.get("name") or next((name for name in outputs if name), target.rpartition(".")[2])
    stack = _text(node["metadata"].get("nn_module_stack", ""))
    return Call(target.removeprefix("torch.ops."), arguments, outputs, _text(name), _modules(stack))


def _modules(stack: str) -> tuple[ModuleUse, ...]:
    """Of `key,path,class;key,path,class`; the outermost's path is empty."""
    found = [each.split(",") for each in stack.split(";")]
    return tuple(ModuleUse(*parts) for parts in found if len(parts) == 3 and not parts[0].startswith("_"))


def _output(json: JsonObject) -> list[str | None]:
    kind, value = _one(json)
    if kind == "as_tensor":
        return [_text(value["name"])]
    if kind == "as_tensors":
        return [_text(item["name"]) for item in value]
    if kind == "as_sym_int":
        return [_text(value["as_name"])]
    return [None]


def _argument(json: JsonObject) -> Argument:
    kind, value = _one(json)
    match kind:
        case "as_none":
            return None
        case "as_tensor":
            return Ref(_text(value["name"]))
        case "as_tensors":
            return tuple(Ref(_text(item["name"])) for item in value)
        case "as_optional_tensor":
            return _argument(value)
        case "as_optional_tensors" | "as_sym_ints" | "as_sym_floats":
            return tuple(_argument(item) if kind == "as_optional_tensors" else _number(item) for item in value)
        case "as_sym_int" | "as_sym_float":
            return _number(value)
        case "as_int":
            return _whole(value)
        case "as_ints":
            return tuple(_whole(item) for item in value)
        case "as_float":
            return _real(value)
        case "as_floats":
            return tuple(_real(item) for item in value)
        case "as_bool":
            return _truth(value)
        case "as_bools":
            return tuple(_truth(item) for item in value)
        case "as_string":
            return _text(value)
        case "as_scalar_type":
            return Dtype(DTYPES.get(_whole(value), f"number {value}"))
        case _:
            return Foreign(kind.removeprefix("as_"))


def _number(json: JsonObject) -> Argument:
    kind, value = _one(json)
    if kind == "as_int":
        return _whole(value)
    return _real(value) if kind == "as_float" else Number(_text(value))


def _size(json: JsonObject) -> Size:
    kind, value = _one(json)
    return _whole(value) if kind == "as_int" else _text(value["expr_str"])


def _one(json: JsonObject) -> tuple[str, Any]:
    """The one kind and value that a union holds."""
    ((kind, value),) = json.items()
    return kind, value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} instead of a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r:.40} instead of a whole number")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r:.40} instead of true or false")
    return value


def _real(value: object) -> float:
    """A number; infinities and NaN are written as texts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{value!r:.40} instead of a number")
    return float(value)
