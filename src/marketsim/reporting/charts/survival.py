"""Survival of customer relations: how many of the customers at the start are still there, month after month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.labels import policy_label, policy_name
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.native import Dash, Lines, Series
from marketsim.reporting.charts.satisfaction import left_out, policy_look, shown_policies
from marketsim.reporting.charts.survival_words import end_of, survival_finding, survival_message
from marketsim.reporting.customer_records import kept_shares
from marketsim.reporting.language import say
from marketsim.reporting.measures import served_tiers, tier_title
from marketsim.reporting.numbers import joined, unit_text
from marketsim.results.tables import ALL, BASE

_KEPT, _DIFFERENCE = "kept", "difference"
_HELD_MONTHS = 1.0
_ALL = 100.0
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Panel:
    """One panel: whom it is of, whether it shows shares or their differences to the base, and the line of each policy."""

    tier: str
    what: str
    title: str
    lines: dict[str, Band]


def survival(subject: Subject) -> Chart | None:
    """Draw who is still there of the customers at the start, base against policies; None where it is not recorded."""
    rows = _rows(subject)
    if not rows:
        return None
    figure = style.new_figure(5.9 if len(rows) > 1 else 3.7)
    grid = figure.subplots(len(rows), len(rows[0]), squeeze=False, sharey="row", sharex=True)
    for axes_row, row in zip(grid, rows, strict=True):
        for axes, panel in zip(axes_row, row, strict=True):
            _draw(axes, subject, panel)
        axes_row[0].set_ylabel(_unit(subject, row[0]))
    for axes in grid[-1]:
        axes.set_xlabel(say("months since policies begin"))
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 5), handlelength=2.6)
    style.footer(figure, "\n".join([subject.footer(), " · ".join(_notes(subject))]))
    end, panels = end_of(subject), [panel for row in rows for panel in row]
    return Chart(
        "customers_kept",
        say("How long the customers stay whom {retailer} has when policies begin", retailer=subject.view.focus),
        survival_finding(subject, end, [panel.tier for panel in rows[0] if panel.tier != ALL]),
        say("Lines over the months since policies begin, falling from 100 %, with 95 % bands: customers still there."),
        figure,
        pd.concat([_frame(panel) for panel in panels], ignore_index=True),
        tuple(_native(subject, panel) for panel in panels),
        survival_message(subject, end),
    )


def _groups(subject: Subject) -> list[str]:
    """Return all customers, and those of the tiers that are compared."""
    return [ALL, *(tier for tier in served_tiers(subject.view) if tier != ALL)]


def _rows(subject: Subject) -> list[list[_Panel]]:
    """Return the panels: shares above, and below them paired differences to the base where there are policies."""
    paths = {tier: _paths(subject, tier) for tier in _groups(subject)}
    known = {tier: found for tier, found in paths.items() if BASE in found}
    levels = [_Panel(tier, _KEPT, _title(tier), _within_all(_bands(subject, found))) for tier, found in known.items()]
    others = {
        tier: {policy: path - found[BASE] for policy, path in found.items() if policy != BASE}
        for tier, found in known.items()
    }
    title = say("Paired difference to base")
    differences = [_Panel(tier, _DIFFERENCE, title, _bands(subject, found)) for tier, found in others.items() if found]
    return [row for row in (levels, differences) if row]


def _paths(subject: Subject, tier: str) -> dict[str, pd.DataFrame]:
    found = {policy: kept_shares(subject.view, policy, tier) for policy in shown_policies(subject)}
    return {policy: values for policy, values in found.items() if len(values)}


def _bands(subject: Subject, paths: dict[str, pd.DataFrame]) -> dict[str, Band]:
    """Return the lines; base and best policy have bands, the others none, to keep them apart."""
    lines = {policy: band(values) for policy, values in paths.items()}
    return {p: line if p in (BASE, subject.best) else line.without_interval() for p, line in lines.items()}


def _within_all(lines: dict[str, Band]) -> dict[str, Band]:
    """Return lines whose bands end at none and at all of the customers, whatever the ends of intervals."""
    return {p: Band(b.months, b.mean, b.low.clip(0, _ALL), b.high.clip(0, _ALL)) for p, b in lines.items()}


def _title(tier: str) -> str:
    return say("All customers") if tier == ALL else say("{tier} (tier at the start)", tier=_capital(tier_title(tier)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _draw(axes: Axes, subject: Subject, panel: _Panel) -> None:
    for policy, found in panel.lines.items():
        colour, dashes = policy_look(subject, policy)
        width = 2.0 if policy == subject.best else 1.4
        label = policy_label(subject, policy, 30)
        look: dict[str, Any] = {"color": colour, "linestyle": dashes, "linewidth": width, "label": label}
        months, mean, low, high = (_held(values) for values in (found.months, found.mean, found.low, found.high))
        months[-1] += _HELD_MONTHS
        axes.plot(months, mean, drawstyle="steps-post", **look)
        axes.fill_between(months, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
    if panel.what == _DIFFERENCE:
        style.zero_line(axes, vertical=False)
    axes.set_title(panel.title, fontsize=10 if panel.what == _KEPT else 9)
    axes.set_xlim(0, subject.view.months - subject.view.warmup + _HELD_MONTHS)


def _held(values: NDArray[Any]) -> FloatArray:
    """Return values with the last one twice, so that the last step of a line can be seen."""
    return np.append(values.astype(np.float64), values[-1:])


def _unit(subject: Subject, panel: _Panel) -> str:
    if panel.what == _DIFFERENCE:
        return unit_text("pp")
    return say(
        "% of them still with {retailer}", retailer=style.folded(subject.retailer_labels[subject.view.focus], 24)
    )


def _notes(subject: Subject) -> list[str]:
    notes = [say("Kaplan-Meier; closed plants left out; who comes back is not counted again")]
    missing = [style.drawable(subject.policy_labels[name]) for name in left_out(subject)]
    return notes + ([say("not drawn: {names}", names=joined(missing))] if missing else [])


def _frame(panel: _Panel) -> pd.DataFrame:
    """Return the numbers of a panel as tidy rows."""
    frames = [
        pd.DataFrame(
            {"panel": panel.what, "tier_at_start": panel.tier, "policy": policy, "months": line.months}
            | {"mean": line.mean, "low": line.low, "high": line.high, "unit": "%" if panel.what == _KEPT else "pp"}
        )
        for policy, line in panel.lines.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _native(subject: Subject, panel: _Panel) -> Lines:
    """Return a panel for programs that draw it by themselves."""
    places = tuple(float(month) for month in next(iter(panel.lines.values())).months)
    series = tuple(_series(subject, policy, line) for policy, line in panel.lines.items())
    title = panel.title if panel.what == _KEPT else say("{title}: {group}", title=panel.title, group=_title(panel.tier))
    digits = 1 if panel.what == _KEPT else 2
    return Lines(title, places, series, say("months since policies begin"), _unit(subject, panel), digits)


def _series(subject: Subject, policy: str, line: Band) -> Series:
    banded, best = bool(np.isfinite(line.low).any()), policy == subject.best
    dash: Dash = "dash" if policy == BASE else "solid" if best else "dot"
    ends = (tuple(line.low.tolist()), tuple(line.high.tolist())) if banded else ((), ())
    colour = policy_look(subject, policy)[0]
    return Series(policy_name(policy), tuple(line.mean.tolist()), *ends, colour=colour, dash=dash, strong=best)
