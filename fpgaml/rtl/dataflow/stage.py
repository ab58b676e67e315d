"""What every stage of a dataflow offers: beat rule, run rule, latency rule, cost rule and structure side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from numpy.typing import NDArray

from fpgaml.cost.resources import Cost
from fpgaml.graph.types import Ints
from fpgaml.rtl.dataflow.beats import Stream
from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.emit.plan import Table
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Pace:
    """A stage as a cyclo-static dataflow actor: a frame is a sequence of blocks, the same for every frame.

    Block b starts when the one before it is over and the words that it claims have come.

    Args:
        claims: for each input stream, and each block, how many of its beats have to have come for this block that
            did not for the one before; all of a frame's beats are claimed.
        phases: for each block, cycles until the next one can start.
        waits: for each input stream, cycles from a beat's arrival to the first start that can claim it: 0 where the
            beat itself starts the block, 1 behind a FIFO or a memory.
        emits: for each output beat of a frame, in order, the block that it belongs to and the cycles from the block's
            start until the beat is there; shape (beats, 2).
        holds: for each input stream, how long a word stays in its FIFO or memory: for each of a frame's beats, the
            last block that needs it and the cycles from its start until the place is free; shape (beats, 2). None
            for a stream that is not stored.
    """

    claims: tuple[NDArray[np.int64], ...]
    phases: NDArray[np.int64]
    waits: tuple[int, ...]
    emits: NDArray[np.int64]
    holds: tuple[NDArray[np.int64] | None, ...]

    @property
    def work(self) -> int:
        """Cycles that a frame keeps the stage busy."""
        return int(self.phases.sum())


class Element(Protocol):
    """What becomes a module of a core: streams in, one stream out."""

    @property
    def name(self) -> str:
        """Unique, an identifier: its module is `<top>_<name>`."""

    @property
    def engine(self) -> str:
        """What kind it is, in a word: map, sliding, accumulate, serial, join, widen, narrow."""

    @property
    def folding(self) -> str:
        """How its arithmetic is shared in time, in words; empty: it is not."""

    @property
    def copies(self) -> int:
        """How many positions its arithmetic computes at once."""

    @property
    def inputs(self) -> tuple[Stream, ...]:
        """What it reads."""

    @property
    def output(self) -> Stream:
        """What it gives."""

    def run(self, beats: Sequence[Ints]) -> Ints:
        """A batch of frames, beat by beat, in integers.

        Args:
            beats: for each input codes of shape (events, count, lanes).

        Returns:
            The output's codes, alike. What fills a partly filled last beat means nothing.
        """

    def cost(self, depths: Sequence[int]) -> Cost:
        """Resources.

        Args:
            depths: for each input how many words its FIFO or memory has to hold; 0 where nothing is stored.
        """

    def module(self, top: str, hdl: Hdl, depths: Sequence[int]) -> Built:
        """Its HDL.

        Args:
            top: prefix of module names; depths: as in `cost`.
        """


class Stage(Element, Protocol):
    """One stage of a network that comes frame by frame."""

    @property
    def kernels(self) -> tuple[Kernel, ...]:
        """What it computes with."""

    @property
    def work(self) -> int:
        """Cycles that a frame keeps it busy, as its pace says, without asking kernels how long they take."""

    @property
    def pace(self) -> Pace:
        """When it reads and gives."""


@dataclass(frozen=True)
class Built:
    """A stage as HDL.

    Args:
        module: with the ports clk, rst, and for each input n `in<n>_valid` and `in<n>_data`, and out_valid, out_data.
        kernels: sources of its kernels, in compile order; library: names of the library modules that it uses.
        tables: its lookup tables.
    """

    module: Module
    kernels: dict[str, str]
    library: tuple[str, ...]
    tables: tuple[Table, ...] = ()
