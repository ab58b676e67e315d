"""Run a netlist on batches of events: every wire of the RTL, in integers, before any HDL is simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from fpgaml.graph.values import FixedArray, as_ints
from fpgaml.rtl.netlist import Netlist, evaluate, widest_arithmetic

INT64_BITS = 62
CHUNK = 512
"""Events at once: every wire's values are kept until a chunk is through."""


@dataclass(frozen=True)
class NetlistRun:
    """A netlist as a target of the proof."""

    netlist: Netlist

    def run(self, values: Mapping[str, FixedArray]) -> dict[str, FixedArray]:
        """A batch.

        Args:
            values: for each input port values of shape (events, *shape).

        Returns:
            The outputs by name, each of shape (events, *shape).
        """
        codes = port_codes(self.netlist, values)
        events = len(codes[0][0])
        parts = [
            self._chunk([[e[start : start + CHUNK] for e in c] for c in codes]) for start in range(0, events, CHUNK)
        ]
        results, first = {}, 0
        for port in self.netlist.outputs:
            part = np.concatenate([chunk[first : first + port.size] for chunk in parts], axis=1)
            results[port.name] = FixedArray(as_ints(part.T.reshape(events, *port.shape)), port.fractional)
            first += prod(port.shape)
        return results

    def _chunk(self, codes: list[list[np.ndarray]]) -> np.ndarray:
        events = len(codes[0][0])
        outputs = evaluate(self.netlist, codes)
        return np.stack([np.broadcast_to(np.asarray(out), (events,)) for out in outputs])


def port_codes(netlist: Netlist, values: Mapping[str, FixedArray]) -> list[list[np.ndarray]]:
    """Inputs as `evaluate` takes them: for each port its elements, each an array of one integer an event.

    Args:
        values: for each input port values of shape (events, *shape).
    """
    dtype = np.int64 if widest_arithmetic(netlist) <= INT64_BITS else object
    codes = (np.asarray(values[p.name].at(p.fractional)).reshape(-1, p.size).astype(dtype) for p in netlist.inputs)
    return [list(port.T) for port in codes]
