"""Small projects to try the bench on: hand-written designs with their vectors and a bench.json."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DESIGNS = Path(__file__).parent / "designs"
BENCH = Path(__file__).parents[2] / "fpgaml" / "rtl" / "bench"


@dataclass(frozen=True)
class Mini:
    """A design and its sizes.

    Args:
        shell: "axis" or "native"; hdl: "verilog" or "vhdl".
        inputs, outputs: elements; in_width, out_width: bits; in_beat, out_beat: elements a beat.
        edits: in the top's source, text to replace by other text: what a mutation is.
    """

    shell: str = "axis"
    hdl: str = "verilog"
    inputs: int = 5
    in_width: int = 6
    outputs: int = 3
    out_width: int = 12
    in_beat: int = 2
    out_beat: int = 2
    tag_bits: int = 8
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def beats_in(self) -> int:
        return -(-self.inputs // self.in_beat)

    @property
    def beats_out(self) -> int:
        return -(-self.outputs // self.out_beat)

    @property
    def lane_in(self) -> int:
        return -(-self.in_width // 8) * 8

    @property
    def lane_out(self) -> int:
        return -(-self.out_width // 8) * 8

    @property
    def latency(self) -> int:
        """From the first beat to the first result."""
        return 3 if self.shell == "native" else self.beats_in + 3

    @property
    def interval(self) -> int:
        return 1 if self.shell == "native" else max(self.beats_in, self.beats_out)

    def write(self, project: Path, events: int = 60, seed: int = 0) -> Path:
        """Write a project with this design; returns its folder."""
        sources = self._write_sources(project / "hdl")
        vectors = self.vectors(events, seed)
        write_vectors(project / "tb_data", self, vectors)
        sim = project / "sim"
        sim.mkdir()
        for path in BENCH.iterdir():
            if path.is_file():
                shutil.copy(path, sim)
        (sim / "bench.json").write_text(json.dumps(self.bench_json(sources), indent=2))
        return project

    def vectors(self, events: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and outputs as integers, shapes (events, inputs) and (events, outputs)."""
        limit = 1 << (self.in_width - 1)
        x = np.random.default_rng(seed).integers(-limit, limit, (events, self.inputs))
        i, j = np.arange(self.inputs)[:, None], np.arange(self.outputs)
        return x, x @ ((3 * i + 5 * j + 1) % 7 - 3)

    def bench_json(self, sources: list[str]) -> dict:
        def port(name: str, direction: str, elements: int, width: int) -> dict:
            file = f"../tb_data/{direction}_{name}.txt"
            sizes = {"name": name, "elements": elements, "width": width}
            return sizes | {"signed": True, "fractional": 2, "vectors": file}

        content = {
            "format": "fpgaml bench",
            "version": 1,
            "top": "network",
            "shell": self.shell,
            "hdl": self.hdl,
            "sources": [f"../hdl/{name}" for name in sources],
            "clock_ns": 5.0,
            "latency": self.latency,
            "interval": self.interval,
            "inputs": [port("x", "input", self.inputs, self.in_width)],
            "outputs": [port("y", "output", self.outputs, self.out_width)],
        }
        if self.shell == "axis":
            content["stream"] = {
                "lane_in": self.lane_in,
                "beat_in": self.in_beat,
                "beats_in": self.beats_in,
                "lane_out": self.lane_out,
                "beat_out": self.out_beat,
                "beats_out": self.beats_out,
                "tag_bits": self.tag_bits,
            }
        return content

    def _write_sources(self, folder: Path) -> list[str]:
        folder.mkdir(parents=True)
        suffix = {"verilog": "v", "vhdl": "vhd"}[self.hdl]
        names = [f"mini_core.{suffix}", f"mini_{self.shell}.{suffix}"]
        edits = list(self.edits)
        for name in names:
            text = self._resize((DESIGNS / name).read_text())
            for edit in list(edits):
                if edit[0] in text:
                    text = text.replace(*edit)
                    edits.remove(edit)
            (folder / name).write_text(text)
        assert not edits, f"not found in the sources: {edits}"
        return names

    def _resize(self, text: str) -> str:
        sizes = {
            "INPUTS": self.inputs,
            "IN_WIDTH": self.in_width,
            "IN_LANE": self.lane_in,
            "IN_BEAT": self.in_beat,
            "IN_BEATS": self.beats_in,
            "OUTPUTS": self.outputs,
            "OUT_WIDTH": self.out_width,
            "OUT_LANE": self.lane_out,
            "OUT_BEAT": self.out_beat,
            "OUT_BEATS": self.beats_out,
            "TAG_BITS": self.tag_bits,
        }
        for name, size in sizes.items():
            text = re.sub(rf"(parameter {name} = )\d+|(\b{name} : positive := )\d+", rf"\g<1>\g<2>{size}", text)
        return text


def write_vectors(folder: Path, mini: Mini, vectors: tuple[np.ndarray, np.ndarray]) -> None:
    """Write input_x.txt and output_y.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values, width in (("input_x", vectors[0], mini.in_width), ("output_y", vectors[1], mini.out_width)):
        rows = (values & ((1 << width) - 1)).tolist()
        (folder / f"{name}.txt").write_text("".join(" ".join(f"{v:x}" for v in row) + "\n" for row in rows))


def write_project(folder: Path, mini: Mini, events: int = 60) -> Path:
    """A whole project around a design: bench, graph.json, manifest.json and results.json."""
    from fpgaml.graph.graph import GraphBuilder
    from fpgaml.graph.ops import Dense, Input
    from fpgaml.graph.serial import to_json
    from fpgaml.graph.types import FixedType, Quantizer
    from fpgaml.graph.values import FixedArray
    from fpgaml.project.hashes import folder_hashes
    from tests.report import samples

    mini.write(folder, events)
    i, j = np.arange(mini.inputs)[:, None], np.arange(mini.outputs)
    builder = GraphBuilder("mini")
    x = builder.add(Input((mini.inputs,), Quantizer(FixedType(1, mini.in_width - 3, 2))), name="x")
    y = builder.add(Dense(FixedArray((3 * i + 5 * j + 1) % 7 - 3, 0), None), x, name="y")
    (folder / "graph.json").write_text(to_json(builder.build([y])))
    manifest = samples.manifest(files=folder_hashes(folder))
    (folder / "manifest.json").write_text(json.dumps(manifest))
    check = {"kind": "simulated", "status": "exact", "oracle": "", "note": ""}
    results = {
        "format": "fpgaml-results",
        "version": 1,
        "passed": True,
        "tools": {"numpy": np.__version__},
        "events": {},
        "checks": [{"name": "source model = Graph", **check, "outputs": [], "layers": [], "input_rounding": []}],
        "quantizers": [],
        "input_rounding": [],
        "physics": {},
    }
    (folder / "results.json").write_text(json.dumps(results))
    return folder
