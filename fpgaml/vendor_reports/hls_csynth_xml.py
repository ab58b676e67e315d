"""csynth.xml of Vitis HLS and Vivado HLS: what high-level synthesis estimates, before any synthesis of gates."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from fpgaml.record.base import Kind
from fpgaml.record.synthesis import Resource
from fpgaml.record.vendor import CycleRange, HlsClock, VendorReport
from fpgaml.vendor_reports.devices import amd
from fpgaml.vendor_reports.hls import TRIED, VITIS, VIVADO
from fpgaml.vendor_reports.source import Source, UnusableError, shown
from fpgaml.vendor_reports.values import above_zero, at_least_zero, count, count_or_none, real_or_none
from fpgaml.vendor_reports.versions import untried

FORMAT = "HLS C-synthesis (XML)"
TAGS = {"LUT": ("LUT",), "FF": ("FF",), "DSP": ("DSP", "DSP48E"), "BRAM": ("BRAM_18K",), "URAM": ("URAM",)}
LATENCY = "PerformanceEstimates/SummaryOfOverallLatency"


def recognises(head: str) -> bool:
    """Whether the top of a file is that of this report."""
    return head.lstrip().startswith("<") and "<profile" in head


def read(source: Source) -> VendorReport:
    """Read the report.

    Raises:
        UnusableError: it is no whole XML, declares entities, or lacks a number.
    """
    root = _root(source)
    version = _text(root, "ReportVersion/Version")
    part = _text(root, "UserAssignments/Part")
    # Vitis HLS alone says which flow the core is for.
    tool = VIVADO if root.find("UserAssignments/FlowTarget") is None else VITIS
    return VendorReport(
        file=source.file,
        sha256=source.sha256,
        format=FORMAT,
        kind=Kind.HLS_CSYNTH,
        tool=tool,
        version=version,
        state="",
        part=part,
        top=_text(root, "UserAssignments/TopModelName"),
        made="",
        resources=tuple(_resources(root, part)),
        latency=CycleRange(
            best=_cycles(root, "Best-caseLatency"),
            average=_average(root),
            worst=_cycles(root, "Worst-caseLatency"),
        ),
        interval=CycleRange(best=_cycles(root, "Interval-min"), worst=_cycles(root, "Interval-max")),
        clock=_clock(root),
        notes=untried(tool, version, TRIED[tool]),
    )


def _root(source: Source) -> Element:
    try:
        root: Element = fromstring(source.text, forbid_dtd=True)
    except DefusedXmlException:
        raise UnusableError("declares entities or a document type, which no report of HLS does") from None
    except (ParseError, ValueError, RecursionError) as error:
        raise UnusableError(f"is cut off, or no XML: {shown(str(error))}") from None
    if root.tag != "profile":
        raise UnusableError(f"is XML of <{shown(root.tag)[:40]}>, where HLS writes <profile>")
    return root


def _text(root: Element, path: str) -> str:
    text = shown(root.findtext(path) or "")
    if not text:
        raise UnusableError(f"does not say {path.rsplit('/', 1)[-1]}")
    return text


def _clock(root: Element) -> HlsClock:
    unit = shown(root.findtext("UserAssignments/unit") or "ns")
    if unit != "ns":
        raise UnusableError(f"gives its clock in {unit[:20]!r}, where HLS gives ns")
    uncertainty = root.findtext("UserAssignments/ClockUncertainty")
    return HlsClock(
        target_ns=above_zero(_text(root, "UserAssignments/TargetClockPeriod"), "TargetClockPeriod"),
        uncertainty_ns=None if not uncertainty else at_least_zero(uncertainty, "ClockUncertainty"),
        estimated_ns=above_zero(
            _text(root, "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod"), "EstimatedClockPeriod"
        ),
    )


def _cycles(root: Element, tag: str) -> int | None:
    text = root.findtext(f"{LATENCY}/{tag}")
    if text is None:
        raise UnusableError(f"does not say {tag}")
    return count_or_none(text, tag)


def _average(root: Element) -> float | None:
    found = real_or_none(root.findtext(f"{LATENCY}/Average-caseLatency"), "Average-caseLatency")
    if found is not None and found < 0:
        raise UnusableError("says a negative Average-caseLatency")
    return found


def _resources(root: Element, part: str) -> list[Resource]:
    found = []
    for name, tags in TAGS.items():
        tag = next((tag for tag in tags if root.find(f"AreaEstimates/Resources/{tag}") is not None), None)
        if tag is None:
            if name in ("LUT", "FF"):
                raise UnusableError(f"does not say how many {name} are used")
            continue
        used = count(root.findtext(f"AreaEstimates/Resources/{tag}") or "", tag)
        held = count_or_none(root.findtext(f"AreaEstimates/AvailableResources/{tag}"), f"available {tag}")
        found.append(amd(part, name, used, held))
    return found
