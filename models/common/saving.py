"""What a training leaves behind: networks, the quantised network's own answers, and how it was trained."""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fpgaml.errors import FpgamlError
from fpgaml.progress import Progress, choose_progress
from fpgaml.tasks.evaluation import write_json
from fpgaml.tasks.events import fingerprint
from fpgaml.tasks.inputs import Inputs

if TYPE_CHECKING:
    import keras

FLOAT, QUANTISED, RECORDED, TRAINING = "float.keras", "quantised.keras", "recorded.npz", "training.json"


def plain(settings: Any) -> dict[str, Any]:
    """Settings (a dataclass) as JSON holds them, without the folder: it changes nothing; of a file the name alone."""
    held = {
        name: value.name if isinstance(value, Path) else value
        for name, value in asdict(settings).items()
        if name != "output"
    }
    loaded: dict[str, Any] = json.loads(json.dumps(held))
    return loaded


def save_network(model: keras.Model, make: Callable[[], keras.Model], path: Path) -> None:
    """The network without its optimiser's state, which Keras would put into the file of a compiled one.

    Operations without a name are numbered as in a fresh process, whatever networks were made before.
    """
    import keras

    keras.utils.clear_session(free_memory=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    bare = make()
    bare.set_weights(model.get_weights())
    draft = path.with_name(f"new_{path.name}")
    bare.save(draft)
    deflate(draft)
    draft.replace(path)


def deflate(path: Path) -> None:
    """Compress the members of an archive; Keras stores them as they are, and quantizers are full of equal numbers."""
    with zipfile.ZipFile(path) as stored:
        members = [(member, stored.read(member)) for member in stored.infolist()]
    with zipfile.ZipFile(path, "w") as packed:
        for member, content in members:
            packed.writestr(member, content, zipfile.ZIP_DEFLATED, 9)


def save_answers(path: Path, x: Inputs, answers: NDArray[np.float32] | Mapping[str, NDArray[np.float32]]) -> None:
    """The network's own answers to events that can be made again, with the fingerprint of the events.

    Args:
        answers: of one output, which are called `y`; or by output.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"new_{path.name}")
    arrays: Mapping[str, Any] = answers if isinstance(answers, Mapping) else {"y": answers}
    np.savez_compressed(draft, **arrays, x_sha256=np.array(fingerprint(x)))
    draft.replace(path)


def save_training(folder: Path, task: str, settings: Any, facts: Mapping[str, Any]) -> None:
    """How it was trained, with the versions of what took part."""
    packages = ("keras", "hgq2", "jax", "numpy")
    content = {
        "task": task,
        "settings": plain(settings),
        "versions": {package: version(package) for package in packages},
        **facts,
    }
    write_json(folder / TRAINING, content)


def command_line(title: str, train: Callable[[Path, int, Path | None, Progress], object]) -> None:
    """`python -m fpgaml_models.TASK.train FOLDER [--seed N] [--data FILE]`."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("folder", type=Path, help="of all that is written")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="events of your own: .npz, HDF5 or ROOT, as the task's page says")
    given = parser.parse_args()
    try:
        train(given.folder, given.seed, given.data, choose_progress())
    except FpgamlError as error:
        parser.exit(error.exit_code, f"{error}\n")
