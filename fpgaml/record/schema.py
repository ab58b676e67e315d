"""The JSON Schemas of a project's two JSON files, made from the record's types."""

from __future__ import annotations

from typing import Any, Literal

from fpgaml.record.manifest import Manifest
from fpgaml.record.results import Results
from fpgaml.record.settings import settings_class
from fpgaml.targets import target_names

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SchemaName = Literal["manifest", "results"]


def schema(name: SchemaName) -> dict[str, Any]:
    """The schema of manifest.json or results.json as this fpgaml writes them."""
    if name == "results":
        return {"$schema": DIALECT, **Results.model_json_schema(mode="serialization")}
    found = Manifest.model_json_schema(mode="serialization")
    kinds = []
    for target in target_names():
        kind = settings_class(target).model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
        found["$defs"] |= kind.pop("$defs", {})
        kinds.append(kind)
    found["properties"]["settings"] = {"oneOf": kinds}
    return {"$schema": DIALECT, **found}
