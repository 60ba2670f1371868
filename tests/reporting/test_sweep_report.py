"""Reports of sweeps: in a study's report, and of folders that hold nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from tests import sweeps
from tests.reporting import sweep_folders as made
from tests.reporting.synthetic import FakeResult

from marketsim.errors import ResultsError
from marketsim.reporting.stored import results_in
from marketsim.reporting.sweep_section import sweep_sections
from marketsim.reporting.sweep_terminal import print_sweeps
from marketsim.reporting.view import StudyData
from marketsim.reporting.write import write_reports
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.storage.store import read_answers


def page_of(results: StudyData) -> str:
    return write_reports(results)[0].read_text(encoding="utf-8")


def page_in(folder: Path) -> str:
    return page_of(results_in(folder))


HOSTILE = '<script>alert("1")</script> & $x$'


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = sweeps.grid({"width": [1, 5, 20], "staff": [1, 1.1], "envy": [0, 0.5, 1]}, width=LEVER, staff=LEVER)
    tables = made.tables({"lane & envy": (plan, made.lane, {"policies": ("lane_20", "lane_5"), "failed": (4,)})})
    return made.write_folder(tmp_path_factory.mktemp("grid") / "lanes-sweep", tables, {"lane & envy": "grid"})


@pytest.fixture(scope="module")
def page(grid: Path) -> str:
    return page_in(grid)


def test_the_answer_stands_first_and_in_full(page: str) -> None:
    answer = page.index("lane_5 pays in")
    assert answer < page.index("Highest profit of Alpha on average over the uncertainties")
    assert page.index("lane_20") > 0
    assert "retailers.Alpha.tiers.key.rule.value_pct" in page, "what the label width changes"
    assert "1 of 18 points has no result" in page
    for heading in ("Sweep: lane &amp; envy", "Assumptions", "Method", "Provenance", "verbatim"):
        assert heading in page


def test_charts_stand_in_the_page_and_beside_it_with_their_numbers(grid: Path, page: str) -> None:
    names = {file.stem for file in (grid / "charts").glob("*.png")}
    assert {"sweep_1_1_heat_map", "sweep_1_1_tornado", "sweep_1_2_heat_map", "sweep_1_regret"} <= names
    assert page.count("<img ") == len(names)
    for name in names:
        assert (grid / "charts" / f"{name}.svg").exists()
        assert len(pd.read_csv(grid / "charts" / f"{name}.csv"))


def test_the_same_tables_give_the_same_page(grid: Path, page: str) -> None:
    assert page_in(grid) == page


def test_every_design_has_a_page(tmp_path: Path) -> None:
    pairs = sweeps.Plan("zip", pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 9]}))
    plans = {
        "drawn by sobol": (sweeps.sobol(16, made.RANGES), made.drawn, {}),
        "drawn by morris": (sweeps.morris(8, made.RANGES), made.drawn, {}),
        "latin": (sweeps.latin(60, made.RANGES), made.drawn, {}),
        "side by side": (pairs, lambda a, b: 1e6 * (a - 2.5), {}),
        "words": (made.WORDS, made.words, {}),
        "one": (sweeps.grid({"width": [1, 2]}, width=LEVER), lambda w: 1e6, {}),
        "a single point": (sweeps.grid({"width": [1]}, width=LEVER), lambda w: 1e6, {}),
        "one world": (made.TWO_TWO, made.lane, {"worlds": 1}),
        "few": (sweeps.sobol(2, made.RANGES), made.drawn, {}),
    }
    folder = made.write_folder(
        tmp_path / "all", made.tables(plans), {name: plan.design for name, (plan, _, _) in plans.items()}
    )
    page = page_in(folder)
    for name in plans:
        assert f"Sweep: {name}" in page
    assert "Few has 2 complete blocks of 2; Sobol indices need at least 16." in page
    assert "all parameters change together" in page
    assert not re.search(r"\bnan\b", re.sub(r"base64,[^\"]+", "", page))


def test_findings_of_several_sweeps_say_whose_they_are_and_drawn_levels_are_short(tmp_path: Path) -> None:
    plans = {"thirds": (sweeps.morris(3, made.RANGES), made.drawn, {}), "few": (made.TWO_TWO, made.lane, {})}
    folder = made.write_folder(tmp_path / "two", made.tables(plans), {"thirds": "morris", "few": "grid"})
    page = page_in(folder)
    assert "thirds: lane_5 pays in" in page
    assert "few: lane_5 pays in" in page
    assert "0, 0.3333, 0.6667, 1<" in page


def test_names_are_never_read_as_html(tmp_path: Path) -> None:
    plan = sweeps.grid({HOSTILE: [1, 2], "b": [HOSTILE, "x"]}, **{HOSTILE: LEVER})
    tables = made.tables({HOSTILE: (plan, lambda a, b: 1e6 * a, {"policies": (HOSTILE,)})})
    folder = made.write_folder(tmp_path / "hostile", tables, {HOSTILE: "grid"})
    page = page_in(folder)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert all(re.fullmatch(r"sweep_1_[a-z_]+\.(png|svg|csv)", file.name) for file in (folder / "charts").iterdir())


def test_a_folder_without_finished_points_says_so(tmp_path: Path) -> None:
    tables = made.tables({"none": (made.TWO_TWO, made.lane, {"failed": (0, 1, 2, 3)})})
    folder = made.write_folder(tmp_path / "none", tables, {"none": "grid"})
    assert "No run of a sweep finished" in page_in(folder)


def test_a_folder_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no marketsim results"):
        page_in(tmp_path)


def test_the_report_of_a_study_has_its_sweeps(lanes: FakeResult, tmp_path: Path) -> None:
    tables = made.tables({"width and staff": (made.TWO_TWO, made.lane, {})})
    result = replace(lanes, folder=tmp_path, answers=tables)
    page = page_of(result)
    assert "Sweep: width and staff" in page
    assert page.rindex("Sweep: width and staff") < page.rindex("What could overturn the answer")
    assert (tmp_path / "charts" / "sweep_1_heat_map.csv").exists()
    without = page_of(replace(lanes, folder=tmp_path))
    assert "Sweep:" not in without


def test_many_policies_are_told_but_not_all_drawn() -> None:
    names = tuple(f"policy {letter}" for letter in "abcdef")
    tables = made.tables({"many": (made.TWO_TWO, made.lane, {"policies": names})})
    (section,) = sweep_sections(tables, made.manifest_of({"many": "grid"}))
    assert "Only the first 4 of 6 policies are drawn; policy e and policy f stand in the table." in section.cautions
    assert [row[0].text for row in section.tables[0].rows] == list(names)


def printed(answers: dict[str, pd.DataFrame], **settings: object) -> str:
    out = StringIO()
    print_sweeps(answers, Console(file=out, width=140), **settings)  # type: ignore[arg-type]
    return out.getvalue()


def test_the_terminal_shows_the_same_sentences(grid: Path) -> None:
    answers = read_answers(grid)
    text = printed(answers)
    assert "lane & envy: policies over all points" in text
    assert "lane_5 pays in" in text
    assert "1 of 18 points has no result" in text
    assert printed(answers, manifest=made.manifest_of({"lane & envy": "grid"})).index("lane_5") >= 0


def test_the_terminal_reads_no_markup_and_says_when_nothing_finished() -> None:
    tables = made.tables({"[bold]x[/]": (made.TWO_TWO, made.lane, {})})
    assert "[bold]x[/]" in printed(tables)
    nothing = made.tables({"none": (made.TWO_TWO, made.lane, {"failed": (0, 1, 2, 3)})})
    assert "No run of a sweep finished" in printed(nothing)


def test_tables_keep_names_that_look_like_numbers(tmp_path: Path) -> None:
    plan = sweeps.grid({"007": ["NA", "1e3", "true"], "b": [1, 2]})
    tables = made.tables({"12": (plan, lambda a, b: 1e6 * b, {})})
    folder = made.write_folder(tmp_path / "names", tables, {"12": "grid"})
    read = read_answers(folder)
    assert set(read["sweep_points"]["value"]) == {"NA", "1e3", "true", "1", "2"}
    assert set(read["sweep"]["name"]) == {"12"}
    assert "007" in page_in(folder)


def test_tables_of_sensitivities_and_stored_regrets_are_read_as_they_were_written(grid: Path, tmp_path: Path) -> None:
    from marketsim.reporting.sweep_findings import all_tables, findings
    from marketsim.reporting.sweep_view import sweeps_of
    from marketsim.results.statistics.regret import regret

    answers = read_answers(grid)
    manifest = made.manifest_of({"lane & envy": "grid"})
    tables = all_tables(findings(sweep) for sweep in sweeps_of(answers, manifest))
    tables["regret"] = regret(answers["sweep"], answers["sweep_points"])
    folder = made.write_folder(tmp_path / "stored", {**answers, **tables}, {"lane & envy": "grid"})
    read = read_answers(folder)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(read[name], table, check_dtype=False, rtol=1e-9)
    assert page_in(folder)


def test_the_terminal_of_a_study_tells_its_sweeps(lanes: FakeResult) -> None:
    from marketsim.reporting.terminal import print_result

    out = StringIO()
    tables = made.tables({"width and staff": (made.TWO_TWO, made.lane, {})})
    print_result(replace(lanes, answers=tables), Console(file=out, width=140))
    assert "width and staff: policies over all points" in out.getvalue()
