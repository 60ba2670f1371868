"""The customers of a world: distributions of what they are, and what does not move them (M1)."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.markets import lively

from marketsim.market.draws import part_key, purpose_key, world_key
from marketsim.market.frame import build_frame
from marketsim.market.population import LONGEST_INITIAL_TENURE, ORDINARY, category, create, dirichlet, log_normal
from marketsim.market.records import Records
from marketsim.scenario.loaded import Scenario

ROOT = purpose_key(world_key(1, 0), "a test")
KEYS = [part_key(ROOT, number) for number in range(10_000)]
HOMES, SHOPS, WORKS = range(3)
EVERYBODY: dict[str, Any] = {"run.agents": "all", "segments.works.customers": 6000}


def population(scenario: Scenario, replication: int = 0) -> Records:
    return create(scenario, build_frame(scenario.study, scenario.study), world_key(3, replication))


@cache
def works() -> Records:
    """Six thousand works, one agent each."""
    found = population(lively(EVERYBODY))
    return found[found["segment"] == WORKS]


def test_log_normal_draws_have_the_stated_mean() -> None:
    values = np.array([log_normal(key, 60.0, 0.8) for key in KEYS])
    assert values.mean() == pytest.approx(60, abs=4 * values.std() / 100)
    assert stats.kstest(np.log(values), "norm", args=(math.log(60) - 0.32, 0.8)).pvalue > 1e-3
    assert log_normal(KEYS[0], 60.0, 0.0) == 60.0


def test_categories_have_their_shares() -> None:
    found = np.bincount([category(key, np.array([0.5, 0.5, 0.8, 1.0])) for key in KEYS])
    assert found[1] == 0
    assert stats.chisquare(found[[0, 2, 3]], np.array([0.5, 0.3, 0.2]) * len(KEYS)).pvalue > 1e-3


def test_dirichlet_moments() -> None:
    """Mean m, variance m (1 - m) / (concentration + 1), covariance -m1 m2 / (concentration + 1); a zero stays zero."""
    mean = np.array([0.5, 0.3, 0.2, 0.0])
    found = np.empty((6000, 4))
    for number in range(len(found)):
        dirichlet(KEYS[number], mean, 30.0, found[number])
    assert found.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert found.mean(axis=0) == pytest.approx(mean, abs=0.005)
    assert found.var(axis=0) == pytest.approx(mean * (1 - mean) / 31, rel=0.1)
    assert np.cov(found.T)[0, 1] == pytest.approx(-0.15 / 31, rel=0.1)
    assert not found[:, 3].any()


def test_attributes_of_a_segment() -> None:
    members = works()
    count = len(members)
    assert count == 6000
    assert (members["weight"] == 1).all()
    assert stats.kstest(np.log(members["energy"]), "norm", args=(math.log(500) - 0.5, 1.0)).pvalue > 1e-3
    sensitivity = members["price_sensitivity"]
    assert sensitivity.mean() == pytest.approx(90, rel=4 * 0.25 / math.sqrt(count))
    assert np.log(sensitivity).std() == pytest.approx(0.25, rel=0.05)
    assert stats.chisquare(np.bincount(members["region"]), np.array([0.7, 0.3]) * count).pvalue > 1e-3
    assert stats.chisquare(np.bincount(members["credit"]), np.array([0.35, 0.4, 0.2, 0.05]) * count).pvalue > 1e-3
    assert members["quality_weights"].mean(axis=0) == pytest.approx([0.2, 0.25, 0.1, 0.15, 0.15, 0.15], abs=0.005)
    affinity = members["digital_affinity"]
    assert affinity.min() >= 0
    assert affinity.max() <= 1
    assert np.median(affinity) == pytest.approx(0.6, abs=0.015)
    tenure = -members["joined"]
    assert tenure.min() >= 0
    assert tenure.max() <= LONGEST_INITIAL_TENURE
    assert np.median(tenure) == pytest.approx(36 * math.log(2), abs=1.5)


def test_attributes_are_independent_of_each_other() -> None:
    members = works()
    columns = [np.log(members["energy"]), np.log(members["price_sensitivity"]), members["digital_affinity"]]
    columns += [members["joined"], members["credit"], members["region"], members["quality_weights"][:, 0]]
    off_diagonal = np.corrcoef(columns)[np.triu_indices(len(columns), 1)]
    assert np.abs(off_diagonal).max() < 4 / math.sqrt(len(members))


def test_what_is_not_yet_known_shows() -> None:
    members = works()
    for name in ("satisfaction", "bill", "reference_bill", "price_level", "felt_service", "expectation"):
        assert np.isnan(members[name]).all(), name
    for name in ("retailer", "offer", "plan", "contract_end"):
        assert (members[name] == -1).all(), name
    assert (members["tier"] == ORDINARY).all()


def test_agents_stand_for_all_customers() -> None:
    sampled = population(lively())
    assert len(sampled) == 150
    for segment, customers in ((HOMES, 900), (SHOPS, 3000), (WORKS, 120)):
        assert sampled["weight"][sampled["segment"] == segment].sum() == pytest.approx(customers)
    assert (np.diff(sampled["segment"]) >= 0).all()


def test_more_agents_are_the_same_ones_and_others() -> None:
    """An agent is its number in the segment: the first agents of a larger sample are those of the smaller."""
    few, many = population(lively()), population(lively({"run.agents": 400}))
    for segment in (HOMES, SHOPS, WORKS):
        first = few[few["segment"] == segment]
        same = many[many["segment"] == segment][: len(first)]
        assert (first["key"] == same["key"]).all()
        assert (first["energy"] == same["energy"]).all()


def test_a_change_of_one_attribute_moves_no_other() -> None:
    usual, other = population(lively()), population(lively({"segments.works.energy_sigma": 0.2}))
    assert not np.isclose(usual["energy"], other["energy"]).all()
    for name in ("price_sensitivity", "region", "credit", "digital_affinity", "joined", "quality_weights"):
        assert (usual[name] == other[name]).all(), name
    shops = usual["segment"] == SHOPS
    assert (usual["energy"][shops] == other["energy"][shops]).all()


def test_worlds_differ() -> None:
    assert not np.isclose(population(lively())["energy"], population(lively(), 1)["energy"]).any()
