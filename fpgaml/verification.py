"""Run the checks of a finished project again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fpgaml.conversion import Request, physics, start_proof
from fpgaml.data.coded import coded, codings_in
from fpgaml.data.dataset import DataSet, open_data
from fpgaml.data.labels import check_labels
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.graph.graph import Graph
from fpgaml.graph.serial import graph_hash, read_graph
from fpgaml.graph.values import FixedArray
from fpgaml.oracles import choose_oracle
from fpgaml.progress import Progress, Silent
from fpgaml.project.golden import read_golden
from fpgaml.project.manifest import edited_files, read_manifest
from fpgaml.proof.checks import Check, Proof, chunk_events, data_batches, source_check, split, target_check
from fpgaml.proof.compare import Comparison, compare
from fpgaml.record.verdict import Status
from fpgaml.report.results import Results
from fpgaml.target import Firmware


@dataclass(frozen=True)
class Verification:
    """A project that was checked again.

    Args:
        results: what was found; edited: files that changed since the project was generated.
    """

    folder: Path
    results: Results
    edited: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no check failed: enough to go on, not a proof."""
        return self.results.passed

    @property
    def proved(self) -> bool:
        """Whether every check was made, and is exact."""
        return self.results.proved


def verify(
    folder: Path, model: Path | None = None, request: Request | None = None, progress: Progress | None = None
) -> Verification:
    """Check a project: golden vectors against the interpreter and the firmware, and more data if given.

    Args:
        model: the model file, to check the first hop again; its sha256 must be the recorded one.
        request: of which data, reference, labels, framework, layers and tolerance count.

    Raises:
        FpgamlError: the folder is not a project, or its files are damaged.
    """
    request, progress = request or Request(), progress or Silent()
    manifest = read_manifest(folder)
    edited = tuple(edited_files(folder, manifest))
    graph = read_graph(folder)
    if graph_hash(graph) != manifest["graph_sha256"]:
        raise FpgamlError(str(folder / "graph.json"), "is not the graph that was proved", "Convert the model again")
    if model is not None and file_sha256(model) != manifest["source"]["sha256"]:
        raise FpgamlError(str(model), f"is not the {manifest['source']['file']} that the project was made from")
    codings = codings_in(manifest)
    found = _open(graph, request)
    check_labels(request.labels, found.events if found else None)
    data = coded(found, codings) if found else None
    firmware = _reopen(folder, manifest, graph, data, progress)
    oracle, why_not = choose_oracle(model, graph.outputs, request, codings)
    rounds = all(entry["origin"] == "model" for entry in manifest["input_types"])
    proof = start_proof(graph, firmware.run, oracle, request, model_rounds=rounds)
    hop = [_golden_check(proof, folder, firmware, progress)] if firmware.check else []
    _run_data(proof, data, progress)
    if firmware.check:
        hop.append(target_check(proof, firmware.check, "the integer interpreter", firmware.why_not))
    own = firmware.judge({}).checks if firmware.judge else ()
    source = source_check(proof, bool(manifest["approximations"]), request.tolerance_lsb, why_not)
    checks: list[Check] = [source, *hop, *own]
    results = Results.gather(proof, checks, firmware, physics(proof, request))
    return Verification(folder, results, edited)


def _reopen(
    folder: Path, manifest: Mapping[str, Any], graph: Graph, data: DataSet | None, progress: Progress
) -> Firmware:
    """The firmware of a finished project, by its target."""
    if manifest["settings"]["target"] == "tflite":
        from fpgaml.tflite.judging.again import reopen as reopen_tflite

        return reopen_tflite(folder, manifest, graph, data)
    if manifest["settings"]["target"] == "rtl":
        from fpgaml.rtl.target import reopen

        return reopen(manifest, graph, progress)
    from fpgaml.hls.target import reopen as reopen_hls

    return reopen_hls(folder, manifest, progress)


def _golden_check(proof: Proof, folder: Path, firmware: Firmware, progress: Progress) -> Check:
    """The recorded outputs must be what the interpreter says; the vectors run through everything else too."""
    values = {port.name: read_golden(folder, port, "input") for port in firmware.inputs}
    recorded = {port.name: read_golden(folder, port, "output") for port in firmware.outputs}
    counts = {v.shape[0] for v in (*values.values(), *recorded.values())}
    if len(counts) != 1:
        raise FpgamlError(str(folder), f"golden vectors of different lengths: {sorted(counts)}", "Convert again")
    found: dict[str, Comparison] = {}
    start = 0
    with progress.bar("golden vectors", counts.pop()) as advance:
        for batch in split(values, chunk_events(proof.graph), "vectors"):
            results = proof.run(batch)
            for name, value in results.items():
                part = FixedArray(recorded[name].integers[start : start + batch.events], recorded[name].fractional)
                comparison = compare(value, part, name, start)
                found[name] = found[name] + comparison if name in found else comparison
            start += batch.events
            advance(batch.events)
    exact = all(comparison.exact for comparison in found.values())
    status = Status.EXACT if exact else Status.FAILED
    return Check("Graph = golden vectors", "the integer interpreter", status, "", found)


def _open(graph: Graph, request: Request) -> DataSet | None:
    if request.data is None:
        return None
    shapes = {layer: graph.shapes[node] for layer, node in graph.input_layers.items()}
    return open_data(request.data, shapes, request.dataset, request.axes, request.limit)


def _run_data(proof: Proof, data: DataSet | None, progress: Progress) -> None:
    if data is None:
        return
    with progress.bar("comparing bit for bit", data.events) as advance:
        for batch in data_batches(proof, data):
            proof.run(batch)
            advance(batch.events)
