"""Run the checks of a finished project again, on the project as it lies in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from fpgaml.certificates.asked import claims_of, recorded
from fpgaml.certificates.certify import Effort
from fpgaml.certificates.facts import certified
from fpgaml.checking import Checking
from fpgaml.cluster.workers import Workers
from fpgaml.cosim.project import simulate
from fpgaml.data.coded import coded, codings_in
from fpgaml.data.coding import PortCoding
from fpgaml.data.dataset import DataSet
from fpgaml.data.file_axes import file_shapes, in_graph_order
from fpgaml.emulator.titles import INTERPRETER
from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import ModelFile
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import graph_hash, read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.oracles import choose_oracle
from fpgaml.progress import Progress, Silent
from fpgaml.project.golden import read_golden
from fpgaml.project.hashes import content_of, edited_files
from fpgaml.proof.checks import Check, Proof, chunk_events, source_check, split
from fpgaml.proof.compare import Comparison, compare, tally
from fpgaml.proof.hops import Simulated
from fpgaml.proof.part import ProofPart
from fpgaml.proof.record import results_of
from fpgaml.record.files import read_manifest, read_results
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.record.verdict import Status
from fpgaml.running.pieces import EventsJob, FirmwareOf, run_here, run_there
from fpgaml.running.source_files import as_converted
from fpgaml.soak.result import SoakRequest
from fpgaml.soak.run import soak
from fpgaml.target import Firmware
from fpgaml.targets import target_class


@dataclass(frozen=True, repr=False)
class Verification:
    """A project that was checked again.

    Args:
        results: what was found; edited: files that changed since the project was generated.
        guesses: for each input whose data was found by its shape alone, a sentence that says so.
        notes: what else must be known of random events: that they began anew, or could not be kept.
    """

    folder: Path
    results: Results
    edited: tuple[str, ...]
    guesses: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether every hop was checked, and held on every bit."""
        return self.results.proved

    @property
    def passed(self) -> bool:
        """Whether no check failed: what was not checked is not counted."""
        return self.results.passed

    def __repr__(self) -> str:
        return f"<Verification of {self.folder}: {self.results.verdict}>"


def verify(
    folder: Path,
    model: ModelFile | None = None,
    checking: Checking | None = None,
    progress: Progress | None = None,
    *,
    cosim: bool = False,
    random: SoakRequest | None = None,
    monotone: Sequence[str] = (),
    effort: Effort | None = None,
    workers: Workers | None = None,
) -> Verification:
    """Check a project: golden vectors against the interpreter and the firmware, and more data if given.

    Args:
        model: the model file or files, to check the first hop again; their sha256 must be the recorded ones.
        cosim: simulate the project's RTL too, with its own bench.
        random: compare the firmware on a stream of random events too.
        monotone: what the outputs are to be monotone in, as for --monotone; without any, what the project's record
            claims is proved again. effort: what that may take.
        workers: that share the events of the data; None: this process.

    Raises:
        FpgamlError: the folder is not a project, or its files are damaged.
    """
    checking, progress = checking or Checking(), progress or Silent()
    with progress.step("reading the project"):
        manifest = read_manifest(folder)
        graph = _graph(folder, manifest)
        model = None if model is None else as_converted(model, manifest)
        codings = codings_in(manifest)
        found = checking.events(file_shapes(graph, manifest.axes))
        shapes = {name: graph.shapes[name] for name in graph.outputs}
        checking.check(shapes, manifest.axes, found.events if found else None)
        data = in_graph_order(coded(found, codings), manifest.axes) if found else None
    claims = claims_of(graph, monotone) or recorded(graph, read_results(folder).monotonicity)
    approximate = bool(manifest.approximations)
    if workers is not None and data is None and random is None:
        raise FpgamlError("--cluster", "shares events among workers, and there are none", "Give --data or --random")
    oracle, why_not = choose_oracle(model, graph, checking, codings, manifest.axes, approximate=approximate)
    rounds = all(each.origin == "model" for each in manifest.input_types)
    with oracle or nullcontext():
        simulated = simulate(folder, progress=progress) if cosim else None
        firmware = target_class(manifest.settings.target).reopen(folder, manifest, graph, data, progress)
        calibrated = manifest.precision is not None and manifest.precision.how == "calibrated"
        how = {"approximate": approximate, "calibrated": calibrated}
        proof = checking.proof(graph, firmware.hops, oracle, model_rounds=rounds, **how)
        proof.wait(progress)
        golden = _golden_check(proof, folder, firmware, progress)
        if data is not None and workers is None:
            run_here(proof, data, "comparing bit for bit", progress)
        elif data is not None and workers is not None:
            job = _job(folder, manifest, graph, data, checking, codings, firmware)
            _take_firmware(firmware, run_there(job, proof, workers, progress))
    monotonicity = certified(graph, claims, effort or Effort(), progress)
    checks = [source_check(proof, checking.tolerance_lsb, why_not)]
    checks += [golden] if golden is not None else []
    of_firmware = proof.firmware_checks()
    checks += of_firmware
    physics = checking.physics(proof, of_firmware if firmware.of_graph else (), codings, manifest.axes)
    results = results_of(proof, checks, firmware.tools, physics, monotonicity=monotonicity)
    if simulated is not None:
        results = simulated.put_into(results)
    soaked = soak(folder, random, progress) if random else None
    if soaked is not None:
        results = soaked.put_into(results)
    guesses = found.guesses if found else {}
    edited = tuple(edited_files(folder, manifest))
    return Verification(folder, results, edited, guesses, soaked.notes if soaked else ())


def _graph(folder: Path, manifest: Manifest) -> Graph:
    """The project's Graph, if it is the one that the manifest names."""
    graph = read_graph(folder)
    if graph_hash(graph) != manifest.graph_sha256:
        raise FpgamlError(str(folder / "graph.json"), "is not the graph that was proved", "Convert the model again")
    return graph


def _golden_check(proof: Proof, folder: Path, firmware: Firmware, progress: Progress) -> Check | None:
    """The recorded outputs must be what the interpreter says; the vectors run through everything else too.

    None for firmware whose golden vectors are its own (codes of a flatbuffer): its hops compare them.
    """
    if not firmware.of_graph:
        return None
    values = {port.name: read_golden(folder, port, "input") for port in firmware.inputs}
    recorded = {port.name: read_golden(folder, port, "output") for port in firmware.outputs}
    counts = {v.shape[0] for v in (*values.values(), *recorded.values())}
    if len(counts) != 1:
        raise FpgamlError(str(folder), f"golden vectors of different lengths: {sorted(counts)}", "Convert again")
    found: dict[str, Comparison] = {}
    start = 0
    with progress.bar("golden vectors", counts.pop(), "events") as advance:
        for batch in split(values, chunk_events(proof.graph), "vectors"):
            for name, value in proof.run(batch).items():
                part = FixedArray(recorded[name].integers[start : start + batch.events], recorded[name].fractional)
                tally(found, name, compare(value, part, name, start))
            start += batch.events
            advance(batch.events)
    exact = all(comparison.exact for comparison in found.values())
    return Check("Graph = golden vectors", INTERPRETER, Status.EXACT if exact else Status.FAILED, "", found)


def _job(
    folder: Path,
    manifest: Manifest,
    graph: Graph,
    data: DataSet,
    checking: Checking,
    codings: Mapping[str, PortCoding],
    firmware: Firmware,
) -> EventsJob:
    """The data's events through Graph and firmware.

    Raises:
        FpgamlError: firmware that is judged as a whole.
    """
    if not firmware.of_graph:
        reason = "firmware whose numbers are codes is judged on the data as a whole, by one process"
        raise FpgamlError("--cluster", reason, "Leave it out: it runs here")
    runs = any(isinstance(hop, Simulated) for hop in firmware.hops)
    return EventsJob(
        graph=graph,
        data=data,
        checking=checking,
        codings=codings,
        axes=manifest.axes,
        model_rounds=all(each.origin == "model" for each in manifest.input_types),
        approximate=bool(manifest.approximations),
        statistics=True,
        firmware=FirmwareOf(folder.absolute(), content_of(folder, manifest)) if runs else None,
    )


def _take_firmware(firmware: Firmware, part: ProofPart) -> None:
    """Count what workers found in the hop that runs the firmware here, as `running.firmware.start` picks it."""
    hop = next((hop for hop in firmware.hops if isinstance(hop, Simulated)), None)
    if hop is not None:
        for name, comparison in part.firmware.items():
            tally(hop.found, name, comparison)
