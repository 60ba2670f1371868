"""Main effects and interactions of a study's factors: dots with whiskers, one panel per key figure."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import NOTHING, Cell
from marketsim.reporting.factorial import Additivity, additivity, additivity_sentence, factors_of


def factorial(subject: Subject) -> Chart | None:
    """Draw what each factor does, with which others it interacts, and whether all add up; None without factors."""
    view = subject.view
    found = additivity(view)
    if not found:
        return None
    titles = [effect.title for effect in found[0].effects]
    figure = style.new_figure(1.5 + 0.36 * len(titles))
    panels = figure.subplots(1, len(found), sharey=True)
    for axes, item in zip(panels, found, strict=True):
        _panel(axes, item)
    dots.rows_axis(panels[0], [style.folded(title, 28) for title in titles])
    dots.key(figure, "raises it", "lowers it")
    style.footer(figure, subject.footer())
    return Chart(
        "factors",
        "Whether the measures add up",
        " ".join(additivity_sentence(item, factors_of(view)) for item in found),
        "Dots with 95 % interval whiskers: main effects of the factors, their interactions in pairs, and all together "
        "against the sum of each alone; a panel for profit, share of energy and satisfaction.",
        figure,
        _numbers(found),
    )


def _panel(axes: Axes, found: Additivity) -> None:
    kinds = [effect.kind for effect in found.effects]
    for row, effect in enumerate(found.effects):
        dots.dot(axes, Cell("", NOTHING, effect.difference, math.nan), found.printer, row, 1)
    for row in range(1, len(kinds)):
        if kinds[row] != kinds[row - 1] and kinds[row] in ("interaction", "alone"):
            axes.axhline(row - 0.5, color=style.FAINT, linewidth=1)
    means = [effect.difference.mean for effect in found.effects]
    dots.finish_panel(axes, found.measure.title, found.scale.difference_unit, means)


def _numbers(found: tuple[Additivity, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kpi": item.measure.kpi.name,
            "unit": item.scale.difference_unit,
            "kind": effect.kind,
            "factors": effect.title,
            "n": effect.difference.n,
            "effect": effect.difference.mean / item.scale.divisor,
            "effect_low": effect.difference.low / item.scale.divisor,
            "effect_high": effect.difference.high / item.scale.divisor,
        }
        for item in found
        for effect in item.effects
    )
