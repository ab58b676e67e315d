"""An integer flatbuffer: three networks side by side, their distances, and what kernels disagree on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fpgaml.record.integer_network import InferenceTime, IntegerNetwork
from fpgaml.report.section import Section, Subject, Table, line, name
from fpgaml.report.words import percent

NAMES = {"float": "float32", "fixed": "fixed point"}


def sections(subject: Subject) -> Iterator[Section]:
    """Accuracy, kernels, and time where it was measured."""
    found = subject.results.tflite
    if found is None:
        return
    saturated = []
    for each in found.inputs:
        share = percent(each.saturated, each.values)
        saturated.append(line(f"{each.input}: {share} of its values are beyond the calibrated range, and saturate"))
    tables = [_networks(found, subject.results.roc_auc), _distances(found)]
    yield Section("Networks on the data", [*tables, *saturated], f"{found.kind}, {found.events} events")
    rows = [
        (
            each.kernels,
            name(each.output),
            f"{percent(each.differing, each.values)} of {each.values} codes differ",
            f"at most {each.largest_lsb} LSB",
        )
        for each in found.kernels
    ]
    yield Section("Kernels of LiteRT against its reference kernels", [Table(rows)], found.kind)
    if found.timing:
        yield _timing(found.timing, found.activations)


def _networks(found: IntegerNetwork, fixed: Mapping[str, float]) -> Table:
    outputs = list(found.roc_auc.get("integer", {}))
    areas: dict[str, Mapping[str, float]] = {**found.roc_auc, "fixed": fixed}
    sizes = {"float": f"{found.bytes.float32:,} bytes", "integer": f"{found.bytes.integer:,} bytes"}
    rows: list[tuple[str, ...]] = []
    for network in ("float", "integer", "fixed"):
        own = areas.get(network, {})
        shown = [f"{own[output]:.6f}" if output in own else "" for output in outputs]
        rows.append((NAMES.get(network, found.activations), sizes.get(network, ""), *shown))
    return Table(rows, ("network", "file", *(f"ROC AUC {output}" for output in outputs)))


def _distances(found: IntegerNetwork) -> Table:
    rows = [
        (
            _pair(each.pair, found.activations),
            name(each.output),
            f"{each.largest:.4g}",
            f"{each.largest_of_span:.2%}",
            f"{each.mean:.4g}",
            percent(each.beyond_one_step, each.values),
        )
        for each in found.distances
    ]
    return Table(rows, ("distance", "output", "largest", "of span", "mean", "beyond one step"), right=(2, 3, 4, 5))


def _pair(pair: str, integer: str) -> str:
    first, _, second = pair.partition(" from ")
    names = {**NAMES, "integer": integer}
    return f"{names[first]} from {names[second]}"


def _timing(timing: tuple[InferenceTime, ...], integer: str) -> Section:
    rows = [
        (
            integer if each.network == "integer" else each.network,
            each.kernels,
            f"{each.threads} thread{'s' if each.threads > 1 else ''}",
            f"{each.median_us:.4g} us",
            f"{each.percentile_5_us:.4g} to {each.percentile_95_us:.4g}",
            f"{each.runs} runs",
        )
        for each in timing
    ]
    table = Table(rows, ("network", "kernels", "", "median", "5% to 95%", ""), right=(3,))
    note = line("LiteRT's invoke alone, after a warm-up")
    return Section("Time of one inference, batch 1", [table, note], f"{timing[0].kind}, {timing[0].cpu}")
