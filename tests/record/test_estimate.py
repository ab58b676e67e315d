"""Estimates in the record: what older files say, and what is used of the device."""

from __future__ import annotations

from typing import Any

from fpgaml.record.estimate import Estimate, LayerCost
from fpgaml.record.files import parse

OLD: dict[str, Any] = {
    **{"kind": "estimate", "lut": 30, "ff": 10, "dsp": 0, "layers": {"dense": 20, "relu": 10}},
    **{"latency_cycles": 4, "latency_ns": 20.0, "interval_cycles": 1},
}


def test_layers_of_an_older_record_are_luts_alone() -> None:
    found = parse(Estimate, "results.json", OLD)
    assert found.layers == {"dense": LayerCost(lut=20), "relu": LayerCost(lut=10)}
    assert found.layers["dense"].ff is None  # not known, which is not zero
    assert found.to_json()["layers"] == {"dense": {"lut": 20}, "relu": {"lut": 10}}
    assert parse(Estimate, "results.json", found.to_json()) == found


def test_resources_are_compared_with_what_the_device_holds() -> None:
    content = {**OLD, "dsp": None, "available": {"LUT": 40, "BRAM": 0}, "missing": {"dsp": "depends on the compiler"}}
    lut, ff, bram = parse(Estimate, "results.json", content).resources
    assert (lut.name, lut.used, lut.available, lut.fits) == ("LUT", 30, 40, True)
    assert (ff.name, ff.used, ff.available, ff.fits) == ("FF", 10, None, None)
    assert (bram.name, bram.used, bram.available, bram.fits) == ("BRAM", 0, 0, True)
