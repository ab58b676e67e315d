"""What a shell offers when the user presses Tab: boards, targets, tools and tasks that begin so."""

from __future__ import annotations


def boards(incomplete: str) -> list[str]:
    """Names of `fpgaml boards`."""
    from fpgaml.boards import load_aliases, load_boards

    return _beginning(incomplete, [*load_boards(), *load_aliases()])


def targets(incomplete: str) -> list[str]:
    """Targets of `fpgaml convert`."""
    from fpgaml.targets import target_names

    return _beginning(incomplete, target_names())


def tools(incomplete: str) -> list[str]:
    """Tools of `fpgaml build`."""
    from fpgaml.vendor_tools.choose import EVERY

    return _beginning(incomplete, list(EVERY))


def tasks(incomplete: str) -> list[str]:
    """Tasks of `fpgaml models`."""
    from fpgaml.tasks import task_names

    return _beginning(incomplete, task_names())


def networks(incomplete: str) -> list[str]:
    """Tasks and their networks: TASK, TASK/NETWORK."""
    from fpgaml.tasks import find_task, task_names

    found = [(task.name, network.name) for task in map(find_task, task_names()) for network in task.networks]
    return _beginning(incomplete, [f"{task}/{network}" if network else task for task, network in found])


def _beginning(incomplete: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
