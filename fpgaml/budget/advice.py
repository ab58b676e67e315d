"""What makes a number that a limit needs."""

from __future__ import annotations

from collections.abc import Mapping

from fpgaml.budget.budget import Limit
from fpgaml.record.base import Kind
from fpgaml.record.number import What

BY_TOOL: Mapping[What, str] = {What.POWER: "a vendor's report of power"}
"""What makes a number that comes from one sort of tool alone."""
BY_KIND: Mapping[Kind, str] = {
    Kind.ESTIMATE: "`fpgaml convert`",
    Kind.HLS_CSYNTH: "`fpgaml build PROJECT`, with the vendor's HLS tool",
    Kind.POST_SYNTHESIS: "`fpgaml synth PROJECT`, or a vendor's tool",
    Kind.POST_ROUTE: "place and route with a vendor's tool, or `fpgaml synth --route` for ECP5",
}
"""What makes a number of each kind, of any design."""

WITH_LABELS = "`fpgaml convert MODEL --data FILE --labels FILE`"
RUNS: Mapping[What, str] = {
    What.LATENCY: "`fpgaml cosim PROJECT`, of RTL, or of HLS after its C-synthesis",
    What.INTERVAL: "`fpgaml cosim PROJECT`, of RTL, or of HLS after its C-synthesis",
    What.EXACTNESS: "`fpgaml verify PROJECT`, of RTL with --cosim",
    What.OVERFLOW: "`fpgaml convert MODEL --data FILE`",
    **dict.fromkeys((What.ROC_AUC, What.EFFICIENCY, What.ACCURACY, What.RESOLUTION), WITH_LABELS),
    What.AUC_LOSS: f"{WITH_LABELS}, with the model's framework or its recorded answers",
}
"""What makes a simulated number of each thing."""


def next_step(limit: Limit) -> str:
    """The kinds of number that a limit needs, with what makes each; those that nothing here makes come alone."""
    what = limit.measure.what
    steps = {
        kind: RUNS.get(what) if kind == Kind.SIMULATED else BY_TOOL.get(what) or BY_KIND.get(kind)
        for kind in limit.met_by
        if kind in limit.measure.kinds
    }
    made_here = [f"{kind} ({made_by})" for kind, made_by in steps.items() if made_by]
    return " or ".join(made_here or map(str, steps))
