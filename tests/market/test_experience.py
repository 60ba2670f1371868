"""A customer's month, rule by rule: waits, memory, noise, satisfaction, complaints (M9)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.market.rows import customer, row, rows

from marketsim.market.billing import ALL_TIERS
from marketsim.market.desks import SITE
from marketsim.market.draws import part_key, purpose_key, world_key
from marketsim.market.exact import as_float
from marketsim.market.experience import (
    BINS,
    COMPLAINTS,
    QUALITY,
    SATISFACTION,
    add_measures,
    add_month,
    block_of,
    desk_visits,
    empty_tally,
    fairness_quality,
    felt_wait,
    gini,
    live_through,
    month_of_service,
    quantile,
    raises_complaint,
    remember_service,
    settle_complaint,
    soft_quality,
)
from marketsim.market.records import Record
from marketsim.market.segments import COMPLAINTS as COMPLAINT_RULES
from marketsim.market.segments import EXPERIENCE, FAIRNESS

ROOT = purpose_key(world_key(1, 0), "a test", 0)
KEYS = [part_key(ROOT, number) for number in range(20_000)]
ONE_BLOCK, THREE_BLOCKS = np.array([1.0]), np.array([0.3125, 0.8125, 1.0])


def experience(**values: float) -> Record:
    usual = {"disconfirmation_weight": 0.25, "loss_aversion": 2.0, "gap_curvature": 1.0, "base_quality": 0.7}
    return row(EXPERIENCE, **{**usual, "satisfaction_speed": 0.25, "expectation_speed": 0.05, **values})


def complaints(**values: float) -> Record:
    usual = {"enabled": 1, "slope": 0.1, "recovery_gain": 0.1, "failure_loss": 0.08, "regulator_months": 2}
    return row(COMPLAINT_RULES, **{**usual, **values})


def site(**values: Any) -> dict[str, Any]:
    return {"half_time": 0.5, "sla_hours": 0.25, "wait_probability": [0.4] * 12, "wait_hours": [0.3] * 12, **values}


# Tickets and waits


def test_felt_waits_are_none_or_exponential_with_the_desks_mean() -> None:
    waits = np.array([felt_wait(key, 0.4, 0.3) for key in KEYS])
    assert (waits > 0).mean() == pytest.approx(0.4, abs=4 * math.sqrt(0.24 / len(KEYS)))
    assert waits.mean() == pytest.approx(0.3, rel=0.04)
    assert stats.kstest(waits[waits > 0], "expon", args=(0, 0.3 / 0.4)).pvalue > 1e-3


def test_nobody_waits_at_an_empty_desk() -> None:
    assert {felt_wait(key, 0.0, 0.0) for key in KEYS[:500]} == {0.0}
    assert {felt_wait(key, 1.0, 0.0) for key in KEYS[:500]} == {0.0}


def test_tickets_fall_into_blocks_by_their_share() -> None:
    found = np.bincount([block_of(key, THREE_BLOCKS) for key in KEYS])
    assert stats.chisquare(found, np.array([0.3125, 0.5, 0.1875]) * len(KEYS)).pvalue > 1e-3


def test_a_visit_counts_waits_and_travel_against_the_standard() -> None:
    """Nobody waits but everybody is travelled to for half a half time: above the standard, quality 1/sqrt(2)."""
    far = row(SITE, half_time=0.5, sla_hours=0.2, clock_offset=0.25)
    quality, breaches = desk_visits(far, ONE_BLOCK, 3, ROOT)
    assert (quality, breaches) == (pytest.approx(3 / math.sqrt(2)), 3)
    near = row(SITE, half_time=0.5, sla_hours=0.25, clock_offset=0.25)
    assert desk_visits(near, ONE_BLOCK, 3, ROOT)[1] == 0


def test_each_ticket_waits_by_itself() -> None:
    both = [desk_visits(row(SITE, **site()), ONE_BLOCK, 2, key)[0] for key in KEYS[:4000]]
    single = [desk_visits(row(SITE, **site()), ONE_BLOCK, 1, key)[0] for key in KEYS[:4000]]
    second = np.array(both) - np.array(single)
    assert abs(np.corrcoef(single, second)[0, 1]) < 4 / math.sqrt(4000)
    assert second.mean() == pytest.approx(np.mean(single), abs=0.02)


def service(rates: list[float], urgency: list[float], number: int = 0) -> tuple[float, float, float]:
    """A month at a fast contact desk, a field desk with travel, and a case desk that breaks every promise."""
    sites = rows(
        SITE,
        {"half_time": 0.5, "sla_hours": 0.25},
        {"half_time": 0.5, "sla_hours": 0.6, "clock_offset": 0.5},
        {"half_time": 0.5, "sla_hours": 0.6, "clock_offset": 1.0},
    )
    own = customer(key=int(part_key(np.uint64(5), number)))
    keys = (purpose_key(ROOT, "tickets"), purpose_key(ROOT, "waits"))
    return month_of_service(own, sites, ONE_BLOCK, np.array(rates), np.array(urgency), *keys)


def test_service_is_the_mean_over_own_tickets_weighted_by_urgency() -> None:
    assert service([40.0, 0.0, 0.0], [1.0, 1.0, 1.0])[0] == pytest.approx(1.0)
    assert service([0.0, 40.0, 0.0], [1.0, 2.0, 1.0])[0] == pytest.approx(0.5)
    quality, weight, breaches = service([0.0, 300.0, 300.0], [1.0, 3.0, 1.0])
    assert quality == pytest.approx((3 * 0.5 + 0.25) / 4, abs=0.02)
    assert weight == pytest.approx(300 * 4, rel=0.15)
    assert breaches == pytest.approx(0.5, abs=0.06)


def test_without_a_ticket_there_is_nothing_to_judge() -> None:
    assert service([0.0, 0.0, 0.0], [1.0, 1.0, 1.0]) == (0.0, 0.0, 0.0)


def test_the_number_of_tickets_has_the_expected_mean() -> None:
    weights = [service([0.5, 0.2, 0.1], [1.0, 1.0, 1.0], number)[1] for number in range(8000)]
    assert np.mean(weights) == pytest.approx(0.8, abs=4 * math.sqrt(0.8 / 8000))


def test_who_has_no_ticket_drifts_to_the_reputation() -> None:
    member = customer(felt_service=0.5)
    remember_service(member, 0.0, False, 0.9, False, 0.1)
    assert member["felt_service"] == pytest.approx(0.54)
    remember_service(member, 0.2, True, 0.9, False, 0.1)
    assert member["felt_service"] == 0.2
    newcomer = customer(felt_service=np.nan)
    remember_service(newcomer, 0.0, False, 0.9, True, 0.1)
    assert newcomer["felt_service"] == pytest.approx(0.9)


# Quality, satisfaction


def test_noise_of_quality() -> None:
    noisy = [soft_quality(experience(quality_noise_sd=0.05), 0.8, key, 2) for key in KEYS[:5000]]
    assert np.mean(noisy) == pytest.approx(0.7, abs=4 * 0.04 / math.sqrt(5000))
    assert np.std(noisy) == pytest.approx(0.04, rel=0.05)
    assert soft_quality(experience(quality_noise_sd=0.0), 1.0, ROOT, 2) == 0.7
    assert soft_quality(experience(quality_noise_sd=0.05), 1.0, ROOT, 2) != soft_quality(
        experience(quality_noise_sd=0.05), 1.0, ROOT, 3
    )


def test_fairness_by_hand() -> None:
    """2 % over the market's bill at beta 32; a discount gap of a fifth of the scale; 0.4 half times more to wait."""
    fair = row(
        FAIRNESS,
        enabled=1,
        base=0.7,
        visibility=0.5,
        legitimacy=0.2,
        wait_weight=0.3,
        price_weight=0.2,
        price_scale=0.03,
        bill_bound=0.3,
    )
    member = customer(bill=714.0, discount_gap=3.0, price=500.0)
    by_bill, by_wait, by_price = -0.02 * 2, 0.3 * 0.4, 0.2 * 3 / 15
    assert fairness_quality(member, 700.0, 32.0, 0.4, fair) == pytest.approx(0.7 + by_bill - 0.4 * (by_wait + by_price))
    nowhere = fairness_quality(member, math.nan, 32.0, 0.0, fair)
    assert nowhere == pytest.approx(0.7 - 0.4 * by_price)


def test_the_first_month_sets_expectation_and_satisfaction() -> None:
    member = customer(
        quality_weights=[0.5, 0.5, 0, 0, 0, 0], satisfaction=np.nan, expectation=[np.nan] * 6, loyalty=np.nan
    )
    month = live_through(member, np.array([0.8, 0.6, 0, 0, 0, 0]), True, experience(), 0.1, 0.0, 0.0)
    assert month == pytest.approx(0.7)
    assert (member["satisfaction"], member["loyalty"]) == (pytest.approx(0.7), pytest.approx(0.7))
    assert member["expectation"][:2].tolist() == pytest.approx([0.8, 0.6])


def test_a_later_month_by_hand() -> None:
    """q .8 against e .7: s = .8 + .25 x .1; S and loyalty move a part of the way; e by 5 % of the gap and the drift."""
    member = customer(quality_weights=[1, 0, 0, 0, 0, 0], satisfaction=0.6, loyalty=0.5, expectation=[0.7] * 6)
    quality = np.array([0.8, 0.7, 0.7, 0.7, 0.7, 0.7])
    month = live_through(member, quality, False, experience(expectation_drift=0.01), 0.1, 0.0, 0.0)
    assert month == pytest.approx(0.825)
    satisfaction = 0.6 + 0.25 * 0.225
    assert member["satisfaction"] == pytest.approx(satisfaction)
    assert member["loyalty"] == pytest.approx(0.5 + 0.1 * (satisfaction - 0.5))
    assert member["expectation"][:2].tolist() == pytest.approx([0.7 + 0.005 + 0.01, 0.71])
    assert member["quality"].tolist() == quality.tolist()


# Complaints


def test_a_complaint_is_mended_in_time_late_or_not_at_all() -> None:
    for served, in_time, satisfaction, age in ((1.0, 1.0, 0.6, 0), (1.0, 0.0, 0.42, 0), (0.0, 1.0, 0.5, 2)):
        member = customer(satisfaction=0.5, complaint_age=1)
        regulator = settle_complaint(member, row(SITE, served_share=served, sla_share=in_time), complaints(), ROOT)
        assert (member["satisfaction"], member["complaint_age"]) == (pytest.approx(satisfaction), age)
        assert not regulator


def test_a_complaint_left_over_is_late_however_fast_the_desk_is_now() -> None:
    member = customer(satisfaction=0.5, complaint_age=2)
    settle_complaint(member, row(SITE, served_share=1.0, sla_share=1.0), complaints(), ROOT)
    assert (member["satisfaction"], member["complaint_age"]) == (pytest.approx(0.42), 0)


def test_mending_keeps_satisfaction_within_bounds() -> None:
    member = customer(satisfaction=0.97, complaint_age=1)
    settle_complaint(member, row(SITE, served_share=1.0, sla_share=1.0), complaints(), ROOT)
    assert member["satisfaction"] == 1.0


def test_a_complaint_open_for_longer_goes_to_the_regulator_once() -> None:
    member = customer(satisfaction=0.5, complaint_age=1)
    stuck = row(SITE, served_share=0.0)
    assert [settle_complaint(member, stuck, complaints(), key) for key in KEYS[:4]] == [False, True, False, False]


def test_the_chances_of_being_mended() -> None:
    half = row(SITE, served_share=0.5, sla_share=0.8)
    changes = []
    for key in KEYS[:6000]:
        member = customer(satisfaction=0.5, complaint_age=1)
        settle_complaint(member, half, complaints(), key)
        changes.append(round(float(member["satisfaction"]) - 0.5, 6))
    shares = [changes.count(change) / 6000 for change in (0.0, 0.1, -0.08)]
    assert shares == pytest.approx([0.5, 0.4, 0.1], abs=0.03)


def test_complaints_are_raised_at_their_probability() -> None:
    likely = complaints(intercept=-1.0, threshold=0.5, breach_logits=0.0)
    people = [customer() for _ in range(5000)]
    raised = [raises_complaint(member, 0.5, 0.0, likely, key) for member, key in zip(people, KEYS, strict=False)]
    assert np.mean(raised) == pytest.approx(1 / (1 + math.e), abs=0.025)
    assert [bool(member["complaint_age"] == 1) for member in people] == raised


# Sums


def test_a_customer_is_added_with_its_weight() -> None:
    tally = empty_tally(1, 2, 4)
    member = customer(weight=2.5, satisfaction=0.8, quality=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    add_measures(member, True, tally.measures[0, 1, 2])
    add_measures(member, False, tally.measures[0, 1, ALL_TIERS])
    assert tally.measures[0, 1, 2].tolist() == pytest.approx([2, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2.5, 2.5, 0])
    assert tally.measures[0, 1, ALL_TIERS, COMPLAINTS] == 0
    assert (SATISFACTION, QUALITY) == (0, 1)
    add_month(member, 0.9, True, tally.responsiveness[0], tally.rating[0, 1])
    add_month(member, 0.0, False, tally.responsiveness[0], tally.rating[0, 1])
    assert as_float(tally.responsiveness[0]) == pytest.approx([2.5 * 0.9, 2.5], abs=1e-6)
    assert as_float(tally.rating[0, 1]) == pytest.approx([2 * 2.5 * 0.8, 5], abs=1e-6)


def test_quantile_of_a_histogram() -> None:
    histogram = np.zeros(BINS)
    histogram[[100, 200, 300]] = [5.0, 10.0, 85.0]
    assert quantile(histogram, 0.04) == pytest.approx(0.201)
    assert quantile(histogram, 0.10) == pytest.approx(0.401)
    assert quantile(histogram, 0.5) == pytest.approx(0.601)
    assert math.isnan(quantile(np.zeros(BINS), 0.1))


def test_gini_of_a_histogram() -> None:
    """Half of the people at .2 and half at .6: mean difference .2, over twice the mean .4 is .25."""
    histogram = np.zeros(BINS)
    histogram[[100, 300]] = [7.0, 7.0]
    assert gini(histogram) == pytest.approx(0.25, abs=0.001)
    histogram[300] = 0
    assert gini(histogram) == pytest.approx(0.0, abs=1e-12)
    assert math.isnan(gini(np.zeros(BINS)))
