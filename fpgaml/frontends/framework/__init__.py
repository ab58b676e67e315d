"""The answers of the framework that wrote a model file, computed in a process of its own."""

from __future__ import annotations

from fpgaml.frontends.framework.session import (
    PYTHON_VARIABLE,
    FrameworkAnswer,
    InferenceSession,
    framework_python,
    framework_session,
)
from fpgaml.frontends.framework.worker import FrameworkUnavailableError

__all__ = [
    "PYTHON_VARIABLE",
    "FrameworkAnswer",
    "FrameworkUnavailableError",
    "InferenceSession",
    "framework_python",
    "framework_session",
]
