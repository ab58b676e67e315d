"""Numbers rounded as a file of bits says, tensor by tensor: what an exploration found, built again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fpgaml.data.dataset import DataSet
from fpgaml.errors import FpgamlError
from fpgaml.files import file_sha256
from fpgaml.frontends.model import ParsedModel
from fpgaml.graph.types import Quantizer
from fpgaml.precision.bits_file import OPTION, BitsPlan, read_bits
from fpgaml.precision.build import Rounded, facts_of, nothing_to_round
from fpgaml.precision.calibrated import Calibrated


@dataclass(frozen=True)
class ByBits:
    """Follows `build.Numbers`: `--bits`.

    Args:
        name: of the file, for the manifest.
    """

    plan: BitsPlan
    name: str = "bits"

    @property
    def option(self) -> str:
        """That it came with."""
        return OPTION

    def input_type(self, name: str) -> Quantizer | None:
        """As the plan says; None where the model decides."""
        return self.plan.inputs.get(name)

    def build(self, parsed: ParsedModel, inputs: Mapping[str, Quantizer], data: DataSet | None) -> Rounded:
        """As in `build.Numbers`."""
        precision = Calibrated(self.plan.extents, self.plan.bits, self.plan.headroom)
        built = parsed.build(inputs, precision)
        if not precision.choices:
            raise nothing_to_round(OPTION)
        return Rounded(built, facts_of("calibrated", (self.name,), precision.choices))


def bits_for(path: Path, model: Path) -> ByBits:
    """What a file of bits says of a model.

    Raises:
        FpgamlError: it is no such file, or was made of another model.
    """
    plan = read_bits(path)
    if plan.source_sha256 != file_sha256(model):
        reason = f"{path} holds the bits of another model than {model}"
        raise FpgamlError(OPTION, reason, "Take the model file that was explored, or explore this one")
    return ByBits(plan, path.name)
