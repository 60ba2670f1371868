"""The building blocks of the scenario schema: frozen sections and numbers that know unit, bounds and source."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ASSUMPTION = "ASSUMPTION"

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=60, pattern=r"^[^\s.\x00-\x1f\x7f]([^.\x00-\x1f\x7f]*[^\s.\x00-\x1f\x7f])?$"
    ),
]
"""A user's name for a thing: any script, no dot (dots separate the parts of a path), no line breaks."""


class Section(BaseModel):
    """A frozen part of a scenario; unknown fields, NaN and values of another type are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)


def number(
    default: Any = ...,
    *,
    unit: str,
    meaning: str,
    source: str,
    low: float,
    high: float,
    plausible: tuple[float, float] | None = None,
) -> Any:
    """Return a pydantic field for a number.

    Args:
        default: its default, or ``...`` when the user must give it.
        unit: unit as printed, for example ``CNY/MWh``; ``1`` for a pure number or share.
        meaning: one sentence: what the parameter does.
        source: author and year, or a sentence that starts with ASSUMPTION.
        low: smallest value accepted.
        high: largest value accepted.
        plausible: range within which an uncertain value is varied in assumption checks.
    """
    extra: dict[str, Any] = {"unit": unit, "source": source}
    if plausible is not None:
        extra["plausible"] = list(plausible)
    return Field(default, ge=low, le=high, description=meaning, json_schema_extra=extra)


def text(default: Any = ..., *, meaning: str) -> Any:
    """Return a pydantic field for a text; it has no unit."""
    return Field(default, description=meaning, max_length=2000)


def setting(default: Any = ..., *, meaning: str, source: str | None = None, **bounds: Any) -> Any:
    """Return a pydantic field for a choice, a switch, a list or a nested section."""
    extra: dict[str, Any] | None = {"source": source} if source else None
    return Field(default, description=meaning, json_schema_extra=extra, **bounds)


def part(kind: type[Section], *, meaning: str) -> Any:
    """Return a field for a nested section that is complete by its own defaults."""
    return Field(default_factory=kind, description=meaning)
