"""LiteRT's reference kernels as the source model of a `.tflite`, in a process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.data.coded import answers_as_codes, to_reals
from fpgaml.frontends.framework import InferenceSession
from fpgaml.frontends.framework.litert import kernels_session
from fpgaml.frontends.tflite.layer import LayerTensor, node_shape
from fpgaml.frontends.tflite.parsed import TfliteModel, parse
from fpgaml.proof.oracle import Answers, Oracle


@dataclass
class ReferenceKernels(Oracle):
    """LiteRT's reference kernels.

    Args:
        model: the file; outputs: the graph's output names, in order; layers: whether layers are asked for.
        limit: at most so many events.
        versions: known once the model is loaded.
    """

    model: Path
    outputs: tuple[str, ...]
    layers: bool
    limit: int
    versions: Mapping[str, str] = field(init=False, default_factory=dict)
    _session: InferenceSession | None = field(init=False, default=None)

    @property
    def title(self) -> str:
        version = self.versions.get("ai-edge-litert", "")
        return f"{self.model.name} run by LiteRT{f' {version}' if version else ''}, reference kernels (BUILTIN_REF)"

    @cached_property
    def _parsed(self) -> TfliteModel:
        return parse(self.model)

    @cached_property
    def _layers(self) -> Mapping[str, LayerTensor]:
        return self._parsed.layers() if self.layers else {}

    def start(self) -> None:
        if self._session is None:
            self._session = kernels_session(self.model, {name: held.index for name, held in self._layers.items()})
        self._session.start()

    def wait(self) -> None:
        assert self._session is not None
        self.versions = self._session.versions()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        return self.ask(inputs, first_event)()

    def ask(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Callable[[], Answers]:
        count = min(len(next(iter(inputs.values()))), max(0, self.limit - first_event))
        if count == 0:
            return dict
        assert self._session is not None
        asked = self._session.ask(dict(self._codes(inputs, count)))

        def answers() -> Answers:
            self.wait()
            answer = asked()
            found = {}
            for name, port in zip(self.outputs, self._parsed.border.outputs, strict=True):
                codes = answers_as_codes(answer.outputs[port.outer.name], port.coding)
                found[name] = codes.reshape(count, *_event_shape(port.tensor.shape))
            for name, held in self._layers.items():
                shape = node_shape(self._parsed.file.tensors[held.index].shape)
                codes = answer.layers[name].astype(np.int64).reshape(count, *shape)
                found[f"layer/{name}"] = codes - held.subtracted
            return found

        return answers

    def _codes(self, inputs: Mapping[str, NDArray[np.float64]], count: int) -> Iterator[tuple[str, NDArray[Any]]]:
        """What the model's input tensors take, by their names."""
        for port in self._parsed.border.inputs:
            codes = inputs[port.name][:count]
            is_code = port.outer is port.tensor
            yield port.outer.name, codes.astype(f"int{port.coding.bits}") if is_code else to_reals(codes, port.coding)


def _event_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[1:] or (1,)
