"""Talk in a running market: awareness, beliefs, and what leaves everything as it was (M10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.market.test_start import BOOK, book_market
from tests.markets import DATA, assert_identical, by_month, firms, frictionless, lively, opened, run
from tests.theory.conservation import check_run
from tests.theory.test_equivalence import WHOLE, WITHOUT_TIERS, idle
from tests.theory.test_two_worlds import turned

from marketsim.errors import ScenarioError
from marketsim.market.draws import purpose_key
from marketsim.market.search import aware
from marketsim.scenario.changes import with_changes
from marketsim.scenario.loading import load_scenario
from marketsim.simulation import chunks
from marketsim.simulation.mechanisms.word_of_mouth import Talk

ALPHA, BETA, DEFAULT = 0, 1, 2
ON: dict[str, Any] = {"word_of_mouth.enabled": True}
LOUD: dict[str, Any] = {**ON, "word_of_mouth.contact_rate": 1.0}
SETTLED: dict[str, Any] = {"segments.users.search_rate": 0, "segments.users.customers": 400}
"""Nobody moves."""
CARE: dict[str, Any] = {
    "levers.care": {"effects": {"personalisation": 0.9, "convenience": 0.9, "assurance": 0.9}, "ramp_months": 1},
    "retailers.Beta.levers.care": {"intensity": 1.0},
}
"""Beta serves better."""


def test_off_is_the_market_without_it() -> None:
    settings = {
        "word_of_mouth": {"contact_rate": 1.0, "degree": 20, "market_opening": True, "nwom_weight": 3},
        "retailers.Alpha.marketing": {"budget_cny_per_month": 1e6, "promise": 0.9, "fading_brand_logits": {"works": 1}},
    }
    assert_identical(run(lively(settings), "lane"), run(lively(), "lane"))


def test_at_first_customers_know_whom_they_would_know_without_talk() -> None:
    with opened(lively(ON)) as model:
        key, people = purpose_key(model.world, "awareness"), model.population
        for i in range(0, len(people), 7):
            share = model.behaviour.segments["awareness"][people["segment"][i]]
            for j, name in enumerate(model.standing.keys):
                known = j in (people["retailer"][i], model.frame.default_supplier)
                assert model.awareness[i, j] == (known or aware(key, people["key"][i], name, share))
        assert (model.beliefs == np.float32(0.6)).all()


def test_a_market_that_opens_begins_with_nobody_knowing_a_rival() -> None:
    with opened(lively({**ON, "word_of_mouth.market_opening": True})) as model:
        own = np.zeros_like(model.awareness)
        own[np.arange(len(own)), model.population["retailer"]] = 1
        own[:, -1] = 1
        assert (model.awareness == own).all()
        model.step()
        assert (model.awareness >= own).all()
        assert model.awareness.sum() > own.sum()


def test_a_segment_that_opens_later_learns_from_then_on() -> None:
    opening = {"events": [{"type": "opening", "month": 3, "segments": ["homes"], "awareness": 0.5}]}
    homes_stay = {"segments.homes.awareness": 0, "segments.homes.customers": 4000, "segments.homes.search_rate": 0}
    with opened(lively({**ON, **opening, **homes_stay})) as model:
        homes, shares = model.population["segment"] == 0, []
        for _ in range(8):
            model.step()
            shares.append(model.awareness[homes][:, :-1].mean())
        assert shares[:3] == [0.0] * 3
        assert shares[3] == pytest.approx(0.5, abs=0.1)
        assert shares[3] < shares[-1] < 0.8
        assert model.awareness[homes, model.population["retailer"][homes]].all()


def test_the_size_of_what_is_kept() -> None:
    """Five bytes for each pair of customer and supplier, and four for each contact."""
    with opened(frictionless(ON)) as model:
        talk = model.mechanism(Talk)
        assert talk is not None
        assert model.awareness.nbytes + model.beliefs.nbytes == 2000 * 3 * 5
        assert talk.contacts.nbytes == 2000 * 6 * 4


def test_beliefs_converge_to_the_satisfaction_of_others() -> None:
    """Alpha's customers have never been with Beta; a year of talk tells them how Beta serves."""
    with opened(frictionless({**LOUD, **SETTLED, **CARE, "run.months": 24})) as model:
        for _ in range(24):
            model.step()
        people = model.population
        mine, theirs = people["retailer"] == ALPHA, people["retailer"] == BETA
        good, usual = people["satisfaction"][theirs].mean(), people["satisfaction"][mine].mean()
        assert good > usual + 0.1
        assert model.beliefs[mine, BETA].mean() == pytest.approx(good, abs=0.01)
        assert model.beliefs[theirs, ALPHA].mean() == pytest.approx(usual, abs=0.01)
        assert model.beliefs[mine, ALPHA].mean() == pytest.approx(usual, abs=0.01)
        assert (model.beliefs[:, DEFAULT] == np.float32(0.6)).all()


def test_own_experience_alone_by_hand() -> None:
    with opened(frictionless({**ON, **SETTLED, "word_of_mouth.contact_rate": 0})) as model:
        model.step()
        people, rows = model.population, np.arange(400)
        assert model.beliefs[rows, people["retailer"]] == pytest.approx(people["satisfaction"])
        people["satisfaction"] = 0.3
        before = model.beliefs[rows, people["retailer"]].astype(float)
        model.talk()
        assert model.beliefs[rows, people["retailer"]] == pytest.approx(0.7 * before + 0.3 * 0.3, abs=1e-6)
        assert (model.beliefs[rows, 1 - people["retailer"]] == np.float32(0.6)).all()


def beliefs_after(satisfaction: float, weight: float) -> float:
    """Return what Alpha's customers believe of Beta after a month in which all of Beta's are as satisfied as said."""
    with opened(frictionless({**LOUD, **SETTLED, "word_of_mouth.nwom_weight": weight})) as model:
        model.step()
        model.beliefs[:] = 0.6
        model.population["satisfaction"] = satisfaction
        model.talk()
        return float(model.beliefs[model.population["retailer"] == ALPHA, BETA].mean())


def test_bad_news_travels_as_far_as_good_unless_it_weighs_more() -> None:
    fall, rise = (abs(beliefs_after(level, 1.0) - 0.6) for level in (0.5, 0.7))
    assert fall == pytest.approx(rise, rel=1e-4)
    assert abs(beliefs_after(0.5, 3.0) - 0.6) > 1.3 * fall
    assert beliefs_after(0.7, 3.0) == beliefs_after(0.7, 1.0)


def test_promoters_detractors_and_those_who_complain_talk_more() -> None:
    with opened(frictionless({**ON, **SETTLED, "segments.users.customers": 4000})) as model:
        talk = model.mechanism(Talk)
        assert talk is not None
        model.step()
        talks = {}
        cases = {"usual": (0.6, 0), "promoter": (0.9, 0), "detractor": (0.2, 0), "complaint": (0.6, 1)}
        for name, (satisfaction, age) in cases.items():
            model.population["satisfaction"], model.population["complaint_age"] = satisfaction, age
            model.talk()
            talks[name] = talk.talks
        assert talks["usual"] == pytest.approx(0.1 * 6 * 4000, rel=0.1)
        for name in ("promoter", "detractor", "complaint"):
            assert talks[name] / talks["usual"] == pytest.approx(2.0, rel=0.1), name


def test_who_is_about_to_compare_offers_asks_around() -> None:
    talks = []
    for rate in (0.0, 50.0):
        with opened(
            frictionless({**ON, "segments.users.search_rate": rate, "segments.users.switching_cost": 50})
        ) as model:
            model.step()
            talk = model.mechanism(Talk)
            assert talk is not None
            talks.append(talk.talks)
    assert talks[1] / talks[0] == pytest.approx(2.0, rel=0.1)


def test_a_community_talks_more() -> None:
    lever = {
        "levers.community": {"hooks": {"talk_gain_contacts": 6}, "ramp_months": 1},
        "retailers.Alpha.levers.community": {},
        "retailers.Beta.levers.community": {},
    }
    with_it, without = (
        run(frictionless({**ON, **SETTLED, **changes}))["market_month"]["talks"] for changes in (lever, {})
    )
    assert with_it.sum() / without.sum() == pytest.approx(2.0, rel=0.1)


def test_good_service_wins_customers_by_word_of_mouth() -> None:
    """Who cannot hear of Beta's service stays with the prior; Beta then wins only by keeping whom it has."""
    changes = {**CARE, "segments.users.service_sensitivity": 5, "segments.users.search_rate": 0.1, "run.months": 24}
    silent, talking = (
        by_month(
            run(frictionless({**LOUD, **changes, "word_of_mouth.contact_rate": rate}))["retailer_month"],
            "Beta",
            "customers",
        )
        for rate in (0.0, 0.5)
    )
    assert silent[0] == talking[0]
    assert silent[0] < silent[-1] < talking[-1] - 80


# Symmetry, two worlds, order


def test_identical_retailers_keep_equal_beliefs_and_shares() -> None:
    changes = {
        **LOUD,
        **firms(420.0, 420.0, 420.0),
        "word_of_mouth.contact_rate": 0.3,
        "segments.users.service_sensitivity": 5,
        "segments.users.search_rate": 0.2,
        "behaviour.experience.quality_noise_sd": 0.05,
    }
    scenario, ends = frictionless(changes), []
    for replication in range(6):
        with opened(scenario, replication=replication) as model:
            for _ in range(12):
                model.step()
            shares = np.bincount(model.population["retailer"], minlength=4)[:3] / 2000
            ends.append([*model.beliefs[:, :3].mean(axis=0), *shares])
    means, errors = np.mean(ends, axis=0), np.std(ends, axis=0, ddof=1) / np.sqrt(6)
    for values, spread in ((means[:3], errors[:3]), (means[3:], errors[3:])):
        assert np.ptp(values) < 4 * np.sqrt(2) * spread.max()
    assert np.ptp(means[:3]) < 0.01


def test_a_policy_that_changes_nothing_changes_nothing() -> None:
    scenario = lively({**LOUD, "policies": {"same": {"retailers.Alpha.marketing.budget_cny_per_month": 0}}})
    assert_identical(run(scenario, "same"), run(scenario))


def test_tiers_without_benefits_are_no_tiers_where_customers_talk() -> None:
    """V19: what customers tell each other does not depend on how they are grouped."""
    scenario = idle({**LOUD, "word_of_mouth.nwom_weight": 2})
    uniform = with_changes(scenario, WITHOUT_TIERS, "test")
    assert_identical(run(scenario), run(uniform), WHOLE)


@pytest.mark.parametrize("policy", ["base", "lane", "withdrawn"])
def test_everything_is_conserved_where_customers_talk(policy: str) -> None:
    spending = {"retailers.Alpha.marketing": {"budget_cny_per_month": 1e6, "promise": 0.9}}
    check_run(lively({**LOUD, **spending}), policy)


def test_advertising_of_one_retailer_moves_no_name_of_another_at_once() -> None:
    budget = {"retailers.Alpha.marketing": {"budget_cny_per_month": 5e7}}
    reference = {"word_of_mouth.reference_budget_cny_per_month": 1e4}
    scenario = lively({**LOUD, **reference, "policies": {"loud": budget}, "segments.shops.awareness": 0.2})
    known, held = [], []
    for policy in ("base", "loud"):
        with opened(scenario, policy) as model:
            for _ in range(4):
                model.step()
            known.append(model.awareness.copy())
            held.append(model.population["retailer"].copy())
    customers, others = np.nonzero(known[0] != known[1])
    signed = (held[0][customers] == others) | (held[1][customers] == others)
    assert (signed | (others == ALPHA)).all()
    assert (known[1][:, ALPHA] >= known[0][:, ALPHA])[held[0] != ALPHA].all()
    assert known[1][:, ALPHA].sum() > known[0][:, ALPHA].sum() + 5


def test_the_order_of_names_in_the_file_changes_nothing(tmp_path: Path) -> None:
    data = yaml.safe_load((DATA / "lively.yaml").read_text(encoding="utf-8"))
    data["word_of_mouth"] = {"enabled": True, "external_awareness_per_year": {"works": 0.5, "shops": 0.2}}
    data["retailers"]["Beta"]["marketing"] = {"budget_cny_per_month": 1e6, "promise": 0.8}
    files = []
    for number, content in enumerate((data, turned(data))):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    assert_identical(*(run(load_scenario(file), "lane") for file in files))


def test_the_order_of_accounts_in_a_book_changes_nothing(tmp_path: Path) -> None:
    head, *accounts = BOOK.splitlines()
    tables = []
    for number, order in enumerate((accounts, accounts[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        book_market(folder, "\n".join([head, *order]) + "\n")
        tables.append(run(load_scenario(folder / "study.yaml", LOUD)))
    assert_identical(*tables)


def test_threads_and_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = lively(LOUD)
    whole = run(scenario)
    monkeypatch.setattr(chunks, "CHUNK", 13)
    parts, threads = run(scenario), run(scenario, threads=2)
    assert_identical(parts, threads)
    for name in ("awareness_share", "belief"):
        assert whole["retailer_month"][name].equals(parts["retailer_month"][name]), name


# Extremes


@pytest.mark.parametrize(
    "changes",
    [
        {"contact_rate": 1, "nwom_weight": 10, "hearsay_speed": 1, "industry_spillover": 1, "talk_factor": 20},
        {"contact_rate": 0, "experience_speed": 0, "external_awareness_default_per_year": 0},
        {"degree": 50, "rewiring": 1, "external_awareness_default_per_year": 10, "internal_coefficient_per_year": 10},
        {"degree": 1, "rewiring": 0, "market_opening": True, "searching_factor": 0, "talk_factor": 0},
    ],
)
def test_everything_stays_within_bounds(changes: dict[str, Any]) -> None:
    marketing = {"budget_cny_per_month": 1e10, "promise": 1.0}
    scenario = lively({"word_of_mouth": {"enabled": True, **changes}, "retailers.Alpha.marketing": marketing})
    with opened(scenario) as model:
        for _ in range(8):
            model.step()
            assert set(np.unique(model.awareness)) <= {0, 1}
            assert model.beliefs.min() >= 0.0
            assert model.beliefs.max() <= 1.0
            for name in ("expectation", "satisfaction"):
                assert model.population[name].min() >= 0.0, name
                assert model.population[name].max() <= 1.0, name
            assert np.isfinite(model.extra_brand).all()
            assert np.isfinite(model.advertising_factor).all()


@pytest.mark.parametrize("customers", [1, 2, 5])
def test_a_market_of_few_customers_and_one_retailer_without_any(customers: int) -> None:
    alone = {"retailers": {"Alpha": {"initial_share": 1.0}, "Beta": {"initial_share": 0.0}}}
    market = {**LOUD, **alone, "segments.users.customers": customers, "segments.users.search_rate": 0}
    tables = run(frictionless(market))
    assert (by_month(tables["retailer_month"], "Alpha", "awareness_share") == 1.0).all()
    assert by_month(tables["retailer_month"], "Beta", "belief") == pytest.approx(np.full(12, 0.6))
    talks = tables["market_month"]["talks"]
    assert (talks >= customers * min(6, customers - 1)).all()


def test_the_dead_neither_talk_nor_learn() -> None:
    with opened(lively(LOUD)) as model:
        model.step()
        model.population["alive"] = 0
        beliefs, awareness = model.beliefs.copy(), model.awareness.copy()
        model.talk()
        assert (model.beliefs == beliefs).all()
        rows, learnt = np.nonzero(model.awareness != awareness)
        assert (learnt == model.population["retailer"][rows]).all()
        talk = model.mechanism(Talk)
        assert talk is not None
        assert talk.talks == 0.0
        assert talk.retailer_columns() == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"word_of_mouth.detractor_threshold": 0.8}, r"detractor_threshold \(0.8\) must not be above"),
        ({"word_of_mouth.degree": 0}, "must be a whole number between 1 and 50"),
        ({"word_of_mouth.external_awareness_per_year": {"shop": 0.1}}, "there is no segment shop"),
        ({"word_of_mouth.external_awareness_per_year": {"shops": -1}}, "must be"),
        ({"retailers.Alpha.marketing.segments": ["shop"]}, "there is no segment shop"),
        ({"retailers.Alpha.marketing.fading_brand_logits": {"shop": 1}}, "there is no segment shop"),
        ({"retailers.Alpha.marketing.promise": 1.2}, "must be between 0 and 1"),
        ({"retailers.Alpha.marketing.budget_cny_per_month": -1}, "must be between 0 and"),
    ],
)
def test_mistakes_in_the_file(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        lively(changes)
