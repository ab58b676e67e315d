"""The look of the tasks' figures; matplotlib is loaded when one is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError

COLOURS = {
    "baseline": "#8c8c8c",
    "second baseline": "#c9a227",
    "reference": "#5b8e3e",
    "float": "#2b6cb0",
    "graph": "#c0392b",
}
"""By what a line stands for; the conventional algorithm is grey, the firmware red."""


@contextmanager
def figure(path: Path, panels: int, width: float = 4.6, height: float = 3.9, rows: int = 1) -> Iterator[Any]:
    """Axes side by side; the figure is written when the block ends, as the same bytes for the same content.

    Raises:
        FpgamlError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ModuleNotFoundError:
        raise FpgamlError(path.name, "figures need matplotlib", "pip install 'fpgaml[physics]'") from None
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    settings: Any = {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.3,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "savefig.dpi": 150,
    }
    with mpl.rc_context(settings):
        drawn, axes = plt.subplots(
            rows, panels // rows, figsize=(width * panels / rows, height * rows), layout="constrained", squeeze=False
        )
        try:
            yield list(axes.flat)
            drawn.savefig(path, metadata={"Software": None})
        finally:
            plt.close(drawn)
