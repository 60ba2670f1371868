"""What `marketsim compare` is told, and what it says of studies that are not the same."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.errors import ResultsError
from marketsim.results.statistics import sides as module
from marketsim.results.statistics.comparison import (
    COMPARISON_COLUMNS,
    PAIRED,
    REFERENCE,
    UNPAIRED,
    Asked,
    compare,
    figures_asked,
)
from marketsim.results.statistics.figures import Figure, with_other_members
from marketsim.results.statistics.sides import Side, sides_of
from marketsim.results.statistics.what_differs import facts_that_differ, values_that_differ
from marketsim.results.tables import ALL

PROFIT = "profit_cny_per_year"
WORLDS = 8
SCENARIO: dict[str, Any] = {
    "title": "A", "focus": "Alpha", "run": {"months": 60, "warmup_months": 12, "agents": 500, "seed": 1},
    "behaviour": {"fairness": {"legitimacy": 0.5}}, "retailers": {"Alpha": {"tiers": {"key": {"rule": {"value_pct": 5.0}}}}},
    "policies": {"lane": {"x": 1}, "staff": {}},
}  # fmt: skip


def manifest(seed: int = 1, **scenario: Any) -> dict[str, Any]:
    plain = copy.deepcopy(SCENARIO) | scenario
    policies = list(plain["policies"])
    return {"seed": seed, "short_hash": f"h{seed}", "marketsim": "1", "status": "complete", "policies": policies,
            "format": "marketsim results", "format_version": 1, "scenario": plain}  # fmt: skip


def kpis(
    means: dict[str, float], seed: int = 1, worlds: int = WORLDS, kpi: str = PROFIT, tier: str = ALL
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = 10 * rng.normal(size=worlds)
    rows = [
        (policy, world, "Alpha", ALL, tier, kpi, mean + common[world] + 0.1 * rng.normal())
        for policy, mean in means.items()
        for world in range(worlds)
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])


@dataclass(frozen=True)
class FakeStudy:
    """What of a StudyResult is compared."""

    folder: Path
    manifest: dict[str, Any]
    kpis: pd.DataFrame


def study(frame: pd.DataFrame, about: dict[str, Any] | None = None, folder: str = "a") -> FakeStudy:
    return FakeStudy(Path(folder), about or manifest(), frame)


MEANS = {"base": 0.0, "lane": 5.0, "staff": -5.0}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the studies a, a:b and c, whose key figures are made up."""
    for number, name in enumerate(("a", "a:b", "c"), start=1):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(json.dumps(manifest(number)))
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(module, "load", lambda folder: study(kpis(MEANS), manifest(), str(folder)))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        (["a"], ["base", "lane", "staff"]),
        (["a:lane", "a"], ["lane", "base", "staff"]),
        (["a:lane", "a:base"], ["lane", "base"]),
        (["a", "c:lane"], ["a:base", "c:lane"]),
        (["a", "c"], ["a:base", "c:base", "c:lane", "c:staff"]),
        (["a:b:lane", "c:lane", "c:lane"], ["a:b:lane", "c:lane"]),
        (["a:b"], ["base", "lane", "staff"]),
    ],
)
def test_what_arguments_mean(root: Path, arguments: list[str], labels: list[str]) -> None:
    assert [side.label for side in sides_of(arguments, root)] == labels


def test_folders_may_be_given_as_paths(root: Path) -> None:
    assert sides_of([f"{root / 'a'}:lane", str(root / "c")], Path("nowhere"))[0].policy == "lane"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["b"], "there is no results folder of that name; below"),
        (["empty"], "holds no marketsim results"),
        (["a:lane_5", "a"], "a:lane_5: there is no policy lane_5; there are base, lane, staff"),
        (["a:lane"], "is all there is; name another study"),
        (["a:lane", "a:lane"], "is all there is"),
    ],
)
def test_arguments_that_name_nothing(root: Path, arguments: list[str], words: str) -> None:
    with pytest.raises(ResultsError, match=words):
        sides_of(arguments, root)


def two(first: pd.DataFrame, second: pd.DataFrame, seed: int = 1, **scenario: Any) -> list[Side]:
    other = study(second, manifest(seed, **scenario), "b")
    return [Side("a:base", study(first), "base"), Side("b:base", other, "base"), Side("b:lane", other, "lane")]


def test_same_seeds_are_paired_and_others_are_not() -> None:
    asked = Asked((PROFIT,))
    paired, apart = (
        compare(sides, figures_asked(asked, sides)).set_index("side")
        for sides in (two(kpis(MEANS), kpis(MEANS)), two(kpis(MEANS), kpis(MEANS, 2), 2))
    )
    assert paired["pairing"].tolist() == [REFERENCE, PAIRED, PAIRED]
    assert apart["pairing"].tolist() == [REFERENCE, UNPAIRED, UNPAIRED]
    assert list(paired.reset_index()[list(COMPARISON_COLUMNS)].columns) == list(COMPARISON_COLUMNS)
    assert paired.loc["b:lane", ["verdict", "rank_best", "rank_worst"]].tolist() == ["higher", 1, 1]
    assert paired.loc["b:base", "verdict"] == "no change"
    assert paired.loc["a:base", "ties"] == "b:base"
    widths = [frame.loc["b:lane", "diff_high"] - frame.loc["b:lane", "diff_low"] for frame in (paired, apart)]
    assert widths[1] > 20 * widths[0]
    assert apart.loc["b:lane", "verdict"] == "cannot tell"


def test_means_are_of_the_worlds_that_are_compared() -> None:
    sides = two(kpis(MEANS), kpis(MEANS, worlds=2 * WORLDS))
    for side in sides[1:]:
        side.study.kpis.loc[lambda frame: frame["replication"] >= WORLDS, "value"] = 1e6
    found = compare(sides, figures_asked(Asked((PROFIT,)), sides)).set_index("side")
    assert found["n"].tolist() == [WORLDS] * 3
    assert (found["mean"] < 1e3).all()


def test_too_few_common_worlds() -> None:
    first = kpis(MEANS)
    later = kpis(MEANS).assign(replication=lambda frame: frame["replication"] + WORLDS)
    sides = two(first, later)
    with pytest.raises(ResultsError, match="b:base and a:base have no world in common; two at least"):
        compare(sides, figures_asked(Asked((PROFIT,)), sides))
    sides = two(first, kpis(MEANS, worlds=1))
    with pytest.raises(ResultsError, match="only one world in common"):
        compare(sides, figures_asked(Asked((PROFIT,)), sides))
    sides = two(first, kpis(MEANS, worlds=1), 2)
    with pytest.raises(ResultsError, match="b:base has only one world"):
        compare(sides, figures_asked(Asked((PROFIT,)), sides))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(("profit",)), "--kpi profit: there is no key figure profit"),
        (Asked((PROFIT,), "Omega"), "--retailer Omega: there is no retailer Omega; there are Alpha"),
        (Asked((PROFIT,), None, "gold"), "--tier gold: there is no tier gold"),
        (Asked(("satisfaction",)), "no side has a value of satisfaction of tier all at Alpha"),
    ],
)
def test_figures_that_are_not_there(asked: Asked, words: str) -> None:
    with pytest.raises(ResultsError, match=words):
        figures_asked(asked, two(kpis(MEANS), kpis(MEANS)))


def test_headlines_that_nobody_has_are_left_out() -> None:
    assert [figure.kpi for figure in figures_asked(Asked(), two(kpis(MEANS), kpis(MEANS)))] == [PROFIT]


def test_tiers_with_other_rules_are_not_compared() -> None:
    frame = kpis(MEANS, kpi="satisfaction", tier="key")
    wide = {"Alpha": {"tiers": {"key": {"rule": {"value_pct": 20.0}}}}}
    other = study(frame, manifest(retailers=wide), "b")
    sides = [Side("a:base", study(frame), "base"), Side("b:base", other, "base")]
    found = compare(sides, figures_asked(Asked(("satisfaction",), None, "key"), sides)).set_index("side")
    assert found.loc["b:base", "verdict"] == "other members"
    assert found.loc["b:base", ["diff", "p_holm", "rank_best"]].isna().all()


def test_tiers_of_another_size_are_not_compared() -> None:
    sizes = kpis({"base": 5, "lane": 20}, kpi="customer_pct", tier="key").assign(
        value=lambda frame: np.where(frame["policy"] == "lane", 20.0, 5.0)
    )
    frame = pd.concat([kpis(MEANS, kpi="satisfaction", tier="key"), sizes])
    figure = Figure("Alpha", ALL, "key", "satisfaction")
    assert with_other_members(frame, figure) == {"lane"}
    assert with_other_members(frame, figure, "lane") == {"base"}
    assert with_other_members(frame, Figure("Alpha", ALL, ALL, "satisfaction")) == frozenset()
    whole = study(frame)
    found = compare([Side(name, whole, name) for name in ("base", "lane")], [figure])
    assert found["verdict"].tolist() == ["", "other members"]


def test_what_differs_between_studies() -> None:
    other = manifest(2, title="B", behaviour={"fairness": {"legitimacy": 0.9}}, policies={"lane": {"x": 2}, "new": {}})
    other["scenario"]["run"] = SCENARIO["run"] | {"months": 48}
    assert facts_that_differ(manifest(), other) == ["scenario hash (h1, h2)", "seed (1, 2)", "months (60, 48)"]
    assert values_that_differ(manifest(), other) == ["behaviour.fairness.legitimacy: 0.5, 0.9", "policies.lane.x: 1, 2"]
    assert facts_that_differ(manifest(), manifest()) == values_that_differ(manifest(), manifest()) == []
