"""What the report says of rankings and of stopping rules: never more than the intervals allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tests.reporting.handmade import MORE, PROFIT, UNCLEAR, UP, handmade
from tests.reporting.synthetic import FakeResult
from tests.reporting.test_terminal import printed

from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.ranking_table import ranking_sentence, ranking_sentences, ranking_tables
from marketsim.reporting.replications import replication_sentences
from marketsim.reporting.table import Table
from marketsim.results.statistics.ranking import ranking
from marketsim.results.statistics.stopping import replications
from marketsim.results.storage.csv_tables import write_csv
from marketsim.results.tables import MARKET
from marketsim.scenario.replications import Until

WORLDS = 8
LEVEL = {PROFIT: 40e6}


def ranked(**effects: tuple[float, ...]) -> FakeResult:
    """Return results with a ranking, from differences in profit by world."""
    policies = {name: {PROFIT: (*shifts, *shifts)} for name, shifts in effects.items()}
    found = handmade(policies, worlds=WORLDS, levels=LEVEL)
    return replace(found, answers={"ranking": ranking(found.kpis, "Alpha")})


def test_a_sure_winner_is_named() -> None:
    result = ranked(lane=UP, staff=(9.0, 9.2, 8.9, 9.1))
    assert (
        ranking_sentence(result.answers)
        == "With all pairs taken together, staff is the best of base and 2 policies by profit of Alpha."
    )


def test_of_a_tie_nobody_is_called_best() -> None:
    result = ranked(lane=UP, other=(2.1, 2.0, 2.0, 2.1), none=(0.0, 0.0, 0.0, 0.0))
    text = ranking_sentence(result.answers)
    assert "cannot be told between" in text
    assert "lane (" in text
    assert "other (" in text
    assert "base and none can be ruled out" in text
    assert not any(f"{policy} is the best" in text for policy in ("lane", "other"))


def test_a_figure_of_the_market_is_of_no_retailer() -> None:
    found = ranked(lane=UP, staff=UNCLEAR)
    table = found.answers["ranking"].assign(retailer=MARKET)
    assert "by profit in the market" in ranking_sentence({"ranking": table})


def test_where_nothing_can_be_told_it_says_so() -> None:
    text = ranking_sentence(ranked(lane=UNCLEAR, staff=(1.0, -2.0, 2.0, -1.5)).answers)
    assert "any of base and 2 policies may be the best by profit of Alpha: " in text


def test_a_policy_alone_and_one_world_have_no_ranking() -> None:
    assert ranking_sentences(ranked(lane=UP).answers) == []
    single = handmade({"lane": {PROFIT: UP}, "staff": {PROFIT: MORE}}, worlds=1)
    answers = {"ranking": ranking(single.kpis, "Alpha")}
    assert ranking_sentence(answers) == ""
    assert ranking_tables(answers) == []
    assert ranking_sentences({}) == []


def test_the_table_has_a_row_for_each_contender_the_best_first() -> None:
    table = ranking_tables(ranked(lane=UP, staff=(9.0, 9.2, 8.9, 9.1)).answers)[0]
    assert [row[0].text for row in table.rows] == ["staff", "lane", "base"]
    assert [row[1].text for row in table.rows] == ["1", "2", "3"]
    assert table.rows[0][3].look == "good"
    assert table.caption == "Profit of Alpha, million CNY a year"


def test_no_colour_without_holm() -> None:
    # Each alone could be told from the base (p = 0.04), but not both of two.
    shifts = np.array([1.0, -0.3, 0.9, 0.1])
    result = ranked(lane=tuple(shifts), staff=tuple(-shifts))
    rows = {row["policy"]: row for row in result.answers["ranking"].to_dict("records")}
    assert rows["lane"]["p_value"] <= 0.05 < rows["lane"]["p_holm"] or rows["lane"]["p_value"] > 0.05
    table = ranking_tables(result.answers)[0]
    looks = {row[0].text: row[3].look for row in table.rows}
    for policy in ("lane", "staff"):
        assert (looks[policy] != "unclear") == (rows[policy]["p_holm"] <= 0.05)


def test_it_stands_in_the_report_and_on_the_terminal(tmp_path: Path) -> None:
    result = replace(ranked(lane=UP, staff=MORE), folder=tmp_path)
    shown = " ".join(printed(result).split())
    assert (
        "Ranking: With all pairs taken together, staff is the best of base and 2 policies by profit of Alpha." in shown
    )


def test_the_whole_report_shows_it(lanes: FakeResult) -> None:
    answers = {"ranking": ranking(lanes.kpis, "Alpha")}
    section = {found.name: found for found in build_paper(replace(lanes, answers=answers)).sections}["ranking"]
    assert section.title == "Ranking"
    assert any(
        "cannot be told from" in head
        for block in section.blocks
        for head in getattr(block, "table", Table("", (), ())).heads
    )
    assert "ranking" not in {found.name for found in build_paper(lanes).sections}


def test_many_ties_are_given_as_a_number() -> None:
    names = [f"policy_{number}" for number in range(9)]
    equal = ranked(**dict.fromkeys(names, UNCLEAR))
    assert {row[-1].text for row in ranking_tables(equal.answers)[0].rows} == {"all 9 others"}
    behind = ranked(**dict.fromkeys(names, MORE))
    assert any(row[-1].text.endswith(" and 3 others") for row in ranking_tables(behind.answers)[0].rows)


def stopped(half_width: float, **more: object) -> dict[str, pd.DataFrame]:
    shifts = {"lane": (*UP, *UP), "staff": (*UNCLEAR, *UNCLEAR)}
    found = handmade({name: {PROFIT: values} for name, values in shifts.items()}, worlds=WORLDS, levels=LEVEL)
    rule = Until.model_validate({"half_width": half_width, "max": 8} | more)
    return {"replications": replications(found.kpis, rule, "Alpha")}


def test_how_many_worlds_it_took() -> None:
    text = replication_sentences(stopped(1e6, policy="lane"))[0]
    assert text.startswith(
        "Worlds were added until the difference in profit between lane and the base was known to ±1 million CNY a year with "
        "95 % confidence: it took 8 worlds. Without common worlds, lane and the base would have needed "
    )
    assert text.endswith("runs for what 16 have told.")


def test_what_was_not_reached_is_not_claimed() -> None:
    text = replication_sentences(stopped(1e6))[0]
    assert "the runs ended after 8 worlds before that was so for staff (±" in text
    assert "were added until" not in text
    assert "lane (" not in text


def test_without_a_stopping_rule_nothing_is_said(tmp_path: Path) -> None:
    assert replication_sentences({}) == []
    write_csv(stopped(1e6)["replications"], tmp_path / "replications.csv")
    assert pd.read_csv(tmp_path / "replications.csv")["reached"].tolist() == [True, False]
