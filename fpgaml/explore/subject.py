"""The network that is explored: which of its tensors may have how many bits, and the Graph with some choice of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from fpgaml.explore.space import Bits, matching
from fpgaml.frontends.model import ParsedModel
from fpgaml.frontends.registry import parse_model
from fpgaml.graph.graph import Graph
from fpgaml.precision.asked import text_of
from fpgaml.precision.bits_file import BitsPlan
from fpgaml.precision.by_bits import ByBits
from fpgaml.precision.by_narrowing import as_texts, narrow
from fpgaml.precision.calibrated import Bits as TensorBits
from fpgaml.precision.narrowing import places
from fpgaml.precision.places import Place
from fpgaml.source import LoadedModel, settle

NO_TENSOR = "none"
"""What `--vary` says where all bits stay."""
BITS_FILE = "bits.json"
FEWEST_LEFT = 2
"""Bits that a quantised tensor keeps at least, the sign included."""


@dataclass(frozen=True)
class Recipe:
    """What makes a design's network again: keys of fpgaml.yaml, and files beside it."""

    keys: Mapping[str, str | Sequence[str]]
    files: Mapping[str, str] = field(default_factory=dict)


class Subject(Protocol):
    """A network whose bits may vary. It pickles; its methods give the same for the same arguments, in any process."""

    @property
    def tensors(self) -> tuple[Bits, ...]:
        """All that vary, in the network's order; a search without a wish begins with the most bits of each."""

    @property
    def about(self) -> str:
        """What varies, in a sentence."""

    @property
    def files(self) -> tuple[Path, ...]:
        """What its methods read, absolute paths."""

    def varied(self, patterns: Sequence[str]) -> Subject:
        """The same with only those tensors varying that a pattern fits.

        Raises:
            FpgamlError: a pattern fits none.
        """

    def graph(self, bits: Mapping[str, int]) -> Graph:
        """The network with so many bits; what `fpgaml convert` makes of the recipe.

        Args:
            bits: of tensors by name; of those that are not named the most.

        Raises:
            FpgamlError: it cannot be built.
        """

    def recipe(self, bits: Mapping[str, int]) -> Recipe:
        """What makes the same network again."""


def varying(tensors: Sequence[Bits], patterns: Sequence[str]) -> tuple[Bits, ...]:
    """The tensors that a pattern fits; errors as for `Subject.varied`."""
    if list(patterns) == [NO_TENSOR]:
        return ()
    wanted = matching(patterns or ["*"], [each.name for each in tensors], "--vary")
    return tuple(each for each in tensors if each.name in wanted)


@dataclass(frozen=True)
class FloatSubject:
    """A network of floating-point numbers: they are rounded as `fpgaml.precision.calibrated` says; follows `Subject`.

    Args:
        path: absolute; template: extents of all tensors, types of the inputs, and the bits of what does not vary.
    """

    path: Path
    template: BitsPlan
    tensors: tuple[Bits, ...]
    _cache: dict[str, ParsedModel] = field(default_factory=dict, repr=False, compare=False)

    @property
    def about(self) -> str:
        """As in `Subject`."""
        names = ", ".join(each.name for each in self.tensors) or "no tensor"
        return f"a float network; bits vary at {names}; the others have {self.template.bits.everywhere}"

    @property
    def files(self) -> tuple[Path, ...]:
        """As in `Subject`."""
        return (self.path,)

    def varied(self, patterns: Sequence[str]) -> FloatSubject:
        """As in `Subject`."""
        return replace(self, tensors=varying(self.tensors, patterns))

    def graph(self, bits: Mapping[str, int]) -> Graph:
        """As in `Subject`."""
        return self.model(bits).graph

    def model(self, bits: Mapping[str, int]) -> LoadedModel:
        """The network with all that is known of it."""
        return settle(self.path, self._parsed, (), None, ByBits(self.plan(bits)))

    def recipe(self, bits: Mapping[str, int]) -> Recipe:
        """As in `Subject`."""
        return Recipe({"bits": BITS_FILE}, {BITS_FILE: self.plan(bits).to_text()})

    def plan(self, bits: Mapping[str, int]) -> BitsPlan:
        """What a file of bits says of a design."""
        own = {**self.template.bits.own, **{self._places[name]: count for name, count in bits.items()}}
        return replace(self.template, bits=TensorBits(self.template.bits.everywhere, own))

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        return {str(place): place for place in self.template.extents}

    @property
    def _parsed(self) -> ParsedModel:
        if not self._cache:
            self._cache["model"] = parse_model(self.path)
        return self._cache["model"]

    def __getstate__(self) -> dict[str, object]:
        """A parsed model is read again where it is needed."""
        return {**self.__dict__, "_cache": {}}


@dataclass(frozen=True)
class QuantisedSubject:
    """A network that has types for all its numbers: bits fall, and never rise; follows `Subject`.

    Args:
        whole: the network as it came; input_types: of the inputs that it gives no type, as for --input-type.
    """

    whole: Graph
    input_types: tuple[str, ...]
    tensors: tuple[Bits, ...]

    @classmethod
    def of(cls, model: LoadedModel) -> QuantisedSubject:
        """Of a model whose input types are settled."""
        given = tuple(f"{each.name}={text_of(each.quantizer)}" for each in model.inputs if each.origin != "model")
        known = {str(place): bits for place, bits in places(model.graph).items()}
        tensors = tuple(Bits(name, FEWEST_LEFT, bits) for name, bits in known.items() if bits > FEWEST_LEFT)
        return cls(model.graph, given, tensors)

    @property
    def about(self) -> str:
        """As in `Subject`."""
        names = ", ".join(each.name for each in self.tensors) or "no tensor"
        return f"a quantised network; bits may fall at {names}"

    @property
    def files(self) -> tuple[Path, ...]:
        """As in `Subject`: it is whole."""
        return ()

    def varied(self, patterns: Sequence[str]) -> QuantisedSubject:
        """As in `Subject`."""
        return replace(self, tensors=varying(self.tensors, patterns))

    def graph(self, bits: Mapping[str, int]) -> Graph:
        """As in `Subject`."""
        texts = self._narrow(bits)
        return narrow(self.whole, texts).graph if texts else self.whole

    def recipe(self, bits: Mapping[str, int]) -> Recipe:
        """As in `Subject`."""
        keys = {"narrow": self._narrow(bits), "input-type": self.input_types}
        return Recipe({name: texts for name, texts in keys.items() if texts})

    def _narrow(self, bits: Mapping[str, int]) -> tuple[str, ...]:
        most = {each.name: each.high for each in self.tensors}
        fewer = {place: most[str(place)] - bits.get(str(place), most[str(place)]) for place in self._places}
        return as_texts(fewer)

    @cached_property
    def _places(self) -> tuple[Place, ...]:
        wanted = {each.name for each in self.tensors}
        return tuple(place for place in places(self.whole) if str(place) in wanted)
