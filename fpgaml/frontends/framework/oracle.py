"""The framework that wrote a model file as the oracle of its answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        versions: of the framework, known once the model is loaded.
    """

    model: Path
    outputs: tuple[str, ...]
    layers: bool
    limit: int
    versions: Mapping[str, str] = field(init=False, default_factory=dict)
    _session: InferenceSession | None = field(init=False, default=None)

    @property
    def title(self) -> str:
        names = ", ".join(f"{name} {version}" for name, version in self.versions.items() if name != "python")
        return f"{self.model.name} run by {names}" if names else f"{self.model.name} run by its framework"

    def start(self) -> None:
        if self._session is None:
            self._session = framework_session(self.model, self.layers)
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
        asked = self._session.ask({name: array[:count] for name, array in inputs.items()})

        def answers() -> Answers:
            self.wait()
            answer = asked()
            found = dict(zip(self.outputs, answer.outputs.values(), strict=True))
            return found | {f"layer/{name}": array for name, array in answer.layers.items()}

        return answers
