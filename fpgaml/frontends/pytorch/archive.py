"""The zip archive of `torch.export.save`, read as data: sizes are checked before anything is unpacked.

All members lie in one folder. What is read of them is text, JSON and the raw bytes of tensors (PyTorch source,
`torch/export/pt2_archive/constants.py`); the sample inputs are a pickle, which is never touched.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.files import READ_ERRORS

MOST_MEMBERS = 1 << 16
MOST_BYTES = 1 << 31
"""Of all members together."""
MOST_RATIO = 1000
MOST_JSON = 1 << 26
"""Bytes of a JSON text: Python's objects take ten times as much."""
SAVE_AGAIN = "Save it again with `torch.export.save(program, 'model.pt2')` and convert that file"


@dataclass(frozen=True)
class Archive:
    """An open archive.

    Args:
        where: the file, for messages; root: the folder that holds everything, with a slash.
    """

    where: str
    root: str
    _zip: zipfile.ZipFile = field(repr=False)

    @property
    def members(self) -> tuple[str, ...]:
        """The members' names in the archive's folder, in order."""
        names = (name for name in self._zip.namelist() if name.startswith(self.root))
        return tuple(name.removeprefix(self.root) for name in names)

    def read(self, member: str) -> bytes:
        """A member's bytes.

        Raises:
            FpgamlError: it is not there, or damaged.
        """
        try:
            return self._zip.read(self.root + member)
        except (NotImplementedError, *READ_ERRORS) as error:
            detail = "is not there" if isinstance(error, KeyError) else f"is damaged ({error})"
            raise FpgamlError(self.where, f"`{member}` in the archive {detail}", SAVE_AGAIN) from None

    def json(self, member: str) -> dict[str, Any]:
        """A member that holds a JSON object.

        Raises:
            FpgamlError: it does not.
        """
        if self._zip.getinfo(self.root + member).file_size > MOST_JSON:
            raise FpgamlError(self.where, f"`{member}` in the archive is longer than {MOST_JSON >> 20} MiB")
        try:
            value = json.loads(self.read(member))
        except (ValueError, RecursionError) as error:
            raise FpgamlError(self.where, f"`{member}` is not valid JSON ({error})", SAVE_AGAIN) from None
        if not isinstance(value, dict):
            raise FpgamlError(self.where, f"`{member}` does not hold a JSON object", SAVE_AGAIN)
        return value


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive whose members are of a sensible size.

    Raises:
        FpgamlError: not a whole zip archive, or one that unpacks to too much.
    """
    where = path.name
    try:
        file = zipfile.ZipFile(path)
    except (NotImplementedError, *READ_ERRORS) as error:
        raise FpgamlError(where, f"is not a whole archive ({error})", f"It may be cut off. {SAVE_AGAIN}") from None
    with file:
        members = file.infolist()
        _check(where, members)
        roots = {info.filename.partition("/")[0] for info in members}
        if len(roots) != 1:
            raise FpgamlError(where, f"the archive has {len(roots)} folders instead of one", SAVE_AGAIN)
        yield Archive(where, f"{roots.pop()}/", file)


def _check(where: str, members: list[zipfile.ZipInfo]) -> None:
    too_much = "A model that fits an FPGA is far smaller; the file is not unpacked"
    if len(members) > MOST_MEMBERS:
        raise FpgamlError(where, f"the archive has {len(members)} members", too_much)
    names = [info.filename for info in members]
    if len(set(names)) != len(names):
        raise FpgamlError(where, "the archive has two members of one name", SAVE_AGAIN)
    total = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    if total > MOST_BYTES or (total > MOST_RATIO * max(packed, 1) and total > MOST_JSON):
        raise FpgamlError(where, f"its {packed} bytes would unpack to {total}", too_much)
