"""How a retailer sorts its customers into tiers, and what prospects can read of it (E3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from marketsim.market.tariffs import energy_price
from marketsim.market.tiers import LEAST_MARGIN_SHARE
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.service import TIERS, TierRule

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.retailers import OracleRetailer

MONTHS_PER_YEAR = 12
ROUNDING = 1.0 - 1e-12
"""A prospect who is just like the last member does not fall short by the last bit."""
TIE = 1.0 + 1e-9
"""An agent whose middle is exactly at a limit is in."""


def review(retailer: OracleRetailer) -> None:
    """Sort the customers anew, best first, and publish what the last one admitted to each tier is worth."""
    floor = LEAST_MARGIN_SHARE * retailer.model.forward[12]
    retailer.margins = {s: max(expected_margin(retailer, s), floor) for s in retailer.model.base.segments}
    records = retailer.model.records
    before = {customer: customer.tier for customer in retailer.customers}
    if records is not None and not records.is_open and retailer is retailer.model.retailers[0]:
        records.open_book()
    retailer.least_scores = sort(retailer)
    retailer.published_rules = {tier: rule for tier in TIERS if (rule := rule_of(retailer, tier))}
    if records is not None:
        records.note_review(retailer, before)


def sort(retailer: OracleRetailer) -> dict[str, float]:
    """Put the customers into tiers, best first; return the least score of each tier in use."""
    ranked = sorted(retailer.customers, key=lambda customer: (-score(retailer, customer), customer.key))
    for customer in ranked:
        customer.tier = "ordinary"
    return {tier: fill(retailer, tier, rule, ranked) for tier in TIERS if (rule := rule_of(retailer, tier))}


def true_tiers(retailer: OracleRetailer) -> dict[CustomerAgent, str]:
    """Return the tiers that a review by the truth would give; tiers and records stay as they are."""
    members = retailer.customers
    recorded = {customer: (customer.known, customer.tier) for customer in members}
    for customer in members:
        customer.known = None
    sort(retailer)
    found = {customer: customer.tier for customer in members}
    for customer, (known, tier) in recorded.items():
        customer.known, customer.tier = known, tier
    return found


def recorded_energy(customer: CustomerAgent) -> float:
    """Return the energy on record; the true one where there are no records."""
    return customer.known.energy if customer.known else customer.energy


def recorded_credit(customer: CustomerAgent) -> str:
    """Return the credit grade on record; the true one where there are no records."""
    return customer.known.credit if customer.known else customer.credit


def rule_of(retailer: OracleRetailer, tier: str) -> TierRule | None:
    """Return the rule of a tier; None where it takes nobody."""
    found = None if tier == "ordinary" else getattr(retailer.settings.tiers, tier).rule
    return None if found is None or set(found.model_dump().values()) == {None} else found


def expected_margin(retailer: OracleRetailer, segment: str) -> float:
    """Return the mean margin over the retailer's offers to a segment, CNY/MWh."""
    market, margins = retailer.model, []
    energy, spot = market.base.segments[segment].energy_mwh_per_month, market.expected_spot
    for offer in market.posted_to[segment]:
        if offer.retailer is retailer:
            plan, bands, hedged = offer.plan, market.band_shares[segment], offer.plan.hedged_share
            price = energy_price.py_func(plan, offer.price_level, 0.0, spot, energy, bands)
            cost = hedged * market.forward[plan.term_months] + (1.0 - hedged) * spot
            margins.append(price - cost)
    return sum(margins) / len(margins) if margins else 0.0


def worth_of_a_mwh(retailer: OracleRetailer, segment: str, credit: str) -> tuple[float, float]:
    """Return the margin expected at the last review, and the probability that it is paid."""
    return retailer.margins[segment], 1.0 - getattr(retailer.model.base.market.default_rates, credit)


def score(retailer: OracleRetailer, customer: CustomerAgent) -> float:
    """Return the value score of a customer: margin x energy x probability of payment, CNY a month (E3)."""
    margin, paid = worth_of_a_mwh(retailer, customer.segment, recorded_credit(customer))
    return margin * recorded_energy(customer) * paid


def fill(retailer: OracleRetailer, tier: str, rule: TierRule, ranked: list[CustomerAgent]) -> float:
    """Put customers into a tier, best first; return the least score that value and quota admit.

    An agent that straddles a limit is in if most of it is.
    """
    by_value = best_by_value(ranked, 100.0 if rule.value_pct is None else rule.value_pct)
    quota = math.inf if rule.quota is None else rule.quota
    eligible = [c for c in by_value if c.tier == "ordinary" and meets(retailer, rule, c)]
    taken, weight = [], 0.0
    for customer in eligible:
        weight += customer.weight
        if weight - customer.weight / 2.0 <= quota * TIE:
            taken.append(customer)
    for customer in taken:
        customer.tier = tier
    if len(taken) < len(eligible):
        return min((score(retailer, customer) for customer in taken), default=math.inf)
    if rule.value_pct in (None, 100):
        return 0.0
    return min((score(retailer, customer) for customer in by_value), default=math.inf)


def best_by_value(ranked: list[CustomerAgent], pct: float) -> list[CustomerAgent]:
    """Return the best customers up to a percentage of all."""
    everybody = 0.0
    for customer in ranked:
        everybody += customer.weight
    best, weight = [], 0.0
    for customer in ranked:
        weight += customer.weight
        if weight - customer.weight / 2.0 <= pct / 100.0 * everybody * TIE:
            best.append(customer)
    return best


def meets(retailer: OracleRetailer, rule: TierRule, customer: CustomerAgent) -> bool:
    """Return whether a customer meets the conditions of a rule besides value and quota."""
    if not may_enter(rule, customer.region, recorded_credit(customer)) or not set(rule.tags or ()) <= customer.tags:
        return False
    if rule.annual_mwh is not None and recorded_energy(customer) < rule.annual_mwh / MONTHS_PER_YEAR:
        return False
    return rule.tenure_months is None or retailer.model.month - customer.joined >= rule.tenure_months


def may_enter(rule: TierRule, region: str, credit: str) -> bool:
    """Return whether credit and region admit a customer."""
    if rule.credit is not None and CREDIT_GRADES.index(credit) > CREDIT_GRADES.index(rule.credit):
        return False
    return rule.regions is None or region in rule.regions


def prospect_tier(retailer: OracleRetailer, customer: CustomerAgent) -> str:
    """Return the tier that a prospect, who knows itself, reads from published conditions."""
    return advertised_tier(retailer, customer, customer.energy, customer.credit)


def advertised_tier(retailer: OracleRetailer, customer: CustomerAgent, energy: float, credit: str) -> str:
    """Return the tier of a newcomer by the conditions of the last review; time and tags it has none there."""
    margin, paid = worth_of_a_mwh(retailer, customer.segment, credit)
    for tier, rule in retailer.published_rules.items():
        if rule.tenure_months or rule.tags or not may_enter(rule, customer.region, credit):
            continue
        by_size = (rule.annual_mwh or 0.0) / MONTHS_PER_YEAR
        if energy >= max(ROUNDING * retailer.least_scores[tier] / (margin * paid), by_size):
            return tier
    return "ordinary"
