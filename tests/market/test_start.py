"""The market at the start: shares, first contracts, and accounts read from a book (M1, M11)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.market.rows import rows
from tests.markets import DATA, frictionless, lively, opened

from marketsim.market.draws import name_key, purpose_key, world_key
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Records
from marketsim.market.start import assign_retailers, first_end
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario

HOMES, SHOPS, WORKS = range(3)
ALPHA, BETA, GAMMA, DEFAULT = range(4)


def start(scenario: Scenario, replication: int = 0) -> Records:
    """Return the customers when the market opens."""
    with opened(scenario, replication=replication) as model:
        return model.population.copy()


def test_initial_shares_are_as_stated_within_sampling_error() -> None:
    many = start(lively({"run.agents": "all", "segments.works.customers": 5000}))
    for segment, shares in ((SHOPS, [0.5, 0.45, 0.0, 0.05]), (WORKS, [0.4, 0.35, 0.2, 0.05])):
        found = np.bincount(many["retailer"][many["segment"] == segment], minlength=4)
        served = np.array(shares) > 0
        assert found[~served].sum() == 0
        assert stats.chisquare(found[served], np.array(shares)[served] * found.sum()).pvalue > 1e-3
    assert (many["retailer"][many["segment"] == HOMES] == DEFAULT).all()


KEYS = [name_key(f"retailer {name}") for name in "ABCD"]


def suppliers(shares: list[float], sold_to: list[bool] | None = None) -> np.ndarray[Any, Any]:
    """Return who serves each of many customers; the last share is that of the default supplier."""
    population = rows(CUSTOMER, *({"key": number} for number in range(4000)))
    can = np.array(sold_to or [True] * len(shares)).reshape(-1, 1)
    keys = np.array([*KEYS[: len(shares) - 1], name_key("default supplier")], dtype=np.uint64)
    key = purpose_key(world_key(1, 0), "a test")
    assign_retailers(population, np.array(shares).reshape(-1, 1), can, keys, key, np.zeros(1, dtype=np.bool_))
    return population["retailer"].copy()


def test_a_new_supplier_moves_only_the_customers_whom_it_takes() -> None:
    before, after = suppliers([0.6, 0.4, 0.0, 0.0]), suppliers([0.6, 0.4, 0.2, 0.0])
    taken = after == 2
    assert 0.13 < taken.mean() < 0.2
    assert (before[~taken] == after[~taken]).all()


def test_whoever_sells_nothing_to_a_segment_serves_nobody_there() -> None:
    assert set(suppliers([0.5, 0.5, 0.0], [True, False, True])) == {0}
    assert set(suppliers([0.5, 0.5, 0.0], [False, False, False])) == {2}


def test_first_contracts_end_evenly_over_their_term() -> None:
    keys = [name_key(str(number)) for number in range(6000)]
    ends = [first_end(key, 12, False) for key in keys]
    assert stats.chisquare(np.bincount(ends, minlength=12)).pvalue > 1e-3
    assert {first_end(key, 1, False) for key in keys} == {0}
    assert {first_end(key, 12, True) for key in keys} == {11}
    two_years = np.bincount([first_end(key, 24, True) for key in keys], minlength=24)
    assert two_years[[11, 23]].sum() == 6000
    assert abs(two_years[11] - 3000) < 4 * math.sqrt(1500)
    assert max(first_end(key, 6, True) for key in keys) == 5


def test_first_contracts_are_offers_of_the_own_retailer_at_its_prices() -> None:
    with opened(lively()) as model:
        people, offers = model.population, model.prices.offers
        served = people[people["offer"] >= 0]
        assert (offers["retailer"][served["offer"]] == served["retailer"]).all()
        assert (offers["price_level"][served["offer"]] == served["price_level"]).all()
        assert (served["discount"] == model.tiers.discount[served["retailer"], served["tier"]]).all()
        terms = model.plans["term_months"][served["plan"]]
        assert (served["contract_end"] >= 0).all()
        assert (served["contract_end"] < terms).all()
        assert (served["forward_price"] == model.forward[terms]).all()
        assert served["joined"].max() <= 0
        unserved = people[people["offer"] < 0]
        assert (unserved["retailer"] == DEFAULT).all()
        assert (unserved["reference_bill"] > 0).all()


def test_of_several_offers_the_cheaper_is_held_more_often() -> None:
    """The same logit as in choice, in the bill alone: 10 CNY/MWh of 620 at beta 30."""
    offers = {
        "plan": {"price_cny_per_mwh": 430},
        "bargain": {"kind": "fixed", "price_cny_per_mwh": 420, "term_months": 1},
    }
    people = start(frictionless({"retailers.Alpha.offers": offers}))
    held = np.bincount(people["offer"][people["retailer"] == ALPHA])
    # reference is the mean bill of the market's three offers: 430, 420 (Alpha) and 420 (Beta), with 200 of network
    odds = math.exp(30 * 10 / ((630 + 620 + 620) / 3))
    assert stats.chisquare(held[:2], np.array([odds, 1]) / (1 + odds) * held.sum()).pvalue > 1e-3


BOOK = """\
id,annual_mwh,region,credit_grade,retailer,contract_end_month
w1,6000,town,A,Alpha,3
w2,120,village,B,Beta,7
w3,2400,town,D,Gamma,0
w4,900,town,C,default supplier,5
w5,900,town,C,Beta,2
"""


def book_market(folder: Path, text: str = BOOK) -> Scenario:
    """The lively market with these accounts as its works."""
    (folder / "book.csv").write_text(text, encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(
        f"extends: {DATA / 'lively.yaml'}\nsegments: {{works: {{customers_file: book.csv}}}}\n", encoding="utf-8"
    )
    return load_scenario(study)


def test_accounts_keep_their_retailer_and_the_end_of_their_contract(tmp_path: Path) -> None:
    scenario = book_market(tmp_path)
    assert scenario.data.books["works"].ids == ("w1", "w2", "w3", "w4", "w5")
    people = start(scenario)
    works = people[people["segment"] == WORKS]
    assert works["retailer"].tolist() == [ALPHA, BETA, GAMMA, DEFAULT, BETA]
    assert works["contract_end"][[0, 1, 2, 4]].tolist() == [3, 7, 0, 2]
    assert works["energy"].tolist() == pytest.approx([500, 10, 200, 75, 75])
    assert works["region"].tolist() == [0, 1, 0, 0, 0]
    assert works["credit"].tolist() == [0, 1, 3, 2, 2]
    assert (works["weight"] == 1).all()
    assert works["offer"][3] == -1


def test_an_account_of_a_retailer_that_sells_it_nothing_goes_to_the_default_supplier(tmp_path: Path) -> None:
    scenario = book_market(tmp_path)
    gamma = scenario.study.retailers["Gamma"]
    only_shops = gamma.offers["bands"].model_copy(update={"segments": ("shops",)})
    changed = gamma.model_copy(update={"offers": {"bands": only_shops}})
    study = scenario.study.model_copy(update={"retailers": {**scenario.study.retailers, "Gamma": changed}})
    works = start(Scenario("test", study, scenario.data))
    works = works[works["segment"] == WORKS]
    assert works["retailer"].tolist() == [ALPHA, BETA, DEFAULT, DEFAULT, BETA]
