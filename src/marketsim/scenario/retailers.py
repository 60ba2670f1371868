"""A retailer: what it sells, whom it prefers, how it serves and what that costs."""

from __future__ import annotations

from typing import Literal

from marketsim.scenario.adaptation import Strategy
from marketsim.scenario.credit import Collection
from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting
from marketsim.scenario.information import CustomerRecords
from marketsim.scenario.offers import Offer
from marketsim.scenario.pricing import Pricing
from marketsim.scenario.reliability import OutagePromise
from marketsim.scenario.service import Desks, LeverUse, Tiers
from marketsim.scenario.word_of_mouth import Marketing


class Costs(Section):
    """Prices of the retailer's inputs."""

    wage_cny_per_month: float = number(
        12000.0,
        unit="CNY/(staff month)",
        meaning="Full cost of one member of the service staff.",
        source=ASSUMPTION,
        low=0,
        high=1e7,
    )
    working_hours_per_month: float = number(
        176.0,
        unit="hours/month",
        meaning="Paid hours of one member of staff.",
        source="22 days of 8 hours",
        low=1,
        high=744,
    )
    availability: float = number(
        0.85, unit="1", meaning="Share of paid hours on duty.", source=ASSUMPTION, low=0.1, high=1
    )
    overhead_cny_per_month: float = number(
        300000.0,
        unit="CNY/month",
        meaning="Fixed cost of running the retailer.",
        source=ASSUMPTION,
        low=0,
        high=1e10,
    )
    bill_cny: float = number(0.3, unit="CNY/bill", meaning="Cost of one bill.", source=ASSUMPTION, low=0, high=1e4)
    broker_fee_cny_per_mwh: float = number(
        2.0,
        unit="CNY/MWh",
        meaning="Broker's fee on the first year's energy of a new customer.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    payment_lag_months: int = number(
        1,
        unit="months",
        meaning="Months between the bill and its payment.",
        source=ASSUMPTION,
        low=0,
        high=12,
    )
    interest_rate: float = number(
        0.06,
        unit="1/year",
        meaning="Cost of the money that is tied up in unpaid bills.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    bond_cny_per_annual_mwh: float = number(
        5.0,
        unit="CNY/(MWh/year)",
        meaning="Cash at the start for the performance bond.",
        source="bond rules of provincial exchanges",
        low=0,
        high=1e4,
    )


class Procurement(Section):
    """How the retailer buys energy."""

    hedge_ratio: float = number(
        0.90,
        unit="1",
        meaning="Share of a contract's expected energy that is bought forward when it is signed; linked contracts are not hedged.",
        source="90 % of volume under medium- and long-term contracts in the provinces",
        low=0,
        high=1.5,
        plausible=(0.7, 1.0),
    )
    own_generation_share: float = number(
        0.0,
        unit="1",
        meaning="Share of what is not bought forward that comes from own plants: its cost does not move with the spot price, but is the mean spot price, at which the plants could sell; acts where `settlement.enabled`.",
        source="the user; generators' retail arms",
        low=0,
        high=1,
    )
    forecast_bias: float = number(
        0.0,
        unit="1",
        meaning="Relative error of the declared volume that repeats every month, besides the random one; acts where `settlement.enabled`.",
        source="ASSUMPTION; unbiased by default",
        low=-0.9,
        high=5,
    )


class Retailer(Section):
    """One competing retailer."""

    kind: Literal["grid", "genco", "independent"] = setting(
        "independent", meaning="Owner: grid company, generator or private capital."
    )
    initial_share: float = number(
        0.0,
        unit="1",
        meaning="Share of the contestable customers of each segment at the start; all retailers and the default supplier sum to one.",
        source="the preset",
        low=0,
        high=1,
    )
    initial_share_by_segment: dict[str, float] = setting(
        {}, meaning="Initial share in single segments, instead of initial_share."
    )
    brand_logits: dict[str, float] = setting(
        {},
        meaning="Utility of the name by segment; 0 where left out.",
        source="residential well known 1.48, local 2.08 logits (Train's electricity data, mixed logit); business 0.3 ASSUMPTION",
    )
    advertising_weight: float = number(
        1.0,
        unit="1",
        meaning="Weight of its offers in the draw of offers that a searching customer compares.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    offers: dict[Name, Offer] = setting(meaning="Its offers by name; at least one.", min_length=1)
    tiers: Tiers = part(Tiers, meaning="Price and service tiers.")
    tier_review_months: int = number(
        6,
        unit="months",
        meaning="Months between two assignments of customers to tiers.",
        source=ASSUMPTION,
        low=1,
        high=120,
    )
    desks: Desks = part(Desks, meaning="Service desks.")
    levers: dict[str, LeverUse] = setting({}, meaning="Service levers in use, by their name in the catalogue.")
    procurement: Procurement = part(Procurement, meaning="Buying energy.")
    costs: Costs = part(Costs, meaning="Input prices.")
    outage_promise: OutagePromise = part(
        OutagePromise,
        meaning="What it pays its customers for hours without supply; it acts where reliability is enabled.",
    )
    records: CustomerRecords = part(CustomerRecords, meaning="What it knows of its customers.")
    marketing: Marketing = part(Marketing, meaning="Being known, and what it promises.")
    collection: Collection = part(Collection, meaning="Collecting what it is owed.")
    pricing: Pricing = part(Pricing, meaning="Prices besides the list.")
    strategy: Strategy = part(Strategy, meaning="How it decides from month to month.")
