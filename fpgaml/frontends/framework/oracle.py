"""The framework that wrote a model file as the oracle of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fpgaml.frontends.framework import framework_session
from fpgaml.frontends.framework.session import InferenceSession
from fpgaml.proof.oracle import Answers, Oracle


@dataclass
class Framework(Oracle):
    """The framework itself, in a process of its own that loads the model once.

    Args:
        model: the file; outputs: the graph's output names, in order; layers: whether layers are asked for.
        limit: at most so many events are computed, since a framework takes long.
        session: starts it, given the model, whether layers are asked for, and `float64`.
        versions: of the framework, known once the model is loaded.
    """

    model: Path
    outputs: tuple[str, ...]
    layers: bool
    limit: int
    session: Callable[..., InferenceSession] = framework_session
    versions: Mapping[str, str] = field(init=False, default_factory=dict)
    _float64: bool = field(init=False, default=False)
    _precision: str = field(init=False, default="")
    _session: InferenceSession | None = field(init=False, default=None)
    _opened: ExitStack = field(init=False, default_factory=ExitStack)

    @property
    def title(self) -> str:
        names = ", ".join(f"{name} {version}" for name, version in self.versions.items() if name != "python")
        who = f"{self.model.name} run by {names}" if names else f"{self.model.name} run by its framework"
        return f"{who}, {self._precision}" if self._precision else who

    def prefer_float64(self) -> None:
        self._float64 = True

    def return_to_float32(self) -> bool:
        if not self._float64 or self._session is None or self._session.precision()[0] != "float64":
            return False
        self._float64, self._session = False, None
        self._precision = "in float32, since it answers otherwise in float64"
        self.start()
        return True

    def start(self) -> None:
        if self._session is None:
            self._session = self.session(self.model, self.layers, float64=self._float64)
            self._opened.callback(self._session.close)
        self._session.start()

    def wait(self) -> None:
        assert self._session is not None
        self.versions = self._session.versions()
        if self._float64:
            precision, why = self._session.precision()
            self._precision = f"in {precision}: {why}" if why else f"in {precision}"

    def close(self) -> None:
        self._opened.close()

    def answers(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Answers:
        return self.ask(inputs, first_event)()

    def ask(self, inputs: Mapping[str, NDArray[np.float64]], first_event: int) -> Callable[[], Answers]:
        count = min(len(next(iter(inputs.values()))), max(0, self.limit - first_event))
        if count == 0:
            return dict
        assert self._session is not None
        asked = self._session.ask({name: array[:count] for name, array in inputs.items()})

        def answers() -> Answers:
            self.wait()
            answer = asked()
            found = dict(zip(self.outputs, answer.outputs.values(), strict=True))
            return found | {f"layer/{name}": array for name, array in answer.layers.items()}

        return answers
