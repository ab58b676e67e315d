"""The inputs and outputs of an integer flatbuffer, and how real numbers become their codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fpgaml import litert
from fpgaml.data.coded import to_codes
from fpgaml.data.coding import PortCoding
from fpgaml.errors import FpgamlError
from fpgaml.graph.ops import Shape
from fpgaml.project.ports import Port


@dataclass(frozen=True)
class TflitePort(Port):
    """One tensor at the boundary: value = scale * (code - zero point).

    Codes are whole numbers in two's complement.

    Args:
        tensor: name of the flatbuffer's tensor; scale, zero_point: as the file has them.
    """

    tensor: str
    scale: float
    zero_point: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the codes."""
        return np.dtype(f"int{self.width}")

    def quantise(self, reals: ArrayLike) -> NDArray[Any]:
        """The codes of real numbers, as LiteRT's QUANTIZE operator has them (`fpgaml.data.coded.to_codes`)."""
        coding = PortCoding(self.scale, self.zero_point, self.width)
        return to_codes(np.asarray(reals, np.float64), coding).astype(self.dtype)

    def outside(self, reals: ArrayLike) -> int:
        """How many real numbers lie beyond the codes' range by half a step or more, and saturate."""
        ends = self.dequantise(np.iinfo(self.dtype).min - 0.5), self.dequantise(np.iinfo(self.dtype).max + 0.5)
        values = np.asarray(reals)
        return int(np.count_nonzero((values <= ends[0]) | (values >= ends[1])))

    def dequantise(self, codes: ArrayLike) -> NDArray[np.float64]:
        """The real numbers that codes stand for."""
        return np.asarray((np.asarray(codes, np.float64) - self.zero_point) * self.scale)


def integer_port(port: litert.Port, name: str, shape: Shape, path: Path) -> TflitePort:
    """A tensor of codes as a port.

    Raises:
        FpgamlError: it is not an integer tensor with one scale.
    """
    kind = port.dtype
    if kind.kind != "i" or len(port.scales) != 1:
        reason = f"its tensor {port.name} is {kind} with {len(port.scales)} scales, not int8 or int16 with one"
        raise FpgamlError(str(path), reason, "Give a full-integer model: `fpgaml convert --target tflite` makes one")
    return TflitePort(name, shape, True, 8 * kind.itemsize, 0, port.name, port.scales[0], port.zero_points[0])


@dataclass(frozen=True)
class IntegerNetwork:
    """An integer flatbuffer with its ports.

    Args:
        path: the file; inputs, outputs: by the Graph's names, in the Graph's order.
    """

    path: Path
    inputs: tuple[TflitePort, ...]
    outputs: tuple[TflitePort, ...]

    def codes(self, reals: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[Any]]:
        """Real inputs as the network takes them."""
        return {port.name: port.quantise(reals[port.name]) for port in self.inputs}

    def run(self, codes: Mapping[str, NDArray[Any]], kernels: litert.Kernels) -> dict[str, NDArray[Any]]:
        """The codes of every output for codes of every input, of shape (events, *shape)."""
        found = litert.run(self.path, {port.tensor: codes[port.name] for port in self.inputs}, kernels)
        return {port.name: found[port.tensor].reshape(-1, *port.shape) for port in self.outputs}


def integer_network(
    path: Path, inputs: Mapping[str, tuple[str, Shape]], outputs: Mapping[str, tuple[str, Shape]]
) -> IntegerNetwork:
    """A flatbuffer with its ports.

    Args:
        inputs, outputs: for each of the Graph's nodes the tensor that carries it, and its shape in the Graph.

    Raises:
        FpgamlError: the file cannot be read, or is not a full-integer model.
    """
    found = litert.describe(path)
    sides = []
    for wanted, ports in ((inputs, found.inputs), (outputs, found.outputs)):
        by_name = {port.name: port for port in ports}
        sides.append(
            tuple(integer_port(by_name[tensor], name, shape, path) for name, (tensor, shape) in wanted.items())
        )
    return IntegerNetwork(path, *sides)
