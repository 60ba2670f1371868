"""What an outcome depends on: tornado of the uncertainties, Morris effects, shares of variance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import Bars, Point, Points, Series
from marketsim.reporting.charts.tornado_bars import End, TornadoRow, centre_line, draw_row, finish, key, native_panel
from marketsim.reporting.language import kpi_title, message, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import digits_for, signed
from marketsim.reporting.sensitivity_words import index_finding, index_message, tornado_finding, tornado_message
from marketsim.reporting.sweep_view import Swept, level_title, under_figure
from marketsim.results.sensitivity.overturning import OVERTURNING_COLUMNS
from marketsim.results.sensitivity.rows import NOISE

_MOST_BARS = 20
_SHARE = message("share of the variance of the effect between points")


def sweep_tornado(sweep: Swept, overturn: pd.DataFrame, centre: tuple[float, float, float]) -> Chart | None:
    """Draw the mean effect at the lowest and the highest level or tenth of each uncertainty; None without any.

    Args:
        sweep: the sweep, or what stands for it where the ends are those of assumption checks.
        overturn: the table `overturning` of this sweep and policy.
        centre: the mean effect with its interval: a line is drawn there.
    """
    if overturn.empty:
        return None
    rows = overturn.assign(length=(overturn["high"] - overturn["low"]).abs())
    rows = rows.sort_values("length", ascending=False, kind="stable").head(_MOST_BARS)
    scale = sweep.scale
    bars = [_row(sweep, row) for row in rows.to_dict("records")]
    figure = style.new_figure(1.75 + 0.5 * len(rows))
    axes = figure.subplots()
    for place, bar in enumerate(bars):
        draw_row(axes, place, bar, math.nan)
    finish(axes, [bar.title for bar in bars])
    mean = centre[0] / scale.divisor
    centre_line(axes, mean, say("mean {value}", value=signed(mean, sweep.digits)))
    title = _effect_title(sweep)
    axes.set_xlabel(title)
    names = (say("lowest values"), say("highest values"))
    key(figure, *names)
    levers = str(rows["levers"].iloc[0])
    style.footer(figure, under_figure(sweep.footer, say("with {levers}", levers=levers) if levers else ""))
    return Chart(
        f"{sweep.stem}_tornado",
        say("What could overturn the effect of {policy}", policy=sweep.policy),
        tornado_finding(sweep, overturn),
        say(
            "Tornado: one bar per uncertainty, from the mean effect at its lowest to that at its highest values, with 95 % "
            "intervals at both ends; a line at zero and one at the mean over all points."
        ),
        figure,
        _in_unit(rows[list(OVERTURNING_COLUMNS)], scale.divisor, scale.difference_unit),
        (native_panel(bars, title, sweep.digits, names),),
        tornado_message(sweep, overturn),
    )


def _effect_title(sweep: Swept) -> str:
    return say(
        "{figure} of {policy} less base, {unit}",
        figure=style.folded(kpi_title(sweep.kpi), 40),
        policy=style.folded(sweep.policy, 40),
        unit=sweep.scale.difference_unit,
    )


def _row(sweep: Swept, row: Mapping[Any, Any]) -> TornadoRow:
    return TornadoRow(str(row["parameter"]), _end(sweep, row, "low"), _end(sweep, row, "high"))


def _end(sweep: Swept, row: Mapping[Any, Any], end: str) -> End:
    mean, low, high = (float(row[name]) / sweep.scale.divisor for name in (end, f"{end}_from", f"{end}_to"))
    up = 1 if low > 0 else -1 if high < 0 else 0
    at = style.folded(level_title(str(row[f"{end}_at"])), 26).replace("\n", " ")
    return End(mean, low, high, at, signed(mean, sweep.digits), up * (sweep.kpi.better or 1))


def _in_unit(rows: pd.DataFrame, divisor: float, unit: str) -> pd.DataFrame:
    scaled = ["low", "low_from", "low_to", "high", "high_from", "high_to", "worst_diff", "worst_from", "worst_to"]
    return rows.assign(unit=unit, **{name: rows[name] / divisor for name in scaled})


def morris_chart(sweep: Swept, indices: pd.DataFrame) -> Chart | None:
    """Draw mu* with its interval against sigma for each parameter; None where there are no Morris effects."""
    wide = indices[indices["index"].isin(["mu_star", "sigma", "mu"])].pivot(
        index="parameter", columns="index", values="value"
    )
    if "mu_star" not in wide:
        return None
    star = indices[indices["index"] == "mu_star"].set_index("parameter")
    rows = wide.join(star[["low", "high", "n"]]).sort_values("mu_star", ascending=False).reset_index()
    scale = sweep.scale
    numbers = ["mu_star", "mu", "sigma", "low", "high"]
    rows[numbers] /= scale.divisor
    noise = _noise(indices) / scale.divisor
    figure = style.new_figure(max(4.2, 1.6 + 0.32 * len(rows)))
    bars, plane = figure.subplots(1, 2, width_ratios=(1.25, 1))
    for place, row in enumerate(rows.head(_MOST_BARS).to_dict("records")):
        bars.plot([max(row["low"], 0.0), row["high"]], [place, place], color=style.focus(), linewidth=1.6)
        bars.plot([row["mu_star"]], [place], marker="o", color=style.focus(), markersize=6)
    shown = rows.head(_MOST_BARS)
    bars.set_yticks(range(len(shown)), [style.folded(name, 26) for name in shown["parameter"]])
    bars.set_ylim(len(shown) - 0.5, -0.5)
    bars.grid(axis="y", visible=False)
    if math.isfinite(noise):
        bars.axvspan(0, noise, color=style.FAINT, alpha=0.7, linewidth=0, zorder=0)
    bars.set_xlim(left=0)
    bars.set_xlabel(with_unit(say("mean size of the effect (mu*)"), scale.difference_unit))
    _plane(plane, shown, scale.difference_unit)
    note = say("effects of a move over the whole range · grey: what the chance of the worlds can make of no effect")
    style.footer(figure, under_figure(sweep.footer, note))
    return Chart(
        f"{sweep.stem}_morris",
        say("What moves the effect of {policy}: Morris screening", policy=sweep.policy),
        index_finding(sweep, indices),
        say(
            "Left: mean size of the elementary effects of each parameter with 95 % intervals. Right: the same against their "
            "standard deviation; far above the line an effect depends on the other parameters."
        ),
        figure,
        rows.assign(policy=sweep.policy, unit=scale.difference_unit, noise=noise),
        _morris_panels(sweep, shown, digits_for((shown["high"] - shown["low"]) / 2, 1, most=2)),
        index_message(sweep, indices),
    )


def _morris_panels(sweep: Swept, rows: pd.DataFrame, digits: int) -> tuple[Bars, Points]:
    """Return both panels for programs that draw charts themselves."""
    unit, names = sweep.scale.difference_unit, tuple(str(name) for name in rows["parameter"])
    size = with_unit(say("mean size of the effect (mu*)"), unit)
    star, low, high = (tuple(float(value) for value in rows[name]) for name in ("mu_star", "low", "high"))
    series = Series("mu*", star, low, high, style.focus())
    bars = Bars(
        say("mean size of the effect"),
        names,
        (series,),
        size,
        horizontal=True,
        digits=digits,
        dots=True,
        differences=True,
    )
    points = tuple(
        Point(str(row["parameter"]), row["mu_star"], row["sigma"], row["low"], row["high"], colour=style.focus())
        for row in rows.to_dict("records")
    )
    spread = with_unit(say("sigma: spread of the effects"), unit)
    return bars, Points(say("size and spread of the effects"), points, size, spread, digits=(digits, digits))


def _plane(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    """Draw mu* against sigma; parameters are numbered from the largest mu*, as in the left panel from the top."""
    reach = float(max(rows["mu_star"].max(), rows["sigma"].max())) or 1.0
    axes.plot([0, reach], [0, reach], color=style.QUIET, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.plot(rows["mu_star"], rows["sigma"], linestyle="none", marker="o", color=style.focus(), markersize=6)
    for place, row in enumerate(rows.to_dict("records"), start=1):
        style.note(axes, str(place), (row["mu_star"], row["sigma"]), (5, 4), fontsize=8)
    axes.set_xlim(0, reach * 1.08)
    axes.set_ylim(0, reach * 1.08)
    axes.set_xlabel(say("mu*, {unit} (numbered from the top)", unit=unit))
    axes.set_ylabel(say("sigma: spread of the effects"))


def _noise(indices: pd.DataFrame) -> float:
    found = indices.loc[indices["index"] == NOISE, "value"]
    return float(found.iloc[0]) if len(found) else math.nan


def variance_bars(sweep: Swept, indices: pd.DataFrame) -> Chart | None:
    """Draw the share of the variance that each parameter explains, alone and in total; None where there is none."""
    shares = indices[indices["index"].isin(["S1", "ST"]) & np.isfinite(indices["value"])]
    if shares.empty:
        return None
    order = shares.groupby("parameter")["value"].max().sort_values(ascending=False).index[:_MOST_BARS]
    looks = (
        ("S1", say("alone (S1)"), style.focus(), ""),
        ("ST", say("with interactions (ST)"), style.policy_colours()[4], "////"),
    )
    drawn = [look for look in looks if (shares["index"] == look[0]).any()]
    figure = style.new_figure(1.7 + 0.46 * len(order))
    axes = figure.subplots()
    height = 0.7 / len(drawn)
    halo = [patheffects.withStroke(linewidth=3.0, foreground="white")]
    for number, (index, label, colour, hatch) in enumerate(drawn):
        rows = shares[shares["index"] == index].set_index("parameter").reindex(order)
        places = np.arange(len(order)) + (number - (len(drawn) - 1) / 2) * height
        axes.barh(
            places,
            rows["value"],
            height=height * 0.9,
            facecolor=colour,
            edgecolor="white",
            hatch=hatch,
            linewidth=0,
            label=label,
        )
        for place, low, high in zip(places, rows["low"], rows["high"], strict=True):
            if math.isfinite(low):
                axes.plot([low, high], [place, place], color=style.INK, linewidth=1.2, zorder=3, path_effects=halo)
    axes.set_yticks(range(len(order)), [style.folded(name, 28) for name in order])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    style.zero_line(axes, vertical=True)
    axes.set_xlabel(say(_SHARE))
    if len(drawn) > 1:
        figure.legend(loc="outside upper right", ncols=2)
    noise = _noise(indices)
    chance = (
        say("chance of the worlds: at most {share} of the variance", share=f"{noise:.2f}")
        if math.isfinite(noise)
        else ""
    )
    style.footer(figure, under_figure(sweep.footer, chance))
    return Chart(
        f"{sweep.stem}_variance",
        say("What explains the differences between points: {policy}", policy=sweep.policy),
        index_finding(sweep, indices),
        say("Bars: the share of the variance between points that each parameter explains, with 95 % intervals."),
        figure,
        shares.drop(columns="unit"),
        (_variance_panel(shares, list(order), drawn),),
        index_message(sweep, indices),
    )


def _variance_panel(shares: pd.DataFrame, names: list[str], looks: Sequence[tuple[str, str, str, str]]) -> Bars:
    """Return the bars for programs that draw charts themselves."""
    series = []
    for index, label, colour, _ in looks:
        rows = shares[shares["index"] == index].set_index("parameter").reindex(names)
        value, low, high = (tuple(float(number) for number in rows[name]) for name in ("value", "low", "high"))
        series.append(Series(label, value, low, high, colour))
    return Bars("", tuple(names), tuple(series), say(_SHARE), horizontal=True, digits=2)
