"""Sentences and tables of break-even values, equal money and the ladder."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from marketsim.reporting.question_tables import ladder_rows, print_ladder, print_points, question_tables
from marketsim.reporting.questions import question_sentences

NONE = math.nan


def answers(**row: Any) -> dict[str, pd.DataFrame]:
    """Return the answer to one break-even question, with two points."""
    given = {
        **{"name": "depth", "policy": "discount", "path": "retailers.Alpha.tiers.key.discount_cny_per_mwh"},
        **{
            "retailer": "Alpha",
            "tier": "all",
            "kpi": "profit_cny_per_year",
            "unit": "CNY/year",
            "low": 0.0,
            "high": 12.0,
        },
        **{"verdict": "found", "value": 4.321, "value_low": 3.1, "value_high": 5.67, "crossings": 1.0, "worlds": 8.0},
        **row,
    }
    points = [("depth", 0.0, 2e6, 1e6, 3e6, 8), ("depth", 12.0, -4e6, -6e6, -2e6, 8)]
    columns = ["name", "value", "diff", "diff_low", "diff_high", "n"]
    return {"break_even": pd.DataFrame([given]), "break_even_points": pd.DataFrame(points, columns=columns)}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {},
            "at Alpha key: discount cny per mwh = 4.32; the 95 % interval of the difference includes zero from 3.1 to 5.67.",
        ),
        ({"value_low": NONE}, "includes zero from the lowest value tried (0) up to 5.67"),
        ({"value_high": NONE}, "includes zero from 3.1 to the highest value tried (12)"),
        ({"value_low": NONE, "value_high": NONE}, "includes zero at every value tried, from 0 to 12"),
        ({"crossings": 2.0}, "the sign changes 2 times, this is the first"),
        ({"kpi": "satisfaction", "tier": "ordinary"}, "the same satisfaction of ordinary customers of Alpha at"),
        ({"worlds": 1.0}, "how sure that is cannot be told from one world"),
        (
            {"verdict": "always above", "value": NONE},
            "discount stays above the base in profit of Alpha; there is no break-even",
        ),
        ({"verdict": "no effect", "value": NONE}, "discount changes nothing in profit of Alpha"),
        (
            {"verdict": "cannot tell", "value": NONE},
            "does not change its sign, but cannot everywhere be told from zero",
        ),
    ],
)
def test_a_break_even_says_how_far_it_is_known(row: dict[str, Any], words: str) -> None:
    (sentence,) = question_sentences(answers(**row))
    assert words in sentence


def test_the_points_stand_in_a_table() -> None:
    (table,) = question_tables(answers())
    assert [[entry.text.replace("\N{NO-BREAK SPACE}", " ") for entry in row] for row in table.rows] == [
        ["0", "+2.0 [1.0, 3.0]"],
        ["12", "−4.0 [−6.0, −2.0]"],
    ]
    assert [row[1].look for row in table.rows] == ["good", "bad"]
    assert table.heads[1] == "difference, million CNY a year"


def budget(behind_low: float) -> dict[str, pd.DataFrame]:
    rows = []
    for policy, value, profit, behind in (("staff", 1.17, 2.5e6, 0.0), ("lane", 0.4, 1.0e6, 1.5e6)):
        common = {"name": "even", "policy": policy, "path": f"x.{policy}", "value": value, "verdict": "found"}
        common |= {"cost": "service_cny_per_year", "target_cny_per_year": 1e6, "best": "staff", "retailer": "Alpha"}
        for kpi, diff in (("service_cny_per_year", 1.002e6), ("profit_cny_per_year", profit)):
            low = {"behind": behind, "behind_low": min(behind_low, behind), "behind_high": 2 * behind}
            rows.append(
                {
                    **common,
                    **low,
                    "tier": "all",
                    "kpi": kpi,
                    "n": 8,
                    "diff": diff,
                    "diff_low": diff / 2,
                    "diff_high": 2 * diff,
                }
            )
    return {"budget": pd.DataFrame(rows)}


def test_equal_money_names_the_leader_only_as_far_as_intervals_carry() -> None:
    (clear,) = question_sentences(budget(1e5))
    assert clear.startswith(
        "Equal money (even): at 1.00 million CNY a year more for service than the base, staff earns most"
    )
    assert clear.endswith("more than lane.")
    (unclear,) = question_sentences(budget(-1e5))
    assert unclear.endswith("it cannot be told from lane.")


def test_equal_money_shows_what_the_money_really_is() -> None:
    (table,) = question_tables(budget(1e5))
    assert [row[1].text for row in table.rows] == ["1.17", "0.4"]
    assert all(row[2].text.startswith("+1.0") for row in table.rows)
    assert "what its cost shows beyond that is the money that differs" in table.notes[0]


def test_a_policy_that_cannot_be_scaled_is_left_out_of_the_comparison() -> None:
    lost = {"name": "even", "policy": "app", "path": "x.app", "value": NONE, "verdict": "always below", "retailer": ""}
    lost |= {
        "cost": "service_cny_per_year",
        "target_cny_per_year": 1e6,
        "best": "staff",
        "tier": "all",
        "kpi": "",
        "n": 0,
    }
    found = {"budget": pd.concat([budget(1e5)["budget"], pd.DataFrame([lost])], ignore_index=True)}
    assert question_sentences(found)[0].endswith("app cannot be scaled to that within the range given.")
    assert [entry.text for entry in question_tables(found)[0].rows[2][:3]] == ["app", "none", "–"]


def ladder() -> pd.DataFrame:
    columns = ["rung", "series", "mechanism", "diff", "diff_low", "diff_high", "adds", "adds_low", "adds_high"]
    one, out = "switched on one by one", "left out of the whole"
    rows = [
        (0, one, "", 1e6, 0.5e6, 1.5e6, NONE, NONE, NONE),
        (1, one, "fairness", 3e6, 2e6, 4e6, 2e6, 1e6, 3e6),
        (2, out, "fairness", 1e6, 0.5e6, 1.5e6, 0.0, 0.0, 0.0),
    ]
    fixed = {
        "policy": "lane",
        "retailer": "Alpha",
        "tier": "all",
        "kpi": "profit_cny_per_year",
        "unit": "CNY/year",
        "n": 4,
    }
    return pd.DataFrame(rows, columns=columns).assign(**fixed)


def test_the_ladder_says_what_each_mechanism_adds() -> None:
    heads, *lines = ladder_rows(ladder())
    assert heads == ("version", "Profit, million CNY a year")
    assert [title for title, _ in lines] == ["no mechanism", "+ fairness", "without fairness"]
    assert "\n" not in lines[0][1]
    assert "\n▲ +2.0" in lines[1][1]
    assert lines[2][1].endswith("\n= nothing")


def test_tables_print_on_a_plain_terminal() -> None:
    console = Console(width=100, record=True, color_system=None)
    print_ladder(ladder(), console)
    print_points(answers(), console)
    text = console.export_text()
    assert "effect of lane on Alpha against base" in text
    assert "depth: Profit of Alpha, discount against base" in text
