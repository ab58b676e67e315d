"""10^9 windows of LAr cells through the emulator: `python -m benchmarks.billion [--windows N] [--seed S]`.

Windows are random codes of the whole input type, made block by block, each from the seed and its own number, by the
threads that run them. Prints the time, a checksum that does not depend on the order, and how many windows the
interpreter ran too.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.emulator_networks import NETWORKS
from fpgaml.emulator.compiled import Emulator, compile_emulator
from fpgaml.emulator.sample import Sample
from fpgaml.graph.graph import Graph
from fpgaml.graph.values import FixedArray
from fpgaml.progress import Silent

BLOCK = 1 << 15
"""Windows that stay in a core's cache."""
MODULUS = 1 << 64


class Run:
    """The emulator on blocks of windows; several threads may use it at once."""

    def __init__(self, emulator: Emulator, seed: int) -> None:
        self._emulator, self._windows = replace(emulator, threads=1), Windows(emulator.graph, seed)
        self.sample = Sample(emulator.graph)
        self._lock, self.checksum = threading.Lock(), 0

    def block(self, number: int, count: int) -> None:
        """A block of so many windows.

        Raises:
            CheckFailedError: the emulator differs from the interpreter.
        """
        (port,) = self._emulator.source.inputs
        codes = self._windows.block(number)[:count]
        found = self._emulator.integers({port.name: codes})
        first, chosen = self.sample.choose(count)
        if chosen.size:
            outputs = {
                each.name: FixedArray(found[each.name][chosen].astype(np.int64), each.fractional)
                for each in self._emulator.source.outputs
            }
            values = FixedArray(codes[chosen].astype(np.int64), port.fractional)
            self.sample.compare({port.name: values}, outputs, first + chosen)
        total = sum(zlib.crc32(array.tobytes()) for array in found.values()) * (2 * number + 1)
        with self._lock:
            self.checksum = (self.checksum + total) % MODULUS


class Windows:
    """Blocks of windows whose samples are random codes of their own types.

    Args:
        graph: of one input, of at most 16 bits, whose codes are all from the lowest to the highest of each element.
    """

    def __init__(self, graph: Graph, seed: int) -> None:
        (node,) = graph.inputs
        known = graph.ranges[node.name]
        shape = (BLOCK, *known.shape)
        self._seed = seed
        self._low = np.broadcast_to(known.low, shape).astype(np.int16, order="C")
        # All ones from the lowest bit of an element's type on: any bits, so masked, are a code above the lowest.
        self._bits = np.broadcast_to(known.high - known.low, shape).astype(np.int16, order="C")

    def block(self, number: int) -> NDArray[np.int16]:
        """A block, from the seed and its number."""
        generator = np.random.Generator(np.random.SFC64((self._seed, number)))
        words = generator.integers(0, MODULUS - 1, self._low.size // 4, dtype=np.uint64, endpoint=True)
        codes = words.view(np.int16).reshape(self._low.shape)
        codes &= self._bits
        codes += self._low
        return codes


def main() -> None:
    """Run, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.billion", description=__doc__.partition("\n")[0])
    parser.add_argument("--windows", type=float, default=1e9, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    total = int(options.windows)
    network = next(each for each in NETWORKS if each.name == "lar_timing")
    run = Run(compile_emulator(network.graph(), Silent()), options.seed)
    blocks = -(-total // BLOCK)
    begin = time.perf_counter()

    def share(thread: int) -> None:
        for number in range(thread, blocks, options.threads):
            run.block(number, min(BLOCK, total - number * BLOCK))

    with ThreadPoolExecutor(options.threads) as pool:
        list(pool.map(share, range(options.threads)))
    seconds = time.perf_counter() - begin
    sys.stdout.write(
        f"{total:,} windows in {seconds:.1f} s with {options.threads} threads: {total / seconds:,.0f} windows/s, "
        f"making and summing up included; checksum {run.checksum:016x}; {run.sample.title}\n"
    )


if __name__ == "__main__":
    main()
