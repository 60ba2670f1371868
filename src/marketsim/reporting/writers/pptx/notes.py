"""Speaker notes: what a slide says in full, how to read it, how its numbers came about, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.language import message, say
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.table import Table

_COMPARISON, _QUEUES = message("Comparison"), message("Queues")
_SWEEPS, _SENSITIVITY = message("Sweeps"), message("Sensitivity")
_METHODS = {
    "sweeps": (_SWEEPS, _SENSITIVITY),
    "sensitivity": (_COMPARISON, _SENSITIVITY),
}


def chart_notes(paper: Paper, section: str, chart: Chart, footer: str) -> str:
    """Return what to say to a chart."""
    titles = (*_METHODS.get(section, (_COMPARISON,)), *((_QUEUES,) if chart.name.startswith("waits") else ()))
    parts = [
        say("Finding: {text}", text=chart.finding),
        say("How to read it: {text}", text=chart.alt),
        *_methods(paper, titles),
    ]
    return _joined([*parts, footer])


def table_notes(paper: Paper, section: str, table: Table, footer: str) -> str:
    """Return what to say to a table: all of its notes."""
    return _joined([table.caption, *table.notes, *_methods(paper, _METHODS.get(section, (_COMPARISON,))), footer])


def text_notes(paper: Paper, section: str, texts: Iterable[str], footer: str) -> str:
    """Return what to say to a slide of text: the text in full, and the method where it is not the text itself."""
    methods = [] if section in ("method", "provenance") else _methods(paper, _METHODS.get(section, (_COMPARISON,)))
    return _joined([*texts, *methods, footer])


def _methods(paper: Paper, titles: Iterable[str]) -> list[str]:
    wanted = [say(title) for title in titles]
    return [say("Method ({title}): {text}", title=title, text=text) for title, text in paper.method if title in wanted]


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(dict.fromkeys(part for part in parts if part))
