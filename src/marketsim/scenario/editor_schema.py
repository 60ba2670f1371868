"""The JSON Schema of scenario files, for completion and checks in an editor."""

from __future__ import annotations

from typing import Any

from marketsim.scenario.study import Study

_EXTENDS = {
    "description": "Scenario file (relative to this one) or shipped market on which this one builds, or a "
    "list of them; what stands here overrides what stands there.",
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
}


def editor_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file.

    It is wider than what may run: a file that extends another may leave out anything; `null` removes a name.
    """
    schema = _relaxed(Study.model_json_schema())
    schema["properties"] = {"extends": _EXTENDS, **schema["properties"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "marketsim scenario",
    }


def _relaxed(schema: Any) -> Any:
    """Return a schema without required fields, in which named entries may be null."""
    if isinstance(schema, list):
        return [_relaxed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _relaxed(value) for key, value in schema.items() if key != "required" or not isinstance(value, list)}
    for key in ("additionalProperties", "patternProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _nullable(key, kept[key])
    return kept


def _nullable(key: str, entries: dict[str, Any]) -> dict[str, Any]:
    if key == "additionalProperties":
        return {"anyOf": [entries, {"type": "null"}]}
    return {pattern: {"anyOf": [value, {"type": "null"}]} for pattern, value in entries.items()}
