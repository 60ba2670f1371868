"""What happens to the market, and when (M3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, setting

Path = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]


def _segments() -> Any:
    return setting(None, meaning="Segments that it meets; all when left out.")


class Dated(Section):
    """Something that happens in a month of the run."""

    month: int = number(unit="month", meaning="First month, counted from 0.", source="the user", low=0, high=1199)


class Passing(Dated):
    """Something that lasts for so many months and then is over."""

    duration_months: int = number(1, unit="months", meaning="How long it lasts.", source="the user", low=1, high=1200)

    def acts_in(self, month: int) -> bool:
        """Return whether it acts in a month."""
        return self.month <= month < self.month + self.duration_months


class Lasting(Dated):
    """Something that stays, unless it is given an end."""

    duration_months: int | None = number(
        None, unit="months", meaning="How long it lasts; for good when left out.", source="the user", low=1, high=1200
    )

    def acts_in(self, month: int) -> bool:
        """Return whether it acts in a month."""
        return self.month <= month and (self.duration_months is None or month < self.month + self.duration_months)


class PriceShock(Passing):
    """The spot price rises (or falls) for a while."""

    type: Literal["price_shock"]
    size: float = number(unit="1", meaning="Relative change: 0.3 is +30 %.", source="the user", low=-0.99, high=20)
    announced: bool = setting(
        False,
        meaning="Whether it is known from the start, so that forward prices contain it; if not, they never foresee it.",
    )


class TicketSurge(Passing):
    """Customers need more (or less) service for a while, for example after a change of the billing system."""

    type: Literal["ticket_surge"]
    size: float = number(
        unit="1", meaning="Relative change of tickets: 0.5 is +50 %.", source="the user", low=-0.99, high=20
    )


class OutageStorm(Passing):
    """Bad weather multiplies outages in some regions."""

    type: Literal["outage_storm"]
    regions: Names | None = setting(None, meaning="Regions that it meets; all when left out.")
    size: float = number(
        unit="1",
        meaning="Relative change of the outage rate: 4 is five times as many.",
        source="the user",
        low=-1,
        high=1000,
    )


class Entrant(Dated):
    """A retailer of the study that is not in the market from the start enters."""

    type: Literal["entrant"]
    retailer: Name = setting(meaning="Who enters; it stands among the retailers with an initial share of 0.")


class Exit(Dated):
    """A retailer leaves; its customers fall to the default supplier and may choose anew."""

    type: Literal["exit"]
    retailer: Name = setting(meaning="Who leaves, at the end of the month.")


class Opening(Dated):
    """Segments that had no choice may choose their retailer from now on."""

    type: Literal["opening"]
    segments: Names | None = setting(None, meaning="Segments that open; all that are not contestable when left out.")
    awareness: float = number(
        0.0,
        unit="1",
        meaning="Share of rival retailers that their customers know at the opening, where awareness spreads by word of mouth.",
        source="ASSUMPTION; nobody knows the names in a market that never had them",
        low=0,
        high=1,
    )


class Closure(Dated):
    """Plants are closed down by policy unless they meet the standard by the date."""

    type: Literal["closure"]
    segment: Name = setting(meaning="Segment whose plants are judged.")
    standard: float | None = number(
        None,
        unit="1",
        meaning="Unit energy consumption (the segment's mean is 1) above which a plant must close in `month`.",
        source="the user",
        low=0,
        high=100,
    )
    share: float | None = number(
        None,
        unit="1",
        meaning="Share of the plants, those with the highest unit energy consumption, that must improve or close; instead of a standard.",
        source="the user",
        low=0,
        high=1,
    )
    notice_months: int = number(
        12, unit="months", meaning="Months of notice before the closing.", source=ASSUMPTION, low=0, high=120
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.standard is None) == (self.share is None):
            raise ValueError("a closure needs either a standard or a share, and not both")
        return self


class Regulation(Lasting):
    """The regulator changes rules of the market."""

    type: Literal["regulation"]
    changes: dict[Path, Any] = setting(
        meaning="Path of a field below market.rules, and its new value; null abolishes a cap. Rules left out stay as they are.",
        min_length=1,
    )


class Breach(Dated):
    """Customer data leak."""

    type: Literal["breach"]
    retailer: Name = setting(meaning="Whose data leak.")
    size: float = number(
        0.3,
        unit="1",
        meaning="Assurance that its customers lose at first; the loss fades as with any breach.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class DemandShock(Passing):
    """Customers use more or less for a while: weather, a boom, a slump."""

    type: Literal["demand_shock"]
    size: float = number(unit="1", meaning="Relative change of consumption.", source="the user", low=-0.99, high=20)
    segments: Names | None = _segments()


class AlternativePriceShock(Passing):
    """Another fuel that could replace electricity becomes dearer or cheaper for a while."""

    type: Literal["alternative_price_shock"]
    size: float = number(unit="1", meaning="Relative change of its price.", source="the user", low=-0.99, high=20)
    fuel: Name = setting("all", meaning="Which of demand.fuels, or all.")


class CreditShock(Passing):
    """A sector comes under stress and pays later."""

    type: Literal["credit_shock"]
    size: float = number(
        unit="1",
        meaning="Added to the stress of every customer: 0.2 is as if bills rose by 20 %.",
        source="the user",
        low=-10,
        high=10,
    )
    segments: Names | None = _segments()


class LeverChange(Lasting):
    """A retailer, rival or focus, takes up a lever, changes its intensity or drops it."""

    type: Literal["lever_change"]
    retailer: Name = setting(meaning="Whose lever.")
    lever: Name = setting(meaning="A lever of the catalogue.")
    intensity: float = number(
        unit="1", meaning="Its new intensity, reached over the lever's ramp.", source="the user", low=0, high=1
    )


Event = Annotated[
    PriceShock
    | TicketSurge
    | OutageStorm
    | Entrant
    | Exit
    | Opening
    | Closure
    | Regulation
    | Breach
    | DemandShock
    | AlternativePriceShock
    | CreditShock
    | LeverChange,
    Field(discriminator="type"),
]
