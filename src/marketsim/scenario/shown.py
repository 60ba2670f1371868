"""Which key figures a report shows, and in which order."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from marketsim.scenario.fields import Name, Section, setting


class Shown(Section):
    """A key figure to be shown; its name alone is enough where it is of all customers of the focus retailer."""

    kpi: Name = setting(meaning="Name of the key figure, as in docs/tables.md.")
    retailer: Name | None = setting(
        None, meaning="Whose it is: a retailer's, or market; the focus retailer's if left out."
    )
    segment: Name | None = setting(None, meaning="Of which segment's customers; of all if left out.")
    tier: Literal["all", "key", "quality", "loyal", "ordinary"] = setting("all", meaning="Of which tier's customers.")

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:
        """Read a bare name as a key figure."""
        return {"kpi": data} if isinstance(data, str) else data
