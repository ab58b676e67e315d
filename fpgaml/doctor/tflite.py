"""What can be done with TensorFlow Lite projects."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.doctor.capabilities import VARIABLE, Capability

CONVERT, RUN = TFLITE_KINDS = ("tflite-convert", "tflite-run")
GET_TENSORFLOW = f"pip install 'fpgaml[tensorflow]', here or in the Python that {VARIABLE} names"
GET_LITERT = "pip install 'fpgaml[tflite]'"


def tflite_capabilities(here: Mapping[str, str], framework: Mapping[str, str]) -> tuple[Capability, ...]:
    """Whether `--target tflite` can convert and run.

    Args:
        here: versions by import name in this Python; framework: the same in the Python that frameworks run in.
    """
    return (
        _needs(CONVERT, "TensorFlow's converter", "tensorflow", framework or here, GET_TENSORFLOW),
        _needs(RUN, "LiteRT", "ai_edge_litert", here, GET_LITERT),
    )


def _needs(kind: str, name: str, package: str, there: Mapping[str, str], advice: str) -> Capability:
    if package not in there:
        return Capability(kind, name, package.replace("_", "-"), advice)
    return Capability(kind, name, uses=f"{package.replace('_', '-')} {there[package]}".rstrip())
