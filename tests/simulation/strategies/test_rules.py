"""Each strategy of the library, on markets that can be reckoned by hand."""

from __future__ import annotations

import pytest
from tests.simulation.strategies.views import month, offer, rival, segment, view

from marketsim.scenario.strategy import KINDS, Objective, PricingRule
from marketsim.simulation.strategies.by_learning import objective
from marketsim.simulation.strategies.library import LIBRARY
from marketsim.simulation.strategies.pricing import new_price
from marketsim.simulation.strategies.view import RetailerView

RIVALS = (rival("A", 478.0), rival("B", 484.0, kind="grid"), rival("C", 486.0, kind="grid"))


def aimed_at(seen: RetailerView, name: str = "plan") -> float:
    """Return the price that the view's rule aims at for an offer."""
    return LIBRARY[seen.rule.kind](seen).prices[name]


def test_every_name_but_python_is_in_the_library() -> None:
    assert tuple(LIBRARY) == tuple(kind for kind in KINDS if kind != "python")


@pytest.mark.parametrize("kind", LIBRARY)
def test_every_rule_copes_with_a_market_without_rivals_and_offers_without_customers(kind: str) -> None:
    rule = PricingRule(kind=kind, targets=("works",))  # type: ignore[arg-type]
    empty = segment(customers=0.0, energy_mwh=0.0, share=0.0, share_of_choosers=0.0, price_sensitivity=0.0)
    idle = month(0, books={"profit_cny": 0.0, "energy_mwh": 0.0, "revenue_cny": 0.0, "customers": 0.0})
    seen = view(rule, segments=(empty,), history=(idle,), levers={"care": 0.5})
    decision = LIBRARY[kind](seen)
    price = new_price(seen.offers["plan"], decision, rule)
    assert 470.0 <= price <= 470.0 * 1.25
    assert all(0.0 <= x <= 1.0 for x in decision.levers.values())


def test_hold_decides_nothing() -> None:
    decision = LIBRARY["hold"](view(rivals=RIVALS))
    assert not any((decision.prices, decision.price_changes, decision.levers, decision.retention))


def test_cost_plus_keeps_its_margin_over_a_cost_that_moved() -> None:
    assert aimed_at(view(PricingRule(kind="cost_plus"), offers=(offer(cost=500.0),))) == 512.0
    assert aimed_at(view(PricingRule(kind="cost_plus", markup_cny_per_mwh=20.0))) == 490.0


def test_the_own_markup_makes_up_for_lost_profit_by_the_mwh() -> None:
    """It earned 5 CNY/MWh at first and earns 2 now: the price rises by 3."""
    now = [month(t, books={"profit_cny": 2000.0}) for t in (3, 4, 5)]
    assert aimed_at(
        view(PricingRule(kind="own_markup"), history=(month(0), month(1), month(2), *now))
    ) == pytest.approx(483.0)


def test_the_competitor_undercuts_the_cheapest_down_to_its_floor() -> None:
    rule = PricingRule(
        kind="competitor", undercut_cny_per_mwh=1.5, floor_margin_cny_per_mwh=4.0, partial_adjustment=1.0
    )
    seen = view(rule, rivals=RIVALS)
    assert aimed_at(seen) == 476.5
    assert new_price(seen.offers["plan"], LIBRARY["competitor"](seen), rule) == 476.5
    dear = view(rule, offers=(offer(cost=475.0),), rivals=RIVALS)
    assert new_price(dear.offers["plan"], LIBRARY["competitor"](dear), rule) == 479.0


def test_matching_means_the_own_group_or_the_whole_market() -> None:
    seen = view(PricingRule(kind="match_price"), rivals=RIVALS, kind="grid")
    assert aimed_at(seen) == 485.0
    assert aimed_at(view(PricingRule(kind="match_price"), rivals=RIVALS, kind="genco")) == pytest.approx(1448.0 / 3)
    assert aimed_at(view(PricingRule(kind="match_market_price"), rivals=RIVALS)) == pytest.approx(1448.0 / 3)


@pytest.mark.parametrize(("own_rating", "expected"), [(0.6, 0.4), (0.8, 0.2), (0.7, 0.3)])
def test_matching_quality_moves_the_levers_toward_the_rating_of_the_others(own_rating: float, expected: float) -> None:
    for kind in ("match_price_quality", "match_market_price_quality"):
        rule = PricingRule(kind=kind)  # type: ignore[arg-type]
        seen = view(rule, rivals=RIVALS[:1], segments=(segment(rating=own_rating),), levers={"care": 0.3})
        assert LIBRARY[kind](seen).levers["care"] == pytest.approx(expected)


def test_premium_is_dearest_and_best_and_low_cost_the_opposite() -> None:
    levers = {"care": 0.3, "app": 0.0}
    premium = LIBRARY["premium"](view(PricingRule(kind="premium"), rivals=RIVALS, levers=levers))
    assert (premium.prices, premium.levers) == ({"plan": 487.0}, {"care": 1.0, "app": 1.0})
    cheap = LIBRARY["low_cost"](view(PricingRule(kind="low_cost"), rivals=RIVALS, levers=levers))
    assert (cheap.prices, cheap.levers) == ({"plan": 477.0}, {"care": 0.0, "app": 0.0})


def test_value_pricing_is_e23() -> None:
    assert aimed_at(view(PricingRule(kind="value"))) == pytest.approx(470.0 + 680.0 / (100.0 * 0.8))
    alone = (segment(share_of_choosers=1.0),)
    assert aimed_at(view(PricingRule(kind="value"), segments=alone)) == pytest.approx(470.0 + 680.0 / (100.0 * 0.2))


def test_one_price_for_two_segments_averages_their_slopes_of_demand() -> None:
    both = offer(segments=("works", "shops"), weights={"works": 0.75, "shops": 0.25})
    shops = segment("shops", price_sensitivity=20.0, bill_cny_per_mwh=700.0, share_of_choosers=0.5)
    slope = 0.75 * 100 * 0.8 / 680 + 0.25 * 20 * 0.5 / 700
    seen = view(PricingRule(kind="value"), offers=(both,), segments=(segment(), shops))
    assert aimed_at(seen) == pytest.approx(470 + 1 / slope)


def test_a_target_segment_is_undercut_and_the_others_pay_by_value() -> None:
    rule = PricingRule(kind="target_segment", targets=("works",))
    other = offer("small", segments=("shops",), weights={"shops": 1.0})
    seen = view(rule, offers=(offer(), other), segments=(segment(), segment("shops")), rivals=RIVALS)
    assert LIBRARY["target_segment"](seen).prices == pytest.approx({"plan": 477.0, "small": 478.5})


def test_a_bundle_asks_what_the_lead_in_service_is_worth() -> None:
    """A lead of .1 is 5 x .1 = .5 logits; at 100 logits per 680 CNY/MWh that is 3.4 CNY/MWh."""
    seen = view(PricingRule(kind="bundle"), rivals=RIVALS[:1], segments=(segment(rating=0.8),), levers={"care": 0.2})
    decision = LIBRARY["bundle"](seen)
    assert decision.prices["plan"] == pytest.approx(478.0 + 3.4)
    assert decision.levers == {"care": 1.0}


def test_retaining_meets_half_of_the_gap_but_never_below_cost() -> None:
    rule = PricingRule(kind="retain", renewal_markup_cny_per_mwh=1.5)
    decision = LIBRARY["retain"](view(rule, rivals=RIVALS))
    assert decision.retention == decision.winback == {"works": 1.0}
    assert decision.renewal_markup == {"works": 1.5}
    assert not decision.prices
    tight = LIBRARY["retain"](view(rule, offers=(offer(cost=479.4),), rivals=RIVALS))
    assert tight.retention["works"] == pytest.approx(0.6)
    dearer_rivals = LIBRARY["retain"](view(rule, rivals=(rival("A", 500.0),)))
    assert dearer_rivals.retention == {"works": 0.0}


@pytest.mark.parametrize(("shares", "step"), [((0.1, 0.12), 2.4), ((0.12, 0.1), -2.4), ((0.1, 0.1), 0.0)])
def test_smart_follows_the_own_share(shares: tuple[float, float], step: float) -> None:
    history = (month(0), month(1, reviewed=True, share=shares[0]), month(2, share=shares[1]))
    assert LIBRARY["smart"](view(PricingRule(kind="smart"), history=history)).price_changes["plan"] == pytest.approx(
        step
    )
    both = LIBRARY["smart_quality"](view(PricingRule(kind="smart_quality"), history=history, levers={"care": 0.5}))
    assert both.levers["care"] == pytest.approx(0.5 - (step > 0) * 0.1 + (step < 0) * 0.1)


@pytest.mark.parametrize(
    ("moves", "profit", "up"),
    [((0, 2), 6000, True), ((0, 2), 4000, False), ((2, 0), 6000, False), ((2, 0), 4000, True)],
)
def test_hill_climbing_goes_on_after_a_gain_and_turns_after_a_loss(
    moves: tuple[float, float], profit: float, up: bool
) -> None:
    history = (
        month(0, moves={"plan": moves[0]}),
        month(1, moves={"plan": moves[1]}, reviewed=True, books={"profit_cny": profit}),
    )
    change = LIBRARY["hill_climbing"](view(PricingRule(kind="hill_climbing"), history=history)).price_changes["plan"]
    assert change == pytest.approx(2.4 if up else -2.4)


def test_the_objective_weighs_profit_share_and_satisfaction() -> None:
    seen = view(objective=Objective(profit=2.0, share=3.0, satisfaction=4.0))
    assert objective(seen, seen.history) == pytest.approx(2 * 5000 / 480000 + 3 * 0.1 + 4 * 0.7)


def test_the_best_of_the_group_is_imitated_while_the_own_margin_is_under_target() -> None:
    rule = PricingRule(kind="imitate_best", target_margin_cny_per_mwh=8.0)
    best = rival("B", 482.0, margin_cny_per_mwh=9.0, levers={"care": 0.7, "unknown": 1.0})
    seen = view(rule, rivals=(RIVALS[0], best), levers={"care": 0.1, "app": 0.4})
    decision = LIBRARY["imitate_best"](seen)
    assert (decision.prices, decision.levers) == ({"plan": 482.0}, {"care": 0.7})
    content = view(PricingRule(kind="imitate_best", target_margin_cny_per_mwh=4.0), rivals=(best,))
    assert not LIBRARY["imitate_best"](content).prices
    worse = view(rule, rivals=(rival("B", 482.0, margin_cny_per_mwh=1.0),))
    assert not LIBRARY["imitate_best"](worse).prices


def test_a_price_is_gone_toward_in_part_and_never_beyond_the_largest_markup() -> None:
    rule = PricingRule(kind="cost_plus", markup_cny_per_mwh=1000.0, markup_cap_share=0.1, partial_adjustment=0.3)
    seen = view(rule)
    assert new_price(seen.offers["plan"], LIBRARY["cost_plus"](seen), rule) == pytest.approx(480 + 0.3 * (517 - 480))
