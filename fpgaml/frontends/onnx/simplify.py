"""What a program computes of constants is computed, and what does nothing is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaml.frontends.onnx.fold import fold, numpy_type
from fpgaml.frontends.onnx.program import Call, Program

FLOATS = (1, 11)
"""float32 and float64, by their numbers (TensorProto.DataType)."""


def simplified(program: Program) -> Program:
    """The program without calls on constants alone, and without those that give what they take.

    Raises:
        FpgamlError: constants that do not fit together.
    """
    return _without_idle(_folded(program))


def _folded(program: Program) -> Program:
    constants = dict(program.constants)
    calls = []
    for call in program.calls:
        known = call.inputs and all(not name or name in constants for name in call.inputs)
        found = fold(call, [constants[name] if name else None for name in call.inputs]) if known else None
        if found is None or any(name in program.outputs for name in call.outputs):
            calls.append(call)
        else:
            constants.update(zip(call.outputs, found, strict=False))
    return replace(program, calls=tuple(calls), constants=constants)


def _without_idle(program: Program) -> Program:
    renamed: dict[str, str] = {}
    calls = []
    for call in program.calls:
        inputs = tuple(renamed.get(name, name) for name in call.inputs)
        if _idle(call) and call.outputs[0] not in program.outputs:
            renamed[call.outputs[0]] = inputs[0]
        else:
            calls.append(replace(call, inputs=inputs))
    return replace(program, calls=tuple(calls))


def _idle(call: Call) -> bool:
    """Whether a call gives what it takes."""
    if len([name for name in call.outputs if name]) != 1 or not call.inputs or not call.inputs[0]:
        return False
    if call.kind == "Cast":
        return call.attributes.get("to") in FLOATS
    return call.kind in ("Identity", "Dropout")


def is_float(number: int) -> bool:
    """Whether a number of TensorProto.DataType is a floating-point type."""
    return bool(np.dtype(numpy_type(number)).kind == "f")
