"""Rankings of made-up policies: known orders, ties, tiers with other members."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.figures import Figure, ranked_figures
from marketsim.results.statistics.partners import Partners
from marketsim.results.statistics.ranking import RANKING_COLUMNS, all_pairs, rank_ranges, ranking
from marketsim.results.tables import ALL
from marketsim.scenario.shown import Shown
from marketsim.scenario.tier_rules import RuleSet

PROFIT, WAIT, HHI = "profit_cny_per_year", "busy_wait_contact_minutes", "hhi"
WORLDS = 10
Values = Mapping[str, Sequence[float]]


def kpis(values: Values, kpi: str = PROFIT, tier: str = ALL, retailer: str = "Alpha") -> pd.DataFrame:
    rows = [
        (policy, world, retailer, ALL, tier, kpi, value)
        for policy, worlds in values.items()
        for world, value in enumerate(worlds)
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])


def around(**means: float) -> dict[str, list[float]]:
    """Return values around means: large common differences between worlds, small ones of each policy's own."""
    rng = np.random.default_rng(7)
    common = 20 * rng.normal(size=WORLDS)
    return {policy: (mean + common + rng.normal(size=WORLDS)).tolist() for policy, mean in means.items()}


def by_policy(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("policy")


def test_a_clear_order_and_a_tie() -> None:
    found = by_policy(ranking(kpis(around(base=0, low=-10, near=5, nearer=5.1, top=30)), "Alpha"))
    assert list(ranking(kpis(around(base=0, low=-10)), "Alpha").columns) == list(RANKING_COLUMNS)
    ranks = found[["rank_best", "rank_worst"]].to_dict("split")
    assert dict(zip(ranks["index"], ranks["data"], strict=True)) == {
        "base": [4, 4], "low": [5, 5], "near": [2, 3], "nearer": [2, 3], "top": [1, 1],
    }  # fmt: skip
    assert found["ties"].to_dict() == {"base": "", "low": "", "near": "nearer", "nearer": "near", "top": ""}
    assert found.loc["top", "p_best"] == 1.0
    assert (found["p_holm"].drop("base") <= 0.05).all()
    assert np.isnan(found.loc["base", ["diff", "p_value", "p_holm"]].to_numpy(dtype=float)).all()


def test_differences_are_those_of_the_summary() -> None:
    frame = kpis(around(base=0, lane=0.5, staff=1.5))
    found, summary = by_policy(ranking(frame, "Alpha")), by_policy(summarise(frame))
    for column in ("mean", "diff", "diff_low", "diff_high"):
        assert found[column].tolist() == summary[column].tolist() or column.startswith("diff")
        assert found[column].drop("base").tolist() == summary[column].drop("base").tolist()
    assert found["n"].tolist() == [WORLDS] * 3


def test_where_less_is_better_the_least_is_first() -> None:
    found = by_policy(ranking(kpis(around(base=10, slow=30, fast=1), WAIT), "Alpha"))
    assert found["rank_best"].to_dict() == {"base": 2, "slow": 3, "fast": 1}
    assert found.loc["fast", "p_best"] == 1.0


def test_a_policy_that_changes_nothing_ties_with_the_base() -> None:
    values = around(base=0, top=30)
    found = by_policy(ranking(kpis(values | {"same": values["base"]}), "Alpha"))
    assert found.loc["same", "ties"] == "base"
    assert found.loc["same", ["diff", "diff_low", "boot_high", "p_value", "p_holm"]].tolist() == [0, 0, 0, 1, 1]
    assert found.loc[["base", "same"], "rank_worst"].tolist() == [3, 3]


def test_one_world_ranks_nobody_before_another() -> None:
    found = by_policy(ranking(kpis({"base": [1.0], "lane": [5.0]}), "Alpha"))
    assert found[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 2], [1, 2]]
    assert found["ties"].tolist() == ["lane", "base"]
    assert np.isnan(found[["p_best", "p_value", "diff_low", "boot_low"]].to_numpy(dtype=float)).all()


def test_what_is_neither_good_nor_bad_is_not_ranked() -> None:
    shown = [Shown(kpi=HHI, retailer="market")]
    found = by_policy(ranking(kpis(around(base=0, lane=9), HHI, retailer="market"), "Alpha", shown))
    assert found.loc["lane", "p_holm"] <= 0.05
    assert found[["rank_best", "rank_worst", "p_best"]].isna().all(axis=None)
    assert (found["ties"] == "").all()


def test_figures_are_the_headlines_and_what_is_shown_each_once() -> None:
    shown = [Shown(kpi=PROFIT), Shown(kpi="satisfaction", segment="home"), Shown(kpi=PROFIT, retailer="Beta")]
    figures = ranked_figures("Alpha", shown)
    assert len(figures) == len(set(figures)) == len(ranked_figures("Alpha")) + 2
    assert figures[-2:] == (Figure("Alpha", "home", ALL, "satisfaction"), Figure("Beta", ALL, ALL, PROFIT))


RULES = {"wide": RuleSet("wide", frozenset({"Alpha"}))}


def test_tiers_with_other_members_are_not_ranked_but_compared_with_their_own_reference() -> None:
    main = kpis(around(base=70, wide=74, staff=72), "satisfaction", "key")
    reference = kpis(
        {"base, tiers of wide": [value - 1 for value in around(base=70, wide=74)["wide"]]}, "satisfaction", "key"
    )
    found = by_policy(ranking(main, "Alpha", partners=Partners(RULES, reference)))
    assert found.loc["wide", "reference"] == "base, tiers of wide"
    assert found.loc["wide", "diff"] == pytest.approx(1.0, abs=1e-9)
    assert found.loc["staff", "reference"] == "base"
    assert found[["rank_best", "rank_worst", "p_best"]].isna().all(axis=None)
    whole = by_policy(
        ranking(kpis(around(base=70, wide=74), "satisfaction"), "Alpha", partners=Partners(RULES, reference))
    )
    assert whole["rank_best"].tolist() == [2, 1]


def test_tiers_of_another_size_without_a_reference_are_left_out() -> None:
    sizes = kpis({"base": [5.0, 5.0], "wide": [20.0, 20.0], "staff": [5.1, 5.1]}, "customer_pct", "key")
    frame = pd.concat([kpis(around(base=70, wide=74, staff=72), "satisfaction", "key"), sizes])
    found = by_policy(ranking(frame, "Alpha"))
    assert sorted(found.index) == ["base", "staff"]
    assert found["rank_best"].isna().all()


def test_missing_worlds_leave_out_pairs() -> None:
    values = around(base=0, lane=5)
    values["lane"] = [*values["lane"][:-1], math.nan]
    found = by_policy(ranking(kpis(values), "Alpha"))
    assert (found.loc["base", "n"], found.loc["lane", "n"]) == (WORLDS, WORLDS - 1)


def test_order_of_rows_does_not_change_a_bit() -> None:
    frame = kpis(around(base=0, lane=0.5, staff=1.5, other=1.0))
    shuffled = frame.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(ranking(frame, "Alpha"), ranking(shuffled, "Alpha"), check_exact=True)


def test_without_a_base_there_is_nothing() -> None:
    assert ranking(kpis(around(lane=1)), "Alpha").empty
    assert ranking(kpis({}), "Alpha").empty


def test_every_true_rank_is_within_its_range_in_at_least_95_of_100_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Contenders, "chances_of_best", lambda *_: np.full(4, np.nan))  # takes long, says nothing here
    rng, studies = np.random.default_rng(11), 400
    means = {"base": 0.0, "a": 0.0, "b": 1.0, "c": 3.0}
    true = {"base": (3, 4), "a": (3, 4), "b": (2, 2), "c": (1, 1)}
    missed = 0
    for _ in range(studies):
        values = np.array(list(means.values()))[:, np.newaxis] + rng.normal(size=(4, 8))
        found = rank_ranges(Contenders.paired(values), list(means), 1.0)
        ranges = zip(found["rank_best"], found["rank_worst"], true.values(), strict=True)
        missed += any(low > best or high < worst for low, high, (best, worst) in ranges)
    assert missed / studies <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)


def test_all_pairs() -> None:
    values = around(base=0, lane=5, staff=5.1)
    found = all_pairs(kpis(values), Figure("Alpha", ALL, ALL, PROFIT)).set_index(["first", "second"])
    assert set(found.index) == {("lane", "base"), ("staff", "base"), ("staff", "lane")}
    assert found.loc[("staff", "lane"), "diff"] == pytest.approx(np.mean(values["staff"]) - np.mean(values["lane"]))
    assert found["p_holm"].tolist() == pytest.approx(
        np.maximum.accumulate(np.sort(found["p_value"]) * [3, 2, 1])[np.argsort(np.argsort(found["p_value"]))].clip(
            max=1
        )
    )
