"""Which way numbers in floating point are rounded, by what the user asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaml.errors import FpgamlError
from fpgaml.precision.asked import Asked, read_precision
from fpgaml.precision.build import Numbers
from fpgaml.precision.by_bits import ByBits
from fpgaml.precision.by_calibration import ByCalibration
from fpgaml.precision.by_plan import ByPlan
from fpgaml.precision.goal import read_goal
from fpgaml.progress import Progress, Silent


def choose_numbers(
    precision: Sequence[str] = (),
    *,
    config: Asked | None = None,
    calibrate: bool = False,
    tolerance: str | None = None,
    auc_loss: float | None = None,
    labels: Path | None = None,
    bits: ByBits | None = None,
    progress: Progress | None = None,
) -> Numbers | None:
    """None where nothing is asked for.

    Args:
        precision: as for --precision; config: of a configuration file of hls4ml.
        calibrate, tolerance, auc_loss: as on the command line; labels: of the events.
        bits: of a file that says all.

    Raises:
        FpgamlError: an option that means nothing, or not together with another.
    """
    asked = read_precision(precision)
    if asked is not None and config is not None:
        raise FpgamlError("--precision", "not together with --hls-config", "Write the precision into the file")
    asked = asked or config
    if bits is not None:
        other = asked.option if asked is not None else "--calibrate" if calibrate else ""
        if other:
            raise FpgamlError(bits.option, f"not together with {other}: it says all bits itself", "Give one of them")
    if not calibrate:
        if auc_loss is not None or tolerance is not None:
            given = "--auc-loss" if auc_loss is not None else "--tolerance"
            raise FpgamlError(given, "says what a calibration may lose", "Give --calibrate as well")
        return bits if asked is None else ByPlan(asked)
    if asked is not None:
        raise FpgamlError("--calibrate", f"chooses all types itself, and {asked.option} gives some", "Give one of them")
    return ByCalibration(read_goal(tolerance, auc_loss), labels, progress or Silent())
