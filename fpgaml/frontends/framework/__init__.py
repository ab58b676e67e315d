"""The answer of the framework that wrote a model file, computed in a process of its own."""

from __future__ import annotations

from fpgaml.frontends.framework.answer import (
    PYTHON_VARIABLE,
    FrameworkAnswer,
    FrameworkUnavailableError,
    framework_answer,
    framework_python,
)

__all__ = [
    "PYTHON_VARIABLE",
    "FrameworkAnswer",
    "FrameworkUnavailableError",
    "framework_answer",
    "framework_python",
]
