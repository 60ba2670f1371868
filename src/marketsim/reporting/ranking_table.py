"""The ranking of base and policies as sentences and tables that claim no more than the worlds tell."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from marketsim.reporting.comparison import p_text, ranks_text, title
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.numbers import (
    MISSING,
    Scale,
    chance,
    counted,
    digits_for,
    interval,
    joined,
    plain,
    scale_for,
    signed,
)
from marketsim.reporting.questions import Answers, Row
from marketsim.reporting.table import Entry, Table
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.multiple import FAMILY_ERROR
from marketsim.results.statistics.ranking import RANKING
from marketsim.results.tables import ALL, BASE

_FEWEST_POLICIES = 2
_MOST_NAMED = 6
_TOGETHER = "With all pairs taken together,"
_FIGURE = ["retailer", "segment", "tier", "kpi"]
_HEADS = ("policy", "rank", "best", "difference to base", "bootstrap", "p, Holm", "cannot be told from")
_NOTE = (
    "rank: between which ranks the true mean of each contender lies, base included; all of them hold together with 95 % "
    "confidence, and one rank alone stands only where every other contender is surely better or surely worse. best: chance "
    "of having the best true mean of all. difference: paired, with its 95 % t interval and bootstrap interval, each for "
    "itself; p is adjusted for the number of policies (Holm): at 0.05 or less the difference to base can be told. Figures "
    "are not adjusted for each other."
)
_UNRANKED = (
    "No ranks: not all policies have the same customers in this tier, or neither more nor less of this figure is good."
)


def ranking_sentence(answers: Answers) -> str:
    """Return the sentence on which policy earns most; empty where there are fewer than two policies or worlds."""
    found = next((sentence for figure, sentence in _sentences(answers) if figure == (PROFIT, ALL)), "")
    return f"{_TOGETHER} {found}" if found else ""


def ranking_sentences(answers: Answers) -> list[str]:
    """Return a sentence for each figure in which base and policies can be ranked."""
    found = [sentence for _, sentence in _sentences(answers)]
    return [f"{_TOGETHER} {found[0]}", *found[1:]] if found else []


def ranking_tables(answers: Answers) -> list[Table]:
    """Return a table for each figure, profit first; none where there are fewer than two policies or worlds."""
    tables = [_table(rows) for rows in _figures(answers)]
    return [
        replace(table, notes=(*table.notes, _NOTE)) if number == 0 else table for number, table in enumerate(tables)
    ]


def _figures(answers: Answers) -> Iterator[pd.DataFrame]:
    table = answers.get(RANKING)
    if table is None:
        return
    for _, rows in table.groupby(_FIGURE, sort=False):
        others = rows[rows["policy"] != BASE]
        if len(others) >= _FEWEST_POLICIES and (others["n"] > 1).any():
            yield rows


def _sentences(answers: Answers) -> Iterator[tuple[tuple[str, str], str]]:
    for rows in _figures(answers):
        if rows["rank_best"].notna().all():
            yield (str(rows["kpi"].iloc[0]), str(rows["tier"].iloc[0])), _sentence(rows)


def _sentence(rows: pd.DataFrame) -> str:
    """Say who is best, or between whom it cannot be told, and who is surely not."""
    first = title(rows.to_dict("records")[0])
    able, unable = rows[rows["rank_best"] == 1], rows[rows["rank_best"] > 1]
    contenders = f"base and {counted(len(rows) - 1, 'policy')}"
    if len(able) == 1:
        return f"{first}: {able['policy'].iloc[0]} is the best of {contenders}."
    names = _some(able.sort_values("p_best", ascending=False, kind="stable"))
    if unable.empty:
        return f"{first}: any of {contenders} may be the best: {names}."
    left = joined(unable["policy"]) if len(unable) <= _MOST_NAMED else f"the other {len(unable)}"
    return f"{first}: which is the best of {contenders} cannot be told between {names}; {left} can be ruled out."


def _some(rows: pd.DataFrame) -> str:
    """Return names with their chances of being best; the rest of many as a number."""
    shown = [f"{name} ({chance(p)})" for name, p in zip(rows["policy"], rows["p_best"], strict=True)]
    if len(shown) > _MOST_NAMED:
        shown = [*shown[: _MOST_NAMED - 1], f"{len(shown) - _MOST_NAMED + 1} others"]
    return joined(shown)


def _table(rows: pd.DataFrame) -> Table:
    first = rows.to_dict("records")[0]
    scale = scale_for(kpi(first["kpi"]), [*rows["mean"], *rows["diff"]])
    digits = digits_for((rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(first["kpi"]).digits, most=2)
    ranked = bool(rows["rank_best"].notna().all())
    order = rows.sort_values(["rank_best", "p_best", "policy"], ascending=[True, False, True]) if ranked else rows
    entries = tuple(_entries(row, scale, digits) for row in order.to_dict("records"))
    notes = () if ranked else (_UNRANKED,)
    return Table(f"{title(first)}, {scale.difference_unit}", _HEADS, entries, notes)


def _entries(row: Row, scale: Scale, digits: int) -> tuple[Entry, ...]:
    ties = str(row["ties"]).replace(";", ",") if row["ties"] else ""
    level = f"mean {plain(row['mean'] / scale.divisor, max(digits, 1))}"
    return (
        Entry(str(row["policy"]), (level,)),
        Entry(ranks_text(row["rank_best"], row["rank_worst"]) or MISSING),
        Entry(chance(row["p_best"])),
        Entry(_difference(row, scale, digits), look=_look(row)),
        Entry(interval(row["boot_low"] / scale.divisor, row["boot_high"] / scale.divisor, digits) or MISSING),
        Entry(p_text(row["p_holm"])),
        Entry(ties or MISSING),
    )


def _difference(row: Row, scale: Scale, digits: int) -> str:
    if math.isnan(row["diff"]):
        return MISSING
    ends = interval(row["diff_low"] / scale.divisor, row["diff_high"] / scale.divisor, digits)
    return f"{signed(row['diff'] / scale.divisor, digits)} {ends}".strip()


def _look(row: Row) -> str:
    """Return the colour of a difference: none speaks for a policy unless it can be told after Holm's correction."""
    better = kpi(row["kpi"]).better
    if not better or math.isnan(row["diff"]) or not row["p_holm"] <= FAMILY_ERROR:
        return "unclear" if not math.isnan(row["diff"]) else ""
    return "good" if row["diff"] * better > 0 else "bad"
