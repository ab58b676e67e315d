"""Runs the steps of a CI file here, as the service would: one bash for each step, the same variables and conditions.

Only what the files under docs/ci use is known; anything else is an error, so that nothing is passed over in silence.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

GITHUB_BASH = ("bash", "--noprofile", "--norc", "-e")
"""As GitHub starts a step that names no shell: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax."""
GITLAB_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")

_VARIABLE = re.compile(r"\$\{\{\s*vars\.(\w+)\s*\|\|\s*'([^']*)'\s*\}\}")
_CONDITION = re.compile(r"always\(\)( && steps\.(\w+)\.outcome == '(\w+)')?")


@dataclass(frozen=True)
class Step:
    """A step that was run; skipped: because an earlier one failed."""

    name: str
    code: int
    output: str
    skipped: bool = False


@dataclass
class Run:
    """A job: its steps, the files that it uploaded, and its summary."""

    steps: list[Step] = field(default_factory=list)
    artifacts: list[Path] = field(default_factory=list)
    summary: str = ""

    @property
    def code(self) -> int:
        """Of the first step that failed; 0 if none did."""
        return next((step.code for step in self.steps if step.code), 0)

    @property
    def failed(self) -> list[str]:
        """The steps that failed."""
        return [step.name for step in self.steps if step.code]


def run_github(path: Path, folder: Path, variables: Mapping[str, str], environment: Mapping[str, str]) -> Run:
    """Run the only job of a GitHub workflow in a folder that stands for the checked out repository.

    Args:
        variables: of the repository (`vars`); environment: of the machine.
    """
    content = yaml.safe_load(path.read_text("utf-8"))
    (job,) = content["jobs"].values()
    summary = folder / "step-summary.md"
    common = {name: _expanded(value, variables) for name, value in content.get("env", {}).items()}
    env = {**environment, **common, "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(folder), "CI": "true"}
    run = Run()
    outcomes: dict[str, str] = {}
    for step in job["steps"]:
        name = step.get("name") or step["uses"]
        if not _wanted(step.get("if", ""), outcomes, failed=bool(run.code)):
            run.steps.append(Step(name, 0, "", skipped=True))
        elif "uses" in step:
            run.steps.append(Step(name, 0, _action(step, folder, run)))
        else:
            assert not set(step) - {"name", "id", "if", "run"}, f"{name}: not known here"
            run.steps.append(_bash(name, step["run"], folder, env, GITHUB_BASH))
        last = run.steps[-1]
        outcomes[step.get("id", "")] = "skipped" if last.skipped else "failure" if last.code else "success"
    run.summary = summary.read_text("utf-8") if summary.exists() else ""
    return run


def run_gitlab(path: Path, folder: Path, variables: Mapping[str, str], environment: Mapping[str, str]) -> Run:
    """Run the only job of a GitLab file likewise; variables of the project go before those of the file."""
    ((name, job),) = yaml.safe_load(path.read_text("utf-8")).items()
    known = {"image", "timeout", "variables", "before_script", "script", "artifacts"}
    assert not set(job) - known, f"{name}: not known here"
    env = {**environment, **job["variables"], **variables, "CI": "true"}
    script = "\n".join([*job["before_script"], *job["script"]])
    run = Run([_bash(name, script, folder, env, GITLAB_BASH)])
    assert job["artifacts"]["when"] == "always"
    wanted = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    run.artifacts = [folder / each for each in wanted if (folder / each).is_file()]
    return run


def _bash(name: str, script: str, folder: Path, env: Mapping[str, str], bash: Sequence[str]) -> Step:
    file = folder / ".step.sh"
    file.write_text(script)
    command = [*bash, str(file)]
    done = subprocess.run(command, cwd=folder, env=dict(env), capture_output=True, text=True, check=False)
    file.unlink()
    return Step(name, done.returncode, done.stdout + done.stderr)


def _wanted(condition: str, outcomes: Mapping[str, str], *, failed: bool) -> bool:
    """Whether a step runs, by its condition: `always()`, and how an earlier step came out."""
    if not condition:
        return not failed
    found = _CONDITION.fullmatch(condition)
    assert found, f"{condition}: not known here"
    return not found[1] or outcomes[found[2]] == found[3]


def _action(step: Mapping[str, Any], folder: Path, run: Run) -> str:
    """What an action of GitHub's does, as far as this runs it."""
    action = step["uses"].partition("@")[0]
    if action == "actions/upload-artifact":
        assert step["with"]["if-no-files-found"] == "warn"
        run.artifacts += [folder / each for each in step["with"]["path"].split() if (folder / each).is_file()]
    else:
        # The folder is the repository, and the environment has a Python.
        assert action in ("actions/checkout", "actions/setup-python"), f"{action}: not known here"
    return ""


def _expanded(value: str, variables: Mapping[str, str]) -> str:
    text = _VARIABLE.sub(lambda found: variables.get(found[1], found[2]), str(value))
    assert "${{" not in text, f"{text}: not known here"
    return text


def clean_environment(python: Path) -> dict[str, str]:
    """This machine's, with a Python environment's programs first, and nothing that points to this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "FPGAML_F"))}
    return kept | {"PATH": f"{python.parent}{os.pathsep}{kept['PATH']}", "VIRTUAL_ENV": str(python.parents[1])}
