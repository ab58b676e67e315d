"""The C++ target's settings: the exact emulator as a library with its sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fpgaml.settings import option, read_texts

if TYPE_CHECKING:
    from fpgaml.boards import Board
    from fpgaml.data.dataset import DataSet
    from fpgaml.graph.graph import Graph
    from fpgaml.progress import Progress
    from fpgaml.record.manifest import Manifest
    from fpgaml.target import Evidence, Firmware, Written


@dataclass(frozen=True)
class CppTarget:
    """Settings of a C++ project.

    Args:
        library: of its files, its library, its namespace and its Python module; None: after the network.

    Raises:
        FpgamlError: a name that is no identifier.
    """

    name: ClassVar[str] = "cpp"
    facts: ClassVar[str] = "fpgaml.cpp.facts:CppFacts"
    title: ClassVar[str] = "C++"
    summary: ClassVar[str] = "an exact emulator for C++, C, Python and CMSSW"
    of_float: ClassVar[bool] = False
    for_board: ClassVar[bool] = False

    library: str | None = field(
        default=None,
        metadata=option("--name", "The library, its files, namespace and Python module.", shown="the network's name"),
    )

    def __post_init__(self) -> None:
        read_texts(self)
        if self.library is not None:
            from fpgaml.cpp.names import check_name

            check_name(self.library)

    def check(self, graph: Graph, board: Board, evidence: Evidence) -> None:
        """Refuse, before any long work, operations that the emulator has no code for."""
        from fpgaml.cpp.firmware import check

        check(graph)

    def write(self, folder: Path, graph: Graph, board: Board, evidence: Evidence, progress: Progress) -> Written:
        """Write the sources, and compile them as they lie there."""
        from fpgaml.cpp.firmware import write
        from fpgaml.cpp.names import library_name

        return write(folder, graph, self.library or library_name(graph.name), progress)

    @classmethod
    def reopen(
        cls, folder: Path, manifest: Manifest, graph: Graph, data: DataSet | None, progress: Progress
    ) -> Firmware:
        """A finished project: its library, compiled from the sources as they lie there."""
        from fpgaml.cpp.firmware import reopen

        return reopen(folder, manifest, progress)
