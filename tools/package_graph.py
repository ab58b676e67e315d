"""Prints which packages of fpgaml import which, floor by floor, and fails if there is a cycle.

    python tools/package_graph.py             # the floors, lowest first, with what each imports
    python tools/package_graph.py --imports   # each import too

A package is a folder below fpgaml/ or a module that lies in fpgaml/ itself. Imports inside functions count; those for
type checkers alone do not.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "fpgaml"
STANDS_ALONE = ROOT / "rtl" / "bench"
"""Copied into projects, where fpgaml is not."""

Graph = Mapping[str, Mapping[str, Set[str]]]
"""For each package, those that it imports, and by which modules."""


def package_graph(root: Path = ROOT) -> Graph:
    """The imports between packages."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sorted(root.rglob("*.py")):
        if STANDS_ALONE in path.parents:
            continue
        module = path.relative_to(root.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        here = _package(module, root.name)
        found[here]
        for imported in _imports(path, root.name):
            there = _package(imported, root.name)
            if there != here:
                found[here][there].add(f"{module} -> {imported}")
    return found


def floors(graph: Graph) -> list[list[str]]:
    """Packages by floor: each imports from lower floors alone.

    Raises:
        CycleError: there is none such order.
    """
    sorter = TopologicalSorter({name: set(others) for name, others in graph.items()})
    sorter.prepare()
    order = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.append(ready)
        sorter.done(*ready)
    return order


def _package(module: str, root: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else root


def _imports(path: Path, root: str) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == root:
            modules = [f"{root}.{each.name}" for each in node.names] if node.module == root else [node.module]
            # `from fpgaml import __version__` is not an import of a package.
            yield from (module for module in modules if not module.endswith("__version__"))
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] == root and "." in each.name)


def main() -> int:
    """Print the graph; returns 1 if it has a cycle."""
    graph = package_graph()
    try:
        order = floors(graph)
    except CycleError as error:
        cycle = error.args[1]
        sys.stdout.write(f"cycle: {' <- '.join(cycle)}\n")
        for there, here in itertools.pairwise(cycle):
            for line in sorted(graph.get(here, {}).get(there, ())):
                sys.stdout.write(f"  {line}\n")
        return 1
    for number, names in enumerate(order):
        for name in names:
            others = sorted(graph.get(name, {}))
            sys.stdout.write(f"{number:2}  {name:14} {' '.join(others)}\n")
            if "--imports" in sys.argv[1:]:
                lines = sorted(line for each in graph.get(name, {}).values() for line in each)
                sys.stdout.write("".join(f"      {line}\n" for line in lines))
    sys.stdout.write(f"no cycle among {len(graph)} packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
