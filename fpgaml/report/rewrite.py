"""Change a project's results.json, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fpgaml.errors import FpgamlError
from fpgaml.project.manifest import RESULTS
from fpgaml.report.schema import validate


def write_results(project: Path, content: Mapping[str, Any]) -> None:
    """Put new content in the place of a project's results.json; a killed run leaves the old file or the new one.

    Raises:
        FpgamlError: the content does not follow the schema, or the file cannot be written.
    """
    validate("results", content)
    path = project / RESULTS
    try:
        handle, name = tempfile.mkstemp(prefix=f".{RESULTS}.", dir=project)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(json.dumps(content, indent=2) + "\n")
            temporary.chmod(path.stat().st_mode & 0o777)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        advice = "Check its permissions and the space on the disk"
        raise FpgamlError(str(path), f"cannot be written: {error.strerror}", advice) from None
