"""Draws charts for tests in an edition, and reads what stands in them."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterable

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from marketsim.reporting import style
from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart, Subject, subject_of
from marketsim.reporting.charts.native import numbers_of
from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.view import StudyData, StudyView

Draw = Callable[[Subject], Chart | list[Chart] | None]
UNITS = {"VIP", "GWh", "MWh", "kWh", "n"}


def subject(result: StudyData) -> Subject:
    """Return what charts of results are drawn from."""
    view = StudyView(result)
    return subject_of(view, answer(view), view.retailers, view.policies)


def charts_of(result: StudyData, draw: Draw, language: str = "en") -> list[Chart]:
    """Draw a chart in a language, rendered once; any warning is an error."""
    edition = Edition(language, focus=str(result.manifest["scenario"]["focus"]))
    with printed_in(edition), style.chart_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = draw(subject(result))
        charts = found if isinstance(found, list) else [found] if found is not None else []
        for chart in charts:
            chart.figure.draw_without_rendering()
    return charts


def chart_of(result: StudyData, draw: Draw, language: str = "en") -> Chart:
    """Draw the only, or first, chart of a kind."""
    return charts_of(result, draw, language)[0]


def texts(figure: Figure) -> list[str]:
    """Return every text of a figure that shows something."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def foreign_words(lines: Iterable[str], names: Iterable[str]) -> set[str]:
    """Return Latin words that are neither names of the user nor units nor a hash."""
    found: set[str] = set()
    for line in lines:
        for name in sorted(names, key=len, reverse=True):
            line = line.replace(name, " ")
        found |= set(re.findall(r"[A-Za-z][A-Za-z_]*", re.sub(r"\b[0-9a-f]{12}\b", " ", line)))
    return found - UNITS


def undrawn(chart: Chart) -> list[float]:
    """Return the numbers of a chart's panels that its table does not have."""
    known = {float(f"{value:.10g}") for value in _numbers(chart.data)}
    shown = [value for panel in chart.panels for value in numbers_of(panel) if math.isfinite(value)]
    return [value for value in shown if float(f"{value:.10g}") not in known]


def _numbers(data: pd.DataFrame) -> Iterable[float]:
    for column in data.select_dtypes("number").columns:
        yield from (float(value) for value in data[column] if math.isfinite(value))
