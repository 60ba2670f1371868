"""Tiers: who is in which, and the cut-offs by which prospects find theirs (E3)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.market.rows import rows
from tests.markets import lively

from marketsim.market.frame import Frame, build_frame
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Records
from marketsim.market.tiers import (
    LEAST_MARGIN_SHARE,
    Tiers,
    build_tiers,
    prospect_tier,
    publish,
    review,
    tier_rules,
    tiers_read,
    usable_margins,
    value_scores,
)
from marketsim.scenario import service
from marketsim.scenario.portraits import TagRule
from marketsim.scenario.study import Study

KEY, QUALITY, LOYAL, ORDINARY = range(4)
RATES = np.array([0.0, 0.1, 0.2, 0.5])
"""Yearly probability of default of grades A to D."""
MARGINS = np.array([12.0, 20.0, 8.0])
"""Expected margin by segment: homes, shops, works."""
TOWN, VILLAGE = 0, 1


def with_tiers(settings_: dict[str, Any]) -> Study:
    """Return a study in which Alpha has just these tiers."""
    study = lively().study
    alpha = study.retailers["Alpha"].model_copy(update={"tiers": service.Tiers.model_validate(settings_)})
    return study.model_copy(update={"retailers": {**study.retailers, "Alpha": alpha}})


class Book:
    """The tiers of Alpha over a book of customers."""

    def __init__(self, settings_: dict[str, Any], members: list[dict[str, Any]]) -> None:
        self.study: Study = with_tiers(settings_)
        self.frame: Frame = build_frame(self.study, self.study)
        self.tiers: Tiers = build_tiers(self.frame, self.study)
        numbered = [{"key": number, "weight": 1.0, **member} for number, member in enumerate(members)]
        self.population: Records = rows(CUSTOMER, *numbered)
        self.review()

    def review(self, month: int = 0) -> None:
        everybody = np.arange(len(self.population))
        rules = tier_rules(self.study, "Alpha")
        scores = value_scores(self.population, self.population, everybody, MARGINS, RATES)
        found = review(self.population, self.population, self.tiers, 0, rules, scores, everybody, month)
        self.population["tier"] = found.tier
        publish(self.tiers, 0, rules, found.least_scores, MARGINS, RATES)

    @property
    def members(self) -> list[int]:
        return [int(tier) for tier in self.population["tier"]]

    def prospect(self, energy: float, segment: int = 0, region: int = TOWN, credit: int = 0) -> int:
        return int(prospect_tier(self.tiers.cut_off[0], segment, region, credit, energy))


def sizes(*energies: float) -> list[dict[str, Any]]:
    return [{"energy": energy} for energy in energies]


# Ranking


def test_value_is_margin_times_energy_less_expected_default() -> None:
    members = rows(CUSTOMER, {"segment": 1, "energy": 10.0, "credit": 2}, {"segment": 0, "energy": 3.0})
    assert value_scores(members, members, np.arange(2), MARGINS, RATES).tolist() == [20 * 10 * 0.8, 12 * 3.0]


def test_where_a_segment_is_sold_at_a_loss_size_decides_in_any_currency() -> None:
    members = rows(CUSTOMER, {"segment": 1, "energy": 10.0, "credit": 2}, {"segment": 0, "energy": 3.0})
    for price in (400.0, 800.0):
        margins = usable_margins(np.array([-5.0, -5.0, 9.0]), price)
        least = LEAST_MARGIN_SHARE * price
        assert margins.tolist() == [least, least, 9.0]
        assert value_scores(members, members, np.arange(2), margins, RATES).tolist() == [least * 10 * 0.8, least * 3]
    assert (usable_margins(np.zeros(3), 0.0) > 0).all()


def test_records_decide_where_they_are_not_the_truth() -> None:
    members = rows(CUSTOMER, {"energy": 10.0, "credit": 2}, {"energy": 3.0})
    known = members.copy()
    known["energy"], known["credit"] = [1.0, 3.0], [0, 1]
    assert value_scores(members, known, np.arange(2), MARGINS, RATES).tolist() == [12 * 1.0, 12 * 3 * 0.9]
    study = with_tiers({"key": {"rule": {"annual_mwh": 12, "credit": "B"}}})
    tiers = build_tiers(build_frame(study, study), study)
    rules = tier_rules(study, "Alpha")

    def found(book: Records) -> list[int]:
        return review(members, book, tiers, 0, rules, np.ones(2), np.arange(2), 0).tier.tolist()

    assert (found(members), found(known)) == ([ORDINARY, KEY], [KEY, KEY])
    known["energy"] = 0.9
    assert found(known) == [ORDINARY, ORDINARY]


def test_the_best_tenth_by_value() -> None:
    book = Book({"key": {"rule": {"value_pct": 20}}}, sizes(5, 1, 9, 3, 7, 2, 8, 4, 6, 10))
    assert book.members == [3, 3, KEY, 3, 3, 3, 3, 3, 3, KEY]


def test_a_small_payer_with_good_credit_beats_a_large_one_with_bad() -> None:
    members = [{"energy": 10.0, "credit": 3}, {"energy": 6.0, "credit": 0}]
    assert Book({"key": {"rule": {"value_pct": 50}}}, members).members == [ORDINARY, KEY]


def test_an_agent_that_stands_for_many_counts_as_many() -> None:
    """Of 10 customers the top 40 %: an agent for three, and half of the next, which stands for two."""
    members = [
        {"energy": 9.0, "weight": 3.0},
        {"energy": 8.0, "weight": 2.0},
        {"energy": 1.0, "weight": 5.0},
    ]
    assert Book({"key": {"rule": {"value_pct": 40}}}, members).members == [KEY, KEY, ORDINARY]
    assert Book({"key": {"rule": {"value_pct": 39}}}, members).members == [KEY, ORDINARY, ORDINARY]


def test_the_second_tier_takes_from_the_top_what_the_first_left() -> None:
    book = Book({"key": {"rule": {"value_pct": 20}}, "quality": {"rule": {"value_pct": 60}}}, sizes(1, 2, 3, 4, 5))
    assert book.members == [ORDINARY, ORDINARY, QUALITY, QUALITY, KEY]


def test_all_conditions_must_hold() -> None:
    rule = {"value_pct": 60, "annual_mwh": 36, "credit": "B", "regions": ["town"], "tenure_months": 12}
    good = {"energy": 5.0, "credit": 1, "region": TOWN, "joined": -12}
    members = [
        good,
        {**good, "energy": 2.9},
        {**good, "credit": 2},
        {**good, "region": VILLAGE},
        {**good, "joined": -11},
        *sizes(0.1, 0.1, 0.1, 0.1, 0.1),
    ]
    assert Book({"key": {"rule": rule}}, members).members == [KEY, *[ORDINARY] * 9]


def test_equal_customers_are_told_apart_by_their_key_not_by_their_place() -> None:
    members = [{"energy": 1.0, "key": key} for key in (40, 10, 30, 20)]
    assert Book({"key": {"rule": {"value_pct": 50}}}, members).members == [ORDINARY, KEY, ORDINARY, KEY]


def test_a_quota_takes_the_best() -> None:
    members = [{"energy": e, "weight": 2.0} for e in (1.0, 5.0, 3.0, 4.0)]
    assert Book({"key": {"rule": {"quota": 4}}}, members).members == [ORDINARY, KEY, ORDINARY, KEY]
    assert Book({"key": {"rule": {"quota": 1}}}, members).members == [ORDINARY, KEY, ORDINARY, ORDINARY]
    assert Book({"key": {"rule": {"quota": 0}}}, members).members == [ORDINARY] * 4


def test_a_rule_without_conditions_takes_nobody_and_all_can_take_everybody() -> None:
    assert Book({"key": {"rule": {}}}, sizes(1, 2)).members == [ORDINARY, ORDINARY]
    assert Book({"key": {"rule": {"value_pct": 0}}}, sizes(1, 2)).members == [ORDINARY, ORDINARY]
    assert Book({"key": {"rule": {"value_pct": 100}}}, sizes(1, 2)).members == [KEY, KEY]


def test_a_later_review_sends_back_who_no_longer_qualifies() -> None:
    book = Book({"loyal": {"rule": {"tenure_months": 12}}}, [{"energy": 1.0, "joined": -3}])
    assert book.members == [ORDINARY]
    book.review(month=9)
    assert book.members == [LOYAL]
    book.population["joined"] = 5
    book.review(month=10)
    assert book.members == [ORDINARY]


# What prospects read


def test_before_the_first_review_everybody_new_is_ordinary() -> None:
    study = lively().study
    tiers = build_tiers(build_frame(study, study), study)
    assert prospect_tier(tiers.cut_off[0], 1, 0, 0, 1e9) == ORDINARY


def test_a_prospect_like_the_last_member_is_admitted_and_one_just_below_is_not() -> None:
    book = Book({"key": {"rule": {"value_pct": 40}}}, sizes(1, 2, 3, 4, 5))
    assert book.prospect(4.0) == KEY
    assert book.prospect(4.0 * (1 - 1e-9)) == ORDINARY
    # worth as much as 4 MWh at 12 CNY/MWh and grade A: 2.4 MWh at 20, 5 MWh at grade C
    assert [book.prospect(e, segment=1) for e in (2.41, 2.39)] == [KEY, ORDINARY]
    assert [book.prospect(e, credit=2) for e in (5.01, 4.99)] == [KEY, ORDINARY]


def test_a_quota_is_published_as_the_size_of_its_last_member() -> None:
    book = Book({"key": {"rule": {"quota": 2}}}, sizes(1, 2, 3, 4, 5))
    assert [book.prospect(e) for e in (4.0, 3.99)] == [KEY, ORDINARY]
    roomy = Book({"key": {"rule": {"quota": 100}}}, sizes(1, 2, 3, 4, 5))
    assert roomy.prospect(0.001) == KEY


def test_credit_region_and_size_bind_prospects_as_they_bind_members() -> None:
    book = Book({"key": {"rule": {"annual_mwh": 36, "credit": "B", "regions": ["town"]}}}, sizes(1, 2, 3, 4, 5))
    assert book.members == [ORDINARY, ORDINARY, KEY, KEY, KEY]
    assert [book.prospect(3.0), book.prospect(2.999)] == [KEY, ORDINARY]
    assert [book.prospect(9.0, credit=1), book.prospect(9.0, credit=2)] == [KEY, ORDINARY]
    assert book.prospect(9.0, region=VILLAGE) == ORDINARY


def test_nobody_new_is_loyal() -> None:
    book = Book({"loyal": {"rule": {"tenure_months": 12}}}, [{"energy": 5.0, "joined": -20}])
    assert book.members == [LOYAL]
    assert book.prospect(50.0) == ORDINARY


def test_a_retailer_without_customers_still_keeps_its_published_rule() -> None:
    book = Book({"key": {"rule": {"annual_mwh": 36}}, "quality": {"rule": {"value_pct": 50}}}, [])
    assert [book.prospect(3.0), book.prospect(2.9)] == [KEY, ORDINARY]


def test_only_the_prospects_of_one_retailer_read_its_cut_offs() -> None:
    book = Book({"key": {"rule": {"value_pct": 100}}}, sizes(1, 2))
    assert book.tiers.cut_off[0, KEY].max() == 0.0
    assert np.isinf(book.tiers.cut_off[1:]).all()


MEMBER = st.fixed_dictionaries(
    {
        "energy": st.floats(0.01, 1000),
        "segment": st.integers(0, 2),
        "region": st.integers(0, 1),
        "credit": st.integers(0, 3),
        "weight": st.sampled_from([1.0, 2.5, 40.0]),
    }
)
RULE = st.fixed_dictionaries(
    {},
    optional={
        "value_pct": st.integers(0, 100),
        "annual_mwh": st.floats(0.1, 6000),
        "credit": st.sampled_from("ABCD"),
        "quota": st.integers(0, 60),
        "regions": st.sampled_from([["town"], ["village"], ["town", "village"]]),
    },
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(RULE, RULE, st.lists(MEMBER, min_size=1, max_size=12))
def test_membership_and_cut_offs_agree(key: Any, quality: Any, members: list[dict[str, Any]]) -> None:
    """A prospect who is just like a member finds itself in the member's tier, or in a better one."""
    book = Book({"key": {"rule": key}, "quality": {"rule": quality}}, members)
    for member, tier in zip(book.population, book.members, strict=True):
        found = book.prospect(member["energy"], member["segment"], member["region"], member["credit"])
        assert found <= tier


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(1, 99), st.lists(MEMBER, min_size=1, max_size=12), st.floats(0.01, 1000))
def test_no_prospect_is_admitted_below_the_least_member(
    share: int, members: list[dict[str, Any]], energy: float
) -> None:
    book = Book({"key": {"rule": {"value_pct": share}}}, members)
    scores = value_scores(book.population, book.population, np.arange(len(members)), MARGINS, RATES)
    admitted = scores[np.array(book.members) == KEY]
    least = admitted.min() if len(admitted) else np.inf
    expected = KEY if MARGINS[2] * energy * (1 - RATES[1]) >= least else ORDINARY
    assert book.prospect(energy, segment=2, credit=1) == expected


@settings(deadline=None, derandomize=True, max_examples=60)
@given(RULE, RULE, st.lists(MEMBER, min_size=1, max_size=12))
def test_cut_offs_read_for_many_are_those_that_each_reads(
    key: Any, quality: Any, members: list[dict[str, Any]]
) -> None:
    book = Book({"key": {"rule": key}, "quality": {"rule": quality}}, members)
    one_by_one = [book.prospect(m["energy"], m["segment"], m["region"], m["credit"]) for m in book.population]
    assert tiers_read(book.tiers.cut_off, book.population, book.population).tolist() == one_by_one


# Tags


def test_a_tier_may_ask_for_tags_and_prospects_expect_none() -> None:
    book = Book({"key": {"rule": {"annual_mwh": 12}}}, sizes(5, 6, 7))
    book.tiers.tags[0, KEY] = 0b110
    book.population["tags"] = [0b110, 0b010, 0b111]
    book.review()
    assert book.members == [KEY, ORDINARY, KEY]
    study = with_tiers({"key": {"rule": {"tags": ["b"]}}, "quality": {"rule": {"annual_mwh": 12}}})
    study = study.model_copy(update={"tags": {"b": TagRule(age_groups=("old",)), "a": TagRule(top_need="fairness")}})
    tiers = build_tiers(build_frame(study, study), study)
    assert tiers.tags[0].tolist() == [0b10, 0, 0, 0]
    publish(tiers, 0, tier_rules(study, "Alpha"), [0.0, 0.0, np.inf], MARGINS, RATES)
    assert prospect_tier(tiers.cut_off[0], 1, 0, 0, 50.0) == QUALITY


def test_a_grade_that_never_pays_is_admitted_only_where_value_does_not_count() -> None:
    book = Book({"key": {"rule": {"value_pct": 50}}, "quality": {"rule": {"annual_mwh": 12}}}, sizes(1, 2))
    rules = tier_rules(book.study, "Alpha")
    publish(book.tiers, 0, rules, [24.0, 0.0, np.inf], MARGINS, np.array([0.0, 0.1, 0.2, 1.0]))
    assert [book.prospect(9.0, credit=3), book.prospect(9.0)] == [QUALITY, KEY]


# Reading a study


def test_discounts_and_the_best_one_in_use() -> None:
    study = lively({"retailers.Beta.tiers.quality.discount_cny_per_mwh": 9.0}).study
    tiers = build_tiers(build_frame(study, study), study)
    assert tiers.discount.tolist() == [[3, 1, 0, 0], [2, 9, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    # nobody is ever in the quality tier of Beta: it has no rule
    assert tiers.best_discount.tolist() == [3, 2, 0, 0]
