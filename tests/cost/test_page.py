"""docs/estimates.md shows what the pairs in the package say now."""

import csv
from collections.abc import Iterator

from fpgaml.cost.calibration.fit import Fit, fit_of
from fpgaml.cost.calibration.pairs import PAIRS, RESOURCES, Estimator, pairs
from fpgaml.synth.families import FAMILIES
from tests.paths import ROOT


def rows() -> Iterator[str]:
    """A line for each family and resource that has a fit."""
    for name, family in FAMILIES.items():
        for resource in RESOURCES:
            counted, sketched = (fit_of(name, resource, each) for each in (Estimator.COUNTED, Estimator.SKETCHED))
            if counted is None and sketched is None:
                continue
            yield f"| {family.title} | {resource.upper()} | {_cells(counted)} | {_cells(sketched)} |"


def _cells(fit: Fit | None) -> str:
    if fit is None:
        return "– | – | –"
    return f"{fit.factor:.2f} | {fit.typical:.2f}, {fit.most:.2f} | {fit.designs} of {fit.networks}"


def sentence() -> str:
    """How many pairs there are, and how near sketches are to the schedule."""
    with PAIRS.open(newline="") as file:
        known = list(csv.DictReader(file))
    off = [abs(int(row["latency"]) - int(row["sketched_latency"])) / int(row["latency"]) for row in known]
    near = sum(each <= 0.2 for each in off) / len(off)
    same = sum(float(row["interval"]) == float(row["sketched_interval"]) for row in known)
    networks = len({row["network"] for row in known})
    return (
        f"{len(known)} pairs of {networks} networks. A sketch's latency is within 20 % of the schedule's for "
        f"{near:.0%} of them, its interval the same for {same} of {len(known)}."
    )


def test_the_page_shows_what_comes_out_now() -> None:
    page = (ROOT / "docs" / "estimates.md").read_text()
    missing = [text for text in (*rows(), sentence()) if text not in page]
    assert missing == []


def test_pairs_are_of_families_that_yosys_maps_to() -> None:
    assert {pair.family for pair in pairs()} <= set(FAMILIES)
