"""`fpgaml train`: train a task's networks again, in the environment that has Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fpgaml.cli import complete


def train(
    task: Annotated[str, typer.Argument(autocompletion=complete.tasks, help="A name that `fpgaml models` lists.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder to fill.  \\[default: TASK_trained]")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of data, first weights and order of events.")] = 1,
    data: Annotated[
        Path | None, typer.Option("--data", help="Events of your own: .npz, HDF5 or ROOT, as the task's page says.")
    ] = None,
) -> None:
    """Train the float and the quantised network of a task; a run that was broken off goes on from its last epoch.

    It runs in this Python if it has Keras 3 and HGQ2, else in that of FPGAML_FRAMEWORK_PYTHON.
    """
    import os
    import subprocess

    from fpgaml.errors import FpgamlError, ToolError
    from fpgaml.frontends.framework import framework_python
    from fpgaml.frontends.framework.session import INSTALL
    from fpgaml.tasks import find_task

    chosen = find_task(task)
    if data is not None and not data.is_file():
        raise FpgamlError(str(data), "no such file", "Give a .npz, HDF5 or ROOT file")
    python = framework_python()
    if python is None:
        raise ToolError("train", "Keras is not installed in this Python", INSTALL)
    folder = output or Path(f"{task}_trained")
    command = [str(python), "-m", chosen.training_module, str(folder.resolve()), "--seed", str(seed)]
    command += ["--data", str(data.resolve())] if data else []
    # Keras loads TensorFlow where it is installed, and TensorFlow talks.
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    code = subprocess.run(command, env=environment, check=False).returncode
    if code != 0:
        raise typer.Exit(code if code in (1, 2) else 2)
    typer.echo(f"Trained: {folder}. `fpgaml evaluate {task} --weights {folder}` measures it")
