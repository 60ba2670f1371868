"""The comparison of stored studies on the terminal: a table for each key figure, and what is to be minded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from marketsim.reporting.charts.headings import in_a_row
from marketsim.reporting.language import kpi_title, message, say, segment_name, translated
from marketsim.reporting.measures import tier_title, with_unit
from marketsim.reporting.numbers import (
    MISSING,
    Scale,
    chance,
    digits_for,
    digits_with_sign,
    interval,
    joined,
    plain,
    scale_for,
    signed,
)
from marketsim.reporting.questions import Row
from marketsim.reporting.screen import Screen
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.comparison import CANNOT_TELL, HIGHER, LOWER, PAIRED, UNPAIRED
from marketsim.results.statistics.sides import Side
from marketsim.results.statistics.what_differs import facts_that_differ, values_that_differ
from marketsim.results.tables import ALL

_MOST_VALUES = 12
_GOOD, _BAD = "green", "red"
_NOT_THE_SAME = message("{other} is not the same study as {first}: {described}.")
_FACTS = (
    message("scenario hash"),
    message("seed"),
    message("version of marketsim"),
    message("status"),
    message("agents"),
    message("months"),
    message("warmup months"),
    message("evaluate from month"),
)
"""What `results.statistics.what_differs` tells of two studies."""
_VERDICTS = (
    message("higher"),
    message("lower"),
    message("cannot tell"),
    message("no change"),
    message("other members"),
)
"""Words of `results.statistics.comparison`, as they are printed."""


def print_comparison(table: pd.DataFrame, sides: Sequence[Side], console: Console, files: Path | None = None) -> None:
    """Print a comparison.

    Args:
        table: what `results.statistics.comparison.compare` returns.
        sides: what is compared, the reference first.
        console: where to print.
        files: where its files are, if anywhere.
    """
    screen = Screen(console)
    for caution in cautions(sides):
        screen.sentence(f"! {caution}", style="bold yellow")
    for _, rows in table.groupby(["tier", "kpi"], sort=False):
        _print_figure(rows, screen)
    screen.sentence(legend(table, sides), style="dim")
    if files is not None:
        screen.console.print()
        screen.line(say("table and chart  {folder}", folder=files))


def cautions(sides: Sequence[Side]) -> list[str]:
    """Return what is to be minded: in what the study of each side differs from that of the reference."""
    first = sides[0].study
    others = {side.study.folder: side.study for side in sides if side.study.folder != first.folder}
    found = []
    for folder, other in others.items():
        facts = facts_that_differ(first.manifest, other.manifest)
        values = values_that_differ(first.manifest, other.manifest)
        if facts or values:
            described = say(". ").join(_described(facts, values))
            found.append(say(_NOT_THE_SAME, other=folder, first=first.folder, described=described))
    return found


def _described(facts: list[str], values: list[str]) -> Iterator[str]:
    """Yield in what studies differ: facts such as their length, and values of their scenarios."""
    if facts:
        yield say("other {facts}", facts=joined(_fact(text) for text in facts))
    shown, more = "; ".join(values[:_MOST_VALUES]), len(values) - _MOST_VALUES
    if len(values) == 1:
        yield say("1 value of the scenarios differs: {values}", values=shown)
    elif more > 0:
        yield say(
            "{count} values of the scenarios differ: {values}; and {more} more",
            count=len(values),
            values=shown,
            more=more,
        )
    elif values:
        yield say("{count} values of the scenarios differ: {values}", count=len(values), values=shown)


def _fact(text: str) -> str:
    """Return what identifies two studies and is not the same, with its values."""
    name, _, values = text.partition(" (")
    return say("{fact} ({values})", fact=translated(name), values=values.removesuffix(")"))


def title(row: Row) -> str:
    """Return what a figure is called: key figure, retailer, and segment and tier where it is of one."""
    segment, tier = str(row.get("segment", ALL)), str(row["tier"])
    of = [segment_name(segment)] if segment != ALL else []
    of += [tier_title(tier)] if tier != ALL else []
    return say(", ").join([kpi_title(kpi(row["kpi"])), str(row["retailer"]), *of])


def scale_of(rows: pd.DataFrame) -> Scale:
    """Return the scale at which a figure's values are easy to read."""
    return scale_for(kpi(str(rows["kpi"].iloc[0])), [*rows["mean"], *rows["diff"]])


def _print_figure(rows: pd.DataFrame, screen: Screen) -> None:
    first, scale = rows.iloc[0], scale_of(rows)
    difference = say("difference to {side}, 95 % interval", side=first["side"])
    heads = ["", say("level"), difference, say("p, Holm"), say("best"), say("rank"), ""]
    table = screen.table(heads, 2)
    digits = digits_for((rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(first["kpi"]).digits)
    for row in rows.to_dict("records"):
        texts = _texts(row, scale, digits)
        colour = _colour(row)
        table.add_row(*(screen.text(text, colour if place in (2, 6) else "") for place, text in enumerate(texts)))
    screen.line(with_unit(title(rows.to_dict("records")[0]), scale.unit))
    screen.console.print(table)
    screen.console.print()


def _texts(row: Row, scale: Scale, digits: int) -> tuple[str, ...]:
    low, high = row["diff_low"] / scale.divisor, row["diff_high"] / scale.divisor
    level_digits = max(digits, kpi(row["kpi"]).digits) if scale.divisor == 1 else digits
    digits = digits_with_sign(low, high, digits)
    difference = f"{signed(row['diff'] / scale.divisor, digits)} {interval(low, high, digits)}".strip()
    return (
        say("{side} (unpaired)", side=row["side"]) if row["pairing"] == UNPAIRED else str(row["side"]),
        plain(row["mean"] / scale.divisor, min(level_digits, 2)),
        "" if math.isnan(row["diff"]) else difference,
        "" if math.isnan(row["p_holm"]) else p_text(row["p_holm"]),
        "" if math.isnan(row["p_best"]) else chance(row["p_best"]),
        ranks_text(row["rank_best"], row["rank_worst"]),
        translated(row["verdict"]) if row["verdict"] else "",
    )


def texts_of(row: Row, rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the texts of a side in the table of a figure.

    Args:
        row: the side.
        rows: all sides in the figure.
    """
    scale = scale_of(rows)
    digits = digits_for((rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(row["kpi"]).digits)
    return _texts(row, scale, digits)


def p_text(p_value: float) -> str:
    """Return a p-value with three digits; never 0."""
    if not math.isfinite(p_value):
        return MISSING
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def ranks_text(best: float, worst: float) -> str:
    """Return a rank, or the ranks between which it lies; nothing where there are none."""
    if not math.isfinite(best):
        return ""
    return f"{best:.0f}" if best == worst else say("{low} to {high}", low=f"{best:.0f}", high=f"{worst:.0f}")


def _colour(row: Row) -> str:
    sign = {HIGHER: 1, LOWER: -1}.get(row["verdict"], 0) * kpi(row["kpi"]).better
    return {1: _GOOD, -1: _BAD}.get(sign, "")


def legend(table: pd.DataFrame, sides: Sequence[Side]) -> str:
    """Return how the comparison was made, in words."""
    kinds, first = set(table["pairing"]), sides[0]
    if not table["diff"].notna().any():
        return say("Nothing could be compared: in all these figures the sides have other members than the reference.")
    parts = []
    if PAIRED in kinds:
        parts.append(
            say("Same seed ({seed}): differences are paired world by world, with t intervals.", seed=first.seed)
        )
    if UNPAIRED in kinds:
        parts.append(
            say(
                "(unpaired): another seed than {side} ({seed}), so that no world is in both: Welch's interval.",
                side=first.label,
                seed=first.seed,
            )
        )
    sizes = sorted({int(n) for n in table.loc[table["diff"].notna(), "n"]})
    parts.append(
        say(
            "{worlds} worlds. Intervals stand each for itself; p and the last column are adjusted for the number of sides in "
            "each figure (Holm), {cannot_tell} where p is above 0.05. best: chance of being the best of all; rank: between "
            "which ranks the true one lies, all pairs taken together. Figures are not adjusted for each other.",
            worlds=range_text(sizes),
            cannot_tell=translated(CANNOT_TELL),
        )
    )
    return in_a_row(parts)


def range_text(numbers: Sequence[int]) -> str:
    """Return the smallest and the largest of some numbers; one where they are the same, and 0 where there are none."""
    if not numbers:
        return "0"
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else say("{low} to {high}", low=low, high=high)
