"""Wholesale prices: the mean, the forward price as an expectation, shocks and histories (M3)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.markets import lively

from marketsim.market.draws import world_key
from marketsim.market.spot import (
    Wholesale,
    fit_autoregression,
    generate,
    log_deviations,
    shock_factors,
    stationary_variance,
    yearly_relative_sd,
)
from marketsim.scenario.environment import GeneratedSpot
from marketsim.scenario.study import Study

SEASON = [1.3, 1.2, 1.0, 0.9, 0.8, 0.9, 1.1, 1.2, 0.9, 0.8, 0.9, 1.0]
VOLATILE: dict[str, Any] = {
    "market.spot": {"persistence": 0.8, "innovation_sd": 0.15, "season": SEASON},
    "market.forward_premium": 0.05,
    "events": [],
}
WORLDS = 4000


def study_with(**changes: Any) -> Study:
    return lively({**VOLATILE, **changes}).study


def worlds(study: Study, months: int, count: int = WORLDS) -> list[Wholesale]:
    return [generate(study, None, world_key(9, number), months) for number in range(count)]


def test_the_mean_over_worlds_is_exactly_the_given_mean_from_the_first_month_on() -> None:
    prices = np.array([world.spot for world in worlds(study_with(), 14)])
    error = prices.std(axis=0) / math.sqrt(WORLDS)
    assert (np.abs(prices.mean(axis=0) - 460 * np.array([*SEASON, *SEASON[:2]])) < 3 * error).all()


def test_deviations_have_the_stated_spread_and_memory() -> None:
    spot = GeneratedSpot(persistence=0.8, innovation_sd=0.15)
    paths = np.array([log_deviations(spot, world_key(9, number), 13) for number in range(WORLDS)])
    variance = stationary_variance(0.8, 0.15)
    assert variance == pytest.approx(0.15**2 / 0.36)
    assert paths.var(axis=0) == pytest.approx(variance, rel=4 * math.sqrt(2 / WORLDS))
    for lag in (1, 3):
        correlation = np.corrcoef(paths[:, 12 - lag], paths[:, 12])[0, 1]
        assert correlation == pytest.approx(0.8**lag, abs=4 / math.sqrt(WORLDS))


@pytest.mark.parametrize("term", [1, 4, 12])
def test_the_forward_price_is_the_expected_spot_price_with_the_premium(term: int) -> None:
    """What was seen in month 3 must not tell how the spot prices of the term will differ from the forward price."""
    found = worlds(study_with(), 4 + term)
    forward = np.array([world.forward[3, term] for world in found]) / 1.05
    delivered = np.array([world.spot[4 : 4 + term].mean() for world in found])
    surprise = delivered - forward
    assert abs(surprise.mean()) < 3 * surprise.std() / math.sqrt(WORLDS)
    seen = np.array([math.log(world.spot[3]) for world in found])
    assert abs(np.corrcoef(seen, surprise)[0, 1]) < 4 / math.sqrt(WORLDS)
    # and it does move with what is seen, as far as the price has a memory
    assert np.corrcoef(seen, forward)[0, 1] > 0.99


def test_the_long_run_mean_of_the_forward_price() -> None:
    found = worlds(study_with(), 1)
    yearly = np.array([world.forward[0, 12] for world in found])
    assert found[0].mean_forward == pytest.approx(460 * 1.05)
    assert yearly.mean() == pytest.approx(found[0].mean_forward, abs=3 * yearly.std() / math.sqrt(WORLDS))


def test_the_spread_of_the_next_twelve_months() -> None:
    spot = GeneratedSpot(persistence=0.8, innovation_sd=0.15)
    paths = np.array([log_deviations(spot, world_key(9, number), 13) for number in range(WORLDS)])
    unforeseen = paths[:, 1:].mean(axis=1) - np.mean([0.8**k for k in range(1, 13)]) * paths[:, 0]
    assert yearly_relative_sd(0.8, 0.15) == pytest.approx(unforeseen.std(), rel=4 * math.sqrt(0.5 / WORLDS))
    assert yearly_relative_sd(0.0, 0.12) == pytest.approx(0.12 / math.sqrt(12))


def test_a_price_without_innovation_is_constant() -> None:
    prices = generate(study_with(**{"market.spot.innovation_sd": 0}), None, world_key(1, 0), 12)
    assert prices.spot == pytest.approx(460 * np.array(SEASON))
    # the next three months from January on: February to April
    assert prices.forward[0, 3] == pytest.approx(460 * 1.05 * (1.2 + 1.0 + 0.9) / 3)
    assert prices.yearly_sd == 0.0


def test_shocks_come_at_once_and_unforeseen() -> None:
    events = [
        {"type": "price_shock", "month": 2, "size": 0.5, "duration_months": 3},
        {"type": "price_shock", "month": 4, "size": -0.2, "duration_months": 1},
        {"type": "ticket_surge", "month": 0, "size": 0.9},
    ]
    shocked, calm = study_with(events=events), study_with()
    assert shock_factors(shocked, 6).tolist() == pytest.approx([1, 1, 1.5, 1.5, 1.5 * 0.8, 1])
    with_shock, without = (generate(study, None, world_key(1, 0), 6) for study in (shocked, calm))
    assert with_shock.spot / without.spot == pytest.approx(shock_factors(shocked, 6))
    assert (with_shock.forward == without.forward).all()


def test_an_announced_shock_stands_in_the_forward_price_of_the_months_it_meets() -> None:
    event = {"type": "price_shock", "month": 4, "size": 0.5, "duration_months": 2, "announced": True}
    calm_spot = {"innovation_sd": 0.0, "season": [1.0] * 12, "mean_cny_per_mwh": 400.0}
    known = study_with(events=[event], **{"market.spot": calm_spot})
    prices = generate(known, None, world_key(1, 0), 8)
    assert prices.spot.tolist() == pytest.approx([400, 400, 400, 400, 600, 600, 400, 400])
    # of the next three months none, one (month 4), two, two, one (month 5), none are shocked
    shocked = np.array([0, 1, 2, 2, 1, 0, 0, 0])
    assert prices.forward[:, 3] == pytest.approx(1.05 * (400 + 200 * shocked / 3))
    assert prices.forward[:, 120] == pytest.approx(1.05 * (400 + 200 * np.array([2, 2, 2, 2, 1, 0, 0, 0]) / 120))
    assert prices.mean_forward == pytest.approx(1.05 * 400)


def test_an_announcement_changes_the_forward_price_and_nothing_else() -> None:
    event = {"type": "price_shock", "month": 4, "size": 0.5, "duration_months": 2}
    study = {announced: study_with(events=[{**event, "announced": announced}]) for announced in (True, False)}
    for history in (None, 400 + 10 * np.arange(18.0)):
        known, unknown = (generate(study[announced], history, world_key(1, 0), 8) for announced in (True, False))
        assert (known.spot == unknown.spot).all()
        assert (known.forward[:5] > unknown.forward[:5])[:, 4:].all()
        assert (known.forward[5:] == unknown.forward[5:]).all()


def test_a_history_repeats_and_its_forward_price_is_the_mean_of_the_last_year() -> None:
    history = 400 + 10 * np.arange(18.0)
    events = [{"type": "price_shock", "month": 1, "size": 1.0}]
    prices = generate(study_with(events=events), history, world_key(1, 0), 20)
    assert prices.spot[[0, 1, 17, 18, 19]].tolist() == [400, 820, 570, 400, 410]
    assert prices.forward[0, 12] == pytest.approx(400 * 1.05)
    assert prices.forward[1, 12] == pytest.approx(405 * 1.05)
    assert prices.forward[14, 12] == pytest.approx(1.05 * history[3:15].mean())
    assert (prices.forward[14] == prices.forward[14, 12]).all()
    assert prices.mean_forward == pytest.approx(1.05 * history.mean())


def test_the_memory_of_a_history_is_found_again() -> None:
    spot = GeneratedSpot(persistence=0.7, innovation_sd=0.1)
    history = 460 * np.exp(log_deviations(spot, world_key(2, 0), 5000))
    persistence, innovation_sd = fit_autoregression(history)
    assert persistence == pytest.approx(0.7, abs=0.03)
    assert innovation_sd == pytest.approx(0.1, rel=0.03)
    assert fit_autoregression(np.full(24, 450.0)) == pytest.approx((0.0, 0.0))


def test_a_world_is_the_same_for_every_policy_and_length() -> None:
    study = study_with()
    short, long = (generate(study, None, world_key(1, 3), months) for months in (6, 24))
    assert (short.spot == long.spot[:6]).all()
    assert (short.forward == long.forward[:6]).all()
    other = generate(study, None, world_key(1, 4), 6)
    assert not np.isclose(short.spot, other.spot).any()
