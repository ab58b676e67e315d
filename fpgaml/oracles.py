"""Who gives the source model's answers: recorded ones, the framework or the kernels that the file is for, or nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fpgaml.frontends.detect import is_tflite
from fpgaml.frontends.model import PortCoding
from fpgaml.proof.oracle import Framework, FrameworkUse, Oracle, recorded_answers

if TYPE_CHECKING:
    from fpgaml.conversion import Request


def choose_oracle(
    path: Path | None,
    outputs: tuple[str, ...],
    request: Request,
    codings: Mapping[str, PortCoding] | None = None,
) -> tuple[Oracle | None, str]:
    """Who gives the source model's answers; if nobody, why not.

    Args:
        path: the model file; None where it is not at hand.
        outputs: the names of the graph's outputs.
        codings: of ports that carry integer codes.

    Raises:
        FpgamlError: FPGAML_FRAMEWORK_PYTHON names no Python.
    """
    recorded = recorded_answers(request.reference, request.data, outputs, request.layers, codings)
    if recorded is not None and request.framework != FrameworkUse.REQUIRED:
        return recorded, ""
    if request.framework == FrameworkUse.NEVER:
        return None, "the framework was not asked (--framework never), and no answers are recorded"
    if path is None:
        return None, "the model file is not at hand: give --model"
    if is_tflite(path):
        return _reference_kernels(path, outputs, request)
    from fpgaml.frontends.framework import framework_python
    from fpgaml.frontends.framework.answer import INSTALL

    if framework_python() is None and request.framework == FrameworkUse.AUTO:
        return None, f"Keras is not installed, and no answers are recorded (--reference). {INSTALL}"
    return Framework(path, outputs, request.layers, request.framework_events), ""


def _reference_kernels(path: Path, outputs: tuple[str, ...], request: Request) -> tuple[Oracle | None, str]:
    """LiteRT's reference kernels, where they can be run."""
    from fpgaml.frontends.framework.litert import litert_python
    from fpgaml.frontends.tflite.oracle import ReferenceKernels
    from fpgaml.tflite.running.litert import INSTALL

    if litert_python() is None and request.framework == FrameworkUse.AUTO:
        return None, f"LiteRT is not installed, and no answers are recorded (--reference). {INSTALL}"
    return ReferenceKernels(path, outputs, request.framework_events), ""
