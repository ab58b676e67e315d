"""`fpgaml.explore(...)`: the command's words from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fpgaml.api import Events, as_files, as_texts
from fpgaml.budget.read import read_budget
from fpgaml.explore.asked import Asked, explore_into
from fpgaml.explore.exploration import Exploration
from fpgaml.progress import Silent


def explore(
    model: str | Path,
    output: str | Path,
    *,
    data: Events | None = None,
    labels: Events | None = None,
    objectives: Sequence[str] = (),
    target: str = "rtl",
    board: str | Sequence[str] = (),
    clock: str | Sequence[str] = (),
    part: str | None = None,
    folding: Mapping[str, Sequence[int | str]] | None = None,
    vary: str | Sequence[str] = (),
    budget: str | Path | None = None,
    input_type: str | Sequence[str] = (),
    data_axes: Sequence[int] | None = None,
    events: int | None = None,
    trials: int = 200,
    seconds: float | None = None,
    seed: int = 1,
    finish: int = 0,
    floating: bool = False,
) -> Exploration:
    """Search designs of a network, as `fpgaml explore` does; the folder receives what it writes.

    Args:
        model: the file, or a task's name; output: the folder to fill, or to go on in.
        data, labels, data_axes, events: as for `convert`; a task brings its own.
        objectives: names as for --objective; none: as there.
        target: "rtl" or "hls"; board, clock, part: for which FPGA; of several the search chooses.
        folding: what else it chooses from: `{"interval": [1, 8]}`, `{"reuse": [1, 4], "strategy": ["latency"]}`.
        vary: patterns of tensors whose bits may vary; budget: a budget.toml; input_type: as for `load`.
        trials: designs in all; seconds: of this run, at most; seed: of all that is drawn.
        finish: so many of the best are converted, proved and synthesised; floating: a task's float network.

    Returns:
        `front` holds the designs that no other beats, `designs` all of them.

    Raises:
        FpgamlError: bad input, or no design keeps to the budget.
    """
    with as_files(data=data, labels=labels) as files:
        asked = Asked(
            model=Path(model),
            output=Path(output),
            data=files.get("data"),
            labels=files.get("labels"),
            data_axes=None if data_axes is None else tuple(data_axes),
            events=events,
            objectives=tuple(objectives),
            target=target,
            board_names=as_texts(board),
            clocks=as_texts(clock),
            part=part,
            folding={name: tuple(options) for name, options in (folding or {}).items()},
            vary=as_texts(vary),
            input_types=as_texts(input_type),
            budget=None if budget is None else read_budget(Path(budget)),
            trials=trials,
            seconds=seconds,
            seed=seed,
            finish=finish,
            floating=floating,
            lasting=all(each is None or isinstance(each, str | Path) for each in (data, labels)),
        )
        return explore_into(asked, Silent())
