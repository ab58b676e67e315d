"""What can be done with what is installed; if not, what is missing and how to get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fpgaml.hls.settings import BACKENDS, Backend, Strategy

READ, ASK, PROJECT, CSIM, SYNTHESIS, STRATEGY = "read", "ask", "project", "c-simulation", "synthesis", "strategy"
KERAS_BACKENDS = ("jax", "tensorflow", "torch")
SYNTHESIS_TOOLS: dict[str, tuple[tuple[str, ...], ...]] = {
    # Each group needs one of its commands.
    "Vitis": (("vitis-run", "vitis_hls"),),
    "Vivado": (("vivado_hls",),),
    "oneAPI": (("icpx",), ("cmake",)),
    "Quartus": (("i++",),),
    "Catapult": (("catapult",),),
    "Libero": (("shls",),),
}
VARIABLE = "FPGAML_FRAMEWORK_PYTHON"
GET_KERAS = f"pip install 'fpgaml[keras]', here or in the Python that {VARIABLE} names"
GET_QKERAS = (
    "in a Python 3.9 to 3.11 of its own: pip install tensorflow-cpu==2.14.1 QKeras==0.9.0 pyparsing; "
    f"then set {VARIABLE} to that Python"
)
OTHERS = (
    ("ONNX", "onnxruntime", "onnx"),
    ("QONNX", "qonnx", "onnx"),
    ("PyTorch", "torch", "torch"),
)
"""Whoever answers for other files: for which, the package, and the extra that installs it."""
REINSTALL = "pip install fpgaml"


@dataclass(frozen=True)
class Capability:
    """Something that fpgaml can do.

    Args:
        kind: one of READ, ASK and so on; name: what it is about, such as a backend or a framework.
        missing: what is needed for it and not there; empty if it is ready.
        advice: how to get what is missing.
        uses: what does it, and in which version, where there is a choice.
    """

    kind: str
    name: str
    missing: str = ""
    advice: str = ""
    uses: str = ""

    @property
    def ready(self) -> bool:
        """Whether it works."""
        return not self.missing


def capabilities(
    here: Mapping[str, str], framework: Mapping[str, str], tools: Mapping[str, str | None]
) -> tuple[Capability, ...]:
    """What works and what does not.

    Args:
        here: versions by import name in this Python.
        framework: the same in the Python that frameworks run in; empty if there is none.
        tools: where each command is, None for one that is not there.
    """
    found = [_needs(READ, name, here, "h5py") for name in ("Keras 2", "QKeras", "Keras 3", "HGQ2")]
    found += [_needs(READ, name, here, "onnx") for name in ("ONNX", "QONNX")]
    found.append(_needs(READ, "PyTorch", here, "numpy"))
    found += [_ask_keras3(framework), _ask_hgq2(framework), _ask_qkeras(framework)]
    found += [_ask(name, package, extra, framework or here) for name, package, extra in OTHERS]
    found += [_needs(PROJECT, backend.name, here, "hls4ml") for backend in BACKENDS.values()]
    found += [_csim(backend, tools) for backend in BACKENDS.values()]
    found += [_synthesis(backend, tools) for backend in BACKENDS.values()]
    da4ml = "" if "da4ml" in here else "da4ml"
    found.append(
        Capability(STRATEGY, str(Strategy.DISTRIBUTED_ARITHMETIC), da4ml, "pip install 'fpgaml[da]'" if da4ml else "")
    )
    return tuple(found)


def _needs(kind: str, name: str, here: Mapping[str, str], package: str) -> Capability:
    return Capability(kind, name) if package in here else Capability(kind, name, package, REINSTALL)


def _ask_keras3(framework: Mapping[str, str]) -> Capability:
    missing = _missing_keras3(framework)
    return Capability(ASK, "Keras 3", missing, GET_KERAS if missing else "")


def _ask_hgq2(framework: Mapping[str, str]) -> Capability:
    parts = [part for part in (_missing_keras3(framework), "" if "hgq" in framework else "hgq2") if part]
    return Capability(ASK, "HGQ2", " and ".join(parts), GET_KERAS if parts else "")


def _ask(name: str, package: str, extra: str, framework: Mapping[str, str]) -> Capability:
    get = f"pip install 'fpgaml[{extra}]', here or in the Python that {VARIABLE} names"
    return Capability(ASK, name) if package in framework else Capability(ASK, name, package, get)


def _missing_keras3(framework: Mapping[str, str]) -> str:
    version = framework.get("keras")
    if version is None or _major(version) < 3:
        return "keras 3" if version is None else f"keras 3 (there is {version})"
    return "" if any(name in framework for name in KERAS_BACKENDS) else "a backend of Keras: jax, tensorflow or torch"


def _ask_qkeras(framework: Mapping[str, str]) -> Capability:
    version = framework.get("keras")
    parts = []
    if version is None or _major(version) != 2:
        parts.append("keras 2" if version is None else f"keras 2 (there is {version})")
    # HGQ2 brings a package `qkeras` without a version: it is not QKeras.
    if not framework.get("qkeras"):
        parts.append("QKeras" if "qkeras" not in framework else "QKeras (there is HGQ2's package of that name)")
    return Capability(ASK, "QKeras", " and ".join(parts), GET_QKERAS if parts else "")


def _major(version: str) -> int:
    head = version.partition(".")[0]
    return int(head) if head.isdigit() else 0


def _csim(backend: Backend, tools: Mapping[str, str | None]) -> Capability:
    if backend.no_csim:
        advice = f"`make cosim` in the project, with {backend.vendor_tool} on PATH"
        return Capability(CSIM, backend.name, backend.no_csim, advice)
    return Capability(CSIM, backend.name) if tools.get("g++") else _without_compiler(backend)


def _without_compiler(backend: Backend) -> Capability:
    return Capability(CSIM, backend.name, "g++", "apt-get install g++, or set FPGAML_CXX to a C++17 compiler")


def _synthesis(backend: Backend, tools: Mapping[str, str | None]) -> Capability:
    groups = [group for group in SYNTHESIS_TOOLS[backend.name] if not any(tools.get(command) for command in group)]
    missing = " and ".join(" or ".join(group) for group in groups)
    advice = f"install {backend.vendor_tool} and put it on PATH" if groups else ""
    return Capability(SYNTHESIS, backend.name, missing, advice)
