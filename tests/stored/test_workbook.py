"""`marketsim results export` as an Excel workbook."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from tests.results.studies import PROFIT
from tests.stored.calls import refused, said

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets(path: Path) -> dict[str, list[list[object]]]:
    """Return the cells of each sheet: text as text, numbers as numbers; formulas and links are not expected."""
    with zipfile.ZipFile(path) as file:
        book = ElementTree.fromstring(file.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in book.iter(f"{SHEET}sheet")]
        found = {}
        for number, name in enumerate(names, start=1):
            root = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(root.iter(f"{SHEET}f"))
            assert not list(root.iter(f"{SHEET}hyperlink"))
            (pane,) = root.iter(f"{SHEET}pane")
            assert (pane.attrib["ySplit"], pane.attrib["state"]) == ("1", "frozen")
            found[name] = [[cell_value(cell) for cell in row] for row in root.iter(f"{SHEET}row")]
    return found


def cell_value(cell: ElementTree.Element) -> object:
    if cell.attrib.get("t") == "inlineStr":
        return "".join(cell.itertext())
    assert "t" not in cell.attrib
    return float("".join(cell.itertext()))


def test_a_workbook(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "export", "whole", "--format", "xlsx", "--kpi", PROFIT)
    found = sheets(Path("made_up.xlsx"))
    names = ["summary", "checks", "ranking", "regret", "sweep", "sweep_points", "runs", "kpis", "provenance"]
    assert list(found) == names
    given = pd.read_csv(results / "whole" / "sweep.csv")
    given = given[given["kpi"] == PROFIT]
    assert found["sweep"][0] == list(given.columns)
    assert found["sweep"][1:] == given.astype(object).to_numpy().tolist()
    assert ["seed", "1"] in found["provenance"]
    assert [path.name for path in Path().iterdir() if path.name != "results"] == ["made_up.xlsx"]


def test_text_stays_text(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = results / "whole" / "break_even.csv"
    path.write_text('name,value\n"=HYPERLINK(""http://x"")",1\nhttp://x,2\n007,-0.5\n+1,\n', encoding="utf-8")
    said(capsys, "export", "whole", "--format", "xlsx", "--table", "break_even", "--out", "x.xlsx")
    assert sheets(Path("x.xlsx"))["break_even"] == [
        ["name", "value"],
        ['=HYPERLINK("http://x")', 1.0],
        ["http://x", 2.0],
        ["007", -0.5],
        ["+1"],
    ]


def test_a_long_table_goes_on_in_the_next_sheet(
    results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = len(pd.read_parquet(results / "whole" / "tables" / "flows.parquet"))
    monkeypatch.setattr("marketsim.results.storage.workbook.MOST_ROWS", 1 + rows // 2)
    arguments = ("export", "whole", "--format", "xlsx", "--table", "flows", "--out", "x.xlsx")
    said(capsys, *arguments)
    found = sheets(Path("x.xlsx"))
    assert list(found) == ["flows", "flows (2)", "provenance"]
    assert [len(found[name]) for name in ("flows", "flows (2)")] == [1 + rows // 2] * 2
    assert found["flows"][0] == found["flows (2)"][0]
    monkeypatch.setattr("marketsim.results.storage.workbook.MOST_ROWS", 3)
    error = refused(capsys, *arguments, "--force")
    assert "table flows has more rows than 10 sheets of Excel hold" in error
    assert list(sheets(Path("x.xlsx"))) == ["flows", "flows (2)", "provenance"], "the earlier file stays"
