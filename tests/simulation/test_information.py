"""What retailers know: records, match, demotions, breaches and surveys (M2)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.market.rows import rows
from tests.markets import assert_identical, by_month, frictionless, lively, opened, run

from marketsim.market import tier_benefits
from marketsim.market.draws import name_key, purpose_key, world_key
from marketsim.market.knowledge import (
    ACCOUNT,
    NEED,
    PERSON,
    Book,
    Upkeep,
    combined_coverage,
    freshness,
    truth_of,
    upkeep_of,
    valid_share,
)
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Records
from marketsim.scenario.changes import with_changes
from marketsim.simulation.mechanisms.information import CustomerInformation, credit_view, valid_accounts
from marketsim.simulation.model import RetailMarket

KEY, QUALITY, LOYAL, ORDINARY = range(4)
ASSURANCE, PERSONALISATION, FAIRNESS = 3, 4, 5
NAMES = ("Alpha", "Beta", "Gamma")
ON: dict[str, Any] = {"information.enabled": True}
COLUMNS = ["records_valid_share", "misclassified_share", "match_share", "breaches", "survey_satisfaction"]
SILENT = {"enabled": True, "breach_rate": 0, "loss_of_demotion": 0}
"""Records act, and nothing else of the mechanism."""


def knowing(coverage: float, **others: Any) -> dict[str, Any]:
    """Return the changes that switch the mechanism on, with a coverage for every retailer of the lively market."""
    return {**ON, **{f"retailers.{name}.records.sources": {"crm": coverage} for name in NAMES}, **others}


def information(model: RetailMarket) -> CustomerInformation:
    """Return the mechanism of a market in which it is on."""
    found = model.mechanism(CustomerInformation)
    assert found is not None
    return found


# How good records are (E1)


def test_sources_combine_as_independent_ones() -> None:
    assert combined_coverage(np.array([0.4, 0.5])) == pytest.approx(0.7)
    assert combined_coverage(np.array([])) == 0.0
    assert combined_coverage(np.array([1.0, 0.3])) == 1.0


def test_freshness_is_the_mean_of_what_is_still_right() -> None:
    months, decay = 12.0, 0.02
    ages = (np.arange(100_000) + 0.5) / 100_000 * months
    assert freshness(np.array([1 / months]), np.array([decay]))[0] == pytest.approx(np.exp(-decay * ages).mean())
    assert freshness(np.array([1.0, 1e-9]), np.array([0.0, 10.0])).tolist() == [1.0, pytest.approx(0, abs=1e-8)]


def test_levers_improve_the_records_of_whom_they_cover() -> None:
    lever = {
        "hooks": {
            "coverage_gain": 0.5,
            "updates_gain_per_year": 11,
            "skill_gain": 0.25,
            "silo_saving": 0.5,
            "need_accuracy_gain": 0.2,
        },
        "ramp_months": 1,
    }
    records = {"sources": {"crm": 0.2, "meters": 0.25}, "skill": 0.8, "silo_factor": 0.5}
    changes = {"levers.system": lever, "retailers.Alpha.records": records}
    changes |= {"retailers.Alpha.levers.system": {"segments": ["works"], "intensity": 0.5}}
    with opened(lively({**ON, **changes})) as model:
        model.step()
        people = model.population
        kept = upkeep_of(model.study, NAMES, people, model.levers)
    works, shops = ((people["retailer"] == 0) & (people["segment"] == s) for s in (2, 1))
    plain = 0.4 * 0.8 * 0.5
    assert np.unique(kept.accuracy[shops], axis=0).tolist() == [pytest.approx([plain] * 3)]
    assert np.unique(kept.updates[shops]).tolist() == [1 / 12]
    better = (1 - 0.6 * 0.75) * (1 - 0.2 * 0.875) * (1 - 0.5 * 0.75)
    need = 1 - (1 - better) * 0.9
    assert np.unique(kept.accuracy[works], axis=0).tolist() == [pytest.approx([better, better, need])]
    assert np.unique(kept.updates[works]).tolist() == [pytest.approx(6.5 / 12)]
    default = people["retailer"] == len(NAMES)
    assert (valid_share(kept)[default] == 1).all()


# A book of records


class Shelf:
    """Records of customers of two types at two suppliers."""

    def __init__(self, count: int = 4000, accuracy: float = 0.6, updates: float = 0.25, decay: float = 0.1) -> None:
        rng = np.arange(count)
        self.people: Records = rows(CUSTOMER, *({} for _ in range(count)))
        self.people["key"] = [name_key(f"customer {number}") for number in rng]
        self.people["segment"] = rng >= count // 2
        self.people["retailer"] = rng % 2
        self.people["energy"], self.people["credit"] = 1.0 + rng, rng % 4
        self.people["age"], self.people["digital_affinity"] = rng % 3, rng / count
        self.people["quality_weights"][rng, rng % 6] = 1.0
        self.book = Book(self.people)
        self.upkeep = Upkeep(np.full((count, 3), accuracy), np.full(count, updates), np.full(count, decay))
        self.world = world_key(1, 0)
        self.keys = np.array([name_key("one"), name_key("two")], dtype=np.uint64)

    def open(self, month: int = 0) -> Any:
        return self.book.take_over(
            self.people["retailer"], self.upkeep, purpose_key(self.world, "record", month), self.keys
        )

    def age(self, month: int) -> None:
        self.book.age(self.upkeep, purpose_key(self.world, "record", month), self.keys)

    def valid(self) -> Any:
        return self.book.valid(self.upkeep)


def test_a_record_is_right_or_wrong_until_it_ages_or_is_updated() -> None:
    """Updated every four months: in between no wrong record becomes right, and a tenth of the right ones go wrong."""
    shelf = Shelf()
    shelf.open()
    before, corrected = shelf.valid(), np.zeros(len(shelf.people), dtype=bool)
    for month in range(1, 9):
        due = shelf.book._records["due"] + shelf.upkeep.updates >= 1.0
        shelf.age(month)
        now = shelf.valid()
        assert not (now & ~before)[~due].any()
        kept = (now & before)[~due].sum() / before[~due].sum()
        assert kept == pytest.approx(math.exp(-0.1), abs=0.02)
        corrected |= due
        before = now
    assert corrected.all()


def test_a_customer_who_changes_the_supplier_gets_a_new_record_there() -> None:
    shelf = Shelf(accuracy=0.6)
    assert len(shelf.open()) == 4000
    assert len(shelf.open()) == 0
    before = shelf.valid()
    movers = np.arange(0, 4000, 2)
    shelf.people["retailer"][movers] = 1
    assert shelf.open(month=5).tolist() == movers.tolist()
    after = shelf.valid()
    stay = np.setdiff1d(np.arange(4000), movers)
    assert (after[stay] == before[stay]).all()
    # fresh data: nothing has aged yet
    assert after[movers].mean(axis=0) == pytest.approx([0.6] * 3, abs=3 * math.sqrt(0.24 / 2000))
    assert (after[movers] != before[movers]).any(axis=0).all()


def test_better_accuracy_corrects_records_and_spoils_none() -> None:
    """Common random numbers: with the same updates, what was right stays right."""
    worse, better = Shelf(accuracy=0.4), Shelf(accuracy=0.7)
    for shelf in (worse, better):
        shelf.open()
        for month in range(1, 7):
            shelf.age(month)
    assert not (worse.valid() & ~better.valid()).any()
    assert (better.valid() & ~worse.valid()).any()


def test_a_wrong_part_is_that_of_one_other_customer_of_the_same_type() -> None:
    shelf = Shelf(accuracy=0.5)
    shelf.open()
    truth, valid = truth_of(shelf.people), shelf.valid()
    known = shelf.book.read(truth, valid)
    account, person, need = (valid[:, part] for part in (ACCOUNT, PERSON, NEED))
    assert (known["energy"][account] == truth["energy"][account]).all()
    assert (known["age"][person] == truth["age"][person]).all()
    assert (known["need"][need] == truth["need"][need]).all()
    other = (known["energy"] - 1).astype(int)
    assert (shelf.people["segment"][other] == shelf.people["segment"]).all()
    assert (known["credit"] == truth["credit"][other]).all()
    assert (other[~account] != np.flatnonzero(~account)).mean() > 0.99
    # credit is drawn from the type's own distribution
    assert np.bincount(known["credit"][~account]) / (~account).sum() == pytest.approx([0.25] * 4, abs=0.05)
    # parts are right or wrong each by itself
    assert (account & person).mean() == pytest.approx(0.25 * math.exp(-0.4), abs=0.08)


def test_records_do_not_depend_on_the_order_of_customers() -> None:
    one, other = Shelf(count=400), Shelf(count=400)
    turned = np.concatenate([np.arange(200)[::-1], np.arange(200, 400)[::-1]])
    other.people[:] = other.people[turned]
    other.book = Book(other.people)
    one.open()
    other.open()
    knowns = [shelf.book.read(truth_of(shelf.people), shelf.valid()) for shelf in (one, other)]
    assert (knowns[0][turned] == knowns[1]).all()


# In a market


def test_off_is_the_market_without_it_whatever_its_settings() -> None:
    settings = {"information": {"enabled": False, "breach_rate": 1, "match_penalty": 0}}
    records = {"sources": {"crm": 0.1}, "survey": {"responses_per_month": 50}}
    tables = run(lively({**settings, "retailers.Alpha.records": records}))
    assert_identical(tables, run(lively()))
    assert tables["retailer_month"][COLUMNS].isna().all().all()


@pytest.mark.parametrize("policy", ["base", "lane"])
def test_with_perfect_records_it_is_the_market_without_it(policy: str) -> None:
    """All customers covered, and nothing ages; levers that answer to needs always match."""
    others = {"levers.care.universal": False, "run.months": 20}
    perfect = run(lively({**others, **knowing(1.0), "information": {**SILENT, "decay_rate": 0}}), policy)
    without = run(lively(others), policy)
    table = perfect["retailer_month"]
    competing = table[(table["retailer"] != "default supplier") & (table["customers"] > 0)]
    assert (competing[["records_valid_share", "match_share"]] == 1).all().all()
    assert (competing["misclassified_share"] == 0).all()
    perfect["retailer_month"] = table.assign(**dict.fromkeys(COLUMNS, np.nan))
    assert_identical(perfect, without)


def test_frequent_updates_come_close_to_perfect_records() -> None:
    records = {f"retailers.{name}.records": {"sources": {"crm": 1}, "updates_per_year": 365} for name in NAMES}
    table = run(lively({**ON, **records}))["retailer_month"]
    served = table[table["records_valid_share"].notna()]
    assert np.average(served["records_valid_share"], weights=served["customers"]) > 0.99


def test_wrong_records_change_tiers_and_what_follows() -> None:
    blind, seeing = run(lively(knowing(0.0))), run(lively())
    assert not blind["segment_month"].equals(seeing["segment_month"])
    alpha = by_month(blind["retailer_month"], "Alpha", "misclassified_share")
    assert (alpha > 0.05).all()
    assert (by_month(blind["retailer_month"], "Alpha", "records_valid_share") == 0).all()


def test_a_policy_of_better_records_takes_effect_as_they_are_updated() -> None:
    """Every record is updated once a quarter: after three months all are as good as the policy makes them."""
    records = {f"retailers.{name}.records": {"sources": {"crm": 0.0}, "updates_per_year": 4} for name in NAMES}
    changes = {
        "information": {**SILENT, "decay_rate": 0},
        **records,
        "run.months": 10,
        "policies": {"meters": {"retailers.Alpha.records.sources.meters": 1.0}},
    }
    scenario = lively(changes)
    base, policy = run(scenario), run(scenario, "meters")
    for name, table in base.items():
        other = policy[name]
        assert_identical({name: table[table["month"] < 3]}, {name: other[other["month"] < 3]})
    valid = by_month(policy["retailer_month"], "Alpha", "records_valid_share")
    assert (valid[:3] == 0).all()
    assert (valid[3:5] > 0).all()
    assert (valid[5:] == 1).all()
    assert (by_month(base["retailer_month"], "Alpha", "records_valid_share") == 0).all()


def test_match_is_less_where_the_recorded_need_is_wrong() -> None:
    with opened(lively({**knowing(0.5), "information.match_penalty": 0.2})) as model:
        for _ in range(4):
            model.step()
        model.environment()
        model.inform()
        true = model.population["quality_weights"].argmax(axis=1)
        right = information(model).recorded()["need"] == true
        assert 0.1 < right.mean() < 0.95
        assert np.array_equal(model.population["match"], np.where(right, np.float32(1), np.float32(0.2)))
        assert (right | ~information(model).valid[:, NEED]).all()


def test_what_rests_on_records_elsewhere() -> None:
    with opened(lively(knowing(0.5))) as model:
        model.step()
        people = model.population
        grades = credit_view(model)
        assert (grades[valid_accounts(model)] == people["credit"][valid_accounts(model)]).all()
        assert (grades != people["credit"]).any()
    with opened(lively()) as model:
        assert valid_accounts(model).all()
        assert (credit_view(model) == model.population["credit"]).all()


# Demotion


def test_benefits_of_tiers_by_hand() -> None:
    """3 CNY/MWh off a bill of 600 at 150 logits is .75 logits; service is worth theta x weight x quality."""
    customers = rows(
        CUSTOMER,
        {"price_sensitivity": 150.0, "reference_bill": 600.0, "segment": 0, "region": 0},
        {"price_sensitivity": 0.0, "reference_bill": 600.0, "segment": 1, "region": 0},
    )
    service = np.array([[[0.0, 0.0, 0.0, 0.0]], [[1.0, 0.6, 0.5, 0.5]]])
    benefits = tier_benefits.of_customers(tier_benefits.Offered(np.array([3.0, 1.0, 0, 0]), service), customers)
    assert benefits.tolist() == [[0.75, 0.25, 0, 0], pytest.approx([0.5, 0.1, 0, 0])]
    lost = tier_benefits.share_lost(benefits, np.array([KEY, QUALITY]), np.array([QUALITY, ORDINARY]))
    assert lost.tolist() == [pytest.approx(2 / 3), pytest.approx(0.2)]
    nothing = np.zeros((2, 4))
    assert tier_benefits.share_lost(nothing, np.array([0, 0]), np.array([3, 3])).tolist() == [0, 0]


def test_what_a_demotion_takes_is_the_same_in_any_currency() -> None:
    shares = []
    for money in (1.0, 2.0):
        customers = rows(CUSTOMER, {"price_sensitivity": 90.0, "reference_bill": money * 655.0})
        offer = tier_benefits.Offered(money * np.array([7.0, 2.0, 0, 0]), np.array([[[0.2, 0.1, 0.1, 0.1]]]))
        benefits = tier_benefits.of_customers(offer, customers)
        shares.append(tier_benefits.share_lost(benefits, np.array([KEY]), np.array([QUALITY]))[0])
    assert shares[0] == shares[1] > 0


def test_the_service_of_a_tier_counts_levers_and_waits() -> None:
    care = {"retailers.Alpha.levers": {"care": {"tiers": ["key"]}, "app": None}, "levers.care.ramp_months": 1}
    with opened(lively(care)) as model:
        model.step()
        weights = np.full((3, 6), 1 / 6)
        gap = np.tile([0.0, 1.0, 2.0, 2.0], (2, 1))
        found = tier_benefits.offered(np.zeros(4), model.levers, 0, gap, weights, model.behaviour)
    closed = 0.3 * (0.3 + 0.2)
    waits = np.array([1, 0.5, 0.25, 0.25])
    expected = 6 / 6 * (waits + np.array([closed, 0, 0, 0]))
    assert found.service[2, 0] == pytest.approx(expected)


def demoted_market(loss: float = 0.1) -> Any:
    """Return a market whose policy abolishes all tiers; nobody searches, and a tier brings money only."""
    tiers = {"key": {"rule": {"value_pct": 30}, "discount_cny_per_mwh": 8}}
    return frictionless(
        {
            "information": {**SILENT, "loss_of_demotion": loss, "decay_rate": 0},
            "segments.users.search_rate": 0,
            "behaviour.experience.satisfaction_speed": 1.0,
            "retailers.Alpha.offers.plan.term_months": 12,
            "retailers.Alpha": {"tiers": tiers, "records": {"sources": {"crm": 1}}},
            "run.warmup_months": 3,
            "run.months": 6,
            "policies": {"abolish": {"retailers.Alpha.tiers.key.rule": None}},
        }
    )


def test_a_demotion_hurts_in_its_month_and_leaves_a_locked_price_alone() -> None:
    months: list[Records] = []
    with opened(demoted_market(), "abolish") as model:
        for _ in range(5):
            model.step()
            months.append(model.population.copy())
    before, hurt, after = months[2], months[3], months[4]
    key = before["tier"] == KEY
    assert key.any()
    assert (hurt["tier"] == ORDINARY).all()
    loss = before["quality"] - hurt["quality"]
    expected = 0.1 * 1.955
    assert loss[key][:, FAIRNESS] == pytest.approx(expected, abs=1e-6)
    assert loss[key][:, PERSONALISATION] == pytest.approx(expected, abs=1e-6)
    assert np.abs(loss[~key]).max() < 1e-9
    assert np.abs(after["quality"] - before["quality"]).max() < 1e-6
    locked = hurt["contract_end"] == before["contract_end"]
    assert (key & locked).any()
    assert (key & ~locked).any()
    assert (hurt["discount"][key] == np.where(locked[key], 8, 0)).all()
    assert (hurt["satisfaction"][key] < before["satisfaction"][key]).all()


def test_a_demotion_without_loss_or_from_a_tier_without_benefit_hurts_nobody() -> None:
    with_loss = run(demoted_market(), "abolish")["retailer_month"]
    without = run(demoted_market(0.0), "abolish")["retailer_month"]
    dip = by_month(without, "Alpha", "satisfaction") - by_month(with_loss, "Alpha", "satisfaction")
    assert (dip[:3] == 0).all()
    assert dip[3] > 0.005
    worthless = with_changes(demoted_market(), {"retailers.Alpha.tiers.key.discount_cny_per_mwh": 0}, "test")
    satisfaction = by_month(run(worthless, "abolish")["retailer_month"], "Alpha", "satisfaction")
    assert satisfaction == pytest.approx(satisfaction[0])


def test_a_newcomer_gets_the_tier_and_the_discount_of_its_record() -> None:
    """Who read of a better tier than it gets pays more than it thought, and is disappointed."""
    tiers = {"key": {"rule": {"annual_mwh": 120}, "discount_cny_per_mwh": 6}}
    scenario = frictionless(
        {
            "information": {**SILENT, "loss_of_demotion": 0.1},
            "segments.users.energy_sigma": 0.6,
            "retailers.Alpha": {"tiers": tiers, "records": {"sources": {"crm": 0.3}}},
            "run.months": 4,
        }
    )
    with opened(scenario) as model:
        for _ in range(3):
            model.step()
        signed = model.population.copy()
        arrived = (signed["retailer"] == 0) & (signed["joined"] == 3)
        assert arrived.sum() > 50
        model.environment()
        model.policies()
        information(model).inform()
        known, now = information(model).recorded(), model.population
        expected = np.where(signed["energy"] >= 10, KEY, ORDINARY)
        assert (signed["tier"][arrived] == expected[arrived]).all()
        recorded = np.where(known["energy"] >= 10, KEY, ORDINARY)
        assert (now["tier"][arrived] == recorded[arrived]).all()
        assert (now["discount"][arrived] == np.where(recorded == KEY, 6.0, 0.0)[arrived]).all()
        assert (now["discount_gap"][arrived] == np.where(recorded == KEY, 0.0, 6.0)[arrived]).all()
        let_down = arrived & (recorded > expected)
        assert let_down.any()
        assert (arrived & (recorded < expected)).any()
        assert now["quality_shift"][let_down][:, FAIRNESS] == pytest.approx(-0.1955, abs=1e-6)
        assert not now["quality_shift"][arrived & ~let_down].any()


# Breaches


def test_a_breach_costs_a_fine_and_assurance_that_comes_back() -> None:
    changes = {
        "information": {**SILENT, "breach_half_life_months": 2, "breach_fine_cny": 7000},
        "events": [{"type": "breach", "month": 1, "retailer": "Alpha", "size": 0.4}],
        "segments.users.search_rate": 0,
        "run.months": 6,
    }
    with_it, without = run(frictionless(changes)), run(frictionless({**changes, "events": []}))
    alpha = with_it["retailer_month"]
    assert by_month(alpha, "Alpha", "breaches").tolist() == [0, 1, 0, 0, 0, 0]
    assert by_month(alpha, "Alpha", "compensation_cny").tolist() == [0, 7000, 0, 0, 0, 0]
    assert by_month(alpha, "Beta", "breaches").tolist() == [0] * 6
    profit = [by_month(t["retailer_month"], "Alpha", "profit_cny") for t in (without, with_it)]
    assert profit[0] - profit[1] == pytest.approx([0, 7000, 0, 0, 0, 0], abs=1e-6)
    assurance = []
    for tables in (without, with_it):
        cells = tables["segment_month"]
        assurance.append(cells.loc[cells["retailer"] == "Alpha", "quality_assurance"].to_numpy())
    expected = [0, *(0.4 * 0.5 ** (month / 2) for month in range(5))]
    assert assurance[0] - assurance[1] == pytest.approx(expected, abs=1e-6)


def test_breaches_come_at_their_rate_and_security_stops_four_in_five() -> None:
    changes = {**ON, "information.breach_rate": 0.3, "run.months": 120, "run.warmup_months": 1, "run.agents": 60}
    secure = {f"retailers.{name}.levers.data_security": {} for name in NAMES}
    shares = []
    for added in ({}, secure):
        table = run(lively({**changes, **added}))["retailer_month"]
        served = table[(table["retailer"] != "default supplier") & (table["customers"] > 0) & (table["month"] > 20)]
        shares.append((served["breaches"].mean(), len(served)))
    for (share, count), rate in zip(shares, (0.3, 0.06), strict=True):
        assert abs(share - rate) <= 3 * math.sqrt(rate * (1 - rate) / count)


# Surveys


def test_a_survey_errs_as_a_mean_of_n_answers_does() -> None:
    """The same customers asked in 400 months: unbiased, with standard error sd / sqrt(n)."""
    responses, repeats = 25, 400
    survey = {"retailers.Alpha.records.survey": {"responses_per_month": responses}}
    with opened(lively({"information": SILENT, **survey})) as model:
        model.step()
        model.retailers[0].charges.clear()
        found = np.empty(repeats)
        for month in range(repeats):
            model.month = month
            information(model).talk()
            found[month] = information(model).survey_satisfaction[0]
        own = model.population[model.population["retailer"] == 0]
        assert np.isnan(information(model).survey_satisfaction[1:]).all()
        assert model.retailers[0].charges == {"marketing": repeats * responses * 20.0}
    mean = np.average(own["satisfaction"], weights=own["weight"])
    error = math.sqrt(np.average((own["satisfaction"] - mean) ** 2, weights=own["weight"]) / responses)
    assert abs(found.mean() - mean) <= 3 * error / math.sqrt(repeats)
    assert found.std() == pytest.approx(error, rel=3 / math.sqrt(2 * repeats))


def test_a_survey_costs_its_answers_and_asks_nobody_twice_as_many_as_there_are() -> None:
    survey = {"responses_per_month": 1_000_000, "cost_cny_per_response": 2}
    changes = {
        "information": SILENT,
        **{f"retailers.{name}.records.survey": survey for name in NAMES},
        "run.months": 24,
    }
    table = run(lively(changes))["retailer_month"]
    asked = table[table["survey_satisfaction"].notna()]
    assert len(asked) > 20
    assert (asked["marketing_cny"] == 2 * asked["customers"].round().clip(lower=1)).all()
    assert (asked["survey_satisfaction"] - asked["satisfaction"]).abs().max() < 0.02
    nobody = table[(table["retailer"] == "Gamma") & (table["customers"] == 0)]
    assert len(nobody) > 0
    assert (nobody["marketing_cny"] == 0).all()
    assert nobody[["records_valid_share", "misclassified_share", "match_share"]].isna().all().all()
