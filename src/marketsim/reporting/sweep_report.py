"""The HTML report of a folder that holds sweeps only: question, answers, charts, assumptions, method, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.assumptions import assumed, varied
from marketsim.reporting.charts.catalogue import numbers_file, replaced_names, write_charts
from marketsim.reporting.method import method
from marketsim.reporting.question_tables import question_tables
from marketsim.reporting.questions import question_sentences
from marketsim.reporting.ranking_table import ranking_sentences, ranking_tables
from marketsim.reporting.report import CHARTS_FOLDER, REPORT_FILE, page
from marketsim.reporting.report_tables import assumed_tables, mechanisms_table, starred_table
from marketsim.reporting.sweep_section import SweepSection, sweep_sections
from marketsim.reporting.view import StudyView
from marketsim.results.statistics.checks import CHECK_COLUMNS
from marketsim.results.storage.folders import read_manifest
from marketsim.results.storage.store import read_answers
from marketsim.results.tables import KPIS_TABLE, RUNS, SUMMARY_COLUMNS

_NO_RESULT = "No run of a sweep finished that could answer the question."


@dataclass(frozen=True)
class _SweepsOnly:
    """The results of a folder without main runs: empty tables in place of those that a study has."""

    folder: Path
    manifest: dict[str, Any]
    answers: dict[str, pd.DataFrame]
    runs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RUNS.column_names())))
    timings: pd.DataFrame = field(default_factory=pd.DataFrame)
    kpis: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(KPIS_TABLE.column_names())))
    summary: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SUMMARY_COLUMNS)))
    checks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHECK_COLUMNS)))

    def table(self, name: str) -> pd.DataFrame:
        """Refuse: there are no monthly tables."""
        raise ResultsError(f"there is no table {name}: {self.folder} holds sweeps only")


def write_sweep_report(folder: str | Path) -> Path:
    """Write the charts and the report of a folder that holds sweeps.

    Args:
        folder: its manifest and tables are read; nothing but `charts/` and `report.html` is written.

    Returns:
        The path of the report.

    Raises:
        ResultsError: the folder holds no results, or a table of it is broken.
    """
    place = Path(folder)
    manifest, answers = read_manifest(place), read_answers(place)
    sections = sweep_sections(answers, manifest)
    drawn = [chart for section in sections for chart in section.charts]
    pictures = write_charts(drawn, place / CHARTS_FOLDER)
    view = StudyView(_SweepsOnly(place, manifest, answers))
    context = _context(view, sections) | {
        "pictures": pictures,
        "numbers": {chart.name: numbers_file(chart) for chart in drawn},
    }
    path = place / REPORT_FILE
    path.write_text(page("sweep_report.html.j2", context), encoding="utf-8", newline="\n")
    return path


def _context(view: StudyView, sections: Sequence[SweepSection]) -> dict[str, Any]:
    starred = varied(view)
    answers = view.result.answers
    return {
        "view": view,
        "manifest": view.result.manifest,
        "sweeps": sections,
        "headlines": [section.sentences[0] for section in sections if section.sentences] or [_NO_RESULT],
        "cautions": list(_cautions(view.result.manifest)),
        "starred": starred_table(starred) if starred else None,
        "mechanisms": mechanisms_table(view),
        "assumed": assumed_tables(assumed(view)),
        "method": [*method(view), *_how()],
        "replaced": list(replaced_names(view)),
        "ranking_sentences": ranking_sentences(answers),
        "ranking_tables": ranking_tables(answers),
        "question_sentences": question_sentences(answers),
        "question_tables": question_tables(answers),
        "facts": list(_facts(view)),
        "footer": view.origin,
    }


def _cautions(manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest.get("status") == "interrupted":
        yield "The sweep was interrupted. Numbers rest on the points that finished."
    if manifest.get("status") == "failed":
        yield "Some runs failed. Points whose runs all failed are left out, others rest on fewer worlds."


def _how() -> list[tuple[str, str]]:
    """Say how the numbers on sweeps come about."""
    return [
        (
            "Sweeps",
            "Every point of a sweep is run in the same worlds, under base and policies; uncertainties are changed in "
            "both, levers under the policies only. The effect at a point is the mean paired difference over its worlds "
            "with a 95 % t interval. Means over points have an interval that holds the mean half width of their points, "
            "as points that share their worlds err together, and, where points are drawn, the chance of the draw. "
            '"Cannot tell" stands where an interval includes zero. None is adjusted for the number of points.',
        ),
        (
            "Sensitivity",
            "Morris effects and Sobol indices by SALib, with bootstrap intervals; of a complete grid the exact shares of "
            "variance; of other points RBD-FAST, or the correlation ratio of values that repeat. A point without a result "
            "takes its whole trajectory or block with it.",
        ),
    ]


def _facts(view: StudyView) -> Iterator[tuple[str, str]]:
    """Yield what identifies these results."""
    manifest = view.result.manifest
    yield "study", view.name
    yield "scenario file", str(manifest.get("source") or "built in Python")
    yield "scenario hash (SHA-256)", str(manifest["hash"])
    yield "seed", str(manifest["seed"])
    yield "status", str(manifest.get("status", ""))
    yield "marketsim", str(manifest.get("marketsim", ""))
    yield "Python", str(manifest.get("python", ""))
    yield "libraries", ", ".join(f"{name} {number}" for name, number in manifest.get("libraries", {}).items())
    for name, digest in manifest.get("data_files", {}).items():
        yield f"data file {name}", str(digest)
    yield "command", str(manifest.get("command") or "run from Python")
