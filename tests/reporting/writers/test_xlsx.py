"""The workbook: every number of the report can be traced by formulas to single runs."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from tests.reporting import sweep_folders
from tests.reporting.renderers import absent
from tests.reporting.synthetic import LANES, FakeResult, result_of, study_of
from tests.reporting.writers.workbooks import SOFFICE, Opened, computed_anew, paper_of, write
from tests.sweeps import grid

from marketsim.reporting.measures import shown_measures
from marketsim.reporting.paper.model import Section, TableBlock, Text
from marketsim.reporting.stored import results_in
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx import pairs as pairs_module
from marketsim.reporting.writers.xlsx.names import clean, sheet_names
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.tables import BASE

FACTOR, POLICY, N, PARTNER, MEAN, DIFF, LOW, HIGH, CHANCE, VERDICT, STORED = 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16
SHEETS = {
    "en": (
        "Answer",
        "Effects",
        "Profit account",
        "Inputs",
        "Assumptions",
        "Worlds",
        "Accounts by world",
        "Summary",
        "Provenance",
    ),
    "zh": ("结论", "方案效应", "利润表", "输入参数", "假设", "重复试验", "逐次试验利润表", "汇总", "数据溯源"),
}
HOSTILE = (
    '=HYPERLINK("http://example.org";"x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "a/b\\c:d?e*[f]'g'",
    "\u202eright to left",
    "🏭" * 40,
)


@pytest.fixture(scope="module", params=["en", "zh"])
def book(request: pytest.FixtureRequest, lanes: FakeResult, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("book")
    return write(paper_of(lanes, request.param), lanes, folder / f"{request.param}.xlsx")


def _language(book: Opened) -> str:
    return book.path.stem


def _sheet(book: Opened, place: int) -> str:
    return SHEETS[_language(book)][place]


def _effects(book: Opened) -> dict[tuple[str, str], tuple[Any, ...]]:
    sheet = SHEETS.get(book.path.stem, SHEETS["en"])[1]
    return {(str(row[0]), str(row[POLICY])): row for row in book.rows(sheet) if row[0]}


def test_all_sheets_are_there_in_the_language_of_the_edition(book: Opened) -> None:
    names = book.values.sheetnames
    assert names[0] == _sheet(book, 0)
    assert set(SHEETS[_language(book)]) <= set(names)
    assert any(name.startswith(("T1 ", "表1 ")) for name in names)


def test_effects_are_those_of_the_summary_in_the_unit_of_the_report(book: Opened, lanes: FakeResult) -> None:
    view, found = StudyView(lanes), list(_effects(book).values())
    measure = shown_measures(view)[0]
    rows = {row[POLICY]: row for row in found[: len(LANES) + 1]}
    for policy in LANES:
        cell, row = measure.cell(view, policy), rows[policy]
        wanted = (cell.level.mean, cell.difference.mean, cell.difference.low, cell.difference.high, cell.partner_mean)
        got = [row[place] / row[FACTOR] for place in (MEAN, DIFF, LOW, HIGH, PARTNER)]
        assert got == pytest.approx(wanted, rel=1e-9)
        assert row[N] == cell.level.n == 5
        assert row[CHANCE] == pytest.approx(cell.p_better, abs=1e-12)
    assert all(row[STORED] in ("agrees", "一致") for row in found)


def test_effects_are_formulas_over_single_worlds(book: Opened, lanes: FakeResult) -> None:
    sheet, worlds = book.formulas[_sheet(book, 1)], _sheet(book, 5)
    assert sheet.cell(6, MEAN + 1).value.startswith(f"=AVERAGE('{worlds}'!")
    assert "_xlfn.T.INV.2T(1-confidence" in sheet.cell(6, LOW + 1).value
    rows = book.rows(worlds)
    of_first = [row for row in rows if row[1] == "lane_5" and row[0] == rows[0][0]]
    assert len(of_first) == 5
    values = StudyView(lanes).worlds("profit_cny_per_year")
    assert [row[5] for row in of_first] == pytest.approx(values["lane_5"].tolist(), rel=1e-12)
    assert [row[7] for row in of_first] == pytest.approx((values["lane_5"] - values[BASE]).tolist(), rel=1e-9)


def test_profit_accounts_add_up_to_profit(book: Opened, lanes: FakeResult) -> None:
    view, rows = StudyView(lanes), book.rows(_sheet(book, 2), 4)
    factor = rows[0][1]
    checks = [row for row in rows if row[0] and str(row[0]).startswith(("Check", "核对"))]
    sums, effects = checks[::2], checks[1::2]
    assert len(sums) == len(effects) == len(LANES)
    assert all(value == 0 for row in sums for value in row[1:4])
    assert [row[3] for row in effects] == [0.0] * len(LANES), "both tables of the runs tell the same profit"
    profits = [row for row in rows if row[0] in ("Profit as the runs have it", "利润：运行结果")]
    for policy, row in zip(LANES, profits, strict=True):
        difference = view.cell(policy, "profit_cny_per_year").difference.mean
        assert row[3] == pytest.approx(difference * factor, rel=1e-9)


def test_key_figures_and_checks_of_the_first_sheet_are_formulas(book: Opened, lanes: FakeResult) -> None:
    first, effects = _sheet(book, 0), _sheet(book, 1)
    found = [row for row in book.formulas[first].iter_rows() if str(row[5].value).startswith(f"='{effects}'!$J$")]
    values = {(row[0], row[1]): row for row in book.rows(first, 1)}
    told = [values[row[0].value, row[1].value] for row in found]
    assert [row[1] for row in told[: len(LANES)]] == list(LANES), "the profit under every policy comes first"
    for row in told[: len(LANES)]:
        assert row[5] == _effects(book)[row[0], row[1]][DIFF]
    counts = [row for row in book.formulas[first].iter_rows() if str(row[3].value).startswith("=COUNTIF")]
    assert len(counts) == 3
    assert [book.values[first][row[3].coordinate].value for row in counts] == [0, 0, 0]


def test_tables_take_their_numbers_from_the_effects(book: Opened, lanes: FakeResult) -> None:
    effects, first = (
        _sheet(book, 1),
        next(name for name in book.formulas.sheetnames if name.startswith(("T1 ", "表1 "))),
    )
    row = next(book.formulas[first].iter_rows(min_row=5, max_row=5))
    formulas = [each.value for each in row if each.data_type == "f"]
    assert len(formulas) == 4, "difference, chance, base and policy"
    assert all(text.startswith(f"='{effects}'!$") for text in formulas)
    profit = next(each.coordinate for each in row if each.data_type == "f")
    best = max((name for name in LANES if name in str(book.values[first]["A1"].value)), key=len)
    assert book.values[first][profit].value == next(
        each[DIFF] for (_, policy), each in _effects(book).items() if policy == best
    )


def test_a_number_that_two_cells_may_have_given_stays_a_copy(lanes: FakeResult, tmp_path: Path) -> None:
    view = StudyView(lanes)
    twice = view.cell("lane_5", "profit_cny_per_year").difference.mean / 1e4
    rows = ((Entry("somebody"), Entry("1", value=round(twice, 1)), Entry("2.0", value=2.0)),)
    section = Section("policies", "x", "x", (TableBlock(Table("Numbers", ("who", "x", "y"), rows)),))
    book = write(replace(paper_of(lanes), sections=(section,)), lanes, tmp_path / "en.xlsx")
    sheet = book.formulas["T1 Numbers"]
    assert [cell.data_type for cell in sheet[5][:3]] == ["s", "n", "n"]
    assert "copies of the report" in sheet["A3"].value


def test_contents_lead_to_every_sheet(book: Opened) -> None:
    first = book.formulas.worksheets[0]
    targets = {cell.hyperlink.location for row in first.iter_rows() for cell in row if cell.hyperlink}
    assert targets == {f"'{name}'!A1".replace("''", "'") for name in book.values.sheetnames[1:]}


def test_inputs_name_the_rate_and_the_changes(book: Opened) -> None:
    inputs = _sheet(book, 3)
    names = {name: value.attr_text for name, value in book.formulas.defined_names.items()}
    assert names["currency_per_cny"] == f"'{inputs}'!$B$4"
    rows = {row[0]: row for row in book.rows(inputs, 1) if row[0]}
    assert rows["retailers.Alpha.tiers.key.rule.value_pct"][1] == 5
    assert rows["run.months"][1] == 36
    paths = [row for row in book.rows(inputs, 1) if row[0] == "retailers.Alpha.tiers.key.rule.value_pct"]
    assert [row[2] for row in paths] == [5, 20, 5, None], "three policies, then the whole scenario"


def test_starred_assumptions_have_both_ends(book: Opened) -> None:
    rows = [row for row in book.rows(_sheet(book, 4)) if row[0] == "★"]
    assert len(rows) == 6
    assert ("behaviour.experience.responsiveness_half_time", 1.5, 6) in [(row[1], row[3], row[4]) for row in rows]
    assert len(book.rows(_sheet(book, 4))) > len(rows) + 10


def test_pages_print_well(book: Opened) -> None:
    for sheet in book.formulas.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        if sheet.title == _sheet(book, 2):
            assert sheet.page_setup.scale < 100, "statements are not cut by the end of a page, but kept together"
        else:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert sheet.page_setup.fitToHeight == 0
        assert "scenario" in sheet.oddFooter.left.text or "情景" in sheet.oddFooter.left.text


def test_the_same_paper_gives_the_same_bytes(lanes: FakeResult, tmp_path: Path) -> None:
    paper = paper_of(lanes)
    paths = [tmp_path / name for name in ("one.xlsx", "two.xlsx")]
    for path in paths:
        write(paper, lanes, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_money_follows_the_rate(lanes: FakeResult, tmp_path: Path) -> None:
    book = write(paper_of(lanes, currency="USD", per_cny=0.14), lanes, tmp_path / "en.xlsx")
    row = _effects(book)["Profit", "lane_5"]
    in_cny = StudyView(lanes).cell("lane_5", "profit_cny_per_year").difference.mean
    assert "USD" in row[1]
    assert row[DIFF] * 1e6 == pytest.approx(in_cny * 0.14, rel=1e-9)
    assert book.formulas["Effects"].cell(6, FACTOR + 1).value == "=currency_per_cny/1000000"


def _study(folder: Path, policies: tuple[str, ...], worlds: int, failed: int = 0) -> FakeResult:
    lanes = {name: LANES[name] for name in policies}
    return result_of(study_of(lanes, months=36, replications=worlds), lanes, folder, failed=failed, with_checks=False)


def test_one_world_has_no_interval(tmp_path: Path) -> None:
    results = _study(tmp_path, ("lane_5",), 1)
    row = _effects(write(paper_of(results), results, tmp_path / "en.xlsx"))["Profit", "lane_5"]
    assert row[VERDICT] == "no interval"
    assert row[DIFF] is not None
    assert [row[place] or "" for place in (LOW, HIGH, CHANCE)] == ["", "", ""]


def test_failed_runs_are_left_out_of_both_sides(tmp_path: Path) -> None:
    results = _study(tmp_path, ("lane_5",), 4, failed=1)
    book = write(paper_of(results), results, tmp_path / "en.xlsx")
    row = _effects(book)["Profit", "lane_5"]
    cell = StudyView(results).cell("lane_5", "profit_cny_per_year")
    assert row[N] == cell.level.n == 3
    assert row[PARTNER] / row[FACTOR] == pytest.approx(cell.partner_mean, rel=1e-9)
    last = [each for each in book.rows("Worlds") if each[1] == "lane_5"][3]
    assert last[5:7] == ("no value", "left out")


def test_a_study_without_policies_has_levels_only(tmp_path: Path) -> None:
    results = _study(tmp_path, (), 3)
    found = _effects(write(paper_of(results), results, tmp_path / "en.xlsx"))
    assert found
    assert {policy for _, policy in found} == {BASE}
    assert all(row[DIFF] is None and row[STORED] == "agrees" for row in found.values())


@pytest.mark.skipif(absent(SOFFICE), reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("policies", "worlds", "failed", "wishes"),
    [
        (("lane_5", "lane_20"), 4, 1, {"currency": "USD", "per_cny": 0.14}),
        (("lane_5",), 1, 0, {"language": "zh"}),
        ((), 2, 0, {}),
    ],
    ids=["failed run in USD", "one world in Chinese", "no policy"],
)
def test_a_spreadsheet_computes_what_is_stored(
    tmp_path: Path, policies: tuple[str, ...], worlds: int, failed: int, wishes: dict[str, Any]
) -> None:
    results = _study(tmp_path, policies, worlds, failed)
    book = write(paper_of(results, **wishes), results, tmp_path / "book.xlsx")
    anew = computed_anew(book.path, tmp_path)
    cells = list(book.computed())
    assert len(cells) > 40
    for sheet, place in cells:
        stored, computed = (each.values[sheet][place].value or 0 for each in (book, anew))
        if isinstance(stored, str) or isinstance(computed, str):
            assert (stored or 0) == (computed or 0), f"{sheet} {place}"
        else:
            assert computed == pytest.approx(stored, rel=1e-7, abs=1e-5), f"{sheet} {place}"


def test_figures_with_reference_runs_are_compared_with_these(
    lanes: FakeResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference is the base less one: kept in the store of runs, or known by the summary only."""
    name = f"{BASE}, tiers of lane_20"
    kpis = lanes.kpis[(lanes.kpis["policy"] == BASE)]
    rows = (
        (lanes.summary["policy"] == "lane_20")
        & (lanes.summary["kpi"] == "satisfaction")
        & (lanes.summary["tier"] == "key")
    )
    shifted = {"reference": name, "diff": lanes.summary["diff"] + 1, "diff_low": lanes.summary["diff_low"] + 1}
    shifted |= {"diff_high": lanes.summary["diff_high"] + 1, "reference_mean": lanes.summary["reference_mean"] - 1}
    summary = lanes.summary.assign(**{key: lanes.summary[key].mask(rows, value) for key, value in shifted.items()})
    runs = pd.DataFrame(
        {"policy": name, "replication": range(5), "check": "", "status": "done", "run": [f"r{i}" for i in range(5)]}
    )
    known = replace(lanes, summary=summary, runs=pd.concat([lanes.runs, runs], ignore_index=True))
    without = _effects(write(paper_of(known), known, tmp_path / "en.xlsx"))["Satisfaction, VIP", "lane_20"]

    class Store:
        def __init__(self, folder: Path) -> None:
            pass

        def rows(self, table: Any, wanted: list[str]) -> Any:
            for run in wanted:
                own = kpis[kpis["replication"] == int(run[1:])]
                yield run, pa.Table.from_pandas(own.assign(value=own["value"] - 1))

        def close(self) -> None:
            pass

    monkeypatch.setattr(pairs_module, "RunStore", Store)
    book = write(paper_of(known), known, tmp_path / "en.xlsx")
    row = _effects(book)["Satisfaction, VIP", "lane_20"]
    cell = StudyView(known).cell("lane_20", "satisfaction", tier="key")
    for found in (row, without):
        assert found[DIFF] == pytest.approx(cell.difference.mean, rel=1e-9)
        assert found[PARTNER] == pytest.approx(cell.partner_mean, rel=1e-9)
        assert found[4] == "base with the tiers of lane_20"
        assert found[STORED] == "agrees"
    places = {(each[0], each[1]): each for each in book.rows("Worlds")}
    assert places["Satisfaction, VIP", "lane_20"][7] is not None


def test_hostile_texts_stay_texts(lanes: FakeResult, tmp_path: Path) -> None:
    table = Table(
        HOSTILE[0],
        ("head", *HOSTILE),
        (tuple(Entry(text, value=1.5 if text == "-2" else None) for text in ("row", *HOSTILE)),),
    )
    section = Section("policies", "x", "x", (TableBlock(table), TableBlock(replace(table, caption=HOSTILE[4]))))
    answer = Section(
        "answer", "x", "x", (Text("\x00bell\x07 \ud800 & <b>\ufffe"), Text(HOSTILE[0], "caution", HOSTILE[5]))
    )
    paper = replace(
        paper_of(lanes),
        title=HOSTILE[0],
        question=HOSTILE[1],
        author=HOSTILE[6],
        name="a&P\x01",
        sections=(answer, section),
    )
    book = write(paper, lanes, tmp_path / "en.xlsx")
    assert set(HOSTILE) - {"-2"} <= {text.replace("\n", "") for text in book.texts()}
    assert "bell  & <b>" in set(book.texts())
    formulas = [book.formulas[sheet][place].value for sheet, place in book.computed()]
    assert not any("HYPERLINK" in text or "SUM(A1)" in text for text in formulas)
    links = [cell.hyperlink for sheet in book.formulas for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert all(link.target is None and link.location.endswith("!A1") for link in links)


def test_names_of_sheets_are_what_excel_accepts() -> None:
    names = sheet_names([*HOSTILE, *HOSTILE, "history", "'", "", "x" * 40, "X" * 40, "a\x00\ud800b"])
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\x00")
        assert name.strip("'") == name
        assert name.casefold() != "history"


def test_texts_are_cut_where_a_cell_ends() -> None:
    assert len(clean("🏭" * 40_000).encode("utf-16-le")) // 2 <= 32_767
    assert clean("a\r\nb\x0bc") == "a\nbc"


def test_tables_hold_numbers_where_they_are_known(lanes: FakeResult, tmp_path: Path) -> None:
    rows = (
        (
            Entry("a"),
            Entry("+1.2 [0.3, 2.1]", ("below",), "good", 1.234),
            Entry("12", value=12.0),
            Entry(">99 %", value=99.99),
        ),
        (Entry("b"), Entry("–", look="unclear"), Entry("1,200", value=1200.0), Entry("97 %", value=97.3)),
    )
    section = Section(
        "policies", "x", "x", (TableBlock(Table("Numbers", ("who", "difference", "n", "chance"), rows, ("A note.",))),)
    )
    book = write(replace(paper_of(lanes), sections=(section,)), lanes, tmp_path / "en.xlsx")
    sheet = book.values["T1 Numbers"]
    assert [cell.value for cell in sheet[4][:5]] == ["who", "difference", "difference: as printed", "n", "chance"]
    assert [cell.value for cell in sheet[5][:5]] == ["a", 1.234, "+1.2 [0.3, 2.1]\nbelow", 12, 99.99]
    assert sheet["B5"].number_format == "+#,##0.0;-#,##0.0;0"
    assert [sheet["E5"].number_format, sheet["E6"].number_format] == ['">99 %"', '#,##0" %"']
    assert sheet["A8"].value == "A note."


def test_p_values_that_are_too_small_are_printed_so(lanes: FakeResult, tmp_path: Path) -> None:
    rows = tuple((Entry(text), Entry(text, value=value)) for text, value in (("<0.001", 1e-9), ("0.012", 0.0123)))
    section = Section("policies", "x", "x", (TableBlock(Table("Tests", ("who", "p"), rows)),))
    sheet = write(replace(paper_of(lanes), sections=(section,)), lanes, tmp_path / "en.xlsx").values["T1 Tests"]
    assert sheet["B5"].number_format == '[<0.001]"<0.001";#,##0.000'
    assert sheet["B6"].number_format == "#,##0.000"
    assert sheet["C4"].value is None, "the number says all that is printed"


def test_codes_of_the_summary_are_words_in_chinese_editions(book: Opened) -> None:
    sheet = book.values[_sheet(book, 7)]
    heads, first = ([cell.value for cell in sheet[row]] for row in (4, 5))
    if _language(book) == "en":
        assert heads[0] == "policy"
        assert first[0] == BASE
    else:
        assert heads[0] == "方案（policy）"
        assert first[0] == "基准"
        assert heads[4] == "指标（kpi）"
        assert not str(first[4]).isascii()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_folder_of_sweeps_has_its_points(tmp_path: Path, language: str) -> None:
    plan = grid({"width": [1, 5], "staff": [1, 1.1]}, width=LEVER, staff=LEVER)
    made = sweep_folders.tables({"lane": (plan, sweep_folders.lane, {"failed": (1,)})})
    results = results_in(sweep_folders.write_folder(tmp_path / "lanes-sweep", made, {"lane": "grid"}))
    book = write(paper_of(results, language), results, tmp_path / f"{language}.xlsx")
    assert not {SHEETS[language][1], SHEETS[language][5]} & set(book.values.sheetnames)
    rows = book.rows("Sweep points" if language == "en" else "扫描参数点")
    sweep = results.answers["sweep"]
    assert len(rows) == len(sweep)
    for row, entry in zip(rows, sweep.to_dict("records"), strict=True):
        base, policy, difference = row[10:13]
        if math.isfinite(entry["diff"]):
            assert (base, difference) == pytest.approx((entry["base"], entry["diff"]), rel=1e-9)
            assert policy == pytest.approx(base + difference, rel=1e-12)
    assert sorted({row[7] for row in rows}) == [1, 5]
