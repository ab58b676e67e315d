"""The settings of an RTL project as manifest.json holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from fpgaml.record.base import Fact, Interval, Name, Positive, absent
from fpgaml.record.settings import Settings

LANGUAGES = {"verilog": "Verilog", "vhdl": "VHDL"}


class Asked(Fact):
    """What a streaming core was asked to hold, in cycles of its clock; null: nothing."""

    interval: Positive | None
    """Cycles between frames, of whichever channel; continuous: between results."""
    samples: Positive | None
    """Positions of the input's first axis a beat."""
    max_latency: Positive | None
    channels: Positive
    """Of one core, in turn."""
    hop: Positive | None
    """Samples between the results of an endless stream; null: frames."""
    instances: Positive
    """Cores that hold all channels asked for."""


class RtlFacts(Settings):
    """How the core was made, and the shell around it."""

    target: Literal["rtl"] = "rtl"
    hdl: Literal["verilog", "vhdl"]
    shell: Literal["axis", "native"]
    top: Name
    beat_in: Positive | None
    """Elements a beat; null for the native shell."""
    beat_out: Positive | None
    tag_bits: Positive | None
    core_latency: Positive
    """Register ranks of the core."""
    latency: Positive
    """Cycles from a frame's first beat to its result's first beat; continuous: from a window's last beat."""
    interval: Interval
    """Cycles between frames; continuous: between results."""
    delay_model: Mapping[str, int | float | str]
    """What placed the pipeline registers: times in ns."""
    schedule: Literal["unrolled", "streaming"] = Field(default="unrolled", exclude_if=lambda form: form == "unrolled")
    asked: Asked | None = Field(default=None, exclude_if=absent)
    """Null where the network is unrolled."""

    @property
    def top_module(self) -> str:
        """As the user called it."""
        return self.top

    @property
    def summary(self) -> str:
        """One line."""
        shell = f"{self.shell} shell"
        if self.shell == "axis":
            beats = f"{self.beat_in} elements a beat in, {self.beat_out} out"
            shell += f" ({beats}, tag of {self.tag_bits} bits)"
        form = "fully unrolled"
        if self.schedule == "streaming":
            what = "result" if self.asked and self.asked.hop else "frame"
            pace = "every cycle" if self.interval == 1 else f"every {self.interval:,} cycles"
            form = f"streaming, a {what} {pace}"
        return f"{LANGUAGES[self.hdl]}, {form}, {shell}, top module {self.top}"

    @property
    def timing_by(self) -> str:
        """The schedule of the project's own core."""
        return "schedule"

    @property
    def timing_note(self) -> str:
        """The delay model's numbers."""
        model = self.delay_model
        if not model:
            return ""
        adder = f"adder {model['adder_ns']:g} ns + {model['carry_ns_per_bit']:.3g} a bit"
        rest = f"LUT level {model['lut_level_ns']:g}, register {model['register_ns']:g}, margin {model['margin']:.0%}"
        return f"pipeline by a delay model of {model['family']}: {adder}, {rest}"

    @property
    def checks_edited(self) -> str:
        """The netlist is made from the Graph: only a simulation reads the HDL."""
        return "fpgaml cosim"
