"""An hls4ml layer whose C++ function fpgaml writes itself, for operations that hls4ml lacks or rounds.

The functions go into the project's `nnet_utils/nnet_code_gen.h`, beside hls4ml's own generated code.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

CLASS_NAME = "FpgamlOperation"
HEADER = Path("firmware", "nnet_utils", "nnet_code_gen.h")


def write_functions(folder: Path, layers: Iterable[Any]) -> None:
    """Write the functions into a project, for backends that have no file for generated code."""
    if (folder / HEADER).exists():
        return
    functions = "".join(str(code) for layer in layers for code in layer.code.values())
    if functions:
        lines = ["#ifndef NNET_CODE_GEN_H_", "#define NNET_CODE_GEN_H_", "", '#include "nnet_common.h"', ""]
        lines += ["namespace nnet {", functions, "} // namespace nnet", "", "#endif", ""]
        (folder / HEADER).write_text("\n".join(lines))


@cache
def register(backend: str) -> None:
    """Make the layer known to hls4ml, once in a process for each backend, by hls4ml's name."""
    from hls4ml.backends import get_backend

    get_backend(backend).register_template(_call_template())


@cache
def _layer_class() -> Any:
    """The layer's class; made late, since importing hls4ml takes long."""
    from hls4ml.model.layers import Layer, register_layer
    from hls4ml.model.types import Source

    class FpgamlOperation(Layer):  # type: ignore[misc]
        """Attributes: out_shape (tuple), code (C++ text of a function template), function (its name)."""

        def initialize(self) -> None:
            self.add_output_variable(list(self.get_attr("out_shape")))
            self.set_attr("function_codegen", Source(self.get_attr("code")))

    register_layer(CLASS_NAME, FpgamlOperation)
    return FpgamlOperation


@cache
def _call_template() -> Any:
    from hls4ml.backends.template import FunctionCallTemplate

    class FpgamlOperationCall(FunctionCallTemplate):  # type: ignore[misc]
        """`nnet::name<types of inputs and output>(inputs, output);`"""

        def __init__(self) -> None:
            super().__init__(_layer_class(), include_header=["nnet_utils/nnet_code_gen.h"])

        def format(self, node: Any) -> str:
            inputs = [node.get_input_variable(name) for name in node.inputs]
            variables = [*inputs, node.get_output_variable()]
            types = ", ".join(variable.type.name for variable in variables)
            names = ", ".join(variable.name for variable in variables)
            return f"nnet::{node.get_attr('function')}<{types}>({names});"

    return FpgamlOperationCall
