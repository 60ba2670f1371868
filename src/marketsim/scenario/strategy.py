"""How a retailer decides from month to month: its pricing rule, by name, and what else it adapts (M14)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting

Kind = Literal[
    "hold",
    "cost_plus",
    "own_markup",
    "competitor",
    "match_price",
    "match_price_quality",
    "match_market_price",
    "match_market_price_quality",
    "premium",
    "low_cost",
    "value",
    "target_segment",
    "bundle",
    "retain",
    "smart",
    "smart_quality",
    "hill_climbing",
    "imitate_best",
    "python",
]
KINDS: tuple[str, ...] = get_args(Kind)
"""Names of the strategies, in the order of docs/strategies.md."""
FileName = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class PricingRule(Section):
    """What a retailer does about prices: a strategy of the library by name, and its parameters."""

    kind: Kind = setting("hold", meaning="Strategy by name; hold changes nothing.")
    partial_adjustment: float = number(
        0.3,
        unit="1",
        meaning="Share of the way to the price aimed at that is gone in one review.",
        source=ASSUMPTION,
        low=0.01,
        high=1,
        plausible=(0.1, 1.0),
    )
    markup_cap_share: float = number(
        0.25,
        unit="1",
        meaning="Largest markup aimed at, as a share of the cost of energy and service.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
    floor_margin_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Margin over cost below which no list price is posted; negative allows selling at a loss.",
        source=ASSUMPTION,
        low=-1000,
        high=1e4,
    )
    markup_cny_per_mwh: float | None = number(
        None,
        unit="CNY/MWh",
        meaning="cost_plus: margin over cost aimed at; when left out, the margin that the list price had at the start.",
        source="the margin of the preset's list prices",
        low=-1000,
        high=1e5,
    )
    undercut_cny_per_mwh: float = number(
        1.0,
        unit="CNY/MWh",
        meaning="competitor, low_cost and target_segment: how far below the cheapest rival; premium: how far above the dearest.",
        source="ASSUMPTION; a tenth of the usual spread for large users",
        low=0,
        high=1e4,
        plausible=(0.2, 3.0),
    )
    share_cap: float = number(
        0.8,
        unit="1",
        meaning="value: largest own share among those who chose with which the rule reckons (s' of E23).",
        source="ASSUMPTION; keeps the markup finite",
        low=0,
        high=0.99,
    )
    step_share: float = number(
        0.005,
        unit="1",
        meaning="smart and hill_climbing: one step of the price, as a share of the price.",
        source="ASSUMPTION; about 2.4 CNY/MWh at a price of 480",
        low=0,
        high=0.5,
    )
    lever_step: float = number(
        0.1,
        unit="1",
        meaning="smart_quality, match_price_quality, match_market_price_quality, invest: one step of the intensity of levers.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    target_margin_cny_per_mwh: float | None = number(
        None,
        unit="CNY/MWh",
        meaning="imitate_best: profit per MWh below which it imitates; when left out, that of its first months.",
        source="the own start",
        low=-1000,
        high=1e5,
    )
    targets: Annotated[tuple[Name, ...], Field(strict=False)] = setting(
        (), meaning="target_segment: segments to be won by price; offers to all others are priced by value."
    )
    retain_share: float = number(
        0.5,
        unit="1",
        meaning="retain: share of the gap to the cheapest rival that a customer who looks around is offered.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    renewal_markup_cny_per_mwh: float = number(
        2.0,
        unit="CNY/MWh",
        meaning="retain: added to the price of contracts that renew without a search.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )
    file: FileName | None = setting(
        None, meaning="python: file with the user's own rule, relative to the scenario file; see docs/strategies.md."
    )
    function: Identifier = setting("decide", meaning="python: name of the function in that file.")
    parameters: dict[str, Any] = setting(
        {}, meaning="python: passed to the function by name; any numbers, texts and lists."
    )


class Objective(Section):
    """What a retailer wants, as weights."""

    profit: float = number(
        1.0,
        unit="1",
        meaning="Weight of profit, as a share of the first month's revenue.",
        source=ASSUMPTION,
        low=0,
        high=1e6,
    )
    share: float = number(
        0.0, unit="1", meaning="Weight of the share of customers.", source=ASSUMPTION, low=0, high=1e6
    )
    satisfaction: float = number(
        0.0, unit="1", meaning="Weight of the mean satisfaction of customers.", source=ASSUMPTION, low=0, high=1e6
    )


class Strategy(PricingRule):
    """How a retailer decides."""

    by_segment: dict[Name, PricingRule] = setting(
        {}, meaning="Rules for single segments instead of the retailer's; the retailer's rule holds for all others."
    )
    review_months: int = number(
        3,
        unit="months",
        meaning="Months between two reviews; when the first one is differs from retailer to retailer.",
        source="ASSUMPTION; quarterly",
        low=1,
        high=120,
    )
    objective: Objective = part(Objective, meaning="What hill climbing and investing want more of.")
    staff_to_target: bool = setting(
        False, meaning="Whether staff follows the service standard; if not, it stays as it was found at the start."
    )
    hiring_lag_months: int = number(
        2, unit="months", meaning="Months between the order and the change of staff.", source=ASSUMPTION, low=0, high=36
    )
    invest: bool = setting(False, meaning="Whether a share of profit goes into levers that have paid so far.")
    reinvest_share: float = number(
        0.2,
        unit="1",
        meaning="Largest further lever cost taken on in one review, as a share of the profit of the time since the last.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    drop_losing_levers: bool = setting(
        False, meaning="Whether the intensity of levers whose measured return is negative is lowered, down to nothing."
    )
    imitation_hazard: float | None = number(
        None,
        unit="1/month",
        meaning="Own hazard of copying levers of the most profitable rival, where imitation is on; the market's when left out.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    enters: Literal["at_start", "when_profitable"] = setting(
        "at_start",
        meaning="When it begins to sell: at once, or when margins draw it in; an event of type entrant brings it in as well.",
    )


def acts(strategy: Strategy) -> bool:
    """Return whether a retailer ever changes anything, or is not there from the start."""
    rules = (strategy, *strategy.by_segment.values())
    adapts = strategy.staff_to_target or strategy.invest or strategy.drop_losing_levers
    return adapts or strategy.enters != "at_start" or any(rule.kind != "hold" for rule in rules)


def mentions_strategy(changes: Any) -> bool:
    """Return whether changes by dotted path, as policies have them, touch a strategy."""
    if not isinstance(changes, dict):
        return False
    return any("strategy" in str(path).split(".") or mentions_strategy(value) for path, value in changes.items())
