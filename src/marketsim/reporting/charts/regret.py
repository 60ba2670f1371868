"""Which decision stands the uncertainties best: mean, worst case and largest regret of each."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.headings import fitting
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import title_in_sentence
from marketsim.reporting.numbers import Scale, digits_for, joined, plain, scale_for, signed
from marketsim.reporting.sweep_view import under_figure
from marketsim.results.key_figures import Kpi, kpi
from marketsim.results.tables import BASE

_MOST_ROWS = 14
_MOST_NAMED = 3
_REGRET = "regret_max"
_PANELS = (
    ("mean", message("mean difference to base")),
    ("worst", message("worst point")),
    (_REGRET, message("largest regret")),
)


def regret_chart(rows: pd.DataFrame, stem: str, footer: str) -> Chart | None:
    """Draw mean, worst case and largest regret of every decision; None with less than two decisions.

    Args:
        rows: the rows of the table `regret` of one sweep and figure.
        stem: beginning of the name of its files.
        footer: worlds, seed and scenario.
    """
    if len(rows) < 2:
        return None
    figure_of = kpi(str(rows["kpi"].iloc[0]))
    ordered = rows.assign(label=[_label(p, v) for p, v in zip(rows["policy"], rows["levers"], strict=True)])
    ordered = ordered.sort_values(["regret_max", "mean"], kind="stable").head(_MOST_ROWS)
    scale = scale_for(figure_of, rows["worst"])
    panels = [panel for panel in _PANELS if np.isfinite(ordered[panel[0]]).any()]
    figure = style.new_figure(1.7 + 0.34 * len(ordered))
    panes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (column, title) in zip(panes, panels, strict=True):
        _dots(axes, ordered[column].to_numpy(dtype=np.float64) / scale.divisor, column, _digits(rows, scale))
        axes.set_title(say(title), fontsize=9)
        axes.set_xlabel(scale.difference_unit, fontsize=8)
        if column == _REGRET:
            _chance(axes, rows, scale)
    panes[0].set_yticks(range(len(ordered)), [style.folded(label, 30) for label in ordered["label"]])
    panes[0].set_ylim(len(ordered) - 0.5, -0.5)
    style.footer(figure, under_figure(footer, _note(rows, scale)))
    numbers = ["mean", "worst", "best", "half_width", "regret_mean", "regret_max"]
    scaled = ordered.assign(unit=scale.difference_unit, **{n: ordered[n] / scale.divisor for n in numbers})
    return Chart(
        f"{stem}_regret",
        say("Which decision stands the uncertainties best: {figure}", figure=title_in_sentence(figure_of)),
        _finding(rows, figure_of),
        say(
            "Dots: mean difference to base, worst point and largest regret of each decision, the least regret at the top."
        ),
        figure,
        scaled.drop(columns="label"),
        tuple(_native(scaled, column, say(title), scale) for column, title in panels),
        _message(rows),
    )


def _native(rows: pd.DataFrame, column: str, title: str, scale: Scale) -> Bars:
    """Return a panel for programs that draw charts themselves."""
    values = tuple(float(value) for value in rows[column])
    bad = [value < 0 and column != _REGRET for value in values]
    return Bars(
        title,
        tuple(str(label) for label in rows["label"]),
        (Series(title, values, colour=style.focus()),),
        scale.difference_unit,
        horizontal=True,
        digits=digits_for([float(rows["half_width"].median())], 1, most=2),
        colours=tuple(style.WARM if each else style.focus() for each in bad),
    )


def _note(rows: pd.DataFrame, scale: Scale) -> str:
    """Say what regret is, which decisions are drawn, and how much of it chance may make."""
    notes = [say("regret: what the best decision of each state of the world does better")]
    if len(rows) > _MOST_ROWS:
        notes.append(say("{shown} of {all} decisions with the least regret", shown=_MOST_ROWS, all=len(rows)))
    chance = float(rows["half_width"].median()) / scale.divisor
    if math.isfinite(chance):
        notes.append(
            say("grey: regrets up to about {chance} may be chance", chance=plain(chance, _digits(rows, scale)))
        )
    return " · ".join(notes)


def _digits(rows: pd.DataFrame, scale: Scale) -> int:
    """Return the digits that the usual half width of the intervals justifies."""
    return digits_for([float(rows["half_width"].median()) / scale.divisor], 1, most=2)


def _chance(axes: Axes, rows: pd.DataFrame, scale: Scale) -> None:
    """Shade the regrets that may be chance."""
    chance = float(rows["half_width"].median()) / scale.divisor
    if math.isfinite(chance):
        axes.axvspan(0, chance, color=style.FAINT, alpha=0.5, linewidth=0, zorder=0)


def _label(policy: str, levers: str) -> str:
    name = say("base") if policy == BASE else str(policy)
    return say("{policy}: {levers}", policy=name, levers=levers) if levers else name


def _dots(axes: Axes, values: np.ndarray, column: str, digits: int) -> None:
    for place, value in enumerate(values):
        bad = value < 0 and column != _REGRET
        axes.plot([0, value], [place, place], color=style.FAINT, linewidth=1.6, zorder=1)
        axes.plot(
            [value],
            [place],
            marker="D" if bad else "o",
            color=style.WARM if bad else style.focus(),
            markersize=5.5,
            zorder=3,
        )
        text = plain(value, digits) if column == _REGRET else signed(value, digits)
        side = "right" if value < 0 else "left"
        style.note(axes, text, (value, place), (-6 if value < 0 else 6, 0), ha=side, va="center", fontsize=7.5)
    style.zero_line(axes, vertical=True)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.22)


def _finding(rows: pd.DataFrame, figure_of: Kpi) -> str:
    """Name the decision with the least regret, and those whose regret is not larger by more than chance may make."""
    least, near = _least(rows)
    if least is None:
        return say("Regret is not told here, as a policy changes who is compared.")
    name = _label(str(least["policy"]), str(least["levers"])) if least["policy"] != BASE else say("doing nothing")
    text = say(
        "In {figure}, {decision} has the least largest regret over {points} states of the world",
        figure=title_in_sentence(figure_of),
        decision=name,
        points=int(least["points"]),
    )
    if near.empty:
        return say("{text}.", text=text)
    if len(near) > _MOST_NAMED:
        return say(
            "{text}; that of {count} other decisions is not larger by more than chance may make.",
            text=text,
            count=len(near),
        )
    others = joined(_label(policy, levers) for policy, levers in zip(near["policy"], near["levers"], strict=True))
    return say("{text}; that of {others} is not larger by more than chance may make.", text=text, others=others)


def _message(rows: pd.DataFrame) -> str:
    """Return the finding in a few words."""
    least, near = _least(rows)
    if least is None:
        return say("Regret is not told here")
    if len(near):
        return say("Which of {count} decisions has the least regret cannot be told", count=len(near) + 1)
    name = _label(str(least["policy"]), str(least["levers"])) if least["policy"] != BASE else say("doing nothing")
    return fitting(say("{decision} has the least regret", decision=name), say("One decision has the least regret"))


def _least(rows: pd.DataFrame) -> tuple[pd.Series | None, pd.DataFrame]:
    """Return the decision with the least largest regret, and those that are larger by no more than chance may make."""
    known = rows[np.isfinite(rows["regret_max"])].sort_values("regret_max", kind="stable")
    if known.empty:
        return None, known
    least, others, chance = known.iloc[0], known.iloc[1:], float(known["half_width"].median())
    return least, others[~(others["regret_max"] - least["regret_max"] > chance)]
