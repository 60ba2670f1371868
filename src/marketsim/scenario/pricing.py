"""What a retailer asks of single customers besides its list: negotiation, renewal, win-back, brokers (M11)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting

Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
BySegment = dict[Name, float]


class Negotiation(Section):
    """Large customers get the list price less a concession, locked when they sign."""

    segments: Names | None = setting(None, meaning="Segments with whose customers it negotiates; all when left out.")
    from_annual_mwh: float = number(
        12000.0,
        unit="MWh/year",
        meaning="Yearly energy from which a customer is large enough.",
        source="ASSUMPTION; a plant of 1,000 MWh a month",
        low=0,
        high=1e9,
    )
    concession_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="What a large enough customer gets off the list price; 0 negotiates with nobody.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )


class Renewal(Section):
    """What a contract costs when it renews without a search."""

    markup_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Added to the list price at a renewal without search: a penalty of loyalty, or a reward where negative.",
        source=ASSUMPTION,
        low=-1e4,
        high=1e4,
    )
    markup_by_segment: BySegment = setting({}, meaning="Markup in single segments, instead of markup_cny_per_mwh.")


class Retention(Section):
    """Own customers who look around are made a better offer."""

    discount_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Off the list price of own offers for a customer who searches.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )
    segments: Names | None = setting(None, meaning="Segments to which it is made; all when left out.")


class WinBack(Section):
    """Customers whose last retailer it was are made a better offer."""

    discount_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Off the list price for a customer whose former retailer it is.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )
    months: int = number(
        24,
        unit="months",
        meaning="Months after leaving during which the offer is made.",
        source=ASSUMPTION,
        low=1,
        high=1200,
    )
    segments: Names | None = setting(None, meaning="Segments to which it is made; all when left out.")


class Brokers(Section):
    """Agents who bring customers, for a fee on the energy."""

    reach: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the retailer's advertising weight: how much more often searching customers see its offers.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    signings_share: float = number(
        0.0,
        unit="1",
        meaning="Share of the energy of new customers that brokers bring; for the rest costs.broker_fee_cny_per_mwh holds.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    fee_cny_per_mwh: float = number(
        4.0,
        unit="CNY/MWh",
        meaning="Fee on the first year's energy that these brokers bring, instead of costs.broker_fee_cny_per_mwh; the difference is booked as marketing.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )


class Pricing(Section):
    """Prices besides the list; without any of them everybody pays the list price less the tier discount."""

    negotiation: Negotiation = part(Negotiation, meaning="Prices for large customers.")
    renewal: Renewal = part(Renewal, meaning="Prices of renewals without search.")
    retention: Retention = part(Retention, meaning="Offers to own customers who search.")
    win_back: WinBack = part(WinBack, meaning="Offers to former customers.")
    brokers: Brokers = part(Brokers, meaning="Signing through brokers.")
