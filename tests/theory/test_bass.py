"""Awareness in a market where everybody talks to everybody follows Bass 1969 (V17)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import frictionless, opened

from marketsim.market.bulk_draws import uniforms
from marketsim.market.draws import purpose_key, world_key
from marketsim.market.word_of_mouth import learning_probability

FloatArray = NDArray[np.float64]
CUSTOMERS = 200_000


def bass(p: float, q: float, years: FloatArray) -> FloatArray:
    """Return the share of adopters F(t)."""
    decay = np.exp(-(p + q) * years)
    result: FloatArray = (1.0 - decay) / (1.0 + q / p * decay)
    return result


def complete_graph(p: float, q: float, years: int) -> FloatArray:
    """Return the share that is aware at the end of each year; all talk to all, all the time."""
    world, keys = world_key(2, 0), np.arange(CUSTOMERS, dtype=np.uint64)
    aware, shares = np.zeros(CUSTOMERS, dtype=np.bool_), []
    for month in range(12 * years):
        chance = learning_probability(p / 12, q / 12 / (CUSTOMERS - 1), int(aware.sum()))
        aware |= uniforms(purpose_key(world, "learning", month), keys) < chance
        if month % 12 == 11:
            shares.append(float(aware.mean()))
    return np.array(shares)


@pytest.mark.parametrize(("p", "q"), [(0.05, 0.05), (0.05, 0.3), (0.2, 0.05)])
def test_awareness_follows_the_curve_of_bass(p: float, q: float) -> None:
    years = np.arange(1.0, 16.0)
    assert complete_graph(p, q, 15) == pytest.approx(bass(p, q, years), rel=0.03)


def test_among_neighbours_names_spread_more_slowly_than_among_all_and_faster_than_alone() -> None:
    """A small world of 2,000: who has just heard a name is surrounded by those who know it already."""
    p, q, years = 0.05, 1.0, 5
    scenario = frictionless(
        {
            "word_of_mouth": {
                "enabled": True,
                "market_opening": True,
                "contact_rate": 1,
                "external_awareness_default_per_year": p,
                "internal_coefficient_per_year": q,
            },
            "segments.users.search_rate": 0,
            "run.months": 12 * years,
        }
    )
    with opened(scenario) as model:
        shares = []
        for _ in range(12 * years):
            model.step()
            strangers = model.population["retailer"] == 0
            shares.append(model.awareness[strangers, 1].mean())
    alone = 1.0 - (1.0 - p / 12) ** (12 * years)
    everybody = bass(p, q, np.array([float(years)]))[0]
    assert (np.diff(shares) >= 0).all()
    # of a customer's contacts one half are Beta's own customers, who know it from the start
    half_aware = 1.0 - ((1.0 - p / 12) * (1.0 - q / 12 / 6) ** 3) ** (12 * years)
    assert alone + 0.1 < half_aware < shares[-1] < 1.0
    assert everybody < shares[-1]
