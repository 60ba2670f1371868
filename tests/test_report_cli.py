"""`marketsim report`, and reports after `run`, `sweep` and `compare`, as a user meets them."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation
from tests.experiments.fake_models import always_failing
from tests.markets import DATA
from tests.test_cli import call

from marketsim.errors import RunFailedError
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import run_study
from marketsim.scenario.loading import load_scenario

LIVELY = str(DATA / "lively.yaml")
EVERY = "html,pptx,xlsx,docx,png,svg,csv"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which results/ holds two studies."""
    folder = tmp_path_factory.mktemp("reports")
    for name, changes in (("one", {}), ("two", {"market.spot.innovation_sd": 0.01})):
        run_study(load_scenario(LIVELY, changes), jobs=1, checks=False, out=folder / "results" / name)
    (folder / "empty").mkdir()
    (folder / "broken.pptx").write_text("no slides", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_format_of_a_stored_study(language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("report", "one", "--format", EVERY, "--lang", language, "--author", "规划部", "--out", tmp_path) == 0
    suffix = "_zh" if language == "zh" else ""
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {*(f"report{suffix}.{form}" for form in ("html", "pptx", "xlsx", "docx")), f"charts{suffix}"}
    shown = capsys.readouterr().out
    assert all(name in shown for name in files)
    page = (tmp_path / f"report{suffix}.html").read_text(encoding="utf-8")
    assert "规划部" in page
    assert ("结论" in page) == (language == "zh")
    assert len(Presentation(str(tmp_path / f"report{suffix}.pptx")).slides) > 8
    assert len(load_workbook(tmp_path / f"report{suffix}.xlsx").sheetnames) > 8
    assert Document(str(tmp_path / f"report{suffix}.docx")).core_properties.author == "规划部"
    forms = {path.suffix for path in (tmp_path / f"charts{suffix}").iterdir()}
    assert forms == {".png", ".svg", ".csv"}


def test_by_default_it_writes_what_the_scenario_asks_for_into_the_folder_of_the_study(root: Path) -> None:
    assert call("report", "results/one") == 0
    assert (root / "results" / "one" / "report.html").exists()
    assert (root / "results" / "one" / "charts").is_dir()
    assert not (root / "results" / "one" / "report.pptx").exists()
    assert call("results", "verify", "one") == 0


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert call("report", "one", "--format", EVERY, "--lang", "zh", "--out", tmp_path / folder) == 0
    first = {path.relative_to(tmp_path / "a"): path for path in (tmp_path / "a").rglob("*") if path.is_file()}
    assert len(first) > 20
    for name, path in first.items():
        assert path.read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["report", "one", "--format", "ppt"], 2, "--format: there is no format ppt; there are html, pptx"),
        (["report", "one", "--lang", "fr"], 2, "--lang: there is no language fr"),
        (["report", "one", "--template", "none.pptx"], 2, "--template: there is no file none.pptx"),
        (
            ["report", "one", "--template", "broken.pptx", "--format", "pptx"],
            2,
            "the template broken.pptx cannot be used",
        ),
        (["report", "one", "--out", "broken.pptx"], 2, "reports cannot go into broken.pptx: broken.pptx is a file"),
        (["report", "one", "--out", "broken.pptx/below"], 2, "reports cannot go into broken.pptx/below"),
        (["report", "one", "--view", "Alfa"], 2, "there is no retailer Alfa"),
        (["report", "empty"], 1, "empty holds no marketsim results"),
        (["report", "four"], 1, "there is no results folder four"),
        (["run", LIVELY, "--format", "pdf", "--out", "never"], 2, "there is no format pdf"),
        (["run", LIVELY, "--view", "Nobody", "--out", "never"], 2, "--view: there is no retailer Nobody"),
        (["compare", "one", "--format", "html"], 2, "--format needs --out DIR"),
    ],
    ids=[
        "format",
        "language",
        "template",
        "broken",
        "file",
        "below",
        "view",
        "empty",
        "study",
        "run format",
        "run view",
        "compare",
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    before = {path for path in root.rglob("*") if path.is_file()}
    assert call(*arguments) == code
    shown = " ".join(capsys.readouterr().err.split())
    assert words in shown
    assert "Traceback" not in shown
    assert {path for path in root.rglob("*") if path.is_file()} == before


def test_a_study_whose_runs_all_failed_has_nothing_to_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RunFailedError, match="runs finished"):
        run_study(
            load_scenario(LIVELY), checks=False, out=tmp_path / "lost", settings=Settings(1, simulate=always_failing)
        )
    assert call("report", tmp_path / "lost") == 1
    assert "holds no marketsim results" in " ".join(capsys.readouterr().err.split())


def test_a_run_writes_the_reports_that_are_asked_for(tmp_path: Path) -> None:
    options = ["--no-checks", "--jobs", "1", "--out", tmp_path / "study", "--format", "html,docx", "--lang", "zh"]
    assert call("run", LIVELY, *options) == 0
    assert (tmp_path / "study" / "report_zh.html").exists()
    assert (tmp_path / "study" / "report_zh.docx").exists()
    assert not (tmp_path / "study" / "report.html").exists()


def test_a_comparison_has_the_same_sections(tmp_path: Path) -> None:
    options = ["--out", tmp_path, "--format", "html,pptx,docx,xlsx", "--kpi", "profit_cny_per_year"]
    for language, words in (
        ("en", ("The question", "The answer", "Provenance")),
        ("zh", ("研究问题", "结论", "数据溯源")),
    ):
        assert call("compare", "one:cheaper", "two:cheaper", *options, "--lang", language) == 0
        suffix = "_zh" if language == "zh" else ""
        document = Document(str(tmp_path / f"report{suffix}.docx"))
        headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
        assert [word in headings for word in words] == [True] * 3
        assert len(Presentation(str(tmp_path / f"report{suffix}.pptx")).slides) >= 5
