"""Model files that were read, on their way to one Graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fpgaml.data.coding import PortCoding
from fpgaml.data.file_axes import file_shape
from fpgaml.errors import FpgamlError
from fpgaml.frontends.building.precision import Precision
from fpgaml.frontends.chain.files import Chain
from fpgaml.frontends.chain.tagged import Tagged
from fpgaml.frontends.model import Built, ParsedModel
from fpgaml.graph.graph import Graph
from fpgaml.graph.join import Fed, Joined, join, tagged
from fpgaml.graph.ops import Shape
from fpgaml.graph.types import FixedType, Overflow, Quantizer, Rounding


@dataclass(frozen=True)
class ParsedChain:
    """Follows `ParsedModel`: several networks as one.

    Args:
        chain: the files; networks: what each holds.
    """

    chain: Chain
    networks: Sequence[ParsedModel]

    def __post_init__(self) -> None:
        for path, network in zip(self.chain.files, self.networks, strict=True):
            if network.codings:
                reason = "its inputs and outputs are integer codes, which no other network of a chain reads or gives"
                raise FpgamlError(path.name, reason, "Chain the float network, with --precision or quantised layers")

    @property
    def name(self) -> str:
        """Of all, in order."""
        return "_".join(network.name for network in self.networks)

    @property
    def framework(self) -> str:
        """What wrote the first; the others' are told by file."""
        return self.networks[0].framework

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Of the first."""
        return self.networks[0].input_shapes

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        """Of the first's inputs."""
        return self.networks[0].axes

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """None: ports carry numbers as they are."""
        return {}

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """One Graph: an input of a later network has the exact type of what it reads.

        Raises:
            UnsupportedError: layers that cannot be expressed, all of them named.
            FpgamlError: a network's inputs are not what the one before gives.
        """
        built = self.networks[0].build(input_quantizers, precision)
        before = len(built.graph.outputs)
        for number, tag in enumerate(self.chain.tags):
            if number:
                built = self._followed(built, number, tag, before, precision)
                before = len(built.graph.outputs) - (before if self.chain.keep_outputs else 0)
        return built

    def _followed(self, built: Built, number: int, tag: str, given: int, precision: Precision | None) -> Built:
        """The Graph so far, followed by a network that reads its last outputs.

        Args:
            given: how many they are.
        """
        network, graph = self.networks[number], built.graph
        outputs = graph.outputs[len(graph.outputs) - given :]
        self._require_shapes(number, {name: file_shape(graph.shapes[name], built.axes.get(name)) for name in outputs})
        pairs = dict(zip(network.input_shapes, outputs, strict=True))
        kinds = {layer: _exact(graph, node) for layer, node in pairs.items()}
        later = network.build(kinds, None if precision is None else Tagged(precision, tag))
        fed = [
            Fed(node, pairs[layer], _order(built.axes.get(pairs[layer]), network.axes.get(layer)))
            for layer, node in later.graph.input_layers.items()
        ]
        joined = join(graph, later.graph, fed, tag, keep_outputs=self.chain.keep_outputs)
        notes = (replace(note, layer=tagged(note.layer, tag)) for note in later.approximations)
        kept = {name: order for name, order in built.axes.items() if self._stays(name, outputs)}
        axes = {**kept, **dict(_renamed(later, joined, tag))}
        return Built(joined.graph, (*built.approximations, *notes), axes)

    def _stays(self, name: str, outputs: Sequence[str]) -> bool:
        return self.chain.keep_outputs or name not in outputs

    def _require_shapes(self, number: int, given: Mapping[str, Shape]) -> None:
        """Refuse a network that does not read, in order, what the one before gives."""
        wanted = self.networks[number].input_shapes
        if list(wanted.values()) == list(given.values()):
            return
        before, own = self.chain.files[number - 1].name, self.chain.files[number].name
        reason = f"reads {_told(wanted)}, and {before} gives {_told(given)}"
        raise FpgamlError(own, reason, "Outputs become inputs in their order, each of the same shape")


def _exact(graph: Graph, node: str) -> Quantizer:
    """A type that holds a node's values: nothing is rounded between two networks."""
    kind = graph.types[node].uniform()
    return Quantizer(kind if int(kind.width) > 0 else FixedType(0, 1, 0), Rounding.TRN, Overflow.WRAP)


def _order(given: tuple[int, ...] | None, wanted: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Which axis of a Graph's tensor each axis of the next one's is, where the files have them alike."""
    axes = given or wanted
    if axes is None:
        return None
    same = tuple(range(len(axes)))
    order = tuple((given or same).index(axis) for axis in wanted or same)
    return None if order == same else order


def _renamed(later: Built, joined: Joined, tag: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, order in later.axes.items():
        kind, _, layer = name.partition("/")
        yield (f"{kind}/{tagged(layer, tag)}" if layer else joined.renamed[name]), order


def _told(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} of {shape}" for name, shape in shapes.items()) or "nothing"
