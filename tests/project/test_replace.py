"""A new project in an old one's place: no work of the user's is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaml.errors import FpgamlError
from tests.project.test_publish import names, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two files."""
    folder = tmp_path / "project"
    write(folder, "first", other="same")
    return folder


def test_an_edited_file_is_not_overwritten(project: Path) -> None:
    (project / "text").write_text("mine")
    with pytest.raises(FpgamlError, match=r"project: text: edited since the project was generated.*--force"):
        write(project, "second", other="same")
    assert (project / "text").read_text() == "mine"
    assert names(project.parent) == ["project"]


def test_many_edited_files_are_counted(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    more = {f"file{number}": "" for number in range(7)}
    write(folder, "first", **more)
    for name in more:
        (folder / name).write_text("mine")
    with pytest.raises(FpgamlError, match=r"file0, file1, file2, file3, file4 and 2 more: edited"):
        write(folder, "second")


def test_force_overwrites_an_edited_file(project: Path) -> None:
    (project / "text").write_text("mine")
    write(project, "second", force=True)
    assert (project / "text").read_text() == "second"
    assert not (project / "other").exists()


def test_a_file_edited_while_the_new_project_is_written_is_kept(project: Path) -> None:
    from fpgaml.project.publish import staged

    with pytest.raises(FpgamlError, match="text: edited"), staged(project):
        (project / "text").write_text("mine")
    assert (project / "text").read_text() == "mine"


def test_a_deleted_file_is_no_work(project: Path) -> None:
    (project / "other").unlink()
    write(project, "second", other="again")
    assert (project / "other").read_text() == "again"


@pytest.mark.parametrize("force", [False, True])
def test_files_of_the_users_are_carried_over(project: Path, force: bool) -> None:
    (project / "notes" / "deep").mkdir(parents=True)
    (project / "notes" / "deep" / "todo.md").write_text("mine")
    (project / ".hidden").write_text("mine too")
    (project / "link").symlink_to("notes")
    (project / ".hidden").chmod(0o600)
    write(project, "second", force=force)
    assert (project / "text").read_text() == "second"
    assert (project / "notes" / "deep" / "todo.md").read_text() == "mine"
    assert (project / "link" / "deep" / "todo.md").read_text() == "mine"
    assert (project / ".hidden").stat().st_mode & 0o777 == 0o600
    write(project, "third", force=force)
    assert (project / ".hidden").read_text() == "mine too"


def test_what_simulation_left_is_not_carried_over(project: Path) -> None:
    (project / "sim" / "build").mkdir(parents=True)
    (project / "sim" / "build" / "old").write_text("of the old project")
    write(project, "second")
    assert not (project / "sim").exists()


def test_a_file_of_the_users_in_the_way_of_a_new_one_is_refused(project: Path) -> None:
    (project / "wanted").write_text("mine")
    with pytest.raises(FpgamlError, match=r"wanted: not fpgaml's"):
        write(project, "second", wanted="new")
    assert (project / "wanted").read_text() == "mine"
    write(project, "second", force=True, wanted="new")
    assert (project / "wanted").read_text() == "new"


def test_a_folder_of_the_users_in_the_way_of_a_new_file_is_refused(project: Path) -> None:
    (project / "wanted").mkdir()
    (project / "wanted" / "file").write_text("mine")
    with pytest.raises(FpgamlError, match=r"wanted/file: not fpgaml's"):
        write(project, "second", wanted="new")
    assert (project / "wanted" / "file").read_text() == "mine"
