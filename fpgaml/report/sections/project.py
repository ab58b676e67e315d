"""What was made from what, and for which board."""

from __future__ import annotations

from collections.abc import Iterator

from fpgaml.record.manifest import ChosenBy, ConfigFile
from fpgaml.report.section import Cell, Mark, Section, Subject, Table, Words

CHOOSE = "--board chooses one of `fpgaml boards`, or your own"
UNASKED = {
    ChosenBy.DEFAULT: f"not asked for: fpgaml took it, as for every model; {CHOOSE}",
    ChosenBy.TASK: f"not asked for: the task is for it; {CHOOSE}",
}


def sections(subject: Subject) -> Iterator[Section]:
    """A few rows without a title: the head of the report."""
    source, board, settings = subject.manifest.source, subject.manifest.board, subject.manifest.settings
    clock = f"{board.clock_ns:.6g} ns ({1e3 / board.clock_ns:.6g} MHz)"
    place = f"{board.name}, part {board.part}, clock {clock}" + (f"\n{board.note}" if board.note else "")
    model = ";\nthen ".join(f"{each.file}, {each.framework}" for each in source.files)
    rows: list[tuple[str, Cell]] = [("model", model)]
    rows += [("board", place)] if settings.on_board else []
    rows += [("", Words(UNASKED[board.chosen_by], Mark.DOUBTFUL))] if settings.on_board and board.chosen_by else []
    rows += [("project", settings.summary)]
    rows += [("config", _config(subject.manifest.config))] if subject.manifest.config else []
    yield Section("", [Table([(Words(head, strong=True), text) for head, text in rows], indented=False)])


def _config(config: ConfigFile) -> str:
    """The file that said how to convert, and what of it did not count."""
    given = f"; from the command line: {', '.join(config.overridden)}" if config.overridden else ""
    return f"{config.file}, sha256 {config.sha256[:12]}{given}"
