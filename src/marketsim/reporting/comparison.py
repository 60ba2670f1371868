"""The comparison of stored studies on the terminal: a table for each key figure, and what is to be minded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console

from marketsim.reporting.measures import tier_title
from marketsim.reporting.numbers import (
    MISSING,
    Scale,
    chance,
    counted,
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
        screen.line(f"table and chart  {files}")


def cautions(sides: Sequence[Side]) -> list[str]:
    """Return what is to be minded: in what the study of each side differs from that of the reference."""
    first = sides[0].study
    others = {side.study.folder: side.study for side in sides if side.study.folder != first.folder}
    found = []
    for folder, other in others.items():
        facts = facts_that_differ(first.manifest, other.manifest)
        values = values_that_differ(first.manifest, other.manifest)
        if facts or values:
            found.append(f"{folder} is not the same study as {first.folder}: {_described(facts, values)}.")
    return found


def _described(facts: list[str], values: list[str]) -> str:
    parts = [f"other {joined(facts)}"] if facts else []
    if values:
        shown = "; ".join(values[:_MOST_VALUES])
        rest = f"; and {len(values) - _MOST_VALUES} more" if len(values) > _MOST_VALUES else ""
        verb = "differs" if len(values) == 1 else "differ"
        parts.append(f"{counted(len(values), 'value')} of the scenarios {verb}: {shown}{rest}")
    return ". ".join(parts)


def title(row: Row) -> str:
    """Return what a figure is called: key figure, retailer, and segment and tier where it is of one."""
    segment, tier = str(row.get("segment", ALL)), str(row["tier"])
    of = [segment.replace("_", " ") if segment != ALL else "", tier_title(tier) if tier != ALL else ""]
    return ", ".join([kpi(row["kpi"]).title, str(row["retailer"]), *(part for part in of if part)])


def scale_of(rows: pd.DataFrame) -> Scale:
    """Return the scale at which a figure's values are easy to read."""
    return scale_for(kpi(str(rows["kpi"].iloc[0])), [*rows["mean"], *rows["diff"]])


def _print_figure(rows: pd.DataFrame, screen: Screen) -> None:
    first, scale = rows.iloc[0], scale_of(rows)
    unit = f", {scale.unit}" if scale.unit else ""
    heads = ["", "level", f"difference to {first['side']}, 95 % interval", "p, Holm", "best", "rank", ""]
    table = screen.table(heads, 2)
    digits = digits_for((rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(first["kpi"]).digits)
    for row in rows.to_dict("records"):
        texts = _texts(row, scale, digits)
        colour = _colour(row)
        table.add_row(*(screen.text(text, colour if place in (2, 6) else "") for place, text in enumerate(texts)))
    screen.line(f"{title(rows.to_dict('records')[0])}{unit}")
    screen.console.print(table)
    screen.console.print()


def _texts(row: Row, scale: Scale, digits: int) -> tuple[str, ...]:
    low, high = row["diff_low"] / scale.divisor, row["diff_high"] / scale.divisor
    level_digits = max(digits, kpi(row["kpi"]).digits) if scale.divisor == 1 else digits
    digits = digits_with_sign(low, high, digits)
    difference = f"{signed(row['diff'] / scale.divisor, digits)} {interval(low, high, digits)}".strip()
    return (
        f"{row['side']}{' (unpaired)' if row['pairing'] == UNPAIRED else ''}",
        plain(row["mean"] / scale.divisor, min(level_digits, 2)),
        "" if math.isnan(row["diff"]) else difference,
        "" if math.isnan(row["p_holm"]) else p_text(row["p_holm"]),
        "" if math.isnan(row["p_best"]) else chance(row["p_best"]),
        ranks_text(row["rank_best"], row["rank_worst"]),
        row["verdict"],
    )


def p_text(p_value: float) -> str:
    """Return a p-value with three digits; never 0."""
    if not math.isfinite(p_value):
        return MISSING
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def ranks_text(best: float, worst: float) -> str:
    """Return a rank, or the ranks between which it lies; nothing where there are none."""
    if not math.isfinite(best):
        return ""
    return f"{best:.0f}" if best == worst else f"{best:.0f} to {worst:.0f}"


def _colour(row: Row) -> str:
    sign = {HIGHER: 1, LOWER: -1}.get(row["verdict"], 0) * kpi(row["kpi"]).better
    return {1: _GOOD, -1: _BAD}.get(sign, "")


def legend(table: pd.DataFrame, sides: Sequence[Side]) -> str:
    """Return how the comparison was made, in words."""
    kinds = set(table["pairing"])
    first = sides[0]
    parts = []
    if not table["diff"].notna().any():
        return "Nothing could be compared: in all these figures the sides have other members than the reference."
    if PAIRED in kinds:
        parts.append(f"Same seed ({first.seed}): differences are paired world by world, with t intervals")
    if UNPAIRED in kinds:
        parts.append(
            f"(unpaired): another seed than {first.label} ({first.seed}), so that no world is in both: Welch's interval"
        )
    sizes = table.loc[table["diff"].notna(), "n"]
    worlds = f"{sizes.min()} to {sizes.max()}" if sizes.nunique() > 1 else f"{sizes.max()}"
    parts.append(
        f"{worlds} worlds. Intervals stand each for itself; p and the last column are adjusted for the number of sides in "
        f"each figure (Holm), {CANNOT_TELL} where p is above 0.05. best: chance of being the best of all; rank: between "
        "which ranks the true one lies, all pairs taken together. Figures are not adjusted for each other"
    )
    return ". ".join(parts) + "."
