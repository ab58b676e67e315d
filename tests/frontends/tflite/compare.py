"""LiteRT's reference kernels against the Graph's interpreter, for any `.tflite` files.

    python -m tests.frontends.tflite.compare record          # writes the .npz beside each file of tests/fixtures/tflite
    python -m tests.frontends.tflite.compare record FILE...  # beside these alone
    python -m tests.frontends.tflite.compare EVENTS FILE...  # compares; exit code 1 for any differing bit

An .npz holds `in/<port>` and `out/<port>`, codes as int8 or int16.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.frontends.tflite.oracle import ReferenceKernels
from fpgaml.frontends.tflite.parsed import TfliteModel, parse
from fpgaml.graph.interpreter import interpret
from fpgaml.graph.values import FixedArray

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "tflite"
RECORDED = 48
Codes = dict[str, NDArray[np.integer]]


def random_codes(model: TfliteModel, events: int, seed: int) -> Codes:
    """Codes over the whole range, and around the zero point; the ends and the zero point come first."""
    rng = np.random.default_rng(seed)
    given: Codes = {}
    for port in model.border.inputs:
        half = 1 << (port.coding.bits - 1)
        shape = (events, *model.input_shapes[port.name])
        spread = half * rng.choice([0.05, 0.15, 0.4], size=(events, *(1,) * (len(shape) - 1)))
        near = np.rint(rng.normal(port.coding.zero_point, 1, size=shape) * 1.0 + (rng.normal(size=shape) * spread))
        wide = rng.integers(-half, half, size=shape)
        codes = np.where(rng.random((events, *(1,) * (len(shape) - 1))) < 0.5, near, wide)
        codes = np.clip(codes, -half, half - 1).astype(np.int64)
        for event, code in zip(range(events), (-half, half - 1, port.coding.zero_point), strict=False):
            codes[event] = code
        given[port.name] = codes.astype(f"int{port.coding.bits}")
    return given


def interpreted(model: TfliteModel, codes: Codes) -> Codes:
    """The Graph's outputs."""
    graph = model.build({}).graph
    values = {name: FixedArray(array.astype(np.int64), 0) for name, array in codes.items()}
    return {name: np.asarray(value.at(0)) for name, value in interpret(graph, values).items()}


def kernels(path: Path, model: TfliteModel, codes: Codes) -> Codes:
    """The reference kernels' outputs."""
    names = tuple(port.name for port in model.border.outputs)
    events = len(next(iter(codes.values())))
    with ReferenceKernels(path, names, layers=False, limit=events) as oracle:
        found = oracle.answers({n: c.astype(np.float64) for n, c in codes.items()}, 0)
    bits = {port.name: port.coding.bits for port in model.border.outputs}
    return {name: np.rint(found[name]).astype(f"int{bits[name]}") for name in names}


def record(paths: list[Path]) -> None:
    """Write the answers of every file that is accepted."""
    for path in paths:
        try:
            model = parse(path)
        except FpgamlError:
            continue
        codes = random_codes(model, RECORDED, 3)
        arrays = {f"in/{name}": array for name, array in codes.items()}
        arrays |= {f"out/{name}": array for name, array in kernels(path, model, codes).items()}
        np.savez_compressed(path.with_suffix(".npz"), **arrays)


def compare(events: int, paths: list[Path]) -> int:
    """How many output codes differ; says so file by file."""
    graphs = values = differing = refused = 0
    for path in paths:
        try:
            model = parse(path)
            codes = random_codes(model, events, 11)
            found = interpreted(model, codes)
            wanted = kernels(path, model, codes)
        except FpgamlError as error:
            print(f"{path.name}: refused: {str(error)[:160]}")  # noqa: T201
            refused += 1
            continue
        wrong = sum(int((found[name] != wanted[name]).sum()) for name in wanted)
        graphs, values, differing = graphs + 1, values + sum(w.size for w in wanted.values()), differing + wrong
        if wrong:
            print(f"{path.name}: {wrong} differ")  # noqa: T201
    print(f"{graphs} graphs, {graphs * events} events, {values} codes, {differing} differ; {refused} refused")  # noqa: T201
    return differing


if __name__ == "__main__":
    if sys.argv[1] == "record":
        record([Path(name) for name in sys.argv[2:]] or sorted(FOLDER.glob("*.tflite")))
    else:
        sys.exit(int(compare(int(sys.argv[1]), [Path(name) for name in sys.argv[2:]]) > 0))
