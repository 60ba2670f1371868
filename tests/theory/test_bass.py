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


def test_in_a_small_world_a_name_spreads_between_what_its_customers_and_what_all_contacts_could_tell() -> None:
    """Half of a customer's six contacts are Beta's, and know it from the start; the others learn with time."""
    p, q, months = 0.05, 1.0, 60
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
            "run.months": months,
        }
    )
    with opened(scenario) as model:
        shares = []
        for _ in range(months):
            model.step()
            shares.append(model.awareness[model.population["retailer"] == 0, 1].mean())

    def told_by(contacts: int) -> float:
        return float(1.0 - ((1.0 - p / 12) * (1.0 - q / 12 / 6) ** contacts) ** months)

    assert (np.diff(shares) >= 0).all()
    assert told_by(0) + 0.3 < told_by(3) < shares[-1] < told_by(6)
