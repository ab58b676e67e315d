"""A Graph compiled to machine code, as an engine: the interpreter's integers, many times faster."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.cores import cores
from fpgaml.emulator.build import build
from fpgaml.emulator.integers import WORD
from fpgaml.emulator.source import Port, Source, generate
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.graph.values import FixedArray, magnitude
from fpgaml.progress import Progress

WORTH_A_THREAD = 4096
"""Events from which on a batch is cut: a thread takes longer to start than small batches to run."""
FAILURES = {
    1: "a value that is none of its input's type",
    2: "NaN or infinity in the data",
    3: "not enough memory",
}


@dataclass(frozen=True)
class Emulator:
    """A compiled Graph; follows `Engine`. Several threads may run it at once.

    Args:
        graph: the network; source: what was compiled; library: where it is.
        threads: how many a batch is spread over.
    """

    graph: Graph
    source: Source
    library: Path
    threads: int

    @property
    def title(self) -> str:
        """As in `Engine`."""
        return "compiled emulator"

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """As in `Engine`.

        Raises:
            FpgamlError: besides, where a value is none of its input's type.
        """
        arrays = {port.name: _machine(port, values) for port in self.source.inputs}
        results = self.integers(arrays)
        return {port.name: _values(port, results[port.name]) for port in self.source.outputs}

    def integers(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """A batch of machine integers, without a copy of arrays that lie as the ports say.

        Args:
            arrays: for each input integers of shape (batch, *shape), `fractional` fractional bits (`source.inputs`).

        Returns:
            For each output integers of shape (batch, *shape), of the port's type and fractional bits.

        Raises:
            FpgamlError: an input is missing, has the wrong shape or type, or holds what is none of its type's values.
        """
        return self._call("integers", arrays, [port.type.dtype for port in (*self.source.inputs, *self.source.outputs)])

    def reals(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """A batch of real numbers, each rounded by its input's own quantizer.

        Args:
            arrays: for each input float32 or float64 of shape (batch, *shape), all alike.

        Returns:
            For each output numbers of the same type, the nearest to the exact ones.

        Raises:
            FpgamlError: an input is missing or has the wrong shape, or holds NaN or infinity.
        """
        single = all(array.dtype == np.float32 for array in arrays.values())
        name, dtype = ("floats", np.dtype(np.float32)) if single else ("doubles", np.dtype(np.float64))
        return self._call(name, arrays, [dtype] * (len(self.source.inputs) + len(self.source.outputs)))

    def _call(
        self, name: str, arrays: Mapping[str, NDArray[Any]], dtypes: Sequence[np.dtype[Any]]
    ) -> dict[str, NDArray[Any]]:
        ports, kinds = self.source.inputs, iter(dtypes)
        inputs = [_checked(port, arrays, kind) for port, kind in zip(ports, kinds, strict=False)]
        events = inputs[0].shape[0] if inputs else 1
        if any(array.shape[0] != events for array in inputs):
            raise FpgamlError(ports[0].name, "inputs with different numbers of events")
        kinds = iter(dtypes[len(ports) :])
        outputs = [
            np.empty((events, *_layout(port, kind)), kind)
            for port, kind in zip(self.source.outputs, kinds, strict=True)
        ]
        function = _function(self.library, f"{self.source.prefix}_{name}")
        failed = self._spread(function, inputs, outputs, events)
        if failed:
            raise FpgamlError(self.graph.name, FAILURES[failed])
        return {port.name: array for port, array in zip(self.source.outputs, outputs, strict=True)}

    def _spread(
        self, function: Any, inputs: Sequence[NDArray[Any]], outputs: Sequence[NDArray[Any]], events: int
    ) -> int:
        parts = max(1, min(self.threads, events // WORTH_A_THREAD))
        cuts = [events * part // parts for part in range(parts + 1)]

        def piece(first: int, last: int) -> int:
            given, results = (_pointers([a[first:last] for a in arrays]) for arrays in (inputs, outputs))
            return int(function(given, results, last - first, None))

        if parts == 1:
            return piece(0, events)
        with ThreadPoolExecutor(parts) as pool:
            return max(pool.map(piece, cuts[:-1], cuts[1:]))


def compile_emulator(
    graph: Graph, progress: Progress, threads: int | None = None, source: Source | None = None
) -> Emulator:
    """Compile a Graph, or take it from the cache.

    Args:
        progress: hears of compiling.
        threads: that a batch is spread over; all cores that this process may use, by default.
        source: what `generate` made of the graph, where that is known.

    Raises:
        UnsupportedError: operations that the emulator has no code for, all named.
        ToolError: no compiler, or it failed.
    """
    source = source or generate(graph)
    library = build(source, progress)
    return Emulator(graph, source, library, threads or cores())


def _machine(port: Port, values: Mapping[str, FixedArray]) -> NDArray[Any]:
    """An input's values as the machine's integers."""
    if port.name not in values:
        raise FpgamlError(port.name, "no values for this input")
    integers = values[port.name].at(port.fractional)
    if magnitude(integers) and not port.type.holds(int(integers.min()), int(integers.max())):
        raise FpgamlError(port.name, f"values of {int(integers.min())} to {int(integers.max())}, {port}")
    if not port.type.words:
        return integers.astype(port.type.dtype)
    bits = integers.astype(object)
    return np.stack([(bits >> WORD * k & (1 << WORD) - 1).astype(np.uint64) for k in range(port.type.words)], axis=-1)


def _values(port: Port, integers: NDArray[Any]) -> FixedArray:
    """An output's values from the machine's integers."""
    if not port.type.words:
        return FixedArray(integers.astype(np.int64), port.fractional)
    words = integers.astype(object)
    words[..., -1] -= (words[..., -1] >> WORD - 1) << WORD
    numbers = np.asarray(sum(words[..., k] << WORD * k for k in range(port.type.words)), dtype=object)
    return FixedArray(numbers, port.fractional)


def _layout(port: Port, dtype: np.dtype[Any]) -> Shape:
    """One event's array of numbers of a type."""
    return port.layout if dtype == port.type.dtype else port.shape


def _checked(port: Port, arrays: Mapping[str, NDArray[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
    if port.name not in arrays:
        raise FpgamlError(port.name, "no values for this input")
    array = arrays[port.name]
    layout = _layout(port, dtype)
    if array.shape[1:] != layout or array.ndim != len(layout) + 1:
        raise FpgamlError(port.name, f"values of shape {array.shape}, expected {('events', *layout)}")
    if not np.can_cast(array.dtype, dtype, "same_kind"):
        raise FpgamlError(port.name, f"values of type {array.dtype}, expected {dtype}")
    if array.dtype.kind in "iu" and not np.can_cast(array.dtype, dtype) and array.size:
        # A cast would wrap a number that is too large into one that looks right.
        low, high = int(array.min()), int(array.max())
        if low < port.low or high > port.high:
            raise FpgamlError(port.name, f"values of {low} to {high}, {port}")
    return np.ascontiguousarray(array, dtype=dtype)


def _pointers(arrays: Sequence[NDArray[Any]]) -> Any:
    return (ctypes.c_void_p * max(len(arrays), 1))(*(array.ctypes.data for array in arrays))


@cache
def _function(library: Path, name: str) -> Any:
    function = getattr(ctypes.CDLL(str(library)), name)
    function.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    return function
