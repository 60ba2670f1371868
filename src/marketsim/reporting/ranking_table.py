"""The ranking of base and policies as sentences and tables that claim no more than the worlds tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from marketsim.reporting.comparison import p_text, ranks_text
from marketsim.reporting.language import message, say, segment_name, translated
from marketsim.reporting.measures import PROFIT, Measure, tier_people, title_in_sentence, with_unit
from marketsim.reporting.numbers import (
    MISSING,
    Scale,
    chance,
    counted,
    digits_for,
    interval,
    joined,
    listed,
    plain,
    scale_for,
    signed,
)
from marketsim.reporting.questions import Answers, Row
from marketsim.reporting.table import Entry, Table, number
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.multiple import FAMILY_ERROR
from marketsim.results.statistics.ranking import RANKING, TIE
from marketsim.results.tables import ALL, BASE, MARKET

_FEWEST_POLICIES = 2
_MOST_NAMED = 6
_FIGURE = ["retailer", "segment", "tier", "kpi"]
_NOTE = message(
    "rank: between which ranks the true mean of each contender lies, base included; all of them hold together with 95 % "
    "confidence, and one rank alone stands only where every other contender is surely better or surely worse. best: chance "
    "of having the best true mean of all. difference: paired, with its 95 % t interval and bootstrap interval, each for "
    "itself; p is adjusted for the number of policies (Holm): at 0.05 or less the difference to base can be told. Figures "
    "are not adjusted for each other."
)
_UNRANKED = message(
    "No ranks: not all policies have the same customers in this tier, or neither more nor less of this figure is good."
)


def ranking_sentence(answers: Answers) -> str:
    """Return the sentence on which policy earns most; empty where there are fewer than two policies or worlds."""
    rows = next((rows for rows in _ranked(answers) if _is_profit(rows)), None)
    return "" if rows is None else _sentence(rows, all_pairs=True)


def ranking_sentences(answers: Answers, only_of: str = "") -> list[str]:
    """Return a sentence for each figure in which base and policies can be ranked.

    Args:
        answers: the tables of further questions.
        only_of: the retailer whose figures are wanted; all figures that were ranked where none is given.
    """
    found = enumerate(_ranked(answers, only_of))
    return [_sentence(rows, all_pairs=place == 0) for place, rows in found]


def ranking_tables(answers: Answers, only_of: str = "") -> list[Table]:
    """Return a table for each figure, profit first; none where there are fewer than two policies or worlds.

    Args:
        answers: the tables of further questions.
        only_of: the retailer whose figures are wanted; all figures that were ranked where none is given.
    """
    tables = [_table(rows) for rows in _figures(answers, only_of)]
    return [
        replace(table, notes=(*table.notes, say(_NOTE))) if place == 0 else table for place, table in enumerate(tables)
    ]


def _figures(answers: Answers, only_of: str = "") -> Iterator[pd.DataFrame]:
    table = answers.get(RANKING)
    if table is None:
        return
    for _, rows in table.groupby(_FIGURE, sort=False):
        others = rows[rows["policy"] != BASE]
        wanted = only_of in ("", str(rows["retailer"].iloc[0]))
        if wanted and len(others) >= _FEWEST_POLICIES and (others["n"] > 1).any():
            yield rows


def _ranked(answers: Answers, only_of: str = "") -> Iterator[pd.DataFrame]:
    """Yield the figures in which there are ranks."""
    return (rows for rows in _figures(answers, only_of) if rows["rank_best"].notna().all())


def _is_profit(rows: pd.DataFrame) -> bool:
    return (str(rows["kpi"].iloc[0]), str(rows["tier"].iloc[0])) == (PROFIT, ALL)


def _sentence(rows: pd.DataFrame, all_pairs: bool) -> str:
    """Say who is best, or between whom it cannot be told, and who is surely not.

    Args:
        rows: base and policies.
        all_pairs: whether to say that all pairs are taken together.
    """
    able, unable = rows[rows["rank_best"] == 1], rows[rows["rank_best"] > 1]
    contenders = say("base and {policies}", policies=counted(len(rows) - 1, "policy"))
    places = {"figure": _figure_of(rows.to_dict("records")[0]), "contenders": contenders}
    if len(able) == 1:
        return _best(_name(able["policy"].iloc[0]), places, all_pairs)
    names = _some(able.sort_values("p_best", ascending=False, kind="stable"))
    if unable.empty:
        return _any(names, places, all_pairs)
    return _some_of(names, _ruled_out(unable), places, all_pairs)


def _best(policy: str, places: dict[str, str], all_pairs: bool) -> str:
    if all_pairs:
        return say(
            "With all pairs taken together, {policy} is the best of {contenders} by {figure}.", policy=policy, **places
        )
    return say("By {figure}, {policy} is the best of {contenders}.", policy=policy, **places)


def _any(names: str, places: dict[str, str], all_pairs: bool) -> str:
    if all_pairs:
        return say(
            "With all pairs taken together, any of {contenders} may be the best by {figure}: {names}.",
            names=names,
            **places,
        )
    return say("By {figure}, any of {contenders} may be the best: {names}.", names=names, **places)


def _some_of(names: str, left: str, places: dict[str, str], all_pairs: bool) -> str:
    if all_pairs:
        return say(
            "With all pairs taken together, which is the best of {contenders} by {figure} cannot be told between {names}; "
            "{left} can be ruled out.",
            names=names,
            left=left,
            **places,
        )
    return say(
        "By {figure}, which is the best of {contenders} cannot be told between {names}; {left} can be ruled out.",
        names=names,
        left=left,
        **places,
    )


def _ruled_out(rows: pd.DataFrame) -> str:
    if len(rows) <= _MOST_NAMED:
        return joined(_name(policy) for policy in rows["policy"])
    return say("the other {count}", count=len(rows))


def _figure_of(row: Row) -> str:
    """Return a figure with whose it is, as it stands inside a sentence."""
    name, retailer = _name_of_figure(str(row["kpi"])), str(row["retailer"])
    if row["segment"] != ALL:
        name = say("{figure} in {segment}", figure=name, segment=segment_name(str(row["segment"])))
    if row["tier"] != ALL:
        name = say("{figure} of {people}", figure=name, people=tier_people(str(row["tier"])))
        return say("{figure} at {retailer}", figure=name, retailer=retailer)
    if retailer == MARKET:
        return say("{figure} in the market", figure=name)
    return say("{figure} of {retailer}", figure=name, retailer=retailer)


def _name_of_figure(name: str) -> str:
    """Return a key figure as it stands inside a sentence, with what follows a comma in its title in brackets."""
    title, comma, rest = title_in_sentence(kpi(name)).partition(", ")
    return f"{title} ({rest})" if comma else title


def _name(policy: str) -> str:
    return translated(BASE) if policy == BASE else policy


def _some(rows: pd.DataFrame) -> str:
    """Return names with their chances of being best; the rest of many as a number."""
    shown = [
        say("{policy} ({chance})", policy=_name(name), chance=chance(p))
        for name, p in zip(rows["policy"], rows["p_best"], strict=True)
    ]
    if len(shown) > _MOST_NAMED:
        shown = [*shown[: _MOST_NAMED - 1], say("{count} others", count=len(shown) - _MOST_NAMED + 1)]
    return joined(shown)


def _table(rows: pd.DataFrame) -> Table:
    first = rows.to_dict("records")[0]
    scale = scale_for(kpi(first["kpi"]), [*rows["mean"], *rows["diff"]])
    digits = digits_for((rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(first["kpi"]).digits, most=2)
    ranked = bool(rows["rank_best"].notna().all())
    order = rows.sort_values(["rank_best", "p_best", "policy"], ascending=[True, False, True]) if ranked else rows
    entries = tuple(_entries(row, scale, digits, len(rows) - 1) for row in order.to_dict("records"))
    measure = Measure(kpi(first["kpi"]), str(first["tier"]), str(first["segment"]), str(first["retailer"]))
    notes = () if ranked else (say(_UNRANKED),)
    return Table(with_unit(measure.title, scale.difference_unit), _heads(), entries, notes)


def _heads() -> tuple[str, ...]:
    told = say("bootstrap"), say("p, Holm"), say("cannot be told from")
    return say("policy"), say("rank"), say("best"), say("difference to base"), *told


def _entries(row: Row, scale: Scale, digits: int, others: int) -> tuple[Entry, ...]:
    level = say("mean {level}", level=plain(row["mean"] / scale.divisor, max(digits, 1)))
    return (
        Entry(_name(str(row["policy"])), (level,)),
        Entry(ranks_text(row["rank_best"], row["rank_worst"]) or MISSING),
        Entry(chance(row["p_best"]), value=number(100.0 * row["p_best"])),
        Entry(_difference(row, scale, digits), look=_look(row), value=number(row["diff"] / scale.divisor)),
        Entry(interval(row["boot_low"] / scale.divisor, row["boot_high"] / scale.divisor, digits) or MISSING),
        Entry(p_text(row["p_holm"]), value=number(row["p_holm"])),
        Entry(_ties(row, others)),
    )


def _ties(row: Row, others: int) -> str:
    """Return from whom a contender cannot be told: names, or their number where they are many."""
    names = [_name(name) for name in str(row["ties"] or "").split(TIE) if name]
    if len(names) > _MOST_NAMED:
        return say("all {count} others", count=others) if len(names) == others else _many(names, others)
    return listed(names) or MISSING


def _many(names: Sequence[str], others: int) -> str:
    shown = listed(names[: _MOST_NAMED - 1])
    return say("{names} and {count} others", names=shown, count=len(names) - _MOST_NAMED + 1)


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
