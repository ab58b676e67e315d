"""C-simulations compiled by tests stay out of the user's cache."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of this session's own, unless FPGAML_CACHE_DIR names one."""
    if "FPGAML_CACHE_DIR" in os.environ:
        yield
        return
    os.environ["FPGAML_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    del os.environ["FPGAML_CACHE_DIR"]
