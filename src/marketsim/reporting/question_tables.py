"""Tables of a study's further questions: break-even values, policies at equal money, and what mechanisms add."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
from rich.console import Console

from marketsim.reporting.estimates import Estimate, Verdict, verdict
from marketsim.reporting.language import kpi_title, message, say, translated
from marketsim.reporting.measures import Measure, title_in_sentence, with_unit
from marketsim.reporting.numbers import MISSING, Scale, counted, digits_for, interval, plain, scale_for, signed
from marketsim.reporting.questions import Answers, Row, rows_of
from marketsim.reporting.screen import Screen
from marketsim.reporting.table import Entry, Table, number
from marketsim.results.key_figures import kpi

_MECHANISMS = (
    message("fairness"),
    message("complaints"),
    message("information"),
    message("reliability"),
    message("demand"),
    message("word of mouth"),
    message("credit"),
    message("settlement"),
    message("adaptation"),
)
"""What the ladder switches, as it names it."""


def question_tables(answers: Answers) -> list[Table]:
    """Return the tables of every question that was asked."""
    budget = answers.get("budget")
    points = list(_points_tables(answers))
    return (
        points
        if budget is None
        else [*points, *(_budget_table(rows) for _, rows in budget.groupby("name", sort=False))]
    )


def _points_tables(answers: Answers) -> Iterator[Table]:
    for row in rows_of(answers, "break_even"):
        points = answers["break_even_points"]
        own = points[points["name"] == row["name"]]
        scale = scale_for(kpi(row["kpi"]), own["diff"])
        digits = digits_for((own["diff_high"] - own["diff_low"]) / 2 / scale.divisor, most=2)
        rows = tuple(
            (
                Entry(f"{value:.4g}", value=number(float(value))),
                _difference(Estimate(int(n), mean, low, high), scale, digits, kpi(row["kpi"]).better),
            )
            for value, mean, low, high, n in own[["value", "diff", "diff_low", "diff_high", "n"]].itertuples(
                index=False
            )
        )
        caption = say(
            "{name}: {figure} of {retailer}, {policy} against base",
            name=row["name"],
            figure=kpi_title(kpi(row["kpi"])),
            retailer=row["retailer"],
            policy=row["policy"],
        )
        heads = (str(row["path"]), with_unit(say("difference"), scale.difference_unit))
        yield Table(caption, heads, rows, (_note(own["n"].max()),))


def _note(worlds: float) -> str:
    return say(
        "n = {replications}, the same worlds at every value · 95 % intervals",
        replications=counted(int(worlds), "replication"),
    )


def _difference(found: Estimate, scale: Scale, digits: int, better: int = 0) -> Entry:
    word = verdict(found)
    if word == Verdict.MISSING:
        return Entry(MISSING, look="unclear")
    low, high = found.low / scale.divisor, found.high / scale.divisor
    look = {Verdict.UP: "good", Verdict.DOWN: "bad"} if better >= 0 else {Verdict.UP: "bad", Verdict.DOWN: "good"}
    text = f"{signed(found.mean / scale.divisor, digits)} {interval(low, high, digits)}".strip()
    return Entry(text, look=look.get(word, "unclear") if better else "", value=found.mean / scale.divisor)


def _budget_table(rows: pd.DataFrame) -> Table:
    first = rows.iloc[0]
    found = rows[rows["verdict"] == "found"]
    figures = list(dict.fromkeys(zip(found["kpi"], found["tier"], strict=True)))
    scales = {name: scale_for(kpi(name), found.loc[found["kpi"] == name, "diff"]) for name, _ in figures}
    heads = [with_unit(Measure(kpi(name), tier).title, scales[name].difference_unit) for name, tier in figures]
    lines = []
    for policy, own in rows.groupby("policy", sort=False):
        value = own["value"].iloc[0]
        cells = {(row["kpi"], row["tier"]): row for row in own.to_dict("records")}
        entries = [_budget_entry(cells.get(figure), scales[figure[0]]) for figure in figures]
        lines.append((Entry(str(policy), (own["path"].iloc[0],)), _scaled_to(float(value)), *entries))
    cost = kpi(first["cost"])
    target = scale_for(cost, [first["target_cny_per_year"]])
    note = say(
        "Differences to base; each policy is scaled to cost {amount} {unit} more ({cost}); what its cost shows beyond that is "
        "the money that differs.",
        amount=plain(first["target_cny_per_year"] / target.divisor, 2),
        unit=target.unit,
        cost=title_in_sentence(cost),
    )
    caption = say("Equal money: {name}", name=first["name"])
    return Table(caption, (say("policy"), say("scaled to"), *heads), tuple(lines), (note, _note(rows["n"].max())))


def _scaled_to(value: float) -> Entry:
    return Entry(f"{value:.4g}", value=value) if math.isfinite(value) else Entry(say("none"), look="unclear")


def _budget_entry(row: Row | None, scale: Scale) -> Entry:
    if row is None:
        return Entry(MISSING, look="unclear")
    found = Estimate(int(row["n"]), row["diff"], row["diff_low"], row["diff_high"])
    digits = digits_for([found.half_width / scale.divisor], 2, most=2)
    return _difference(found, scale, digits, kpi(row["kpi"]).better)


def ladder_rows(ladder: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return the ladder as text: heads, and a row per version of the scenario with what its mechanism adds."""
    figures = list(dict.fromkeys(ladder["kpi"]))
    scales = {name: scale_for(kpi(name), ladder.loc[ladder["kpi"] == name, "diff"]) for name in figures}
    heads = [say("version"), *(with_unit(kpi_title(kpi(name)), scales[name].difference_unit) for name in figures)]
    lines = [tuple(heads)]
    for _, rung in ladder.groupby("rung"):
        cells = {row["kpi"]: row for row in rung.to_dict("records")}
        first = rung.iloc[0]
        texts = (_ladder_text(cells[figure], scales[figure]) for figure in figures)
        lines.append((_rung(str(first["mechanism"]), str(first["series"])), *texts))
    return lines


def _rung(mechanism: str, series: str) -> str:
    if not mechanism:
        return say("no mechanism")
    name = mechanism_title(mechanism)
    return say("without {mechanism}", mechanism=name) if "left" in series else f"+ {name}"


def mechanism_title(mechanism: str) -> str:
    """Return what a mechanism of the ladder is called."""
    return translated(mechanism) if mechanism in _MECHANISMS else mechanism


def _ladder_text(row: Row, scale: Scale) -> str:
    found = Estimate(int(row["n"]), row["diff"], row["diff_low"], row["diff_high"])
    digits = digits_for([found.half_width / scale.divisor], 2, most=2)
    added = Estimate(int(row["n"]), row["adds"], row["adds_low"], row["adds_high"])
    text = _difference(found, scale, digits).text
    if verdict(added) == Verdict.MISSING:
        return text
    mark = {Verdict.UP: "▲", Verdict.DOWN: "▼", Verdict.NO_CHANGE: "="}.get(verdict(added), "?")
    fine = digits_for([added.half_width / scale.divisor], 2, most=4)
    change = say("nothing") if verdict(added) == Verdict.NO_CHANGE else _difference(added, scale, fine).text
    return f"{text}\n{mark} {change}"


def print_points(answers: Answers, console: Console) -> None:
    """Print the values that were tried for each break-even, and the difference at each."""
    screen = Screen(console)
    for content in question_tables({name: answers[name] for name in answers if name != "budget"}):
        table = screen.table(content.heads, 3)
        for row in content.rows:
            table.add_row(*(screen.text(entry.text) for entry in row))
        screen.line(content.caption)
        console.print(table)


def print_ladder(ladder: pd.DataFrame, console: Console) -> None:
    """Print the ladder; below each effect stands what the mechanism adds to it."""
    screen = Screen(console)
    heads, *lines = ladder_rows(ladder)
    table = screen.table(heads, 3)
    for line in lines:
        table.add_row(*(screen.text(text) for text in line))
    first = ladder.iloc[0]
    screen.line(
        say(
            "effect of {policy} on {retailer} against base, and what each mechanism adds to it",
            policy=first["policy"],
            retailer=first["retailer"],
        )
    )
    console.print(table)
    worlds = counted(int(ladder["n"].max()), "world")
    screen.line(say("n = {worlds}; 95 % intervals; ? cannot be told from zero", worlds=worlds))
