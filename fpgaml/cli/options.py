"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fpgaml.errors import FpgamlError
from fpgaml.frontends.chain.files import ModelFile, chained

if TYPE_CHECKING:
    from fpgaml.certificates.certify import Effort
    from fpgaml.checking import Checking
    from fpgaml.cluster.workers import Workers


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show errors and the verdict, nothing else.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail (exit code 1) unless all is proved: what was not checked counts too.")
]

ThenOption = Annotated[
    list[Path] | None,
    typer.Option("--then", help="With --model: the file that follows it, if the project was made from several."),
]


class FrameworkChoice(StrEnum):
    """As fpgaml.proof.oracle.FrameworkUse, which takes longer to import."""

    AUTO = "auto"
    NEVER = "never"
    REQUIRED = "required"


@dataclass(frozen=True)
class DataOptions:
    """Events, and what is known of them."""

    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Events to check on: .npy, .npz, .h5, .root, .csv; FILE:NAME picks an array, a group or a tree, and "
            "FILE:A,B,C arrays of one number an event as an input's elements. Arrays go to the inputs of their names, "
            "or to those that they alone fit by shape.",
            rich_help_panel="Data",
        ),
    ] = None
    data_axes: Annotated[
        str | None,
        typer.Option(
            "--data-axes",
            help="Reorder the data's axes, such as 0,2,1 (axis 0 is the event; axes of size 1 are dropped first).",
            rich_help_panel="Data",
        ),
    ] = None
    events: Annotated[
        int | None, typer.Option("--events", min=1, help="Use at most so many events.", rich_help_panel="Data")
    ] = None
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            help="Answers that the framework recorded for the data: .npy, or .npz with `y` and `layer/NAME`.",
            rich_help_panel="Data",
        ),
    ] = None
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            help="Truth for physics metrics: 1 signal, 0 background; classes from 0 on, or one-hot; or real numbers.",
            rich_help_panel="Data",
        ),
    ] = None


@dataclass(frozen=True)
class CheckOptions:
    """How source and Graph are compared."""

    framework: Annotated[
        FrameworkChoice,
        typer.Option("--framework", help="Ask the framework that wrote the model.", rich_help_panel="Checks"),
    ] = FrameworkChoice.AUTO
    layers: Annotated[
        bool,
        typer.Option("--layers", help="Compare every layer with the source model.", rich_help_panel="Checks"),
    ] = False
    tolerance: Annotated[
        str | None,
        typer.Option(
            "--tolerance",
            help="Let source and Graph differ by so many LSB; without it, a fixed-point model must be equal. With "
            "--calibrate: how far outputs may be from the float network's, in output units, or 1% of their range.",
            rich_help_panel="Checks",
        ),
    ] = None


class MonotoneBy(StrEnum):
    """As fpgaml.certificates.certify.By, which takes longer to import."""

    AUTO = "auto"
    INTERVALS = "intervals"
    EXHAUSTION = "exhaustion"


@dataclass(frozen=True)
class ClaimOptions:
    """What is to be proved of the network for every input."""

    monotone: Annotated[
        list[str] | None,
        typer.Option(
            "--monotone",
            help="Prove that the outputs never fall, or never rise, with elements of the input: '+0,+1,-2', numbered "
            "from 0; +NAME or +NAME[2] where there are several inputs; 'OUTPUT: +0' for one output. A broken claim "
            "fails.",
            rich_help_panel="Checks",
        ),
    ] = None
    monotone_by: Annotated[
        MonotoneBy,
        typer.Option(
            "--monotone-by",
            help="Bounds of the change in one step (intervals), every input run (exhaustion), or the second where the "
            "first cannot tell and there are at most 2^24 inputs (auto).",
            rich_help_panel="Checks",
        ),
    ] = MonotoneBy.AUTO

    def effort(self) -> Effort:
        """What proving may take."""
        from fpgaml.certificates.certify import By, Effort

        return Effort(By(self.monotone_by))


@dataclass(frozen=True)
class ClusterOptions:
    """Where work is done that can be cut into pieces."""

    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            envvar="FPGAML_CLUSTER",
            metavar="WHERE",
            help="Workers: tcp://host:port or the scheduler file of a Dask scheduler that runs, or slurm, htcondor, "
            "kubernetes.  \\[default: this machine's cores]",
            rich_help_panel="Workers",
        ),
    ] = None
    cluster_config: Annotated[
        Path | None,
        typer.Option(
            "--cluster-config",
            envvar="FPGAML_CLUSTER_CONFIG",
            metavar="FILE.yaml",
            help="With slurm, htcondor, kubernetes: the arguments of SLURMCluster, HTCondorCluster, KubeCluster.",
            rich_help_panel="Workers",
        ),
    ] = None

    @property
    def chosen(self) -> bool:
        """Whether the user says where."""
        return self.cluster is not None or self.cluster_config is not None

    def workers(self) -> Workers:
        """The choice; nothing is started yet.

        Raises:
            FpgamlError: the options contradict each other, or mean nothing; nobody listens at an address.
        """
        from fpgaml.cluster.listening import require_listener
        from fpgaml.cluster.workers import choose_workers

        workers = choose_workers(self.cluster, self.cluster_config)
        require_listener(workers)
        return workers


def model_and_then(model: Path | None, then: Sequence[Path] | None) -> ModelFile | None:
    """The files of `--model` and `--then`.

    Raises:
        FpgamlError: `--then` alone.
    """
    if model is None and then:
        raise FpgamlError("--then", "follows a model file, and none is given", "Give --model FILE too")
    return None if model is None else chained(model, then or ())


def checking(data: DataOptions, checks: CheckOptions) -> Checking:
    """What the options say to check with.

    Raises:
        FpgamlError: axes that are none.
    """
    from fpgaml.checking import Checking
    from fpgaml.proof.oracle import FrameworkUse

    return Checking(
        data=data.data,
        axes=parse_axes(data.data_axes),
        limit=data.events,
        reference=data.reference,
        labels=data.labels,
        framework=FrameworkUse(checks.framework),
        layers=checks.layers,
        tolerance_lsb=None if checks.tolerance is None else parse_lsb(checks.tolerance),
    )


def parse_lsb(text: str) -> float:
    """A tolerance in LSB.

    Raises:
        FpgamlError: no number of zero or more.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        advice = "Give a number of LSB; a part of the range, such as 1%, is for --calibrate"
        raise FpgamlError("--tolerance", f"`{text}` is not zero or more", advice)
    return value


def parse_axes(text: str | None) -> tuple[int, ...] | None:
    """`0,2,1` as numbers.

    Raises:
        FpgamlError: anything else.
    """
    if text is None:
        return None
    try:
        axes = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise FpgamlError("--data-axes", f"`{text}` is not a list of numbers", "Write for example 0,2,1") from None
    if sorted(axes) != list(range(len(axes))):
        raise FpgamlError("--data-axes", f"`{text}` does not name every axis once", "Write for example 0,2,1")
    return axes
