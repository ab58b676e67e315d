"""What the calls of a program are called: by the modules that make them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fpgaml.frontends.pytorch.schema import Call, ModuleUse

LEAVES = "torch.nn.modules."
"""Classes of PyTorch's own, which make their calls for one purpose; those below only call others."""
CONTAINERS = "torch.nn.modules.container."


def labels(calls: Sequence[Call]) -> tuple[str, ...]:
    """For each call a name of its own.

    The last call of a layer of PyTorch has the layer's qualified name, `:1` appended for its second use, and the calls
    before it that with the call's own name; so have calls that the user's own `forward` makes.
    """
    last = {call.module.key: number for number, call in enumerate(calls) if _is_layer(call.module)}
    taken: dict[str, int] = {}
    found = []
    for number, call in enumerate(calls):
        whole = last.get(call.module.key) == number
        own = re.sub(r"_(_\d+)?$", r"\1", call.name)  # of `add_`, which writes into its argument
        wanted = _used(call.module) if whole else ".".join(part for part in (call.module.path, own) if part)
        taken[wanted] = taken.get(wanted, 0) + 1
        found.append(wanted if taken[wanted] == 1 else f"{wanted}:{taken[wanted]}")
    return tuple(found)


def _is_layer(module: ModuleUse) -> bool:
    return bool(module.path) and module.kind.startswith(LEAVES) and not module.kind.startswith(CONTAINERS)


def _used(module: ModuleUse) -> str:
    use = module.key.rpartition("@")[2]
    return f"{module.path}:{use}" if "@" in module.key and use.isdigit() else module.path
