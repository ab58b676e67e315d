"""What overlapping windows are worth: `python -m fpgaml_models.radio_neutrino.overlap NETWORK.keras ...`.

A stream of test windows is cut every `hop` samples, and a pulse is kept if a window that holds it fires. Noise is cut
so too; the threshold is that at which it fires in a given part of stretches of SAMPLES samples, so that every
hop is compared at the same rate of false triggers a second. It takes minutes; nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from fpgaml_models.common.samples import pieces
from fpgaml_models.common.statistics import Reals

import fpgaml
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.progress import Silent
from fpgaml.tasks.columns import graph_column, read_events

from . import constants as c
from . import derive
from .data import Counts, parted, shipped, to_input
from .metrics import Scored, efficiency, jackknife

STEP = 16
"""Samples between the arrivals that are tried, and the smallest hop."""
HOPS = (256, 128, 64, 32, 16)
RATE = 3e-3
"""False triggers in 256 samples of noise: 11.7 kHz at 1 GS/s."""
ARRIVALS, NOISE = 10, 400
"""For each group of test windows: times that each pulse comes in other noise, and stretches of noise."""

CHUNK = 2048


def scores(graph: Graph, seed: int = 1) -> tuple[Reals, Reals]:
    """What a network says of every window of stretches with a pulse, and of stretches of noise alone.

    Returns:
        Both (groups, stretches, SAMPLES // STEP).
    """
    column = graph_column(graph, 10**6, Silent())  # so many that it is worth compiling

    def answered(counts: Counts) -> Reals:
        flat = to_input(counts.reshape(-1, c.SAMPLES, c.ANTENNAS))
        parts = [column.answer(read_events(graph, flat[piece])) for piece in pieces(len(flat), CHUNK)]
        return np.concatenate(parts).reshape(counts.shape[:2])

    signal, noise = [], []
    for group, windows in enumerate(parted(shipped()).test_groups):
        rng = np.random.default_rng([seed, 5, group])
        quiet = windows.of(False)
        pulses = np.repeat(windows.of(True), ARRIVALS, axis=0)
        signal.append(answered(derive.overlapping(quiet, pulses, STEP, rng)))
        alone = derive.background(quiet, NOISE, rng)
        noise.append(answered(derive.overlapping(quiet, alone, STEP, rng)))
    return np.stack(signal), np.stack(noise)


def kept(signal: Reals, noise: Reals, hop: int) -> list[float] | None:
    """The part of the pulses that is kept at RATE, and its error, every arrival alike; arguments as of `scores`."""
    apart = hop // STEP

    def best(found: Reals) -> Reals:
        """Of each arrival the largest answer of its windows, which lie `apart` places from each other."""
        groups, stretches, places = found.shape
        by_arrival = found.reshape(groups, stretches, places // apart, apart)
        return np.asarray(by_arrival.max(axis=2)).reshape(groups, -1)

    ours, theirs = best(signal), best(noise)
    groups = [np.repeat(np.arange(len(one)), one.shape[1]) for one in (ours, theirs)]
    place = np.zeros(ours.size, np.int64)
    return jackknife(efficiency(RATE), Scored(ours.ravel(), theirs.ravel(), place, groups[0], groups[1]))


def main() -> None:
    """Print a row for each network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", type=Path, nargs="+")
    given = parser.parse_args()
    sys.stdout.write("| network | " + " | ".join(f"hop {hop}" for hop in HOPS) + " |\n")
    try:
        for path in given.networks:
            signal, noise = scores(fpgaml.load(path).graph)
            cells = []
            for hop in HOPS:
                found = kept(signal, noise, hop)
                cells.append("none" if found is None else f"{100 * found[0]:.1f} ± {100 * found[1]:.1f}")
            sys.stdout.write(f"| {path} | " + " | ".join(cells) + " |\n")
    except FpgamlError as error:
        parser.exit(error.exit_code, f"{error}\n")


if __name__ == "__main__":
    main()
