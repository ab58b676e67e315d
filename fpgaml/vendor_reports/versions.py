"""Versions of tools: one that was never tried is read where the form is as known, with a remark."""

from __future__ import annotations

from collections.abc import Collection


def untried(tool: str, version: str, tried: Collection[str]) -> tuple[str, ...]:
    """A remark on a version of which no real report was read; none for the others.

    Args:
        tried: the versions of which one was.
    """
    return () if version in tried else (f"{tool} {version} has not been tried; the report is of a known form",)
