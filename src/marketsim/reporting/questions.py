"""Sentences that answer a study's further questions: break-even values, and policies at equal money."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from marketsim.reporting.charts.headings import in_a_row
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, tier_people, title_in_sentence
from marketsim.reporting.numbers import MINUS, digits_for, interval, joined, plain, scale_for, signed
from marketsim.reporting.robustness import assumption_title
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

Answers = Mapping[str, pd.DataFrame]
Row = Mapping[Any, Any]
_NOT_FOUND = {
    "always above": message(
        "Break-even {name}: with {parameter} from {low} to {high}, {policy} stays above the base in {figure}; there is no "
        "break-even."
    ),
    "always below": message(
        "Break-even {name}: with {parameter} from {low} to {high}, {policy} stays below the base in {figure}; there is no "
        "break-even."
    ),
    "no effect": message(
        "Break-even {name}: with {parameter} from {low} to {high}, {policy} changes nothing in {figure}; there is no "
        "break-even."
    ),
}
_UNCLEAR = message(
    "Break-even {name}: with {parameter} from {low} to {high}, the difference in {figure} does not change its sign, but cannot "
    "everywhere be told from zero; there is no break-even."
)


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
    values = {
        "name": row["name"],
        "policy": row["policy"],
        "figure": _figure(row),
        "parameter": assumption_title(row["path"]),
        "low": f"{row['low']:g}",
        "high": f"{row['high']:g}",
    }
    if row["verdict"] != "found":
        return say(_NOT_FOUND.get(row["verdict"], _UNCLEAR), **values)
    values |= {"value": three_digits(row["value"]), "where": _where_zero(row)}
    if row["crossings"] > 1:
        return say(
            "Break-even {name}: {policy} and the base have the same {figure} at {parameter} = {value}; {where}; the sign "
            "changes {crossings} times, this is the first.",
            **values,
            crossings=f"{row['crossings']:g}",
        )
    return say(
        "Break-even {name}: {policy} and the base have the same {figure} at {parameter} = {value}; {where}.", **values
    )


def _figure(row: Row) -> str:
    """Return the key figure in a sentence: whose it is, and of which tier."""
    title = title_in_sentence(kpi(row["kpi"]))
    if row["tier"] == ALL:
        return say("{figure} of {retailer}", figure=title, retailer=row["retailer"])
    return say(
        "{figure} of {people} of {retailer}", figure=title, people=tier_people(row["tier"]), retailer=row["retailer"]
    )


def three_digits(value: float) -> str:
    """Return a value of a parameter with three telling digits, never as a power of ten unless it is huge."""
    return f"{float(f'{value:.3g}'):g}".replace("-", MINUS)


def _where_zero(row: Row) -> str:
    if row["worlds"] < 2:
        return say("how sure that is cannot be told from one world")
    low, high = row["value_low"], row["value_high"]
    lowest, highest = f"{row['low']:g}", f"{row['high']:g}"
    if math.isnan(low) and math.isnan(high):
        return say(
            "the 95 % interval of the difference includes zero at every value tried, from {lowest} to {highest}",
            lowest=lowest,
            highest=highest,
        )
    if math.isnan(low):
        return say(
            "the 95 % interval of the difference includes zero from the lowest value tried ({lowest}) up to {high}",
            lowest=lowest,
            high=three_digits(high),
        )
    if math.isnan(high):
        return say(
            "the 95 % interval of the difference includes zero from {low} to the highest value tried ({highest})",
            low=three_digits(low),
            highest=highest,
        )
    return say(
        "the 95 % interval of the difference includes zero from {low} to {high}",
        low=three_digits(low),
        high=three_digits(high),
    )


def _budget_sentence(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    cost = kpi(first["cost"])
    money = scale_for(cost, [first["target_cny_per_year"]])
    head = say(
        "Equal money ({name}): at {amount} {unit} more for {cost} than the base",
        name=first["name"],
        amount=plain(first["target_cny_per_year"] / money.divisor, 2),
        unit=money.unit,
        cost=title_in_sentence(cost),
    )
    lost = rows.loc[rows["verdict"] != "found", "policy"].drop_duplicates()
    parts = [_compared(head, rows)]
    if len(lost):
        parts.append(say("{policies} cannot be scaled to that within the range given.", policies=joined(lost)))
    return in_a_row(parts)


def _compared(head: str, rows: pd.DataFrame) -> str:
    profit = rows[(rows["kpi"] == PROFIT) & (rows["tier"] == ALL)]
    profit = profit[profit["diff"].notna()]
    if profit.empty:
        return say("{head}, no policy can be compared.", head=head)
    return say("{head}, {leader}", head=head, leader=_leader(profit, rows.iloc[0]["best"]))


def _leader(profit: pd.DataFrame, best: str) -> str:
    scale = scale_for(kpi(PROFIT), profit["diff"])
    widths = (profit["diff_high"] - profit["diff_low"]) / 2 / scale.divisor
    digits = digits_for(widths, most=2)
    own = profit[profit["policy"] == best].iloc[0]
    low, high = own["diff_low"] / scale.divisor, own["diff_high"] / scale.divisor
    values = {
        "best": best,
        "change": f"{signed(own['diff'] / scale.divisor, digits)} {interval(low, high, digits)}".strip(),
        "unit": scale.difference_unit,
    }
    others = profit[profit["policy"] != best]
    tied = others.loc[~(others["behind_low"] > 0), "policy"]
    if others.empty:
        return say("{best} earns most: profit {change} {unit}.", **values)
    if len(tied):
        return say(
            "{best} earns most: profit {change} {unit}; it cannot be told from {others}.", **values, others=joined(tied)
        )
    return say(
        "{best} earns most: profit {change} {unit}, more than {others}.", **values, others=joined(others["policy"])
    )
