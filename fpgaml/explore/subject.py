"""The network that is explored: which of its tensors may have how many bits, and the Graph with some choice of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from fpgaml.explore.space import Bits
from fpgaml.frontends.model import ParsedModel
from fpgaml.frontends.registry import parse_model
from fpgaml.precision.bits_file import BitsPlan
from fpgaml.precision.by_bits import ByBits
from fpgaml.precision.calibrated import Bits as TensorBits
from fpgaml.precision.places import Place
from fpgaml.source import LoadedModel, settle


class Subject(Protocol):
    """A network whose bits may vary. It pickles; its methods give the same for the same arguments, in any process."""

    @property
    def path(self) -> Path:
        """The model file."""

    @property
    def sha256(self) -> str:
        """Of the model file."""

    @property
    def tensors(self) -> tuple[Bits, ...]:
        """All that may vary, in the network's order."""

    def plan(self, bits: Mapping[str, int]) -> BitsPlan:
        """What a file of bits says of a design.

        Args:
            bits: of tensors by name; of those that are not named what they have without a search.
        """

    def model(self, bits: Mapping[str, int]) -> LoadedModel:
        """The network with so many bits; what `fpgaml convert --bits` makes of the plan.

        Raises:
            FpgamlError: it cannot be built.
        """


@dataclass(frozen=True)
class FloatSubject:
    """A network of floating-point numbers: they are rounded as `fpgaml.precision.calibrated` says; follows `Subject`.

    Args:
        template: extents of all tensors, types of the inputs, and the bits of what does not vary.
        tensors: those that vary.
    """

    path: Path
    template: BitsPlan
    tensors: tuple[Bits, ...]
    _cache: dict[str, ParsedModel] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """As in `Subject`."""
        return self.template.source_sha256

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        return {str(place): place for place in self.template.extents}

    def plan(self, bits: Mapping[str, int]) -> BitsPlan:
        """As in `Subject`."""
        from dataclasses import replace

        own = {**self.template.bits.own, **{self._places[name]: count for name, count in bits.items()}}
        return replace(self.template, bits=TensorBits(self.template.bits.everywhere, own))

    def model(self, bits: Mapping[str, int]) -> LoadedModel:
        """As in `Subject`."""
        return settle(self.path, self._parsed, (), None, ByBits(self.plan(bits)))

    @property
    def _parsed(self) -> ParsedModel:
        if not self._cache:
            self._cache["model"] = parse_model(self.path)
        return self._cache["model"]

    def __getstate__(self) -> dict[str, object]:
        """A parsed model is read again where it is needed."""
        return {**self.__dict__, "_cache": {}}
