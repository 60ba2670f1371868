"""Questions that a study asks beyond comparing its policies: where a policy breaks even, and what wins at equal money."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from marketsim.scenario.fields import Name, Section, number, setting

PathText = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _end(meaning: str) -> Any:
    return number(unit="that of the path", meaning=meaning, source="the user", low=-1e12, high=1e12)


class Range(Section):
    """A number of the scenario, and the values between which it is looked for."""

    path: PathText = setting(
        meaning="Path of the number: a decision of the policy, or anything else, which then changes in the base as well."
    )
    low: float = _end("Smallest value tried.")
    high: float = _end("Largest value tried.")


class BreakEven(Range):
    """At which value of a number a policy is worth as much as the base."""

    policy: Name = setting(meaning="The policy.")
    kpi: Name = setting("profit_cny_per_year", meaning="The key figure whose difference to the base is to be zero.")
    retailer: Name | None = setting(None, meaning="Whose key figure; the focus retailer's if left out.")
    tier: Literal["all", "key", "quality", "loyal", "ordinary"] = setting("all", meaning="Of which tier's customers.")


class Budget(Section):
    """Policies that are scaled until each costs the same, and are then compared."""

    target_cny_per_year: float = number(
        unit="CNY/year",
        meaning="What each policy is to cost more than the base.",
        source="the user",
        low=-1e13,
        high=1e13,
    )
    cost: Name = setting(
        "service_cny_per_year", meaning="The key figure that is the money: by default wages and service levers."
    )
    scale: dict[Name, Range] = setting(
        meaning="For each policy to compare, the number by which it is scaled.", min_length=1
    )
