"""Whole studies, from the file to the report, with the real market."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from marketsim.experiments.study import run_study
from marketsim.reporting.paper.material import wishes_of
from marketsim.reporting.write import Files, write_reports
from marketsim.results.storage.store import StudyResult
from marketsim.results.tables import RUN_TABLES, SUMMARY_COLUMNS
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.tier_rules import rule_sets

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
SMALL = {
    "run.agents": 250,
    "run.months": 16,
    "run.warmup_months": 4,
    "run.evaluate_from_month": 8,
    "run.replications": 2,
}


def _small(path: Path) -> Scenario:
    """Load a study with few agents, worlds and months, but all of its events."""
    last = max((event.month for event in load_scenario(path).study.events), default=0)
    return load_scenario(path, {**SMALL, "run.months": max(16, last + 3), "break_even": None, "budget": None})


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_study_runs_small_and_reports(path: Path, tmp_path: Path) -> None:
    scenario = _small(path)
    result = run_study(scenario, jobs=1, out=tmp_path / "study", checks=False)
    report = html.unescape(write_reports(result)[0].read_text(encoding="utf-8"))
    _assert_chinese_reports(result, tmp_path / "chinese")

    assert result.manifest["status"] == "complete"
    assert (result.runs["status"] == "done").all()
    references = {rules.name for rules in rule_sets(scenario.study, list(scenario.study.policies)).values()}
    assert len(result.runs) == 2 * (1 + len(scenario.study.policies) + len(references))
    assert list(result.summary.columns) == list(SUMMARY_COLUMNS)
    assert set(result.summary["policy"]) == {"base", *scenario.study.policies}
    for table in RUN_TABLES:
        assert len(result.table(table.name)) > 0
    assert scenario.study.question.split("?")[0] in report
    assert all(policy in report for policy in scenario.study.policies)


def _assert_chinese_reports(result: StudyResult, folder: Path) -> None:
    """Write every format in Chinese; warnings, such as one of a missing character, are errors."""
    wishes = replace(wishes_of(result.manifest), language="zh")
    written = write_reports(result, wishes, Files(("html", "pptx", "xlsx", "docx"), folder))
    assert [path.name for path in written] == [f"report_zh.{form}" for form in ("html", "pptx", "xlsx", "docx")]
    question = result.manifest["scenario"]["report"]["texts"]["zh"]["question"]
    assert question in html.unescape(written[0].read_text(encoding="utf-8"))
    slides = Presentation(str(written[1])).slides
    titles = [slide.shapes.title.text_frame.text for slide in slides if slide.shapes.title is not None]
    assert len(titles) == len(slides)
    assert all(titles)
    assert any(shape.has_chart for slide in slides for shape in slide.shapes)
    sheets = load_workbook(written[2]).worksheets
    assert sum(len(sheet._charts) for sheet in sheets) >= 3
    assert len(Document(str(written[3])).inline_shapes) == len(list((result.folder / "charts").glob("*.png")))


def _vip_lane() -> Scenario:
    path = next(path for path in SCENARIOS if path.stem == "vip_lane")
    return load_scenario(path, {**SMALL, "run.months": 12, "run.evaluate_from_month": 6})


def _assert_same(one: StudyResult, other: StudyResult) -> None:
    for table in RUN_TABLES:
        pd.testing.assert_frame_equal(one.table(table.name), other.table(table.name), check_exact=True)
    assert (one.folder / "summary.csv").read_bytes() == (other.folder / "summary.csv").read_bytes()


def test_results_are_the_same_for_one_and_two_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketsim.simulation.chunks.CHUNK", 16)
    one, two = (
        run_study(_vip_lane(), jobs=1, threads=n, out=tmp_path / str(n), checks=False, policies=["lane_5"])
        for n in (1, 2)
    )
    _assert_same(one, two)


def test_results_are_the_same_for_one_and_two_processes(tmp_path: Path) -> None:
    one, two = (
        run_study(_vip_lane(), jobs=n, out=tmp_path / str(n), checks=False, policies=["lane_5"]) for n in (1, 2)
    )
    _assert_same(one, two)
