"""Concentration of margin: the Lorenz curve of the focus retailer's customers, and what groups of them bring."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from marketsim.reporting import style
from marketsim.reporting.charts.chart import PAIRED_WHISKERS, Chart, Subject
from marketsim.reporting.charts.labels import policy_label, policy_name
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.native import Bars, Lines, Series
from marketsim.reporting.customer_records import margin_shares
from marketsim.reporting.estimates import Verdict, estimate
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, Printer, printer_for
from marketsim.reporting.numbers import digits_for, interval, plain
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_GROUPS = (0, 50, 80, 90, 95, 99, 100)
_BAR = 0.4
_CUSTOMERS, _SHARE = message("% of the customers, lowest margin first"), message("% of all margin")
FloatArray = NDArray[np.float64]
_TOP10, _TOP20, _GINI = "margin_top10_pct", "margin_top20_pct", "margin_gini"


@dataclass(frozen=True)
class _Market:
    """Base or policy: its curve, what groups of its customers bring, and paired differences to the base if there are any."""

    policy: str
    curve: Band
    groups: Band
    changes: Band | None

    @property
    def whiskers(self) -> tuple[FloatArray, FloatArray]:
        """Ends of the interval of the paired difference, drawn around the shares of groups; NaN in the base."""
        if self.changes is None:
            nothing = np.full_like(self.groups.mean, np.nan)
            return nothing, nothing
        start = self.groups.mean - self.changes.mean
        return start + self.changes.low, start + self.changes.high


def lorenz(subject: Subject) -> Chart | None:
    """Draw how unequally customers bring margin, base against the best policy; None where it has no meaning."""
    drawn = _markets(subject)
    if not drawn:
        return None
    figure = style.new_figure(3.9)
    left, right = figure.subplots(1, 2, width_ratios=[1.0, 1.25])
    _draw_curves(left, subject, drawn)
    _draw_groups(right, subject, drawn)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), handlelength=2.6)
    style.footer(figure, "\n".join([subject.footer(), *_notes(drawn)]))
    return Chart(
        "margin_concentration",
        say("How much of the margin few customers bring"),
        _finding(subject),
        say(
            "Left the Lorenz curve of margin, customers of lowest margin first; right the shares that groups of them bring."
        ),
        figure,
        _numbers(drawn),
        (_native_curves(drawn), _native_groups(drawn)),
        _message(subject),
    )


def _markets(subject: Subject) -> list[_Market]:
    """Return base and best policy; nothing where either has no margin to share in some world."""
    policies = [BASE, *([subject.best] if subject.best else [])]
    found = [margin_shares(subject.view, policy) for policy in policies]
    if any(shares.empty or not set(_GROUPS) <= set(shares.index) for shares in found):
        return []
    groups = [shares.loc[list(_GROUPS)].diff().iloc[1:] for shares in found]
    return [
        _Market(policy, band(shares), band(own), None if policy == BASE else band(own - groups[0]))
        for policy, shares, own in zip(policies, found, groups, strict=True)
    ]


def _draw_curves(axes: Axes, subject: Subject, drawn: list[_Market]) -> None:
    axes.plot([0, 100], [0, 100], color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)), label=say("equal margins"))
    for market in drawn:
        colour, label = _colour(market), policy_label(subject, market.policy, 30)
        places, curve = market.curve.months, market.curve
        dashes = (0, (4, 2)) if market.policy == BASE else "-"
        axes.plot(places, curve.mean, color=colour, linestyle=dashes, linewidth=1.8, label=label)
        axes.fill_between(places, curve.low, curve.high, color=colour, alpha=0.13, linewidth=0)
    if any(market.curve.mean.min() < 0 for market in drawn):
        style.zero_line(axes, vertical=False)
    axes.set_title(say("Lorenz curve of margin"))
    axes.set_xlabel(say(_CUSTOMERS))
    axes.set_ylabel(say(_SHARE))
    axes.set_xlim(0, 101)


def _draw_groups(axes: Axes, subject: Subject, drawn: list[_Market]) -> None:
    places = np.arange(len(_GROUPS) - 1)
    for number, market in enumerate(drawn):
        shift = (number - (len(drawn) - 1) / 2) * _BAR
        axes.bar(places + shift, market.groups.mean, _BAR * 0.92, color=_colour(market), alpha=0.9)
        low, high = market.whiskers
        axes.vlines(places + shift, low, high, color=style.INK, linewidth=1.1)
    style.zero_line(axes, vertical=False)
    axes.set_title(say("What groups of customers bring"))
    axes.set_xticks(places, list(_group_names()))
    axes.set_xlabel(say(_CUSTOMERS))
    axes.set_ylabel(say(_SHARE))
    axes.grid(axis="x", visible=False)


def _colour(market: _Market) -> str:
    return style.BASE_COLOUR if market.policy == BASE else style.focus()


def _group_names() -> tuple[str, ...]:
    return tuple(f"{start}\N{EN DASH}{end}" for start, end in pairwise(_GROUPS))


def _notes(drawn: list[_Market]) -> list[str]:
    margin = say(
        "margin: energy charges and fees less cost of energy and of levers per customer or MWh, before wages and overhead"
    )
    return [margin, *([say(PAIRED_WHISKERS)] if len(drawn) > 1 else [])]


def _numbers(drawn: list[_Market]) -> pd.DataFrame:
    """Return the numbers drawn as tidy rows; of a group, the place is its upper end."""
    frames = []
    for market in drawn:
        low, high = market.whiskers
        curve, groups = market.curve, market.groups
        for panel, places, ends in (
            ("lorenz", curve.months, (curve.mean, curve.low, curve.high)),
            ("groups", groups.months, (groups.mean, low, high)),
        ):
            columns = dict(zip(("mean", "low", "high"), ends, strict=True))
            labels = {"panel": panel, "policy": market.policy, "customers_pct": places}
            frames.append(pd.DataFrame({**labels, **columns, "unit": "% of all margin"}))
    return pd.concat(frames, ignore_index=True)


def _native_curves(drawn: list[_Market]) -> Lines:
    """Return the curves for programs that draw them by themselves."""
    places = tuple(float(place) for place in drawn[0].curve.months)
    series = tuple(_series(market, market.curve.mean, (market.curve.low, market.curve.high)) for market in drawn)
    return Lines(say("Lorenz curve of margin"), places, series, say(_CUSTOMERS), say(_SHARE))


def _native_groups(drawn: list[_Market]) -> Bars:
    series = tuple(_series(market, market.groups.mean, market.whiskers) for market in drawn)
    return Bars(say("What groups of customers bring"), _group_names(), series, say(_SHARE))


def _series(market: _Market, values: FloatArray, ends: tuple[FloatArray, FloatArray]) -> Series:
    low, high = (tuple(end.tolist()) if np.isfinite(end).any() else () for end in ends)
    is_base = market.policy == BASE
    name, colour = policy_name(market.policy), _colour(market)
    return Series(name, tuple(values.tolist()), low, high, colour, "dash" if is_base else "solid", not is_base)


def _finding(subject: Subject) -> str:
    view, printers = subject.view, _printers(subject)
    top10, top20, inequality = (printer.level_interval(view.cell(BASE, name)) for name, printer in printers.items())
    return "".join(
        [
            say(
                "Of the customers whom {retailer} serves in {period}, the tenth with the highest margin brings {top10} % of "
                "all margin in the base, and the fifth {top20} %; the Gini coefficient is {gini}.",
                retailer=view.focus,
                period=view.period,
                top10=top10,
                top20=top20,
                gini=inequality,
            ),
            _losses(subject),
            _change(subject),
        ]
    )


def _printers(subject: Subject) -> dict[str, Printer]:
    return {name: printer_for(subject.view, Measure(kpi(name))) for name in (_TOP10, _TOP20, _GINI)}


def _losses(subject: Subject) -> str:
    """Say how far the curve of the base dips below zero, where its interval does."""
    depth = estimate(-margin_shares(subject.view, BASE).min(axis=0))
    if not depth.low > 0:
        return ""
    digits = digits_for([depth.half_width], 1, most=1)
    loss = f"{plain(depth.mean, digits)} {interval(depth.low, depth.high, digits)}"
    return say(
        " The curve dips below zero: customers with a negative margin take at least {loss} % of it away.", loss=loss
    )


def _change(subject: Subject) -> str:
    """Say how the share of the top tenth differs under the best policy."""
    if not subject.best:
        return ""
    cell, printer = subject.view.cell(subject.best, _TOP10), _printers(subject)[_TOP10]
    if cell.verdict == Verdict.NO_CHANGE:
        return say(" Under {policy} the share of the top tenth is the same.", policy=subject.best)
    difference = {"policy": subject.best, "difference": printer.difference_with_unit(cell)}
    if cell.verdict in (Verdict.UP, Verdict.DOWN):
        return say(" Under {policy} the share of the top tenth is different by {difference}.", **difference)
    return say(
        " Under {policy} the share of the top tenth is different by {difference}, which cannot be told from none.",
        **difference,
    )


def _message(subject: Subject) -> str:
    share = plain(subject.view.cell(BASE, _TOP10).level.mean, 0)
    return say("The tenth of the customers with the highest margin brings {share} % of it", share=share)
