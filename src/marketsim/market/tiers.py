"""Price tiers: who is in which, the cut-offs that are published, and what a tier saves (E3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.levers import tag_bits
from marketsim.market.population import ORDINARY
from marketsim.market.records import Records
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.service import TIERS, TierRule
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
MONTHS_PER_YEAR = 12.0
LEAST_MARGIN_SHARE = 1.0 / 5000.0
"""Floor of the expected margin, as a share of the wholesale price: where a segment is sold at a loss, size alone decides.

A share, not an amount, so that the currency in which money is counted changes nobody's tier.
"""
_NO_PRICE = 1e-9
"""Floor in CNY/MWh where the wholesale price is zero."""
_ROUNDING = 1.0 - 1e-12
"""Keeps a prospect who is just like the last member from falling short by the last bit."""
_TIE = 1.0 + 1e-9
"""Lets an agent whose middle is exactly at a limit in, whatever the last bit of the running total."""


class Tiers(NamedTuple):
    """Tiers of all retailers; the last row is the default supplier, where everybody is ordinary.

    Attributes:
        discount: CNY/MWh. Shape (retailers + 1, 4).
        best_discount: largest discount of any tier in use. Shape (retailers + 1,).
        worst_credit: worst grade admitted. Shape (retailers + 1, 4).
        for_region: regions admitted. Shape (retailers + 1, 4, regions).
        tags: bits of the tags that a record must carry. Shape (retailers + 1, 4).
        cut_off: published least MWh a month of a prospect, by segment, region and credit grade; infinite where prospects
            cannot be in the tier. Shape (retailers + 1, 4, segments, regions, 4).
    """

    discount: FloatArray
    best_discount: FloatArray
    worst_credit: IntArray
    for_region: BoolArray
    tags: NDArray[np.uint64]
    cut_off: FloatArray


class Review(NamedTuple):
    """What a review of a retailer's customers comes to.

    Attributes:
        tier: tier of each. Shape (customers,).
        least_scores: the least score that the value and quota conditions of key, quality and loyal admitted; infinite
            where nobody is.
    """

    tier: IntArray
    least_scores: list[float]


@rule
def prospect_tier(cut_off: FloatArray, segment: int, region: int, credit: int, energy: float) -> int:
    """Return the tier that a prospect finds for itself in a retailer's published cut-offs."""
    for tier in range(ORDINARY):
        if energy >= cut_off[tier, segment, region, credit]:
            return tier
    return ORDINARY


def build_tiers(frame: Frame, study: Study) -> Tiers:
    """Return the tiers of a study; until the first review nobody knows the cut-offs and prospects are ordinary."""
    rows, grades, regions = len(frame.retailers) + 1, len(CREDIT_GRADES), len(frame.regions)
    tiers = Tiers(
        discount=np.zeros((rows, len(TIERS))),
        best_discount=np.zeros(rows),
        worst_credit=np.full((rows, len(TIERS)), grades - 1, dtype=np.int64),
        for_region=np.ones((rows, len(TIERS), regions), dtype=np.bool_),
        tags=np.zeros((rows, len(TIERS)), dtype=np.uint64),
        cut_off=np.full((rows, len(TIERS), len(frame.segments), regions, grades), np.inf),
    )
    for j, name in enumerate(frame.retailers):
        settings = study.retailers[name].tiers
        tiers.discount[j] = [getattr(settings, tier).discount_cny_per_mwh for tier in TIERS]
        used = [ORDINARY]
        for k, rule_ in enumerate(tier_rules(study, name)):
            if rule_ is not None:
                used.append(k)
                _put_rule(tiers, j, k, rule_, frame)
                tiers.tags[j, k] = tag_bits(rule_.tags or (), sorted(study.tags))
        tiers.best_discount[j] = tiers.discount[j, used].max()
    return tiers


def tier_rules(study: Study, retailer: str) -> list[TierRule | None]:
    """Return the rules of key, quality and loyal; None where nobody is in the tier."""
    settings = study.retailers[retailer].tiers
    rules = (settings.key.rule, settings.quality.rule, settings.loyal.rule)
    return [None if r is None or all(v is None for v in r.model_dump().values()) else r for r in rules]


def _put_rule(tiers: Tiers, retailer: int, tier: int, rule_: TierRule, frame: Frame) -> None:
    if rule_.credit is not None:
        tiers.worst_credit[retailer, tier] = CREDIT_GRADES.index(rule_.credit)
    if rule_.regions is not None:
        tiers.for_region[retailer, tier] = [region in rule_.regions for region in frame.regions]


def usable_margins(margins: FloatArray, wholesale_price: float) -> FloatArray:
    """Return expected margins by segment, none below a small share of the wholesale price; CNY/MWh."""
    floor = max(LEAST_MARGIN_SHARE * abs(wholesale_price), _NO_PRICE)
    result: FloatArray = np.maximum(margins, floor)
    return result


def value_scores(
    population: Records, known: Records, rows: IntArray, margins: FloatArray, default_rates: FloatArray
) -> FloatArray:
    """Return expected margin a month less expected default, CNY (E3).

    Args:
        population: all customers.
        known: what retailers have on record of all customers: `energy` and `credit`; the population where that is the truth.
        rows: those to be scored.
        margins: usable margin by segment, CNY/MWh.
        default_rates: yearly probability of default by credit grade.
    """
    margin = margins[population["segment"][rows]]
    scores: FloatArray = margin * known["energy"][rows] * (1.0 - default_rates[known["credit"][rows]])
    return scores


def review(
    population: Records,
    known: Records,
    tiers: Tiers,
    retailer: int,
    rules: list[TierRule | None],
    scores: FloatArray,
    rows: IntArray,
    month: int,
) -> Review:
    """Sort a retailer's customers into tiers, best first.

    Args:
        population: all customers.
        known: what retailers have on record of all customers (see `value_scores`).
        tiers: credit, region and tag conditions of all retailers.
        retailer: whose customers.
        rules: rules of key, quality and loyal.
        scores: value scores of its customers.
        rows: rows of its customers in the population.
        month: month of the review.
    """
    order = np.lexsort((population["key"][rows], -scores))
    ranked, weight = rows[order], population["weight"][rows[order]]
    rank = np.cumsum(weight) - weight / 2.0
    assigned = np.full(len(rows), ORDINARY, dtype=np.int64)
    least = [np.inf] * ORDINARY
    for tier, rule_ in enumerate(rules):
        if rule_ is None:
            continue
        by_value = rank <= _pct(rule_) / 100.0 * weight.sum() * _TIE
        meets = _meets(population, known, tiers, retailer, tier, rule_, ranked, month)
        eligible = by_value & (assigned == ORDINARY) & meets
        taken = eligible & (_midpoints(weight * eligible) <= _quota(rule_) * _TIE)
        assigned[taken] = tier
        full = bool(np.any(eligible & ~taken))
        limit = taken if full else by_value
        open_to_all = not full and rule_.value_pct in (None, 100)
        least[tier] = 0.0 if open_to_all else float(scores[order][limit].min(initial=np.inf))
    found = np.empty_like(assigned)
    found[order] = assigned
    return Review(found, least)


def _pct(rule_: TierRule) -> float:
    return 100.0 if rule_.value_pct is None else rule_.value_pct


def _quota(rule_: TierRule) -> float:
    return np.inf if rule_.quota is None else float(rule_.quota)


def _midpoints(weight: FloatArray) -> FloatArray:
    """Return the running total at the middle of each agent: one that straddles a limit is in if most of it is."""
    middle: FloatArray = np.cumsum(weight) - weight / 2.0
    return middle


def _meets(
    population: Records,
    known: Records,
    tiers: Tiers,
    retailer: int,
    tier: int,
    rule_: TierRule,
    rows: IntArray,
    month: int,
) -> BoolArray:
    meets = known["credit"][rows] <= tiers.worst_credit[retailer, tier]
    meets &= tiers.for_region[retailer, tier, population["region"][rows]]
    meets &= (population["tags"][rows] & tiers.tags[retailer, tier]) == tiers.tags[retailer, tier]
    if rule_.annual_mwh is not None:
        meets &= known["energy"][rows] >= rule_.annual_mwh / MONTHS_PER_YEAR
    if rule_.tenure_months is not None:
        meets &= month - population["joined"][rows] >= rule_.tenure_months
    result: BoolArray = meets
    return result


def publish(
    tiers: Tiers,
    retailer: int,
    rules: list[TierRule | None],
    least_scores: list[float],
    margins: FloatArray,
    default_rates: FloatArray,
) -> None:
    """Turn least scores into the least energy by segment, region and credit grade, in place, for prospects to read.

    Nobody new can be in a tier that asks for time with the retailer, or expect one that asks for tags on a record.
    """
    worth = margins[:, None, None] * (1.0 - default_rates)
    grades = np.arange(len(default_rates))
    for tier, (rule_, least) in enumerate(zip(rules, least_scores, strict=True)):
        open_to = tiers.for_region[retailer, tier][:, None] & (grades <= tiers.worst_credit[retailer, tier])
        least_mwh = np.maximum(_mwh_worth(least, worth), _least_size(rule_))
        tiers.cut_off[retailer, tier] = np.where(open_to, least_mwh, np.inf)


def _mwh_worth(score: float, worth: FloatArray) -> FloatArray:
    """Return the energy that makes a score at some worth of a MWh; infinite where a MWh is worth nothing."""
    if score == 0.0:
        return np.zeros_like(worth)
    return np.divide(_ROUNDING * score, worth, out=np.full_like(worth, np.inf), where=worth > 0.0)


def _least_size(rule_: TierRule | None) -> float:
    if rule_ is None or rule_.tenure_months or rule_.tags:
        return np.inf
    return (rule_.annual_mwh or 0.0) / MONTHS_PER_YEAR


def tiers_read(cut_off: FloatArray, customers: Records, known: Records) -> IntArray:
    """Return the tier that published cut-offs give to each of some customers as their retailer knows them.

    Args:
        cut_off: published least MWh a month. Shape (retailers + 1, 4, segments, regions, 4).
        customers: the customers.
        known: `energy` and `credit` on record, row by row.
    """
    least = cut_off[customers["retailer"], :, customers["segment"], customers["region"], known["credit"]]
    reached = known["energy"][:, None] >= least[:, :ORDINARY]
    result: IntArray = np.where(reached.any(axis=1), reached.argmax(axis=1), ORDINARY)
    return result
