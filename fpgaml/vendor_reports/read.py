"""All reports below folders: each one read or the reason why not; one bad file does not hide the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from fpgaml.record.manifest import Manifest
from fpgaml.record.vendor import UnusedReport, VendorReport
from fpgaml.vendor_reports.find import DEEPEST, MOST_FILES, candidates
from fpgaml.vendor_reports.formats import REFUSED, Format, format_of, is_expected
from fpgaml.vendor_reports.project import Expected, check, expected_of
from fpgaml.vendor_reports.source import Source, UnusableError, read_source, shown

ANY = Expected()
FIT_ENDINGS, STA_ENDINGS = (".fit.summary", ".fit.rpt"), (".sta.summary", ".sta.rpt")
CSYNTH = ("_csynth.xml", "_csynth.rpt", "csynth.xml", "csynth.rpt")


@dataclass(frozen=True)
class Found:
    """Reports that are used, and those that are not, each in the order of their names."""

    reports: tuple[VendorReport, ...] = ()
    unused: tuple[UnusedReport, ...] = ()


@dataclass(frozen=True)
class _Read:
    """A report, and the file that it is from."""

    path: Path
    report: VendorReport


def project_reports(project: Path, manifest: Manifest, edited: Sequence[str], more: Sequence[Path] = ()) -> Found:
    """The reports that lie in a project, and in other places, of this project as it is now.

    Args:
        edited: files that changed since the project was generated.
        more: folders or files besides; their reports are called by the whole path.
    """
    expected = expected_of(project, manifest, tuple(edited))
    parts = [read_reports(project, expected)]
    for place in more:
        found = read_reports(place, expected, f"{place}")
        nothing = UnusedReport(file=shown(f"{place}"), reason="holds no report of a known form")
        parts.append(found if found.reports or found.unused else Found(unused=(nothing,)))
    return Found(
        tuple(report for part in parts for report in part.reports),
        tuple(report for part in parts for report in part.unused),
    )


def read_reports(place: Path, expected: Expected = ANY, name: str = "") -> Found:
    """Every report below a folder, or in a file.

    Args:
        expected: what they must be of; without it, all are used.
        name: what the folder or file is called; empty: reports are called by their path in the folder.
    """
    entries = list(_read(place, name))
    read = [entry for entry in entries if isinstance(entry, _Read)]
    unused = [entry for entry in entries if isinstance(entry, UnusedReport)]
    kept = []
    for entry in _of_tops(_beside_fitters(read)):
        try:
            if not entry.report.part and entry.report.file.endswith(STA_ENDINGS):
                raise UnusableError("names neither version nor part, and no .fit.summary of its run is usable")
            kept.append(check(entry.report, entry.path, expected))
        except UnusableError as error:
            unused.append(UnusedReport(file=entry.report.file, reason=str(error)))
    return Found(tuple(kept), tuple(sorted(_without_functions(kept, unused), key=lambda each: each.file)))


def _read(place: Path, called: str) -> Iterator[_Read | UnusedReport]:
    if not place.is_dir():
        yield from _read_file(place, called or place.name, asked=True)
        return
    names, all_seen = candidates(place)
    for name in names:
        yield from _read_file(place / name, f"{called}/{name}" if called else name)
    if not all_seen:
        reason = f"holds more than {MOST_FILES:,} files, or folders {DEEPEST} deep: not all were looked into"
        yield UnusedReport(file=shown(called or place.name) or "/", reason=reason)


def _read_file(path: Path, name: str, *, asked: bool = False) -> Iterator[_Read | UnusedReport]:
    """Nothing for a file that is no report, unless its name says that it should be one, or it was asked for."""
    file = name.rsplit("/", 1)[-1]
    told = asked or is_expected(file)
    if file in REFUSED:
        yield UnusedReport(file=shown(name), reason=REFUSED[file])
        return
    try:
        source = read_source(path, shown(name))
    except UnusableError as error:
        if told:
            yield UnusedReport(file=shown(name), reason=str(error))
        return
    form = format_of(source)
    try:
        if form is not None:
            yield _Read(path, _report(source, form))
        elif told:
            raise UnusableError("holds no report of a known form")
    except UnusableError as error:
        yield UnusedReport(file=source.file, reason=str(error))


def _report(source: Source, form: Format) -> VendorReport:
    try:
        report = form.read(source)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise UnusableError(f"is not as {form.title} is: {place}: {shown(str(first['msg']))}") from None
    except (LookupError, ValueError, ArithmeticError):
        # What a reader did not think of must not hide the other reports.
        raise UnusableError(f"is not as {form.title} is") from None
    if source.name.lower().endswith(form.endings):
        return report
    note = f"its name does not end in {form.endings[0]}: read as {form.title} by what it holds"
    return report.model_copy(update={"notes": (*report.notes, note)})


def _beside_fitters(read: Sequence[_Read]) -> Iterator[_Read]:
    """A report of Quartus' Timing Analyzer does not name the top, its summary nothing at all: the Fitter's does."""
    fitters = {
        entry.report.file.removesuffix(ending): entry.report
        for ending in FIT_ENDINGS
        for entry in read
        if entry.report.file.endswith(ending)
    }
    for entry in read:
        report = entry.report
        ending = next((each for each in STA_ENDINGS if report.file.endswith(each)), None)
        fitter = fitters.get(report.file.removesuffix(ending)) if ending else None
        if fitter is None or (report.part and report.part != fitter.part):
            yield entry
            continue
        names = ("top",) if report.part else ("tool", "version", "part", "top", "state")
        yield _Read(entry.path, report.model_copy(update={name: getattr(fitter, name) for name in names}))


def _of_tops(read: Iterable[_Read]) -> list[_Read]:
    """Of the reports that HLS writes for every function of a run, those of the top, which csynth.xml names."""
    entries = list(read)
    files = [(entry, entry.report.file) for entry in entries]
    tops = {_folder(file): entry.report.top for entry, file in files if file.rsplit("/", 1)[-1] == "csynth.xml"}
    return [
        entry
        for entry, file in files
        if not file.endswith(CSYNTH) or tops.get(_folder(file), entry.report.top) == entry.report.top
    ]


def _without_functions(kept: Sequence[VendorReport], unused: Sequence[UnusedReport]) -> list[UnusedReport]:
    """Where the report of a run's top is used, those of its other functions are not told of."""
    used = {_folder(each.file) for each in kept if each.file.endswith(CSYNTH)}
    return [
        each
        for each in unused
        if not (each.file.endswith(CSYNTH) and _folder(each.file) in used and each.reason.startswith("is of "))
    ]


def _folder(file: str) -> str:
    return file.rpartition("/")[0]
