"""The chart of a comparison of stored studies: differences of every side to the reference, a panel per key figure."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.forest import NAME, draw
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.comparison import scale_of, title
from marketsim.reporting.language import say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import digits_for
from marketsim.results.key_figures import kpi


def comparison_chart(table: pd.DataFrame, finding: str, message: str) -> Chart:
    """Return the chart of a comparison.

    Args:
        table: what `results.statistics.comparison.compare` returns.
        finding: what it shows, in a sentence.
        message: the same, fit for the title of a slide.
    """
    data = pd.concat([_scaled(rows) for rows in _figures(table)], ignore_index=True)
    with style.chart_style():
        figure = draw(table)
    return Chart(
        NAME,
        say("Differences to {side}", side=table["side"].iloc[0]),
        finding,
        say(
            "Dots with whiskers: a panel for each key figure, a row for each side, difference to {side}.",
            side=table["side"].iloc[0],
        ),
        figure,
        data,
        tuple(_panel(rows) for rows in _figures(table)),
        message,
    )


def _figures(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, rows in table.groupby(["tier", "kpi"], sort=False):
        yield rows


def _scaled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a figure in the unit in which it is drawn."""
    scale = scale_of(rows)
    columns = ["mean", "diff", "diff_low", "diff_high"]
    return rows.assign(unit=scale.difference_unit, **{name: rows[name] / scale.divisor for name in columns})


def _panel(rows: pd.DataFrame) -> Bars:
    scaled, scale = _scaled(rows).iloc[1:], scale_of(rows)
    name = title(rows.to_dict("records")[0])
    digits = digits_for((scaled["diff_high"] - scaled["diff_low"]) / 2, kpi(str(rows["kpi"].iloc[0])).digits)
    series = Series(
        say("difference"),
        tuple(scaled["diff"]),
        tuple(scaled["diff_low"]),
        tuple(scaled["diff_high"]),
        style.focus(),
        strong=True,
    )
    return Bars(
        name,
        tuple(scaled["side"].astype(str)),
        (series,),
        with_unit(say("difference"), scale.difference_unit),
        horizontal=True,
        digits=digits,
        dots=True,
        differences=True,
    )
