"""In how many worlds base and policies are compared: a number, or as many as it takes to know a difference well enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, setting

MOST = 100_000
"""Largest number of worlds."""


class Until(Section):
    """When there are worlds enough: the paired difference of a key figure is known to within a half width."""

    kpi: Name = setting(
        "profit_cny_per_year", meaning="Key figure of the focus retailer whose difference to the base is to be known."
    )
    tier: Literal["all", "key", "quality", "loyal", "ordinary"] = setting("all", meaning="Of which tier's customers.")
    policy: Name | None = setting(
        None, meaning="The policy whose difference must be known; every policy's if left out."
    )
    half_width: float = number(
        unit="that of the key figure",
        meaning="Half of the width of the confidence interval at which no more worlds are added.",
        source="the user",
        low=1e-12,
        high=1e13,
    )
    confidence: float = number(
        0.95,
        unit="1",
        meaning="Confidence of the interval.",
        source="ASSUMPTION: the customary level",
        low=0.5,
        high=0.9999,
    )
    first: int = number(
        8,
        unit="runs",
        meaning="Worlds to begin with; fewer would tell too little about the spread between worlds.",
        source=ASSUMPTION,
        low=2,
        high=MOST,
    )
    batch: int = number(8, unit="runs", meaning="Worlds added at a time.", source=ASSUMPTION, low=1, high=MOST)
    max: int = number(unit="runs", meaning="Worlds at which it ends in any case.", source="the user", low=2, high=MOST)

    @model_validator(mode="after")
    def _in_order(self) -> Until:
        if self.first > self.max:
            raise ValueError(f"max ({self.max}) must be at least first ({self.first}), the worlds to begin with")
        return self


class AsManyAsNeeded(Section):
    """Worlds are added until a difference is known well enough."""

    until: Until = setting(meaning="When there are enough.")


def _form(value: Any) -> str:
    return "section" if isinstance(value, Mapping | AsManyAsNeeded) else "number"


Replications = Annotated[
    Annotated[int, Field(ge=1, le=MOST), Tag("number")] | Annotated[AsManyAsNeeded, Tag("section")],
    Discriminator(_form),
]
"""A number of worlds, or a section with `until`."""


def first_worlds(replications: int | AsManyAsNeeded) -> int:
    """Return the number of worlds to begin with."""
    return replications if isinstance(replications, int) else replications.until.first


def most_worlds(replications: int | AsManyAsNeeded) -> int:
    """Return the largest number of worlds that there can be."""
    return replications if isinstance(replications, int) else replications.until.max


def stopping(replications: int | AsManyAsNeeded) -> Until | None:
    """Return when there are worlds enough; None where their number is given."""
    return None if isinstance(replications, int) else replications.until
