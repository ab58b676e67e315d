"""Which of many designs of one network are worth having: precision, folding and board, searched by what they cost.

`fpgaml.explore` is this package and the function of the same name in `fpgaml.api`: the package can be called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgaml.explore.exploration import Exploration


class _Callable(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Exploration:
        """As `fpgaml.api.explore`."""
        from fpgaml.api import explore

        return explore(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
