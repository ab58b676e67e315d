"""Floors only go down: no cycle among packages."""

from __future__ import annotations

from graphlib import CycleError
from pathlib import Path

import pytest

from tools.package_graph import floors, package_graph


def test_the_packages_have_no_cycle() -> None:
    order = floors(package_graph())
    level = {name: number for number, names in enumerate(order) for name in names}
    assert level["graph"] < level["passes"] < level["rtl"] < level["cli"]


def test_a_cycle_is_found(tmp_path: Path) -> None:
    root = tmp_path / "house"
    sources = {
        "low": "",
        "one": "import house.low.x\nimport house.two.x\n",
        "two": "def f():\n  from house.one import x\n",
    }
    for name, text in sources.items():
        (root / name).mkdir(parents=True)
        (root / name / "x.py").write_text(text)
    graph = package_graph(root)
    assert graph["one"]["two"] == {"house.one.x -> house.two.x"}
    with pytest.raises(CycleError):
        floors(graph)
    (root / "two" / "x.py").write_text("if TYPE_CHECKING:\n  from house.one import x\n")
    assert floors(package_graph(root)) == [["low", "two"], ["one"]]
