"""A manifest and results made by hand, to be changed by each test."""

from __future__ import annotations

from typing import Any

SHA = "0123456789abcdef" * 4


def port(name: str, shape: list[int], width: int, fractional: int) -> dict[str, Any]:
    return {
        "name": name,
        "variable": f"{name}_t",
        "shape": shape,
        "cpp": f"ap_fixed<{width},{width - fractional}>",
        "signed": True,
        "width": width,
        "fractional": fractional,
    }


def manifest(**changes: Any) -> dict[str, Any]:
    return {
        "format": "fpgaml-manifest",
        "version": 1,
        "versions": {"python": "3.11.4", "fpgaml": "0.1.0", "hls4ml": "1.3.0"},
        "source": {"file": "jets.keras", "sha256": SHA, "framework": "Keras 3.15.1, HGQ2 0.2.0"},
        "graph_sha256": SHA,
        "board": {
            "name": "alveo-u250",
            "part": "xcu250-figd2104-2L-e",
            "clock_ns": 5.0,
            "note": "`alveo` means alveo-u250: the Alveo cards are several",
        },
        "settings": {
            "target": "hls",
            "backend": "Vitis",
            "backend_chosen_for": "",
            "io": "io_parallel",
            "strategy": "latency",
            "reuse_factor": 1,
            "layers": {"dense_1": {"strategy": "resource", "reuse_factor": 8}},
        },
        "inputs": [port("constituents", [16, 3], 12, 8)],
        "outputs": [port("tagger", [5], 18, 10)],
        "input_types": [
            {
                "name": "constituents",
                "type": "ap_fixed<12,4> RND SAT",
                "origin": "model",
                "reason": "ap_fixed<12,4> RND SAT, the model's own first quantizer.",
                "changed_fraction": 0.0,
                "largest_rounding": 0.0,
            }
        ],
        "approximations": [],
        "vectors": {"seed": 1, "events": {"vectors": 256, "data": 256}, "data_sha256": SHA},
        "messages": [],
        "files": {"firmware/network.cpp": SHA},
    } | changes


def comparison(name: str = "tagger", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "exact": True,
        "equal_as_recorded": True,
        "recorded_as": "float32",
        "events": 1000,
        "values": 5000,
        "differing_events": 0,
        "differing_values": 0,
        "largest_lsb": 0.0,
        "largest": 0.0,
        "first": None,
    } | changes


def differing(name: str = "tagger", **changes: Any) -> dict[str, Any]:
    first = {
        "event": 17,
        "position": [2],
        "expected": 0.53125,
        "got": 0.5,
        "expected_raw": None,
        "got_raw": 512,
        "fractional": 10,
    }
    values = {
        "exact": False,
        "equal_as_recorded": False,
        "differing_events": 3,
        "differing_values": 12,
        "largest_lsb": 32.0,
        "largest": 0.03125,
        "first": first,
    }
    return comparison(name, **(values | changes))


def check(**changes: Any) -> dict[str, Any]:
    return {
        "name": "source model = Graph",
        "kind": "simulated",
        "status": "exact",
        "oracle": "outputs recorded in y_keras.npy",
        "note": "",
        "outputs": [comparison()],
        "layers": [],
        "input_rounding": [],
    } | changes


def csim_check(**changes: Any) -> dict[str, Any]:
    outputs = [comparison(recorded_as="", events=1256, values=6280)]
    return check(name="Graph = C-simulation", oracle="the integer interpreter", outputs=outputs) | changes


def quantizer(node: str, remark: str = "", **changes: Any) -> dict[str, Any]:
    return {
        "node": node,
        "layer": node,
        "is_input": False,
        "quantizer": "ap_ufixed<8,2> RND SAT",
        "values": 64000,
        "outside": 0,
        "smallest_before": -1.5,
        "largest_before": 3.25,
        "smallest_after": 0.0,
        "largest_after": 3.25,
        "range_used": 0.8123,
        "unused_bits": 0,
        "sign_unused": False,
        "dropped_elements": 0,
        "kind": "simulated",
        "remark": remark,
    } | changes


def results(**changes: Any) -> dict[str, Any]:
    return {
        "format": "fpgaml-results",
        "version": 1,
        "passed": True,
        "tools": {"numpy": "2.4.6", "compiler": "g++ (Debian 12.2.0-14) 12.2.0"},
        "events": {"vectors": 256, "data": 1000},
        "checks": [check(), csim_check()],
        "quantizers": [
            quantizer("dense_1_relu"),
            quantizer("dense_2_relu", "12 of 64000 values saturated, 1 top bit missing", outside=12, range_used=1.7),
            quantizer("tagger"),
        ],
        "input_rounding": [],
        "physics": {"kind": "simulated", "roc_auc": {"tagger[0]": 0.93214, "tagger[1]": 0.5}},
    } | changes
