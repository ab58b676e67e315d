"""A Serial engine as HDL: blocks and loops, the address, the store, the products, the accumulators, what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fpgaml.rtl.dataflow.kernel import Kernel
from fpgaml.rtl.dataflow.parts import delay
from fpgaml.rtl.dataflow.stage import Built
from fpgaml.rtl.dataflow.stages.serial.address import BASE, INSIDE
from fpgaml.rtl.dataflow.stages.serial.finish import NUMBER, TOTAL
from fpgaml.rtl.dataflow.stages.serial.products import PIECE, STEP, WORD
from fpgaml.rtl.dataflow.stages.serial.walk import Loop
from fpgaml.rtl.dataflow.wiring import regrid
from fpgaml.rtl.settings import Hdl
from fpgaml.rtl.structure.module import Module, Part, Piece, Wire, Zeros, bits

if TYPE_CHECKING:
    from fpgaml.rtl.dataflow.stages.serial.stage import Serial

LIBRARY = ("fpgaml_delay", "fpgaml_loop", "fpgaml_blocks", "fpgaml_store", "fpgaml_accumulate")


def store_bits(depth: int) -> int:
    """Address bits of a store of so many words."""
    return max((depth - 1).bit_length(), 1)


def wired(stage: Serial, top: str, hdl: Hdl, depth: int) -> Built:
    """The stage's module, around its kernels.

    Args:
        depth: words that the store has to hold.
    """
    prefix = f"{top}_{stage.name}"
    kernels = {
        label: Kernel(f"{prefix}_{label}", kernel.graph, kernel.delays, kernel.memory_bits)
        for label, kernel in (("address", stage.address), ("products", stage.products), ("results", stage.after))
    }
    wiring = _Wiring(stage, Module(prefix, _header(stage, prefix, depth)), kernels, store_bits(depth))
    wiring.build()
    sources: dict[str, str] = {}
    for kernel in kernels.values():
        sources |= kernel.sources(hdl)
    tables = tuple(table for kernel in kernels.values() for table in kernel.tables)
    return Built(wiring.module, sources, LIBRARY, tables)


def _header(stage: Serial, name: str, depth: int) -> list[str]:
    walk, lanes = stage.walk, f"{stage.source.beats.lanes} element(s)"
    lanes += f" in {stage.share} pieces" if stage.share > 1 else ""
    loops = ", ".join(f"{loop.name} {loop.count}" for loop in reversed(walk.loops)) or "none"
    return [
        f"{name}: {', '.join(node.name for node in stage.nodes)}: sums, a piece of a word a step.",
        "",
        f"A frame has {walk.frame_words} words of {lanes}, its result {stage.output.beats.count} of",
        f"{stage.output.beats.lanes}; the store has to hold {depth} words. Loops, the innermost last: {loops}.",
        f"Timing: {walk.block_count} block(s) of {walk.phases} steps; a block starts two cycles after the last word",
        f"that it claims; a result's last step in cycle t -> out_valid in cycle t + {stage.delay}.",
    ]


@dataclass
class _Wiring:
    stage: Serial
    module: Module
    kernels: dict[str, Kernel]
    address_bits: int

    @property
    def share_bits(self) -> int:
        """Bits of the number of a piece in its word."""
        return (self.stage.share - 1).bit_length()

    def build(self) -> None:
        module, stage = self.module, self.stage
        valid = module.input("in0_valid")
        data = module.input("in0_data", stage.source.bits)
        self.out_valid = module.output("out_valid")
        self.out_data = module.output("out_data", stage.output.bits)
        self._blocks(valid)
        read, word_valid = self._read(valid, data)
        sums, done = self._accumulate(read, word_valid)
        self._finish(sums, done)

    def _control(self) -> dict[str, Wire | None]:
        return {"clk": self.module.clk, "rst": self.module.rst}

    def _blocks(self, valid: Wire) -> None:
        """step, base, and the index of each loop; ends: the step with a result's last term."""
        module, walk = self.module, self.stage.walk
        self.step = module.wire("step", note="a step is made")
        self.base = module.wire("base", self.address_bits, "of the frame in the store")
        finish = module.wire("finish", note="the block's last step")
        sizes = {"FRAME_WORDS": walk.frame_words, "BLOCKS": walk.block_count}
        sizes |= {"FIRST_CLAIM": walk.first_claim, "CLAIM": walk.claim, "ADDRESS_BITS": self.address_bits}
        ports = self._control() | {"arrive": valid, "finish": finish, "step": self.step, "base": self.base}
        module.instance("blocks", "fpgaml_blocks", sizes, ports)
        self.indices: dict[str, Wire] = {}
        self.ends = self._loops(walk.terms, self.step)
        last = self._loops((*walk.groups, *walk.inner), self.ends)
        module.assign(finish, Part(last))
        for loop in walk.blocks:
            self.indices[loop.name] = self._count(loop.name, loop.count, finish)

    def _loops(self, loops: tuple[Loop, ...], step: Wire) -> Wire:
        """Loops around each other, the first stepped by `step`; the last one's carry."""
        for loop in loops:
            carry = self.module.wire(f"{loop.name}_carry")
            self.indices[loop.name] = self._count(loop.name, loop.count, step, carry)
            step = carry
        return step

    def _count(self, name: str, limit: int, step: Wire, carry: Wire | None = None) -> Wire:
        """A loop: its index."""
        width = max((limit - 1).bit_length(), 1)
        index = self.module.wire(f"{name}_index", width)
        ports = self._control() | {"step": step, "index": index, "last": None, "carry": carry}
        self.module.instance(f"{name}_loop", "fpgaml_loop", {"LIMIT": limit, "INDEX_BITS": width}, ports)
        return index

    def _kernel(self, label: str, given: dict[str, Wire]) -> Wire:
        """A kernel's instance: its y. Narrow inputs get zeros above; the base, which counts words, below."""
        module, kernel = self.module, self.kernels[label]
        pieces: list[Piece] = []
        for port in kernel.inputs:
            wire = given[port.name]
            below = self.share_bits if port.name == BASE else 0
            above = port.bits - below - (1 if wire.width is None else wire.width)
            pieces += [*([Zeros(below)] if below else []), Part(wire), *([Zeros(above)] if above else [])]
        x = module.wire(f"{label}_x", sum(port.bits for port in kernel.inputs))
        y = module.wire(f"{label}_y", sum(port.bits for port in kernel.outputs))
        module.assign(x, *pieces)
        module.instance(label, kernel.module, {}, {"clk": module.clk, "x": x, "y": y})
        return y

    def _read(self, valid: Wire, data: Wire) -> tuple[dict[str, Wire], Wire]:
        """The word that each step reads, with its piece and whether it is no padding; whether there is one."""
        module, stage = self.module, self.stage
        y = self._kernel("address", {BASE: self.base, **self.indices})
        address = module.wire("read_address", self.address_bits)
        module.assign(address, bits(y, self.share_bits, self.address_bits))
        word = module.wire("word", stage.source.bits)
        sizes = {"WIDTH": stage.source.bits, "ADDRESS_BITS": self.address_bits, "READ_RANKS": stage.read_ranks}
        ports = self._control() | {"in_valid": valid, "in_data": data, "read_address": address, "read_data": word}
        module.instance("store", "fpgaml_store", sizes, ports)
        word_valid = module.wire("word_valid")
        ranks = stage.address.latency + stage.read_ranks
        delay(module, "step_valids", ranks, self.step, word_valid, reset=True)
        read = {WORD: word}
        if self.share_bits:
            piece, read[PIECE] = (module.wire(name, self.share_bits) for name in ("address_piece", "word_piece"))
            module.assign(piece, bits(y, 0, self.share_bits))
            delay(module, "pieces", stage.read_ranks, piece, read[PIECE])
        if any(stage.walk.masked):
            inside, read[INSIDE] = module.wire("address_inside"), module.wire("word_inside")
            module.assign(inside, bits(y, stage.address.outputs[0].bits, 1))
            delay(module, "insides", stage.read_ranks, inside, read[INSIDE])
        return read, word_valid

    def _accumulate(self, given: dict[str, Wire], word_valid: Wire) -> tuple[Wire, Wire]:
        """The sums, and whether they are done."""
        module, stage = self.module, self.stage
        for node in stage.products.graph.inputs:
            if node.name == STEP:
                given[STEP] = self._count(STEP, stage.walk.term_count * stage.walk.group_count, word_valid)
        y = self._kernel("products", given)
        terms = module.wire("terms", stage.total.bits, "what this step adds to each sum")
        regrid(module, y, stage.products.outputs[0], terms, stage.total)
        valid, last = module.wire("terms_valid"), module.wire("terms_last")
        ranks = stage.products.latency
        delay(module, "terms_valids", ranks, word_valid, valid, reset=True)
        if stage.walk.term_count == 1:
            module.assign(last, Part(valid))
        else:
            delay(module, "lasts", stage.address.latency + stage.read_ranks + ranks, self.ends, last)
        sums, done = module.wire("sums", stage.total.bits), module.wire("done")
        sizes = {"LANES": stage.total.size, "WIDTH": stage.total.width}
        sizes |= {"MODE": int(stage.sums.mode), "SIGNED": int(stage.total.signed)}
        ports = self._control() | {"in_valid": valid, "in_last": last, "in_data": terms}
        ports |= {"out_valid": done, "out_data": sums}
        module.instance("accumulators", "fpgaml_accumulate", sizes, ports)
        return sums, done

    def _finish(self, sums: Wire, done: Wire) -> None:
        module, stage = self.module, self.stage
        given = {TOTAL: sums}
        if any(node.name == NUMBER for node in stage.after.graph.inputs):
            given[NUMBER] = self._count("result", stage.finish.period(), done)
        y = self._kernel("results", given)
        regrid(module, y, stage.after.outputs[0], self.out_data, stage.output.port)
        delay(module, "valids", stage.after.latency, done, self.out_valid, reset=True)
