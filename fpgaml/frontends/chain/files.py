"""Which files make up a network: one, or several in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fpgaml.errors import FpgamlError


@dataclass(frozen=True)
class Chain:
    """Model files of which each reads what the one before answers.

    Args:
        files: two or more, in order.
        keep_outputs: whether what passes between them leaves the core too.
    """

    files: tuple[Path, ...]
    keep_outputs: bool = False

    @property
    def name(self) -> str:
        """For messages and titles."""
        return ", then ".join(path.name for path in self.files)

    @property
    def tags(self) -> tuple[str, ...]:
        """What the layers of each are called by: nothing for the first, else the name of its file, which is unique."""
        found = [""]
        for path in self.files[1:]:
            tag, count = path.stem, 1
            while tag in found:
                count += 1
                tag = f"{path.stem}_{count}"
            found.append(tag)
        return tuple(found)

    def __str__(self) -> str:
        return ", then ".join(map(str, self.files))


ModelFile: TypeAlias = Path | Chain
"""What a network is read from."""


def chained(first: Path, then: Sequence[Path] = (), *, keep_outputs: bool = False) -> ModelFile:
    """A file, followed by others or not.

    Raises:
        FpgamlError: outputs are to be kept, and nothing follows.
    """
    if then:
        return Chain((first, *then), keep_outputs)
    if keep_outputs:
        raise FpgamlError("--keep-outputs", "is for networks that follow each other (--then)", "Leave it out")
    return first


def files_of(model: ModelFile) -> tuple[Path, ...]:
    """The files, in order."""
    return model.files if isinstance(model, Chain) else (model,)


def one_file(model: ModelFile, what: str) -> Path:
    """The file of a network that is not made of several.

    Args:
        what: needs it, for the error.

    Raises:
        FpgamlError: there are several.
    """
    if isinstance(model, Chain):
        raise FpgamlError(what, f"takes one model file, not {model.name}", "Give each by itself")
    return model
