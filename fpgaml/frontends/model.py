"""What a frontend makes of a model file, before and after the input's type is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from fpgaml.data.coding import PortCoding
from fpgaml.graph.graph import Graph
from fpgaml.graph.ops import Shape
from fpgaml.graph.types import Quantizer

if TYPE_CHECKING:
    from fpgaml.frontends.building.precision import Precision


@dataclass(frozen=True)
class Approximation:
    """A place where the Graph rounds something that the source model keeps in floating point.

    Args:
        layer: of the source model.
        what: what was rounded and to how many bits, in one sentence.
    """

    layer: str
    what: str


@dataclass(frozen=True)
class Built:
    """A Graph with what it does not reproduce exactly.

    Args:
        graph: the model's meaning; its `layers` name the node of each source layer's output.
        approximations: none, where the source model is itself fixed point throughout.
        axes: for each output whose axes lie in another order than in the file, the batch not counted, the file's axis
            that each axis of its node is; for layers by `layer/<name>`.
    """

    graph: Graph
    approximations: tuple[Approximation, ...] = ()
    axes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


class ParsedModel(Protocol):
    """A model file that was read and found supported; nothing of it has been executed."""

    @property
    def name(self) -> str:
        """The network's name, from the file."""

    @property
    def framework(self) -> str:
        """Which framework wrote it, with versions, such as `Keras 2.14.0, QKeras`."""

    @property
    def input_shapes(self) -> Mapping[str, Shape]:
        """Each input layer's shape as the file has it, without a batch axis."""

    @property
    def axes(self) -> Mapping[str, tuple[int, ...]]:
        """For each input whose axes lie in another order in the Graph, the file's axis that each axis of its node is.

        Such as (1, 2, 0) for channels-first images, whose node is channels-last; the batch is not counted.
        """

    @property
    def codings(self) -> Mapping[str, PortCoding]:
        """For each input and output that carries integer codes what they mean; most models have none."""

    def build(self, input_quantizers: Mapping[str, Quantizer], precision: Precision | None = None) -> Built:
        """The Graph, for inputs of these types.

        Args:
            input_quantizers: for each input layer's name the type of its data.
            precision: how numbers are rounded that the file leaves in floating point; None: by the frontend's habits.

        Raises:
            UnsupportedError: layers that cannot be expressed, all of them named.
            FpgamlError: a layer that is inconsistent.
        """
