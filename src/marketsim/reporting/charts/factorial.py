"""Main effects and interactions of a study's factors: dots with whiskers, one panel per key figure."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.headings import fitting, in_a_row
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.estimates import NOTHING, Cell, Verdict, verdict
from marketsim.reporting.factorial import Additivity, additivity, additivity_sentence, factors_of
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import title_in_sentence

_MESSAGES = {
    Verdict.UP: message("Together the measures change {figure} by more than the sum of each alone"),
    Verdict.DOWN: message("Together the measures change {figure} by less than the sum of each alone"),
    Verdict.NO_CHANGE: message("The effects of the measures on {figure} add up exactly"),
}
_UNKNOWN = message("Whether the effects of the measures on {figure} add up cannot be told")


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
        _draw(axes, item)
    dots.rows_axis(panels[0], [style.folded(title, 28) for title in titles])
    dots.key(figure, say("raises it"), say("lowers it"))
    style.footer(figure, subject.footer())
    return Chart(
        "factors",
        say("Whether the measures add up"),
        in_a_row(additivity_sentence(item, factors_of(view)) for item in found),
        say(
            "Dots with 95 % interval whiskers: main effects of the factors, their interactions in pairs, and all together "
            "against the sum of each alone; a panel for profit, share of energy and satisfaction."
        ),
        figure,
        _numbers(found),
        tuple(_panel(item) for item in found),
        _message(found[0], len(factors_of(view))),
    )


def _draw(axes: Axes, found: Additivity) -> None:
    kinds = [effect.kind for effect in found.effects]
    for row, effect in enumerate(found.effects):
        dots.dot(axes, Cell("", NOTHING, effect.difference, math.nan), found.printer, row, 1)
    for row in range(1, len(kinds)):
        if kinds[row] != kinds[row - 1] and kinds[row] in ("interaction", "alone"):
            axes.axhline(row - 0.5, color=style.FAINT, linewidth=1)
    means = [effect.difference.mean for effect in found.effects]
    dots.finish_panel(axes, found.measure.title, found.scale.difference_unit, means)


def _panel(found: Additivity) -> Bars:
    """Return the effects of one figure; grey where their sign cannot be told."""
    divisor, effects = found.scale.divisor, [effect.difference for effect in found.effects]
    colours = {Verdict.UP: style.focus(), Verdict.DOWN: style.WARM}
    values = Series(
        found.measure.title,
        tuple(effect.mean / divisor for effect in effects),
        tuple(effect.low / divisor for effect in effects),
        tuple(effect.high / divisor for effect in effects),
        style.focus(),
    )
    return Bars(
        found.measure.title,
        tuple(effect.title for effect in found.effects),
        (values,),
        found.scale.difference_unit,
        horizontal=True,
        digits=found.digits,
        colours=tuple(colours.get(verdict(effect), style.QUIET) for effect in effects),
    )


def _message(found: Additivity, factors: int) -> str:
    """Say in a few words whether the effects on the first figure add up; one factor alone has nothing to add to."""
    figure = title_in_sentence(found.measure.kpi)
    if factors == 1:
        (effect,) = found.of_kind("together")
        one = {
            Verdict.UP: say("The measure raises {figure}", figure=figure),
            Verdict.DOWN: say("The measure lowers {figure}", figure=figure),
        }
        return fitting(
            one.get(verdict(effect.difference), say("What the measure does to {figure} cannot be told", figure=figure))
        )
    (gap,) = found.of_kind("gap")
    return fitting(say(_MESSAGES.get(verdict(gap.difference), _UNKNOWN), figure=figure))


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
