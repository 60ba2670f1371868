"""Sentences that answer a study's further questions: break-even values, and policies at equal money."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from marketsim.reporting.measures import tier_people
from marketsim.reporting.numbers import digits_for, interval, joined, plain, scale_for, signed
from marketsim.reporting.robustness import assumption_title
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

Answers = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]
_PROFIT = "profit_cny_per_year"


def question_sentences(answers: Answers) -> list[str]:
    """Return a sentence or two for every question that was asked."""
    found = [_break_even_sentence(row) for row in rows_of(answers, "break_even")]
    budget = answers.get("budget")
    if budget is not None:
        found += [_budget_sentence(rows) for _, rows in budget.groupby("name", sort=False)]
    return found


def rows_of(answers: Answers, name: str) -> Iterator[Row]:
    """Yield the rows of a table of answers, if there is one."""
    table = answers.get(name)
    if table is not None:
        yield from table.to_dict("records")


def _break_even_sentence(row: Row) -> str:
    people = "" if row["tier"] == ALL else f"{tier_people(row['tier'])} of "
    figure = f"{kpi(row['kpi']).title.lower()} of {people}{row['retailer']}"
    place, tried = assumption_title(row["path"]), f"from {row['low']:g} to {row['high']:g}"
    head = f"Break-even {row['name']}:"
    if row["verdict"] == "found":
        several = f"; the sign changes {row['crossings']:g} times, this is the first" if row["crossings"] > 1 else ""
        return (
            f"{head} {row['policy']} and the base have the same {figure} at {place} = {row['value']:.3g}; {_where_zero(row)}"
            f"{several}."
        )
    words = {
        "always above": f"{row['policy']} stays above the base in {figure}",
        "always below": f"{row['policy']} stays below the base in {figure}",
        "no effect": f"{row['policy']} changes nothing in {figure}",
    }
    unclear = f"the difference in {figure} does not change its sign, but cannot everywhere be told from zero"
    return f"{head} with {place} {tried}, {words.get(row['verdict'], unclear)}; there is no break-even."


def _where_zero(row: Row) -> str:
    if row["worlds"] < 2:
        return "how sure that is cannot be told from one world"
    zero = "the 95 % interval of the difference includes zero"
    low, high = row["value_low"], row["value_high"]
    if math.isnan(low) and math.isnan(high):
        return f"{zero} at every value tried, from {row['low']:g} to {row['high']:g}"
    if math.isnan(low):
        return f"{zero} from the lowest value tried ({row['low']:g}) up to {high:.3g}"
    upper = f"the highest value tried ({row['high']:g})" if math.isnan(high) else f"{high:.3g}"
    return f"{zero} from {low:.3g} to {upper}"


def _budget_sentence(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    money = scale_for(kpi(first["cost"]), [first["target_cny_per_year"]])
    head = (
        f"Equal money ({first['name']}): at {plain(first['target_cny_per_year'] / money.divisor, 2)} {money.unit} more for "
        f"{kpi(first['cost']).title.lower()} than the base"
    )
    lost = rows.loc[rows["verdict"] != "found", "policy"].drop_duplicates()
    left_out = f" {joined(lost)} cannot be scaled to that within the range given." if len(lost) else ""
    profit = rows[(rows["kpi"] == _PROFIT) & (rows["tier"] == "all")]
    if profit.empty:
        return f"{head}, no policy can be compared.{left_out}"
    return f"{head}, {_leader(profit, first['best'])}{left_out}"


def _leader(profit: pd.DataFrame, best: str) -> str:
    scale = scale_for(kpi(_PROFIT), profit["diff"])
    widths = (profit["diff_high"] - profit["diff_low"]) / 2 / scale.divisor
    digits = digits_for(widths, most=2)
    own = profit[profit["policy"] == best].iloc[0]
    text = (
        f"{best} earns most: profit {signed(own['diff'] / scale.divisor, digits)} "
        f"{interval(own['diff_low'] / scale.divisor, own['diff_high'] / scale.divisor, digits)} {scale.difference_unit}"
    )
    others = profit[profit["policy"] != best]
    tied = others.loc[~(others["behind_low"] > 0), "policy"]
    if others.empty:
        return f"{text}."
    return (
        f"{text}; it cannot be told from {joined(tied)}."
        if len(tied)
        else f"{text}, more than {joined(others['policy'])}."
    )
