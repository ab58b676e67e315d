"""Zip archives of several frontends, told apart before anybody opens them."""

from __future__ import annotations

import struct
from pathlib import Path

ZIP_MAGIC = b"PK"
_NAME_LENGTH, _NAME = 26, 30
"""Where the first member's header has the length of its name, and the name (APPNOTE.TXT, 4.3.7)."""


def first_member(path: Path) -> str:
    """The name of a zip archive's first member, also where the rest is cut off; empty where there is none."""
    with path.open("rb") as file:
        head = file.read(_NAME + (1 << 12))
    if not head.startswith(ZIP_MAGIC) or len(head) < _NAME:
        return ""
    (length,) = struct.unpack_from("<H", head, _NAME_LENGTH)
    return head[_NAME : _NAME + length].decode("utf-8", "replace")
