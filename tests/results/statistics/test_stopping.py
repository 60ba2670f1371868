"""The stopping rule: when it stops, and that it keeps its promise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from marketsim.results.statistics.compare import variance_reduction
from marketsim.results.statistics.partners import Partners
from marketsim.results.statistics.stopping import (
    PILOT,
    REPLICATION_COLUMNS,
    gain_from_pairing,
    next_worlds,
    precision,
    replications,
    worlds_wanted,
)
from marketsim.results.tables import ALL
from marketsim.scenario.replications import Until
from marketsim.scenario.tier_rules import RuleSet

PROFIT = "profit_cny_per_year"
STUDIES = 1000


def until(half_width: float, **more: object) -> Until:
    return Until.model_validate({"half_width": half_width, "first": 8, "batch": 8, "max": 2000} | more)


def stopped(values: np.ndarray, rule: Until) -> int:
    """Return the number of worlds at which the rule stops, given more of them than it needs."""
    worlds = rule.first
    while (wanted := next_worlds(values[:, :worlds], rule, worlds)) > worlds:
        worlds = wanted
    return worlds


@pytest.mark.parametrize("half_width", [1.0, 0.5, 0.3])
@pytest.mark.parametrize("name", ["norm", "expon"])
def test_it_keeps_its_promise(name: str, half_width: float) -> None:
    rng, rule = np.random.default_rng(17), until(half_width)
    draws = getattr(stats, name)
    kept = 0
    for _ in range(STUDIES):
        values = draws.rvs(size=(1, 500), random_state=rng)
        kept += abs(values[0, : stopped(values, rule)].mean() - draws.mean()) <= half_width
    assert kept / STUDIES >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / STUDIES)


def test_looking_for_a_narrow_interval_would_not() -> None:
    # The same without the two conditions: it shows that the test above can fail.
    rng, kept = np.random.default_rng(17), 0
    for _ in range(STUDIES):
        values, worlds = rng.exponential(size=500), 8
        while stats.t.ppf(0.975, worlds - 1) * values[:worlds].std(ddof=1) / math.sqrt(worlds) > 0.3:
            worlds += 8
        kept += abs(values[:worlds].mean() - 1) <= 0.3
    assert kept / STUDIES < 0.95 - 3 * math.sqrt(0.95 * 0.05 / STUDIES)


def test_steins_number_by_hand() -> None:
    values = np.tile([1.0, -1.0], 5)
    # Variance 10/9, t of 9 degrees of freedom 2.2622: (2.2622^2 x 10/9) / 0.3^2 = 63.2 worlds.
    found = precision(values, until(0.3, first=PILOT))
    assert (found.n, found.needed) == (PILOT, 64)
    assert next_worlds(values[np.newaxis], until(0.3, first=PILOT, batch=1), PILOT) == 64
    assert next_worlds(values[np.newaxis], until(0.3, first=PILOT, batch=50), PILOT) == 110
    assert next_worlds(values[np.newaxis], until(0.3, first=PILOT, max=40), PILOT) == 40


def test_more_confidence_needs_more_worlds() -> None:
    values = np.random.default_rng(1).normal(size=20)
    needs = [precision(values, until(0.3, confidence=confidence)).needed for confidence in (0.8, 0.95, 0.99)]
    assert needs == sorted(needs)
    assert needs[0] < needs[-1]


def test_later_worlds_can_only_add() -> None:
    rng = np.random.default_rng(2)
    values, rule = np.concatenate([rng.normal(size=PILOT), np.zeros(5)]), until(0.2, first=PILOT)
    assert precision(values, rule).needed == precision(values[:PILOT], rule).needed > PILOT


def test_skewness_widens() -> None:
    rng = np.random.default_rng(3)
    rest = rng.normal(size=40)
    skewed = np.concatenate([np.random.default_rng(4).permutation(rest[:PILOT]), rng.exponential(3, 40)])
    spread = skewed.std(ddof=1) / math.sqrt(50) * stats.t.ppf(0.975, 49)
    assert precision(skewed, until(1.0)).half_width > 1.1 * spread


def test_it_begins_and_ends_where_it_is_told_to() -> None:
    assert next_worlds(np.empty((0, 0)), until(1.0), 0) == 8
    steady = np.ones((2, 8))
    assert next_worlds(steady, until(1.0), 8) == 16  # the pilot
    assert next_worlds(np.ones((2, 16)), until(1.0), 16) == 16
    assert next_worlds(steady, until(1.0, max=8), 8) == 8


def test_every_policy_must_be_known() -> None:
    calm, wild = np.tile([0.01, -0.01], 8), np.tile([1.0, -1.0], 8)
    assert next_worlds(np.array([calm]), until(0.5), 16) == 16
    assert next_worlds(np.array([calm, wild]), until(0.5), 16) > 16


def test_failed_worlds_are_made_up_for_and_a_failed_policy_does_not_hold_it_up() -> None:
    values = np.tile([0.01, -0.01], 8)
    values[3:12] = math.nan
    assert next_worlds(np.array([values]), until(0.5), 16) == 24
    lost = np.full((1, 16), math.nan)
    assert next_worlds(lost, until(0.5), 16) == 16
    assert next_worlds(np.empty((1, 0)), until(0.5), 16) == 16


def kpis(values: dict[str, np.ndarray], kpi: str = PROFIT, tier: str = ALL) -> pd.DataFrame:
    rows = [
        (policy, world, "Alpha", ALL, tier, kpi, float(value))
        for policy, worlds in values.items()
        for world, value in enumerate(worlds)
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])


def study(worlds: int = 16) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(6)
    base = 10 * rng.normal(size=worlds)
    return {"base": base, "lane": base + 1 + 0.1 * rng.normal(size=worlds), "wild": base + rng.normal(size=worlds)}


def test_the_table_says_what_it_took_and_what_it_spared() -> None:
    frame = kpis(study())
    found = replications(frame, until(0.5), "Alpha").set_index("policy")
    assert list(replications(frame, until(0.5), "Alpha").columns) == list(REPLICATION_COLUMNS)
    assert found["reached"].to_dict() == {"lane": True, "wild": False}
    assert found.loc["lane", ["worlds", "runs", "wanted", "confidence"]].tolist() == [16, 32, 0.5, 0.95]
    ratio = variance_reduction(frame).set_index("policy")["variance_reduction"]
    assert found.loc["lane", "independent_runs"] == math.ceil(32 * ratio["lane"])
    assert found.loc["lane", "independent_runs"] > 10_000
    assert found.loc["lane", "half_width"] < found.loc["wild", "half_width"]


def test_one_policy_may_be_asked_for() -> None:
    frame = kpis(study())
    assert replications(frame, until(0.5, policy="lane"), "Alpha")["policy"].tolist() == ["lane"]
    assert worlds_wanted(frame, until(0.5, policy="lane"), "Alpha", 16) == 16
    assert worlds_wanted(frame, until(0.5), "Alpha", 16) > 16


def test_gain_without_spread_and_with_one_pair() -> None:
    varied = np.array([1.0, 2.0, 4.0])
    assert gain_from_pairing(varied, varied - 3) == math.inf
    assert math.isnan(gain_from_pairing(np.ones(3), np.ones(3)))
    assert math.isnan(gain_from_pairing(varied[:1], varied[:1]))
    assert gain_from_pairing(varied, -varied) == pytest.approx(0.5)


def test_figures_of_tiers_are_known_against_their_reference_runs() -> None:
    values = study()
    rules = {"lane": RuleSet("lane", frozenset({"Alpha"}))}
    reference = kpis({"base, tiers of lane": values["lane"] - 0.2 * values["wild"]}, "satisfaction", "key")
    asked = until(0.5, kpi="satisfaction", tier="key", policy="lane")
    frame, partners = kpis(values, "satisfaction", "key"), Partners(rules, reference)
    found = replications(frame, asked, "Alpha", partners).iloc[0]
    ratio = variance_reduction(frame, partners=partners).set_index("policy")["variance_reduction"]["lane"]
    assert found["independent_runs"] == math.ceil(32 * ratio)
    assert found["half_width"] > replications(frame, asked, "Alpha").iloc[0]["half_width"]
