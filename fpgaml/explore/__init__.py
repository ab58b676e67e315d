"""Which of many designs of one network are worth having: precision, folding and board, searched by what they cost.

The package can be called, as other functions of `fpgaml` can: `fpgaml.explore(model, output, ...)`; see `call.py`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fpgaml.explore.exploration import Exploration


class _Callable(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Exploration:
        """As `call.explore`."""
        from fpgaml.explore.call import explore

        return explore(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
