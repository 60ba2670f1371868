from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest
from tests.reporting.handmade import (
    CUSTOMERS,
    DOWN,
    ENERGY,
    LEVELS,
    MORE,
    NOTHING,
    ORDINARY,
    ORDINARY_WAIT,
    PROFIT,
    UNCLEAR,
    UP,
    VIP,
    VIP_WAIT,
    check,
    handmade,
)
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import Answer, answer
from marketsim.reporting.claims import Claim
from marketsim.reporting.numbers import NO_BREAK
from marketsim.reporting.view import StudyView


def said(result: FakeResult) -> Answer:
    """Return the answer with ordinary blanks in its texts."""
    found = answer(StudyView(result))
    sentences = tuple(sentence.replace(NO_BREAK, " ") for sentence in found.sentences)
    return replace(found, sentences=sentences, headline=found.headline.replace(NO_BREAK, " "))


def test_one_policy_that_pays_is_said_to_pay_with_interval_unit_and_chance() -> None:
    found = said(handmade({"lane": {PROFIT: UP}}))
    assert found.claim == Claim.PAYS
    assert found.best == "lane"
    assert found.headline == "lane pays: profit +2.05 [1.84, 2.26] million CNY a year"
    assert "raises the profit of Alpha: +2.05 [1.84, 2.26] million CNY a year against base" in found.sentences[0]
    assert "chance that it pays >99 %" in found.sentences[0]
    assert "in 4 of 4 worlds" in found.sentences[0]


def test_the_best_of_several_is_ahead_only_where_the_paired_difference_says_so() -> None:
    ahead = said(handmade({"narrow": {PROFIT: UP}, "wide": {PROFIT: MORE}}))
    assert ahead.best == "wide"
    assert "ahead of every other policy beyond the interval" in ahead.sentences[0]
    tied = said(handmade({"narrow": {PROFIT: (2.0, 2.3, 1.9, 2.1)}, "wide": {PROFIT: (2.2, 2.1, 1.9, 2.2)}}))
    assert "cannot be told apart from narrow" in tied.sentences[0]
    assert "ahead" not in tied.sentences[0]


def test_worlds_in_which_the_best_is_best_are_counted() -> None:
    found = said(handmade({"a": {PROFIT: (3.0, 3.0, 3.0, 1.0)}, "b": {PROFIT: (1.0, 1.0, 1.0, 2.0)}}))
    assert found.best == "a"
    assert "best of all in 3 of 4 worlds" in found.sentences[0]


def test_an_interval_that_includes_zero_allows_no_claim() -> None:
    found = said(handmade({"lane": {PROFIT: UNCLEAR}}))
    assert found.claim == Claim.CANNOT_TELL
    assert found.sentences[0].startswith("Whether lane changes the profit of Alpha cannot be told")
    assert "raises" not in " ".join(found.sentences)


def test_a_clear_loss_is_named_beside_an_unclear_best() -> None:
    found = said(handmade({"a": {PROFIT: UNCLEAR}, "b": {PROFIT: DOWN}}))
    assert found.claim == Claim.CANNOT_TELL
    assert "a has the largest mean profit" in found.sentences[0]
    assert "cannot be told from the base; b lowers profit" in found.sentences[0]


def test_a_sure_loss_with_the_largest_mean_is_not_said_to_be_unclear() -> None:
    found = said(handmade({"a": {PROFIT: DOWN}, "b": {PROFIT: (-30.0, 20.0, -15.0, -10.0)}}))
    assert (found.claim, found.best) == (Claim.CANNOT_TELL, "a")
    assert "even a, which has the largest mean profit, earns −" in found.sentences[0]
    assert "it cannot be told from the base" not in found.sentences[0]
    assert found.sentences[0].endswith("; a lowers profit.")


def test_of_many_losing_policies_only_the_number_is_given() -> None:
    found = said(handmade({"a": {PROFIT: UNCLEAR}, **{f"loss_{number}": {PROFIT: DOWN} for number in range(7)}}))
    assert found.sentences[0].endswith("; 7 of the 8 policies lower profit.")


def test_a_larger_mean_that_cannot_be_told_from_base_does_not_lead() -> None:
    found = said(handmade({"a": {PROFIT: (30.0, -20.0, 15.0, 10.0)}, "b": {PROFIT: UP}}))
    assert found.claim == Claim.PAYS
    assert found.best == "b"
    assert found.headline.startswith("b pays: profit +2.0")
    assert found.headline.endswith("whether a earns more cannot be told")
    assert "cannot be told apart from a (which cannot be told from the base either)" in found.sentences[0]
    assert "a earns most" not in found.headline


def test_policies_that_pay_alike_share_the_headline() -> None:
    found = said(handmade({"narrow": {PROFIT: (2.0, 2.3, 1.9, 2.1)}, "wide": {PROFIT: (2.2, 2.1, 1.9, 2.2)}}))
    assert found.headline == "wide and narrow pay; which earns most cannot be told"
    assert "has the largest mean profit that can be told from the base" in found.sentences[0]
    many = {f"lane_{n}": {PROFIT: (2.0 + 0.01 * n, 2.3, 1.9, 2.1)} for n in range(6)}
    assert "3 others pay; which earns most cannot be told" in said(handmade(many)).headline


def test_a_policy_that_changes_nothing_is_not_said_to_earn_most() -> None:
    found = said(handmade({"same": {}, "worse": {PROFIT: (-4.0, 1.0, -2.0, 0.5)}}))
    assert found.claim == Claim.CANNOT_TELL
    assert "No policy can be told to earn more than the base; same does not change profit" in found.sentences[0]


@pytest.mark.parametrize("names", [("lane",), ("lane", "other")])
def test_policies_that_all_lose_are_said_to_lose(names: tuple[str, ...]) -> None:
    found = said(handmade({name: {PROFIT: DOWN} for name in names}))
    assert found.claim == Claim.DOES_NOT_PAY
    assert "lowers the profit of Alpha" in found.sentences[0]
    assert "does not pay" in found.headline or "No policy pays" in found.headline


def test_no_difference_at_all_is_said_to_be_none() -> None:
    found = said(handmade({"a": {}, "b": {}}))
    assert found.claim == Claim.NOTHING_CHANGES
    assert found.headline == "Nothing changes"
    assert "None of the 2 policies changes anything" in found.sentences[0]


def test_rounding_noise_is_no_difference() -> None:
    noise = (1e-13, 2e-13, 1.5e-13, 1.2e-13)
    found = said(handmade({"a": {VIP: noise}}))
    assert found.claim == Claim.NOTHING_CHANGES


def test_unchanged_profit_is_not_nothing_when_customers_notice() -> None:
    found = said(handmade({"a": {VIP: UP}}))
    assert found.claim == Claim.DOES_NOT_PAY
    assert "VIPs are better off" in found.sentences[1]


def test_one_world_has_no_interval_and_no_claim() -> None:
    found = said(handmade({"lane": {PROFIT: UP, VIP: UP}}, worlds=1))
    assert found.claim == Claim.ONE_WORLD
    assert "a single world has no interval" in found.sentences[0]
    assert "cannot be judged from one world" in found.sentences[1]
    assert "[" not in found.sentences[0]
    assert any("no interval" in caution for caution in found.cautions)


def test_no_policy_describes_the_market_as_it_is() -> None:
    found = said(handmade({}))
    assert found.claim == Claim.NO_POLICY
    assert found.best is None
    assert "There is no policy to compare" in found.sentences[0]
    assert "busy-hour wait of VIPs 4.57 [4.48, 4.66] min" in found.sentences[0]


def test_no_finished_run_says_nothing() -> None:
    found = said(handmade({}, levels={}, failed=["lane"]))
    assert found.claim == Claim.NO_RESULTS
    assert "No run finished" in found.sentences[0]


def test_who_is_pleased_and_who_is_upset() -> None:
    effects = {
        PROFIT: UP,
        VIP: UP,
        ORDINARY: DOWN,
        VIP_WAIT: DOWN,
        ORDINARY_WAIT: UP,
        ENERGY: UP,
        CUSTOMERS: UNCLEAR,
    }
    sentence = said(handmade({"lane": effects})).sentences[1]
    assert "VIPs are better off (satisfaction +2.05 [1.84, 2.26] points of 100, busy-hour wait −2.05" in sentence
    assert "ordinary customers are worse off (satisfaction −2.05" in sentence
    assert "share of energy +2.05 [1.84, 2.26] pp and" in sentence
    assert sentence.rstrip(".").endswith("pp: cannot tell")


def test_unclear_and_equal_satisfaction_are_told_apart() -> None:
    sentence = said(handmade({"lane": {PROFIT: UP, VIP: UNCLEAR, ORDINARY: NOTHING}})).sentences[1]
    assert "VIPs cannot be told to be better or worse off" in sentence
    assert "ordinary customers notice nothing" in sentence
    assert "share of energy unchanged" in sentence


def test_vips_that_only_the_policy_creates_are_not_compared() -> None:
    result = handmade({"lane": {PROFIT: UP}})
    kept = result.kpis[(result.kpis["tier"] != "key") | (result.kpis["policy"] != "base")]
    from marketsim.results.statistics.compare import summarise

    object.__setattr__(result, "summary", summarise(kept))
    sentence = said(result).sentences[1]
    assert "VIPs, of whom the base has none, reach satisfaction" in sentence


def test_a_wider_tier_is_pointed_out() -> None:
    levels = {**LEVELS, ("customer_pct", "key"): 5.0}
    wider = {PROFIT: UP, ("customer_pct", "key"): (15.0, 15.0, 15.0, 15.0)}
    sentence = said(handmade({"lane": wider}, levels=levels)).sentences[1]
    assert "VIPs are other customers than in the base (20.1 % of all instead of 5.1 %)" in sentence
    assert "VIPs notice nothing" not in sentence
    same = said(handmade({"lane": {PROFIT: UP}}, levels=levels)).sentences[1]
    assert "VIPs notice nothing" in same


def test_tiers_that_are_only_cut_differently_change_nothing() -> None:
    levels = {**LEVELS, ("customer_pct", "key"): 5.0}
    found = said(handmade({"all": {VIP: DOWN, ("customer_pct", "key"): (95.0,) * 4}}, levels=levels))
    assert found.claim == Claim.NOTHING_CHANGES


def test_without_tiers_all_customers_are_one_group() -> None:
    levels = {PROFIT: 40e6, ENERGY: 25.0, CUSTOMERS: 27.0, ("satisfaction", "all"): 70.0}
    sentence = said(handmade({"staff": {PROFIT: UP, ("satisfaction", "all"): UP}}, levels=levels)).sentences[1]
    assert "customers are better off (satisfaction +2.05 [1.84, 2.26] points of 100)" in sentence
    assert "VIP" not in sentence


def test_failed_and_interrupted_runs_come_first() -> None:
    found = said(handmade({"lane": {PROFIT: UP}}, failed=["broken"], status="interrupted"))
    text = " ".join(found.cautions)
    assert "interrupted: 1 run did not take place" in text
    assert "1 of 10 runs failed (broken): division by zero" in text
    assert "No world of broken finished" in text


def test_the_third_sentence_is_on_assumptions() -> None:
    checks = [
        check("behaviour.fairness.visibility", "low", 1, 3),
        check("behaviour.fairness.visibility", "high", -3, -1),
    ]
    found = said(handmade({"lane": {PROFIT: UP}}, checks=checks))
    assert found.sentences[2] == (
        "The profit effect keeps its sign in 1 of 2 assumption checks; it turns if fairness: visibility is high (1)."
    )


def test_a_missing_world_is_left_out_of_the_ranking() -> None:
    result = handmade({"a": {PROFIT: UP}, "b": {PROFIT: MORE}})
    keep = ~((result.kpis["policy"] == "b") & (result.kpis["replication"] == 3))
    object.__setattr__(result, "kpis", result.kpis[keep])
    found = said(result)
    assert found.ranking is not None
    assert found.ranking.worlds == 3
    assert math.isfinite(found.ranking.runner_up[1].mean) if found.ranking.runner_up else False


def test_what_the_number_of_policies_may_explain_is_not_told() -> None:
    study = handmade({"narrow": {PROFIT: UP}, "wide": {PROFIT: MORE}})
    labels = {"retailer": "Alpha", "segment": "all", "tier": "all", "kpi": PROFIT[0], "rank_best": 1.0}
    rows = [("base", 1.0, "narrow; wide"), ("narrow", 0.09, "base; wide"), ("wide", 0.06, "base; narrow")]
    table = pd.DataFrame([{**labels, "policy": name, "p_holm": p, "ties": ties} for name, p, ties in rows])
    found = said(replace(study, answers={"ranking": table}))
    assert found.headline == "Whether any policy pays cannot be told"
    assert "of so many policies one may come out so well by chance" in found.sentences[0]
    told = table.assign(p_holm=[1.0, 0.01, 0.01], ties=["", "wide", "narrow"])
    found = said(replace(study, answers={"ranking": told}))
    assert found.headline == "wide and narrow pay; which earns most cannot be told"
