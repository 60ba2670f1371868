"""Customer portraits: tags as rules over recorded attributes (M2)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from marketsim.scenario.customers import CreditGrade
from marketsim.scenario.fields import Section, number, setting, text
from marketsim.scenario.service import Names

MOST_TAGS = 60
"""Tags are bits of one number, and some are kept in reserve."""
AgeGroup = Literal["young", "middle", "old"]
AGE_GROUPS: tuple[AgeGroup, ...] = ("young", "middle", "old")
PaymentHabit = Literal["on_time", "forgetful", "strained"]
PAYMENT_HABITS: tuple[PaymentHabit, ...] = ("on_time", "forgetful", "strained")
"""How a customer pays: on time; late though it could pay; late because it cannot pay."""
Need = Literal["reliability", "responsiveness", "convenience", "assurance", "personalisation", "fairness"]
"""The dimension of service quality that counts most for a customer."""
Grades = Annotated[tuple[CreditGrade, ...], Field(strict=False, min_length=1)]
AgeGroups = Annotated[tuple[AgeGroup, ...], Field(strict=False, min_length=1)]
PaymentHabits = Annotated[tuple[PaymentHabit, ...], Field(strict=False, min_length=1)]


class TagRule(Section):
    """Who carries a tag: all conditions that are given must hold of what the retailer has on record."""

    meaning: str = text("", meaning="What the tag says of a customer, in a few words.")
    segments: Names | None = setting(None, meaning="Customer types that may carry it.")
    regions: Names | None = setting(None, meaning="Regions whose customers may carry it.")
    min_annual_mwh: float | None = number(
        None, unit="MWh/year", meaning="Least recorded yearly energy.", source="the user", low=0, high=1e9
    )
    max_annual_mwh: float | None = number(
        None, unit="MWh/year", meaning="Largest recorded yearly energy.", source="the user", low=0, high=1e9
    )
    credit_grades: Grades | None = setting(None, meaning="Recorded credit grades.")
    min_digital_affinity: float | None = number(
        None, unit="1", meaning="Least recorded digital affinity.", source="the user", low=0, high=1
    )
    max_digital_affinity: float | None = number(
        None, unit="1", meaning="Largest recorded digital affinity.", source="the user", low=0, high=1
    )
    age_groups: AgeGroups | None = setting(None, meaning="Recorded age groups.")
    top_need: Need | None = setting(
        None, meaning="Dimension of service quality that, as recorded, counts most for the customer."
    )
    payment_habits: PaymentHabits | None = setting(
        None,
        meaning="Recorded payment habits: on time, forgetful (late though it could pay), strained (cannot pay); everybody is on time where the credit mechanism is off.",
    )

    @model_validator(mode="after")
    def _someone(self) -> Self:
        if all(value is None for name, value in self.model_dump().items() if name != "meaning"):
            raise ValueError("a tag needs at least one condition, such as min_annual_mwh or credit_grades")
        for name, unit in (("annual_mwh", "MWh a year"), ("digital_affinity", "")):
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if low is not None and high is not None and low > high:
                raise ValueError(f"nobody can meet it: at least {low:g} and at most {high:g} {unit}".rstrip())
        return self
