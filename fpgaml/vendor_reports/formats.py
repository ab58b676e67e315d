"""The formats that are read: what tells each of them, and its reader. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fpgaml.record.vendor import VendorReport
from fpgaml.vendor_reports import (
    hls_cosim,
    hls_csynth_rpt,
    hls_csynth_xml,
    oneapi,
    quartus_fit,
    quartus_sta,
    vivado_hierarchy,
    vivado_power,
    vivado_timing,
    vivado_utilization,
)
from fpgaml.vendor_reports.source import Source

HEAD_LINES = 60
"""Lines at the top of a file that tell what it is."""


@dataclass(frozen=True)
class Format:
    """A format of reports.

    Args:
        title: which report of which tool.
        recognises: whether the top of a file is that of one; a name says nothing about the content.
        read: its reader, which raises an UnusableError.
        endings: of its files' names, for a remark where a name is of another format.
    """

    title: str
    recognises: Callable[[str], bool]
    read: Callable[[Source], VendorReport]
    endings: tuple[str, ...]


_RPT = (".rpt", ".txt", ".log")
FORMATS = (
    Format(hls_csynth_xml.FORMAT, hls_csynth_xml.recognises, hls_csynth_xml.read, (".xml",)),
    Format(hls_csynth_rpt.FORMAT, hls_csynth_rpt.recognises, hls_csynth_rpt.read, _RPT),
    Format(hls_cosim.FORMAT, hls_cosim.recognises, hls_cosim.read, _RPT),
    Format(vivado_utilization.FORMAT, vivado_utilization.recognises, vivado_utilization.read, _RPT),
    Format(vivado_hierarchy.FORMAT, vivado_hierarchy.recognises, vivado_hierarchy.read, _RPT),
    Format(vivado_timing.FORMAT, vivado_timing.recognises, vivado_timing.read, _RPT),
    Format(vivado_power.FORMAT, vivado_power.recognises, vivado_power.read, _RPT),
    Format(quartus_fit.FORMAT, quartus_fit.recognises_summary, quartus_fit.read_summary, (".summary", ".txt")),
    Format(quartus_fit.FORMAT_RPT, quartus_fit.recognises, quartus_fit.read, _RPT),
    Format(quartus_sta.FORMAT_SUMMARY, quartus_sta.recognises_summary, quartus_sta.read_summary, (".summary", ".txt")),
    Format(quartus_sta.FORMAT, quartus_sta.recognises, quartus_sta.read, _RPT),
    Format(oneapi.FORMAT, oneapi.recognises, oneapi.read, (".ndjson", ".json")),
    Format(oneapi.FORMAT_QUARTUS, oneapi.recognises_quartus, oneapi.read_quartus, (".ndjson", ".json")),
)

EXPECTED = (
    *("*_csynth.xml", "csynth.xml", "*_csynth.rpt", "*_cosim.rpt", "vivado_synth.rpt"),
    *("post_synth_*.rpt", "post_route_*.rpt", "*utilization*.rpt", "*timing_summary*.rpt", "*power*.rpt"),
    *("*.fit.summary", "*.fit.rpt", "*.sta.summary", "*.sta.rpt", "quartus.ndjson"),
)
"""Names of files that are told of where they hold nothing that is known."""
KNOWN_OTHERS = ("*clock_utilization*", "*.fit.*.rpt", "*bus_skew*")
"""Names of other reports that would fit those names."""
REFUSED = {
    "report_data.js": "is a report of Intel's HLS compiler in JavaScript, which fpgaml does not read",
    "quartus.json": "is of a oneAPI that wrote other files than quartus.ndjson, which fpgaml does not read",
    "acl_quartus_report.txt": "counts the board's own logic too: quartus.ndjson beside the kernel's estimate is read",
}
"""Files that are known and not read, by name."""
CANDIDATES = frozenset({".rpt", ".xml", ".summary", ".ndjson"})
"""Endings of names of files that are looked into, besides those that are refused by name."""


def format_of(source: Source) -> Format | None:
    """The format of a file's content; None if it is none that is known."""
    head = "\n".join(source.head(HEAD_LINES))
    return next((each for each in FORMATS if each.recognises(head)), None)


def is_expected(name: str) -> bool:
    """Whether a file of this name should hold a report that is read."""
    if any(fnmatchcase(name, each) for each in KNOWN_OTHERS):
        return False
    return any(fnmatchcase(name, each) for each in EXPECTED)
