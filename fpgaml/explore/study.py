"""A search in one SQLite file: it goes on wherever it was killed, and several processes may work on it.

Designs are asked for a generation at a time, and the next generation only when the last one is finished. So what is
asked depends on finished generations alone, not on how many processes work on them, in which order, or how often they
were killed. Who looks at a design holds a lock on a file beside the study, which falls with its process.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fpgaml.errors import FpgamlError
from fpgaml.explore.asking import GENERATION, directions_of, import_optuna, next_designs
from fpgaml.explore.objectives import Compared, Difference, Objective
from fpgaml.explore.outcome import Outcome, Stage
from fpgaml.explore.space import Space, Value

if TYPE_CHECKING:
    import optuna

FILE, LOCK, CLAIMS = "study.sqlite", "study.lock", "claims"
NAME = "fpgaml"
ABOUT, OUTCOME, HELD_OUT = "about", "outcome", "held_out"
"""Attributes of the study, and of its designs."""
BUSY_SECONDS = 120
"""That a process waits for another one's writing."""


@dataclass(frozen=True)
class Asked:
    """A design that is to be looked at; key: of its row in the file."""

    number: int
    values: Mapping[str, Value]
    key: int


@dataclass(frozen=True)
class Finished:
    """A design that was looked at; held_out: its physics on the events held out, where that was measured."""

    number: int
    values: Mapping[str, Value]
    outcome: Outcome
    key: int
    held_out: Mapping[str, Compared] | None = None


class Study:
    """A search that lies in a folder.

    Args:
        about: what must be the same whenever the search goes on: of the model, the events, the space.
        seed: of all that is drawn.

    Raises:
        FpgamlError: optuna is missing, the file cannot be written, or holds another search.
    """

    def __init__(
        self, folder: Path, about: Mapping[str, Any], space: Space, objectives: Sequence[Objective], seed: int
    ) -> None:
        self.folder, self.space, self.objectives, self.seed = folder, space, tuple(objectives), seed
        self.path = folder / FILE
        self._optuna = import_optuna()
        with self._storing():
            (folder / CLAIMS).mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._storage = self._open()
            self._study = self._load(about)

    def generation(self) -> list[Asked]:
        """The designs of the last generation that nobody has finished; where there are none, a new generation."""
        with self._locked():
            trials = self._trials()
            if len(trials) % GENERATION or all(trial.state.is_finished() for trial in trials):
                for trial in next_designs(trials, self.space, self.objectives, self.seed):
                    self._study.add_trial(trial)
                trials = self._trials()
            open_ = [trial for trial in trials if not trial.state.is_finished()]
            return [Asked(trial.number, dict(trial.params), trial._trial_id) for trial in open_]

    @contextmanager
    def claimed(self, asked: Asked) -> Iterator[bool]:
        """Within the block a design is this process's; False where another one looks at it, or has finished it."""
        with self._storing():
            file = (self.folder / CLAIMS / f"{asked.number}").open("w")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                mine = not self._finished(asked.key)
            except BlockingIOError:
                mine = False
            yield mine

    def tell(self, asked: Asked, outcome: Outcome) -> None:
        """What came of a design."""
        trial = self._optuna.trial
        with self._storing():
            live = trial.Trial(self._study, asked.key)
            live.set_user_attr(OUTCOME, outcome.to_text())
            if outcome.stage is Stage.FAILED:
                self._study.tell(asked.number, state=trial.TrialState.FAIL)
                return
            live.set_constraint("budget", sum(outcome.violations.values()))
            numbers = outcome.numbers
            self._study.tell(asked.number, [numbers.get(each.name, each.worst) for each in self.objectives])

    def tell_held_out(self, design: Finished, physics: Mapping[str, Compared]) -> None:
        """What a finished design does on the events held out."""
        content = {name: asdict(each) for name, each in physics.items()}
        with self._storing():  # a finished design takes no more attributes
            self._study.set_user_attr(f"{HELD_OUT}/{design.number}", content)

    def finished(self) -> list[Finished]:
        """All designs that were looked at, by number."""
        trials = self._trials()
        with self._storing():
            attributes = self._study.user_attrs
        return [_finished(trial, attributes) for trial in trials if trial.state.is_finished()]

    def _open(self) -> optuna.storages.RDBStorage:
        open_storage: Callable[..., optuna.storages.RDBStorage] = self._optuna.storages.RDBStorage
        arguments = {"connect_args": {"timeout": BUSY_SECONDS}}
        return open_storage(f"sqlite:///{self.path.absolute()}", engine_kwargs=arguments)

    def _load(self, about: Mapping[str, Any]) -> optuna.Study:
        """The study in the file, which is made where there is none."""
        create: Callable[..., optuna.Study] = self._optuna.create_study
        names = [each.study_name for each in self._storage.get_all_studies()]
        directions = directions_of(self.objectives)
        study = create(storage=self._storage, study_name=NAME, directions=directions, load_if_exists=NAME in names)
        there = study.user_attrs.get(ABOUT)
        if there is None:
            study.set_user_attr(ABOUT, dict(about))
        else:
            self._check(there, about)
        return study

    def _trials(self) -> list[optuna.trial.FrozenTrial]:
        with self._storing():
            return self._study.get_trials(deepcopy=False)

    def _finished(self, key: int) -> bool:
        with self._storing():
            return bool(self._storage.get_trial(key).state.is_finished())

    def _check(self, there: Mapping[str, Any], about: Mapping[str, Any]) -> None:
        """Refuse to go on with another search."""
        different = [name for name, value in about.items() if there.get(name) != json.loads(json.dumps(value))]
        if different:
            pairs = [(name, _shown(there.get(name)), _shown(about[name])) for name in different]
            said = "; ".join(f"its {name} was {before}, not {now}" for name, before, now in pairs)
            raise FpgamlError(str(self.path), f"holds another search: {said}", "Give another --output")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time asks for designs."""
        with self._storing(), (self.folder / LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Within the block what a disk or a file can have against being written is an error with advice."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except OSError as error:
            raise self._not_stored(error.strerror or str(error)) from None
        except (SQLAlchemyError, self._optuna.exceptions.StorageInternalError) as error:
            cause: BaseException = error
            while cause.__cause__ is not None:
                cause = cause.__cause__
            raise self._not_stored(str(getattr(cause, "orig", None) or cause).splitlines()[0]) from None

    def _not_stored(self, reason: str) -> FpgamlError:
        advice = "Check the space on the disk and the permissions; the search goes on when it is started again"
        return FpgamlError(str(self.path), f"cannot be used: {reason}", advice)


def _finished(trial: optuna.trial.FrozenTrial, attributes: Mapping[str, Any]) -> Finished:
    held = attributes.get(f"{HELD_OUT}/{trial.number}")
    physics = None if held is None else {name: _compared(each) for name, each in held.items()}
    outcome = Outcome.of_text(trial.user_attrs[OUTCOME])
    return Finished(trial.number, dict(trial.params), outcome, trial._trial_id, physics)


def _compared(content: Mapping[str, Any]) -> Compared:
    difference = content["difference"]
    return Compared(content["value"], content["error"], None if difference is None else Difference(**difference))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
