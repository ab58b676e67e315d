"""What every report is made of: sections of tables and lines, computed from the record, in no format yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fpgaml.budget.finding import Judgement, Standing
from fpgaml.graph.graph import Graph
from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.record.vendor import UnusedReport
from fpgaml.record.verdict import Verdict
from fpgaml.report.drawing import Drawing

NAME_WIDTH = 24
"""A name up to this long is shown whole, where room is short."""


class Mark(StrEnum):
    """What a word says of the matter."""

    PLAIN = "plain"
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    FAINT = "faint"


@dataclass(frozen=True)
class Words:
    """Text with a meaning of its own.

    Args:
        strong: whether it stands out.
        longest: characters, above which its middle may be left out where room is short; 0: never.
    """

    text: str
    mark: Mark = Mark.PLAIN
    strong: bool = False
    longest: int = 0


Cell = str | Words


def name(text: str, longest: int = NAME_WIDTH) -> Words:
    """A name of a tensor, a layer or a module: its ends tell it apart from others."""
    return Words(text, longest=longest)


@dataclass(frozen=True)
class Table:
    """Columns without rulers.

    Args:
        header: titles of the columns, if any; right: indices of the columns of numbers.
        indented: whether it belongs to a title above.
        title: what it holds, where the section's title does not say it; a page shows it, text does not.
    """

    rows: Sequence[Sequence[Cell]]
    header: Sequence[str] = ()
    right: Sequence[int] = ()
    indented: bool = True
    title: str = ""


@dataclass(frozen=True)
class Line:
    """A sentence; `words` are read one after another, without spaces between them."""

    words: tuple[Cell, ...]
    indented: bool = True


@dataclass(frozen=True)
class Gap:
    """An empty line."""


@dataclass(frozen=True)
class Figure:
    """Something drawn.

    Args:
        title: what it shows, in a phrase.
        drawing: as data.
        instead: what says the same without a picture, for text, and beside the picture for those who cannot see it.
        shown_as_text: whether a text report shows `instead`; not where other parts of the section say the same.
    """

    title: str
    drawing: Drawing
    instead: Sequence[Table | Line] = ()
    shown_as_text: bool = True


Part = Table | Line | Gap | Figure


def line(*words: Cell, indented: bool = True) -> Line:
    """A sentence."""
    return Line(words, indented)


@dataclass(frozen=True)
class Section:
    """One matter of a report.

    Args:
        title: empty where the parts speak for themselves.
        aside: beside the title: the kinds of the numbers below, the tool that they are from.
    """

    title: str
    parts: Sequence[Part]
    aside: str = ""


@dataclass(frozen=True)
class Subject:
    """What a report is about: a project's record.

    Args:
        edited: files that changed since the project was generated.
        made_now: whether the checks are of the files as they are now, the edited ones too.
        everything: whether all quantizers, layers and messages are wanted, not only those that call for attention.
        graph: the project's Graph, where it is drawn; no_graph: why it cannot be.
        unused_reports: files that look like vendors' reports of the project, of which nothing is used; those that are
            used are among the results.
        judgement: how the project stands against a budget; None without one.
    """

    manifest: Manifest
    results: Results
    edited: Sequence[str] = ()
    made_now: bool = False
    everything: bool = False
    graph: Graph | None = None
    no_graph: str = ""
    judgement: Judgement | None = None
    unused_reports: Sequence[UnusedReport] = ()

    @property
    def verdict(self) -> Verdict:
        """What may be claimed of the files as they are now."""
        return self.results.verdict_for(() if self.made_now else self.edited)

    @property
    def passed(self) -> bool:
        """Whether no check failed, no vendor's co-simulation did, and the budget is met where there is one."""
        simulated = all(report.passed is not False for report in self.results.vendor)
        return self.results.passed and simulated and (self.judgement is None or self.judgement.standing == Standing.MET)
