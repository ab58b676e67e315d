"""Workers of batch systems: what their YAML may say, against the classes that take it."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from fpgaml.cluster.listening import require_listener
from fpgaml.cluster.remote.batch import STARTERS, accepted, hide, read_arguments, started
from fpgaml.cluster.workers import Batch, Local, Scheduler, System, choose_workers
from fpgaml.errors import FileError, FpgamlError
from fpgaml.progress import Silent


def _kind(system: System) -> Any:
    starter = STARTERS[system]
    module = pytest.importorskip(starter.module, reason=f"needs `pip install fpgaml[{starter.extra}]`")
    return getattr(module, starter.name)


def _write(folder: Path, text: str) -> Path:
    (folder / "workers.yaml").write_text(text)
    return folder / "workers.yaml"


SLURM = "n_workers: 20\nqueue: short\naccount: atlas\ncores: 8\nprocesses: 1\nmemory: 16GB\nwalltime: '02:00:00'\n"
HTCONDOR = (
    "n_workers: 50\ncores: 1\nmemory: 2GB\ndisk: 4GB\njob_extra_directives: {'+JobFlavour': '\"workday\"'}\n"
    "submit_command_extra: ['-spool']\n"
)
KUBERNETES = (
    "n_workers: 10\nname: trigger\nnamespace: fpga\nimage: registry/fpgaml:1\n"
    "resources: {limits: {cpu: '2', memory: 4Gi}}\nenv: {TOKEN: s3cr3t-value}\n"
)


@pytest.mark.parametrize(
    ("system", "text"),
    [(System.SLURM, SLURM), (System.HTCONDOR, HTCONDOR), (System.KUBERNETES, KUBERNETES)],
)
def test_arguments_of_the_class_are_taken_and_others_named(system: System, text: str, tmp_path: Path) -> None:
    kind = _kind(system)
    assert read_arguments(_write(tmp_path, text), kind)["n_workers"] >= 10
    wrong = text.replace("n_workers", "n_worker") + "walltimes: 3\n"
    with pytest.raises(FileError) as raised:
        read_arguments(_write(tmp_path, wrong), kind)
    problems = {each.where: each for each in raised.value.problems}
    assert problems["n_worker"].advice == "Did you mean `n_workers`?"
    assert f"{kind.__name__} takes no such argument" in problems["walltimes"].reason
    assert "n_workers" in problems  # how many is missing


def test_a_slurm_job_is_written_with_what_the_file_says(tmp_path: Path) -> None:
    """Without asking a batch system: what dask-jobqueue would submit."""
    kind = _kind(System.SLURM)
    given = read_arguments(_write(tmp_path, SLURM), kind) | {"n_workers": 0}
    with kind(**given, scheduler_options={"dashboard_address": ":0"}) as cluster:
        script = cluster.job_script()
    for line in ("#SBATCH -p short", "#SBATCH -A atlas", "#SBATCH --cpus-per-task=8", "#SBATCH -t 02:00:00"):
        assert line in script


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1\n- 2\n", "holds no arguments"),
        ("a: [1\n", "line 2: is no YAML"),
        ("!!python/object/apply:os.system ['true']\n", "line 1: is no YAML"),
    ],
)
def test_files_that_are_no_arguments_are_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match=said):
        read_arguments(_write(tmp_path, text), _kind(System.SLURM))


def test_a_machine_that_cannot_submit_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _kind(System.SLURM)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(FpgamlError, match="--cluster slurm: needs `sbatch`"),
        started(Batch(System.SLURM, _write(tmp_path, SLURM)), Silent()),
    ):
        pass


def test_secrets_of_the_file_are_not_printed() -> None:
    given = {"env": {"TOKEN": "s3cr3t-value"}, "queue": "short", "extra": [{"password": "hunter22"}]}
    text = "failed: TOKEN=s3cr3t-value in queue short, hunter22"
    assert hide(text, given) == "failed: TOKEN=*** in queue short, ***"


def test_options_are_read(tmp_path: Path) -> None:
    file = _write(tmp_path, SLURM)
    assert choose_workers(None, None) == Local()
    assert choose_workers("tcp://login:8786", None) == Scheduler("tcp://login:8786")
    assert choose_workers("login:8786", None) == Scheduler("tcp://login:8786")
    assert choose_workers(str(file), None) == Scheduler(str(file))
    assert choose_workers("slurm", file) == Batch(System.SLURM, file)
    for cluster, config, said in (
        ("slurm", None, "`slurm` needs the arguments"),
        ("tcp://login:8786", file, "goes with --cluster slurm"),
        (None, file, "goes with --cluster slurm"),
        ("slrum", None, "neither an address .* nor a scheduler file"),
    ):
        with pytest.raises(FpgamlError, match=said):
            choose_workers(cluster, config)


def test_loop_and_other_objects_are_no_arguments_of_a_file() -> None:
    assert not {"loop", "asynchronous", "self"} & accepted(_kind(System.SLURM))


def test_an_address_where_nobody_listens_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        require_listener(Scheduler(f"tcp://127.0.0.1:{port}"))
    (tmp_path / "scheduler.json").write_text(f'{{"address": "tcp://127.0.0.1:{port}"}}')
    for given in (f"tcp://127.0.0.1:{port}", str(tmp_path / "scheduler.json")):
        with pytest.raises(
            FpgamlError, match=f"nobody answers at tcp://127.0.0.1:{port} .Connection refused"
        ) as raised:
            require_listener(Scheduler(given))
        assert "dask scheduler" in raised.value.advice
    for wrong in ("tcp://host", "http://host:80", "tcp://host:port"):
        with pytest.raises(FpgamlError, match="is no address"):
            require_listener(Scheduler(wrong))
