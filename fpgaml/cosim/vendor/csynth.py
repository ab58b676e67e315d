"""Latency and interval as Vitis HLS states them: csynth.xml, or the attribute that it writes above the top module."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fpgaml.record.cosim import VendorTiming
from fpgaml.vendor_reports import hls_csynth_xml
from fpgaml.vendor_reports.source import UnusableError, read_source


@dataclass(frozen=True)
class StatedTiming:
    """What the vendor's tool says, in cycles; None where it does not say.

    Args:
        latency: the worst case; interval: the largest; source: where it is said.
        version: of Vitis HLS, such as "2023.2"; empty if it is not said.
    """

    latency: int | None
    interval: int | None
    source: str
    version: str = ""

    def entry(self) -> VendorTiming:
        """As the record holds it."""
        tool = f"Vitis HLS {self.version}".rstrip()
        return VendorTiming(tool=tool, source=self.source, latency=self.latency, interval=self.interval)


def find_timing(folder: Path, top: str, text: str) -> StatedTiming | None:
    """The statement of the report that belongs to a folder of Verilog, else of the Verilog itself; None if none.

    Args:
        folder: such as solution1/syn/verilog or solution1/impl/verilog; text: the source of the top module.
    """
    for report in (folder, folder.parent / "report", folder.parent.parent / "syn" / "report"):
        for name in (f"{top}_csynth.xml", "csynth.xml"):
            timing = read_csynth(report / name, top)
            if timing is not None:
                return timing
    return read_attribute(text)


def read_csynth(path: Path, top: str) -> StatedTiming | None:
    """A csynth.xml of the module; None if there is none, it is damaged, or it is about another module."""
    try:
        report = hls_csynth_xml.read(read_source(path, path.name))
    except UnusableError:
        return None
    if report.top != top or report.latency is None or report.interval is None:
        return None
    return StatedTiming(report.latency.worst, report.interval.worst, path.name, report.version)


def read_attribute(text: str) -> StatedTiming | None:
    """CORE_GENERATION_INFO: `network_network,hls_ip_2023_2,{HLS_SYN_LAT=24,HLS_SYN_TPT=1}`."""
    latency, interval = re.search(r"\bHLS_SYN_LAT=(\w+)", text), re.search(r"\bHLS_SYN_TPT=(\w+)", text)
    found = [_number(match[1]) if match else None for match in (latency, interval)]
    if found == [None, None]:
        return None
    version = re.search(r"\bhls_ip_(\d+)_(\d+)\b", text)
    return StatedTiming(found[0], found[1], "CORE_GENERATION_INFO", f"{version[1]}.{version[2]}" if version else "")


def _number(text: str | None) -> int | None:
    """A number of cycles; None for `undef`, `none`, `?` and -1, which stand for an unknown one."""
    return int(text) if text and text.strip().isdecimal() else None
