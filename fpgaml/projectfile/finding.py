"""What was found beside a model: taken where it is the only one that can be meant, else offered, never silently."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """What is known of a key's value.

    Args:
        key: in the file.
        why: what speaks for it, in sentences; it stands as a comment above the key.
        value: to be written; empty where nothing is certain.
        offered: values that the user can choose by taking the `#` away.
    """

    key: str
    why: str
    value: str = ""
    offered: tuple[str, ...] = ()

    def within(self, folder: Path) -> Finding:
        """The same, with paths that lead to this folder first."""
        value = (folder / self.value).as_posix() if self.value else ""
        return replace(self, value=value, offered=tuple((folder / each).as_posix() for each in self.offered))


def one_of(key: str, candidates: dict[str, str], why_only: str, why_many: str) -> list[Finding]:
    """The only candidate, or all of them as an offer; nothing of none.

    Args:
        candidates: by value what is said of it.
        why_only, why_many: said besides.
    """
    if not candidates:
        return []
    if len(candidates) == 1:
        ((value, said),) = candidates.items()
        return [Finding(key, f"{value}: {said}; {why_only}.", value)]
    said = "; ".join(f"{value}: {text}" for value, text in candidates.items())
    return [Finding(key, f"{why_many}: {said}.", offered=tuple(candidates))]
