"""What an outcome depends on: tornado of the uncertainties, Morris effects, shares of variance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.numbers import signed
from marketsim.reporting.sensitivity_words import index_finding, tornado_finding
from marketsim.reporting.sweep_view import Swept, under_figure
from marketsim.results.sensitivity.overturning import OVERTURNING_COLUMNS
from marketsim.results.sensitivity.rows import NOISE

_MOST_BARS = 20
_ENDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("low", {"marker": "o", "markerfacecolor": "white"}),
    ("high", {"marker": "o"}),
)


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
    scale, better = sweep.scale, sweep.kpi.better or 1
    figure = style.new_figure(1.75 + 0.5 * len(rows))
    axes = figure.subplots()
    for place, row in enumerate(rows.to_dict("records")):
        _bar(axes, place, row, scale.divisor, better)
    axes.set_yticks(range(len(rows)), [style.folded(name, 28) for name in rows["parameter"]])
    axes.set_ylim(len(rows) - 0.4, -0.85)
    style.zero_line(axes, vertical=True)
    _centre_line(axes, centre[0] / scale.divisor, sweep.digits)
    axes.set_xlabel(
        f"{style.folded(sweep.kpi.title, 40)} of {style.folded(sweep.policy, 40)} less base, {scale.difference_unit}"
    )
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.14)
    handles = [
        Line2D([], [], linestyle="none", color=style.INK, markersize=6, label=f"{end}est values", **look)
        for end, look in _ENDS
    ]
    axes.figure.legend(handles=handles, loc="outside upper right", ncols=2, handletextpad=0.2)
    levers = str(rows["levers"].iloc[0])
    style.footer(figure, under_figure(sweep.footer, f"with {levers}" if levers else ""))
    return Chart(
        f"{sweep.stem}_tornado",
        f"What could overturn the effect of {sweep.policy}",
        tornado_finding(sweep, overturn),
        "Tornado: one bar per uncertainty, from the mean effect at its lowest to that at its highest values, with 95 % "
        "intervals at both ends; a line at zero and one at the mean over all points.",
        figure,
        _in_unit(rows[list(OVERTURNING_COLUMNS)], scale.divisor, scale.difference_unit),
    )


def _in_unit(rows: pd.DataFrame, divisor: float, unit: str) -> pd.DataFrame:
    scaled = ["low", "low_from", "low_to", "high", "high_from", "high_to", "worst_diff", "worst_from", "worst_to"]
    return rows.assign(unit=unit, **{name: rows[name] / divisor for name in scaled})


def _bar(axes: Axes, place: int, row: dict[Any, Any], divisor: float, better: int) -> None:
    ends = [row["low"] / divisor, row["high"] / divisor]
    axes.barh(place, max(ends) - min(ends), left=min(ends), height=0.34, color=style.FAINT, zorder=1)
    for (end, look), mean in zip(_ENDS, ends, strict=True):
        low, high = row[f"{end}_from"] / divisor, row[f"{end}_to"] / divisor
        shift = -0.09 if end == "low" else 0.09
        unclear = not (low > 0 or high < 0)
        colour = style.QUIET if unclear else style.WARM if mean * better < 0 else style.focus()
        if math.isfinite(low):
            axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=1.4, zorder=2)
        axes.plot([mean], [place + shift], color=colour, markersize=6, zorder=3, **look)
        place_of_text = {"ha": "center", "va": "center", "fontsize": 7.5, "color": style.QUIET}
        text = style.folded(str(row[f"{end}_at"]), 26).replace("\n", " ")
        style.note(axes, text, (mean, place), (0, 11 if end == "low" else -11), **place_of_text)


def _centre_line(axes: Axes, value: float, digits: int) -> None:
    if not math.isfinite(value):
        return
    axes.axvline(value, color=style.focus(), linewidth=1.2, linestyle=(0, (4, 2)), zorder=1.5)
    axes.annotate(
        f"mean {signed(value, digits)}",
        (value, 1),
        (0, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="center",
        fontsize=8,
        color=style.focus(),
    )


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
    bars.set_xlabel(f"mean size of the effect (mu*), {scale.difference_unit}")
    _plane(plane, shown, scale.difference_unit)
    note = "effects of a move over the whole range · grey: what the chance of the worlds can make of no effect"
    style.footer(figure, under_figure(sweep.footer, note))
    return Chart(
        f"{sweep.stem}_morris",
        f"What moves the effect of {sweep.policy}: Morris screening",
        index_finding(sweep, indices),
        "Left: mean size of the elementary effects of each parameter with 95 % intervals. Right: the same against their "
        "standard deviation; far above the line an effect depends on the other parameters.",
        figure,
        rows.assign(policy=sweep.policy, unit=scale.difference_unit, noise=noise),
    )


def _plane(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    """Draw mu* against sigma; parameters are numbered from the largest mu*, as in the left panel from the top."""
    reach = float(max(rows["mu_star"].max(), rows["sigma"].max())) or 1.0
    axes.plot([0, reach], [0, reach], color=style.QUIET, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.plot(rows["mu_star"], rows["sigma"], linestyle="none", marker="o", color=style.focus(), markersize=6)
    for place, row in enumerate(rows.to_dict("records"), start=1):
        style.note(axes, str(place), (row["mu_star"], row["sigma"]), (5, 4), fontsize=8)
    axes.set_xlim(0, reach * 1.08)
    axes.set_ylim(0, reach * 1.08)
    axes.set_xlabel(f"mu*, {unit} (numbered from the top)")
    axes.set_ylabel("sigma: spread of the effects")


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
        ("S1", "alone (S1)", style.focus(), ""),
        ("ST", "with interactions (ST)", style.policy_colours()[4], "////"),
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
    axes.set_xlabel("share of the variance of the effect between points")
    if len(drawn) > 1:
        figure.legend(loc="outside upper right", ncols=2)
    noise = _noise(indices)
    chance = f"chance of the worlds: at most {noise:.2f} of the variance" if math.isfinite(noise) else ""
    style.footer(figure, under_figure(sweep.footer, chance))
    return Chart(
        f"{sweep.stem}_variance",
        f"What explains the differences between points: {sweep.policy}",
        index_finding(sweep, indices),
        "Bars: the share of the variance between points that each parameter explains, with 95 % intervals.",
        figure,
        shares.drop(columns="unit"),
    )
