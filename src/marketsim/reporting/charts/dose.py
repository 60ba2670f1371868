"""Dose and response: what happens as one measure grows, for policies that form a numeric series."""

from __future__ import annotations

import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject, whisker_notes
from marketsim.reporting.charts.dose_lines import draw_panel
from marketsim.reporting.charts.dose_panels import Line, Panel, base_name, line_name, panels_of
from marketsim.reporting.charts.dose_words import axis_title, finding, heading, key, number_axis
from marketsim.reporting.charts.native import Dash, Lines
from marketsim.reporting.charts.native import Series as NativeSeries
from marketsim.reporting.language import say
from marketsim.reporting.measures import Measure, served_tiers
from marketsim.reporting.series import series_of, wants_log_axis
from marketsim.results.key_figures import kpi

_MOST_SERIES = 3


def dose(subject: Subject) -> Chart | None:
    """Draw the key figures and the lane's width against the number; None without a series."""
    found = series_of(subject.view)[:_MOST_SERIES]
    if not found:
        return None
    log = wants_log_axis(found)
    panels = panels_of(subject.view, found)
    figure = style.new_figure(6.3)
    grid = figure.subplots(2, 3, sharex=True).flatten()
    frames = [draw_panel(axes, panel, subject.view, log) for axes, panel in zip(grid, panels, strict=False)]
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    number_axis(grid[: len(panels)], found, log=log)
    figure.supxlabel(f"{axis_title(found)}\n\n", fontsize=9, color=style.INK)
    key(figure, found)
    notes = whisker_notes(subject, [Measure(kpi("satisfaction"), tier) for tier in served_tiers(subject.view)])
    footer = f"{subject.footer()}\n{' · '.join(notes)}"
    figure.text(0.006, 0.004, footer, fontsize=7.5, color=style.QUIET, ha="left", va="bottom")
    return Chart(
        "dose_response",
        say("How the effect moves from {first} to {last}", first=found[0].points[0][1], last=found[0].points[-1][1]),
        finding(subject.view, found),
        say(
            "Lines with 95 % intervals against the number in the policies' names: differences of profit and "
            "shares to the base, waits and satisfaction of VIPs and ordinary customers, and the lane's share of "
            "customers and tickets."
        ),
        figure,
        pd.concat(frames, ignore_index=True),
        tuple(_native(panel, frame, axis_title(found)) for panel, frame in zip(panels, frames, strict=True)),
        heading(subject.view, found),
    )


def _native(panel: Panel, frame: pd.DataFrame, x_title: str) -> Lines:
    """Return a panel for programs that draw charts themselves; levels that are compared with stand beside as dots."""
    places = tuple(sorted({float(number) for number in frame["number"]}))
    rows = [_rows(line, frame).reindex(list(places)) for line in panel.lines]
    series = [_series(panel, line, own) for line, own in zip(panel.lines, rows, strict=True)]
    beside = () if panel.difference or panel.is_of_size else _base_lines(panel, rows)
    digits = max(
        line.printer.difference_digits if panel.difference else line.printer.level_digits for line in panel.lines
    )
    return Lines(panel.title, places, (*series, *beside), x_title, panel.value_title, digits)


def _rows(line: Line, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers of a line by the numbers of its series."""
    measure = line.printer.measure
    own = frame[(frame["series"] == line.series.prefix) & (frame["kpi"] == measure.kpi.name)]
    return own[own["tier"] == measure.tier].set_index("number")


def _series(panel: Panel, line: Line, own: pd.DataFrame) -> NativeSeries:
    values, low, high = (tuple(float(v) for v in own[name]) for name in ("value", "low", "high"))
    dash: Dash = "solid" if line.dashes == style.DASHES[0] else "dash"
    words = (line.series.prefix, line_name(line.printer.measure)) if len(panel.lines) > 1 else ("",)
    name = " ".join(dict.fromkeys(words))
    return NativeSeries(name, values, low, high, line.colour, dash, strong=not line.hollow)


def _base_lines(panel: Panel, rows: list[pd.DataFrame]) -> tuple[NativeSeries, ...]:
    """Return the levels of the base, each once: a level that several lines are compared with is called after all of them."""
    groups: dict[str, list[int]] = {}
    levels = [own["partner"] for own in rows]
    for place, level in enumerate(levels):
        groups.setdefault(level.to_json(), []).append(place)
    found: dict[str, NativeSeries] = {}
    for places in groups.values():
        name = base_name([panel.lines[place] for place in places], panel)
        if name in found:
            name = f"{name} ({panel.lines[places[0]].series.prefix})"
        values = tuple(map(float, levels[places[0]]))
        found[name] = NativeSeries(name, values, colour=style.QUIET, dash="dot")
    return tuple(found.values())
