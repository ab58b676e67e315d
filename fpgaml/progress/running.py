"""Something that is being done, and what can be said of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

ENOUGH = 3.0
"""Seconds after which a rate says something about the time that is left."""


@dataclass
class Running:
    """A step, or a bar where the total is known.

    Args:
        total: how much there is to do; None: unknown. unit: of it, in the plural.
        done: so much of it; began: on the monotonic clock.
    """

    title: str
    total: int | None = None
    unit: str = ""
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.began

    def amount(self) -> str:
        """`12,000 of 50,000 events`; empty where the total is unknown."""
        return "" if self.total is None else f"{self.done:,} of {self.total:,} {self.unit}".rstrip()

    def times(self) -> str:
        """`40 s`, and where a rate is known what is left by it: `40 s, 300/s, 2 min left`."""
        seconds = self.seconds
        said = [duration(seconds)]
        if self.total is not None and 0 < self.done < self.total and seconds >= ENOUGH:
            rate = self.done / seconds
            said += [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1g}/s", f"{duration(self.left(rate))} left"]
        return ", ".join(said)

    def left(self, rate: float) -> float:
        """Seconds that the rest takes at so much a second."""
        return ((self.total or 0) - self.done) / rate

    def text(self) -> str:
        """All of it: `comparing bit for bit: 12,000 of 50,000 events, 40 s`."""
        amount = self.amount()
        return f"{self.title}: {amount}, {self.times()}" if amount else f"{self.title}: {self.times()}"


def duration(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
