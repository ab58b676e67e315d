"""Reports in the forms of the tools, with numbers made up here: as small as the readers take them."""

from __future__ import annotations

from collections.abc import Sequence


def vivado_header(command: str, *, state: str = "Routed", version: str = "2023.2", top: str = "network") -> str:
    """What every report of Vivado begins with."""
    fields = {
        "Tool Version": f"Vivado v.{version} (lin64) Build 1 Fri Oct 13 20:13:54 MDT 2023",
        "Date": "Wed Feb 11 17:01:02 2026",
        "Command": f"{command} -file report.rpt",
        "Design": top,
        "Device": "xcku5p-ffvb676-2-e",
        **({"Design State": state} if state else {}),
    }
    return "\n".join(["-" * 40, *(f"| {name:12} : {value}" for name, value in fields.items()), "-" * 40, ""])


def grid(rows: Sequence[Sequence[str]], *, mark: str = "|", rulers_after: Sequence[int] = (0,)) -> str:
    """A table drawn with characters: a ruler at both ends, and after some rows."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    ruler = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    lines = [ruler]
    for number, row in enumerate(rows):
        cells = (f" {cell:{width}} " for cell, width in zip(row, widths, strict=True))
        lines.append(mark + mark.join(cells) + mark)
        if number in rulers_after:
            lines.append(ruler)
    return "\n".join([*lines, ruler]) if len(rows) - 1 not in rulers_after else "\n".join(lines)


def contents(*names: str) -> str:
    """A table of contents."""
    return "\n".join(["Table of Contents", "-----------------", *names, ""])


def heading(name: str) -> str:
    """An underlined heading."""
    return f"{name}\n{'-' * len(name)}\n"


def utilization(lut: str = "1200", bram: str = "6.5", **header: str) -> str:
    """Vivado's flat report."""
    titles = ("Site Type", "Used", "Fixed", "Prohibited", "Available", "Util%")
    logic = grid(
        [titles, ("CLB LUTs*", lut, "0", "0", "216960", "0.55"), ("CLB Registers", "900", "0", "0", "433920", "0.2")]
    )
    ram = grid([titles, ("Block RAM Tile", bram, "0", "0", "480", "1.35"), ("URAM", "2", "0", "0", "64", "3.1")])
    dsp = grid([titles, ("DSPs", "7", "0", "0", "1824", "0.4")])
    netlists = grid([("Ref Name", "Used")])
    sections = ("1. CLB Logic", logic), ("2. BLOCKRAM", ram), ("3. ARITHMETIC", dsp), ("4. Netlists", netlists)
    return "\n".join(
        [
            vivado_header("report_utilization", **header),
            contents(*(name for name, _ in sections)),
            *(f"{heading(name)}\n{table}\n" for name, table in sections),
        ]
    )


def hierarchy(rows: Sequence[Sequence[str]], **header: str) -> str:
    """Vivado's report by hierarchy; rows: instance with its indentation, module, LUTs, LUTRAMs, SRLs, FFs, ..."""
    titles = "Instance,Module,Total LUTs,Logic LUTs,LUTRAMs,SRLs,FFs,RAMB36,RAMB18,DSP Blocks".split(",")
    name = "1. Utilization by Hierarchy"
    table = grid([titles, *rows])
    return "\n".join(
        [vivado_header("report_utilization -hierarchical", **header), contents(name), heading(name), table, ""]
    )


SLACK_TITLES = (
    "WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  "
    "THS Failing Endpoints  THS Total Endpoints     WPWS(ns)     TPWS(ns)  TPWS Failing Endpoints  TPWS Total Endpoints"
)


def timing_summary(verdict: str, slacks: Sequence[str], *, no_clock: int = 0, **header: str) -> str:
    """Vivado's timing summary of a design with the clock `clk` of 5 ns; slacks: the twelve cells of its row."""

    def banner(name: str) -> str:
        return f"{'-' * 90}\n| {name}\n| {'-' * len(name)}\n{'-' * 90}\n"

    def row(name: str) -> str:
        left, dashes, cells = name, "", ""
        for title, cell in zip([each for each in SLACK_TITLES.split("  ") if each], slacks, strict=True):
            word = title.strip()
            dashes += f"  {'-' * len(word):>12}"
            cells += f"  {cell:>{max(12, len(word))}}"
        titles = "".join(f"  {word.strip():>12}" for word in SLACK_TITLES.split("  ") if word)
        width = 5 if name else 0
        return f"{'Clock' if name else '':{width}}{titles}\n{'-' * width}{dashes}\n{left:{width}}{cells}\n"

    return "\n".join(
        [
            vivado_header("report_timing_summary", **header),
            f" There are {no_clock} register/latch pins with no clock.\n",
            banner("Design Timing Summary"),
            row(""),
            f"\n{verdict}\n",
            banner("Clock Summary"),
            "Clock  Waveform(ns)         Period(ns)      Frequency(MHz)",
            "-----  ------------         ----------      --------------",
            "clk    {0.000 2.500}        5.000           200.000\n",
            banner("Intra Clock Table"),
            row("clk"),
            banner("Inter Clock Table"),
        ]
    )


FIT = {
    "Fitter Status": "Successful - Sun Mar 22 17:41:32 2020",
    "Quartus Prime Version": "19.1.0 Build 240 03/26/2019 SJ Pro Edition",
    "Revision Name": "network",
    "Top-level Entity Name": "network",
    "Family": "Stratix 10",
    "Device": "1SG280HU2F50E2VG",
    "Timing Models": "Final",
    "Logic utilization (in ALMs)": "12,345 / 933,120 ( 1 % )",
    "Total registers": "30210",
    "Total block memory bits": "2,048 / 240,046,080 ( < 1 % )",
    "Total RAM Blocks": "17 / 11,721 ( < 1 % )",
    "Total DSP Blocks": "40 / 5,760 ( < 1 % )",
    "Total PLLs": "0 / 96 ( 0 % )",
}


def fit_summary(**changes: str) -> str:
    """Quartus' .fit.summary; changes: by key with underscores for spaces; empty leaves the line out."""
    fields = FIT | {name.replace("_", " "): value for name, value in changes.items()}
    return "".join(f"{name} : {value}\n" for name, value in fields.items() if value)


def sta_summary(*checks: tuple[str, str, str]) -> str:
    """Quartus' .sta.summary; checks: what stands behind Type, Slack and TNS."""
    rule = "-" * 60
    body = "".join(f"\nType  : {kind}\nSlack : {slack}\nTNS   : {tns}\n" for kind, slack, tns in checks)
    return f"{rule}\nTiming Analyzer Summary\n{rule}\n{body}\n{rule}\n"


def titled(title: str, rows: Sequence[Sequence[str]], rulers_after: Sequence[int] = (0,)) -> str:
    """A table of Quartus with its title in a row above."""
    table = grid(rows, mark=";", rulers_after=rulers_after)
    width = len(table.split("\n", 1)[0])
    return f"+{'-' * (width - 2)}+\n; {title:{width - 4}} ;\n{table}\n"


def sta_report(setup: str = "0.412", *, unconstrained: str = "0", snapshot: str = "final", clock: bool = True) -> str:
    """Quartus' .sta.rpt of one corner and one clock."""
    names = ["Timing Analyzer Summary", "Clocks", "Unconstrained Paths Summary"]
    rule = "-" * 21
    table_of_contents = "\n".join(f"{number:3}. {name}" for number, name in enumerate(names, 1))
    summary = [
        ("Quartus Prime Version", "Version 19.1.0 Build 240 03/26/2019 SJ Pro Edition"),
        ("Revision Name", "network"),
        ("Device Name", "1SG280HU2F50E2VG"),
        ("Snapshot", snapshot),
    ]
    clocks = [("Clock Name", "Type", "Period"), ("clk", "Base", "5.000")]
    fmax = [("Fmax", "Restricted Fmax", "Clock Name"), ("218.00 MHz", "210.50 MHz", "clk")]
    slack = [("Clock", "Slack", "End Point TNS"), ("clk", setup, "0.000" if not setup.startswith("-") else "-9.500")]
    loose = [("Property", "Setup", "Hold"), ("Illegal Clocks", "0", "0"), ("Unconstrained Clocks", unconstrained, "0")]
    return "\n".join(
        [
            "Timing Analyzer report for network\nWed Dec  4 12:53:04 2019\n",
            f"{rule}\n; Table of Contents ;\n{rule}\n{table_of_contents}\n",
            titled(names[0], summary, rulers_after=()),
            titled(names[1], clocks) if clock else f"{rule}\n; Clocks ;\n{rule}\nNo clocks to report.\n",
            *([titled("Slow 900mV 100C Model Fmax Summary", fmax)] if clock else []),
            *([titled("Slow 900mV 100C Model Setup Summary", slack)] if clock else []),
            titled(names[2], loose),
        ]
    )


def csynth_xml(
    lut: str = "5000", latency: str = "12", interval: str = "1", *, top: str = "network", version: str = "2023.2"
) -> str:
    """Vitis HLS' csynth.xml."""
    return f"""<profile>
<ReportVersion><Version>{version}</Version></ReportVersion>
<UserAssignments><unit>ns</unit><Part>xcku5p-ffvb676-2-e</Part><TopModelName>{top}</TopModelName>
<TargetClockPeriod>5.00</TargetClockPeriod><ClockUncertainty>1.35</ClockUncertainty><FlowTarget>vivado</FlowTarget>
</UserAssignments>
<PerformanceEstimates><SummaryOfTimingAnalysis><EstimatedClockPeriod>3.650</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><Best-caseLatency>{latency}</Best-caseLatency><Worst-caseLatency>{latency}</Worst-caseLatency>
<Interval-min>{interval}</Interval-min><Interval-max>{interval}</Interval-max></SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><BRAM_18K>2</BRAM_18K><DSP>3</DSP><FF>700</FF><LUT>{lut}</LUT></Resources>
<AvailableResources><BRAM_18K>960</BRAM_18K><DSP>1824</DSP><FF>433920</FF><LUT>216960</LUT></AvailableResources>
</AreaEstimates></profile>
"""


def cosim(status: str = "Pass", cycles: Sequence[str] = ("20", "21", "24", "10", "10", "11")) -> str:
    """Vitis HLS' report of a co-simulation; its heading of two rows has a ruler drawn through it."""
    titles = ("RTL", "Status", "latency min", "avg", "max", "interval min", "avg", "max", "Total")
    vhdl, verilog = ("VHDL", *["NA"] * 8), ("Verilog", status, *cycles, "99")
    return f"Report time       : Wed Feb 11.\nSimulation tool   : xsim.\n\n{grid([titles, vhdl, verilog])}\n"
