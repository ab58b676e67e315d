"""Files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from fpgaml.files import write_whole


def test_what_was_there_stays_where_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path], "no half file is left"


def test_links_and_permissions_stay(tmp_path: Path) -> None:
    place, link = tmp_path / "place", tmp_path / "link"
    place.write_text("old")
    place.chmod(0o600)
    link.symlink_to(place)
    write_whole(link, "n\u00e9w")
    assert link.is_symlink() and place.read_bytes() == b"n\xc3\xa9w"
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_not_replaced() -> None:
    write_whole(Path("/dev/null"), "gone")
    assert Path("/dev/null").is_char_device()


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FpgamlError, match="there is no folder"):
        write_whole(tmp_path / "a" / "b", "")
    with pytest.raises(FpgamlError, match="Is a directory"):
        write_whole(tmp_path, "")
