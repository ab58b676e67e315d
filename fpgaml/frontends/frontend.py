"""What a frontend gives: a kind of model file recognised, read, and answered for by whoever the file is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fpgaml.frontends.model import ParsedModel
    from fpgaml.proof.oracle import Oracle


@dataclass(frozen=True)
class Missing:
    """Why nobody can run a model here.

    Args:
        what: is not installed, in a sentence; install: how to get it, in another.
    """

    what: str
    install: str


class Frontend(Protocol):
    """One kind of model file.

    Its module is imported to ask whether it recognises a file, so it imports what reading takes only in its methods.
    """

    @property
    def name(self) -> str:
        """As in the registry, such as `tflite`."""

    @property
    def reads(self) -> str:
        """Which files, with an article, for messages and help: `an integer .tflite`."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether a file is of this kind.

        Args:
            path: of a file that is there; head: its first bytes (`registry.HEAD_BYTES`).

        Raises:
            FpgamlError: it is of this kind, and so damaged that asking further is not safe.
        """

    def parse(self, path: Path) -> ParsedModel:
        """Read a file that was recognised; nothing in it is executed.

        Raises:
            UnsupportedError: layers that cannot be expressed, all of them named.
            FpgamlError: the file is damaged or inconsistent.
        """

    def missing(self) -> Missing | None:
        """What `oracle` needs and this machine lacks; None where it can be asked.

        Raises:
            FpgamlError: FPGAML_FRAMEWORK_PYTHON names no Python.
        """

    def oracle(self, path: Path, outputs: tuple[str, ...], layers: bool, limit: int) -> Oracle:
        """Who says what the source model answers.

        Args:
            path: of a file that was parsed; outputs: the names of the Graph's outputs, in order.
            layers: whether the layers' answers are wanted too; limit: at most so many events.
        """
