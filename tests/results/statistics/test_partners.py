"""Figures of tiers against the base with the policy's tier rules."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from marketsim.results.statistics.checks import check_differences, check_label
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.pairs import effects
from marketsim.results.statistics.partners import Partners, about_tiers
from marketsim.results.tables import ALL
from marketsim.scenario.tier_rules import RuleSet

RULES = {"lane": RuleSet("lane", frozenset({"Alpha"}))}
REFERENCE = "base, tiers of lane"
KEY = ("Alpha", "key", "satisfaction")
GAP = ("Alpha", ALL, "satisfaction_gap")
WHOLE = ("Alpha", ALL, "satisfaction")
RIVAL = ("Beta", "key", "satisfaction")
Values = dict[tuple[str, str, str], list[float]]


def kpis(**policies: Values) -> pd.DataFrame:
    """Return KPIs: of each policy the values in worlds 0, 1, ... by retailer, tier and KPI."""
    rows = [
        (policy, world, retailer, ALL, tier, kpi, value)
        for policy, values in policies.items()
        for (retailer, tier, kpi), worlds in values.items()
        for world, value in enumerate(worlds)
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])


MAIN = kpis(
    base={KEY: [80.0, 82.0], GAP: [5.0, 6.0], WHOLE: [70.0, 71.0], RIVAL: [60.0, 61.0]},
    lane={KEY: [76.0, 79.0], GAP: [4.0, 4.0], WHOLE: [71.0, 73.0], RIVAL: [58.0, 58.0]},
    other={KEY: [81.0, 84.0], GAP: [5.0, 6.0], WHOLE: [70.0, 71.0], RIVAL: [60.0, 61.0]},
)
SAME_MEMBERS = kpis(**{REFERENCE: {KEY: [75.0, 77.0], GAP: [3.0, 3.5], RIVAL: [1.0, 1.0], WHOLE: [1.0, 1.0]}})


def row(frame: pd.DataFrame, policy: str, label: tuple[str, str, str]) -> pd.Series:
    retailer, tier, kpi = label
    rows = frame[(frame["policy"] == policy) & (frame["retailer"] == retailer)]
    found = rows[(rows["tier"] == tier) & (rows["kpi"] == kpi)]
    assert len(found) == 1
    return found.iloc[0]


def test_tiers_and_what_compares_them_are_against_the_same_members() -> None:
    found = summarise(MAIN, partners=Partners(RULES, SAME_MEMBERS))
    key = row(found, "lane", KEY)
    assert (key["mean"], key["diff"], key["reference"], key["reference_mean"]) == (77.5, 1.5, REFERENCE, 76.0)
    assert row(found, "lane", GAP)["diff"] == 0.75
    assert row(found, "base", KEY)["mean"] == 81.0


@pytest.mark.parametrize(
    ("policy", "label", "diff"), [("lane", WHOLE, 1.5), ("lane", RIVAL, -2.5), ("other", KEY, 1.5)]
)
def test_all_else_is_against_the_base(policy: str, label: tuple[str, str, str], diff: float) -> None:
    found = row(summarise(MAIN, partners=Partners(RULES, SAME_MEMBERS)), policy, label)
    assert (found["diff"], found["reference"]) == (diff, "base")


def test_without_rules_nothing_differs() -> None:
    pd.testing.assert_frame_equal(summarise(MAIN, partners=Partners()), summarise(MAIN), check_exact=True)


def test_worlds_without_a_reference_run_are_left_out() -> None:
    first = SAME_MEMBERS[SAME_MEMBERS["replication"] == 0]
    key = row(summarise(MAIN, partners=Partners(RULES, first)), "lane", KEY)
    assert (key["n"], key["mean"], key["diff"]) == (1, 76.0, 1.0)
    none = row(summarise(MAIN, partners=Partners(RULES)), "lane", KEY)
    assert (none["n"], none["mean"], none["reference"]) == (2, 77.5, "")
    assert math.isnan(none["diff"])


def test_effects_by_world() -> None:
    found = effects(MAIN, partners=Partners(RULES, SAME_MEMBERS))
    assert found.loc[("lane", "Alpha", ALL, "key", "satisfaction")].tolist() == [1.0, 2.0]
    assert found.loc[("lane", "Alpha", ALL, ALL, "satisfaction")].tolist() == [1.0, 2.0]
    assert found.loc[("lane", "Beta", ALL, "key", "satisfaction")].tolist() == [-2.0, -3.0]
    assert found.loc[("other", "Alpha", ALL, "key", "satisfaction")].tolist() == [1.0, 2.0]


def test_checks_tell_the_level_of_the_partner() -> None:
    label, partners = check_label("x", "low"), Partners(RULES, SAME_MEMBERS)
    found = check_differences({label: MAIN}, {"x": (0.0, 1.0)}, "Alpha", MAIN, {"": partners, label: partners})
    lane = found[found["policy"] == "lane"].set_index(["tier", "kpi"])
    assert lane.loc[("key", "satisfaction"), ["base", "diff"]].tolist() == [76.0, 1.5]
    assert lane.loc[(ALL, "satisfaction"), ["base", "diff"]].tolist() == [70.5, 1.5]


def test_rows_about_tiers() -> None:
    assert set(about_tiers(MAIN)["kpi"] + about_tiers(MAIN)["tier"]) == {"satisfactionkey", "satisfaction_gapall"}
