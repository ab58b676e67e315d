"""Hand a lowered Graph to hls4ml, and let it write its project."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from fpgaml.boards import parse_part
from fpgaml.errors import FpgamlError
from fpgaml.graph.graph import Graph
from fpgaml.hls.generated import register, write_functions
from fpgaml.hls.lower.graph import lower
from fpgaml.hls.lower.prepare import prepare
from fpgaml.hls.lower.scan import unrolled_notes
from fpgaml.hls.settings import PROJECT_NAME, HlsSettings, IoType, Strategy
from fpgaml.project.ports import CppPort


@dataclass(frozen=True)
class HlsModel:
    """A Graph as hls4ml holds it.

    Args:
        inputs, outputs: the ports of the top function, in its order.
        messages: what hls4ml said on the way (adjusted reuse factors and the like).
    """

    handle: Any
    inputs: tuple[CppPort, ...]
    outputs: tuple[CppPort, ...]
    messages: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write hls4ml's project into a folder.

        Raises:
            FpgamlError: hls4ml fails.
        """
        self.handle.config.config["OutputDir"] = str(folder)
        with _quiet():
            _forgive_missing_script(self.handle.config.backend.writer)
            try:
                self.handle.write()
            except OSError:
                raise  # a full disk is not hls4ml's doing
            except Exception as error:
                reason = f"could not write the project: {type(error).__name__}: {error}"
                raise FpgamlError("hls4ml", reason, "Report this with the model file") from error
        write_functions(folder, self.handle.get_layers())


def to_hls4ml(graph: Graph, settings: HlsSettings, folder: Path) -> HlsModel:
    """An hls4ml model that computes exactly what the graph does.

    Args:
        folder: where its project will be written.

    Raises:
        UnsupportedError: operations that the backend cannot hold.
        FpgamlError: hls4ml refuses the model.
    """
    prepared = prepare(graph, settings)
    layers = lower(prepared, settings)
    _require_da4ml(settings)
    register(settings.target.name)
    from hls4ml.model.graph import ModelGraph

    config = {
        "OutputDir": str(folder),
        "ProjectName": PROJECT_NAME,
        "Backend": settings.target.name,
        "Part": settings.part,
        "ClockPeriod": settings.clock_ns,
        "ClockUncertainty": "27%" if settings.backend == "vitis" else "12.5%",
        "IOType": str(settings.io_type),
        "HLSConfig": {
            "Model": {
                "Precision": {"default": "fixed<16,6>"},
                "ReuseFactor": settings.reuse_factor,
                # A pipeline would take every loop apart.
                **({"PipelineStyle": "dataflow"} if layers.rolled else {}),
                # For what hls4ml inserts by itself; each layer has its own below.
                "Strategy": str(Strategy.LATENCY),
                # Every type is given below: hls4ml has nothing to infer.
                "BitExact": False,
            },
            "LayerName": layers.config,
        },
        "WriterConfig": {
            "Namespace": None,
            "WriteWeightsTxt": True,
            "WriteTar": False,
            "WriteEmulationConstants": False,
            "TBOutputStream": "both",
        },
        **(_libero(settings.part) if settings.backend == "libero" else {}),
    }
    inputs = [layers.variables[node.name] for node in prepared.inputs]
    outputs = [layers.variables[name] for name in prepared.outputs]
    with _quiet() as said:
        try:
            handle = ModelGraph.from_layer_list(config, layers.layers, inputs, outputs)
        except Exception as error:
            raise FpgamlError("hls4ml", f"refused the model: {error}", "Report this with the model file") from error
    return HlsModel(
        handle,
        tuple(_port(graph, n.name, v) for n, v in zip(graph.inputs, handle.get_input_variables(), strict=True)),
        tuple(_port(graph, n, v) for n, v in zip(graph.outputs, handle.get_output_variables(), strict=True)),
        (
            *unrolled_notes(graph, settings),
            *layers.messages,
            *_size_notes(prepared, settings),
            *(line for line in said.getvalue().splitlines() if line.strip()),
        ),
    )


def _libero(part: str) -> dict[str, Any]:
    """What hls4ml's Libero writer needs besides; the path only enters a script that fpgaml does not keep."""
    family = parse_part(part).family.name.replace(" ", "")
    return {"FPGAFamily": family, "Board": "hw_only", "SmartHLSPath": Path("SmartHLS")}


MOST_REGISTERS = 4096
"""hls4ml's scripts let the vendor's tool split arrays of up to this many elements into registers."""


def _size_notes(graph: Graph, settings: HlsSettings) -> list[str]:
    """A word on tensors that are too large to be held in registers at once."""
    if settings.io_type == IoType.STREAM:
        return []
    name, size = max(((name, prod(shape)) for name, shape in graph.shapes.items()), key=lambda pair: pair[1])
    if size <= MOST_REGISTERS:
        return []
    where = graph[name].source or name
    what = f"{size:,} elements at once; beyond {MOST_REGISTERS:,} {settings.target.vendor_tool} may not finish"
    return [f"{where}: io_parallel holds {what}. --io io_stream passes them one position after another"]


def _forgive_missing_script(writer: Any) -> None:
    """Let hls4ml's Libero writer go on without build_lib.sh, which its wheel lacks and fpgaml does not keep."""
    if type(writer).__name__ != "LiberoWriter":
        return

    def write_build_script(model: Any) -> None:
        with contextlib.suppress(FileNotFoundError):
            type(writer).write_build_script(writer, model)

    writer.write_build_script = write_build_script


def _port(graph: Graph, name: str, variable: Any) -> CppPort:
    precision = variable.type.precision
    return CppPort(
        name,
        graph.shapes[name],
        bool(precision.signed),
        int(precision.width),
        int(precision.width - precision.integer),
        variable.name,
        str(precision.definition_cpp()),
    )


def _require_da4ml(settings: HlsSettings) -> None:
    from importlib.util import find_spec

    strategies = [settings.strategy, *(layer.strategy for layer in settings.layers.values())]
    if Strategy.DISTRIBUTED_ARITHMETIC in strategies and find_spec("da4ml") is None:
        raise FpgamlError(
            "--strategy distributed_arithmetic", "needs the package da4ml", "Install it: pip install 'fpgaml[da]'"
        )


@contextlib.contextmanager
def _quiet() -> Any:
    """Keep hls4ml's prints and warnings, instead of showing them."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield said
