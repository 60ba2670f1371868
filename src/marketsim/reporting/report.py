"""The HTML report: the answer first, then charts, what could overturn it, assumptions, method, provenance."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marketsim.reporting.answer import Answer, answer
from marketsim.reporting.assumptions import assumed, show, varied
from marketsim.reporting.charts.catalogue import draw_all, numbers_file, replaced_names, write_charts
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.factorial_table import factorial_table
from marketsim.reporting.gains_table import gains
from marketsim.reporting.method import method
from marketsim.reporting.numbers import counted
from marketsim.reporting.question_tables import question_tables
from marketsim.reporting.questions import question_sentences
from marketsim.reporting.ranking_table import ranking_sentences, ranking_tables
from marketsim.reporting.replications import replication_sentences
from marketsim.reporting.report_tables import assumed_tables, checks, mechanisms_table, policies, starred_table
from marketsim.reporting.sweep_section import SweepSection, sweep_sections
from marketsim.reporting.view import StudyData, StudyView

REPORT_FILE = "report.html"
CHARTS_FOLDER = "charts"
_OVERTURNING = "tornado"


def write_report(results: StudyData) -> Path:
    """Write the charts and the report of a study into its folder.

    Args:
        results: the study's results; nothing but `charts/` and `report.html` is written.

    Returns:
        The path of the report.
    """
    view = StudyView(results)
    found = answer(view)
    charts, sweeps = draw_all(view, found), sweep_sections(results.answers, results.manifest)
    drawn = [*charts, *(chart for section in sweeps for chart in section.charts)]
    pictures = write_charts(drawn, results.folder / CHARTS_FOLDER)
    path = results.folder / REPORT_FILE
    path.write_text(render(view, found, charts, pictures, sweeps), encoding="utf-8", newline="\n")
    return path


def render(
    view: StudyView,
    found: Answer,
    charts: list[Chart],
    pictures: Mapping[str, bytes],
    sweeps: Sequence[SweepSection] = (),
) -> str:
    """Return the report as HTML; it needs no other file and no network.

    Args:
        view: the results.
        found: the answer.
        charts: the charts, the main one first.
        pictures: PNG files by the charts' names.
        sweeps: what is said of the sweeps.
    """
    drawn = [*charts, *(chart for section in sweeps for chart in section.charts)]
    context = _context(view, found, charts) | {
        "sweeps": sweeps,
        "pictures": pictures,
        "numbers": {chart.name: numbers_file(chart) for chart in drawn},
    }
    return page("report.html.j2", context)


def page(template: str, context: Mapping[str, Any]) -> str:
    """Return a page as HTML from a template and what it shows."""
    environment = Environment(
        loader=PackageLoader("marketsim.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data_uri"] = _data_uri
    style = environment.get_template("report.css").render()
    text = environment.get_template(template).render(context, style=Markup(style))
    return f"{text.rstrip()}\n"


def _context(view: StudyView, found: Answer, charts: list[Chart]) -> dict[str, Any]:
    starred = varied(view)
    overturning = next((chart for chart in charts if chart.name == _OVERTURNING), None)
    others = [chart for chart in charts if chart is not overturning]
    return {
        "view": view,
        "answer": found,
        "manifest": view.result.manifest,
        "gains": gains(view, found.best) if found.best else None,
        "policies": policies(view),
        "factors": factorial_table(view),
        "main": others[0] if others else None,
        "charts": others[1:],
        "overturning": overturning,
        "checks": checks(view, found, starred),
        "starred": starred_table(starred) if starred else None,
        "mechanisms": mechanisms_table(view),
        "assumed": assumed_tables(assumed(view)),
        "method": method(view),
        "events": [_event(event) for event in view.study.get("events", ())],
        "changes": [(name, _changes(changes)) for name, changes in view.study.get("policies", {}).items()],
        "replaced": list(replaced_names(view)),
        "facts": list(_facts(view)),
        "ranking_sentences": [*ranking_sentences(view.result.answers), *replication_sentences(view.result.answers)],
        "ranking_tables": ranking_tables(view.result.answers),
        "question_sentences": question_sentences(view.result.answers),
        "question_tables": question_tables(view.result.answers),
        "size": _size(view),
    }


def _data_uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _event(event: Mapping[str, Any]) -> str:
    kind = str(event["type"]).replace("_", " ")
    given = {
        name: value for name, value in event.items() if name not in ("type", "month") and value not in (None, False)
    }
    duration = given.pop("duration_months", None)
    parts = [kind, *(f"{name.replace('_', ' ')} {show(value)}" for name, value in given.items())]
    parts += [f"for {counted(int(duration), 'month')}"] if duration else []
    return f"month {int(event['month']) + 1}: {', '.join(parts)}"


def _changes(changes: Mapping[str, Any]) -> list[str]:
    return [f"{path} = {json.dumps(value, ensure_ascii=False)}" for path, value in changes.items()]


def _size(view: StudyView) -> str:
    """Return how large the study was, in words."""
    runs = view.result.runs
    done = runs[(runs["status"] == "done") & (runs["check"] == "")]
    if done.empty:
        return "no finished run"
    first = done.iloc[0]
    return (
        f"{counted(int(first['agents']), 'agent')} for {counted(int(first['customers']), 'customer')}, "
        f"{counted(view.months, 'month')}, {counted(len(view.retailers), 'retailer')}; base and "
        f"{counted(len(view.policies), 'policy')} in {counted(view.replications, 'world')}"
    )


def _facts(view: StudyView) -> Iterator[tuple[str, str]]:
    """Yield what identifies these results."""
    manifest = view.result.manifest
    yield "study", view.name
    yield "scenario file", str(manifest.get("source") or "built in Python")
    yield "scenario hash (SHA-256)", str(manifest["hash"])
    yield "seed", str(manifest["seed"])
    yield "status", str(manifest.get("status", ""))
    yield "runs", _run_counts(view)
    yield "marketsim", str(manifest.get("marketsim", ""))
    yield "Python", str(manifest.get("python", ""))
    yield "libraries", ", ".join(f"{name} {number}" for name, number in manifest.get("libraries", {}).items())
    for name, digest in manifest.get("data_files", {}).items():
        yield f"data file {name}", str(digest)
    yield "command", str(manifest.get("command") or "run from Python")


def _run_counts(view: StudyView) -> str:
    counts = view.result.runs["status"].astype(str).value_counts().sort_index()
    return ", ".join(f"{number} {str(status).replace('_', ' ')}" for status, number in counts.items())
