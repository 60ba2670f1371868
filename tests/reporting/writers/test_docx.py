"""The Word document, opened again."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.edition import printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import Paper, TableBlock, Text
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.clean import SEAM
from marketsim.reporting.writers.docx import write_docx


def written(paper: Paper, path: Path) -> Any:
    with printed_in(paper.edition):
        write_docx(paper, path)
    return Document(str(path))


@pytest.fixture(scope="module", params=["en", "zh"])
def paper(request: pytest.FixtureRequest, lanes: FakeResult) -> Paper:
    return build_paper(lanes, Wishes(language=request.param, author="Planning"))


@pytest.fixture(scope="module")
def document(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(paper, tmp_path_factory.mktemp("word") / "report.docx")


def texts_of(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def test_every_section_is_a_heading_and_an_entry_of_the_contents(document: Any, paper: Paper) -> None:
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[: len(paper.sections)] == [section.title for section in paper.sections]
    entries = [p.text.split("\t")[0] for p in document.paragraphs if p.style.name == "toc 1"]
    assert entries == headings
    goals = {element.get(qn("w:name")) for element in document.element.iter(qn("w:bookmarkStart"))}
    links = {element.get(qn("w:anchor")) for element in document.element.iter(qn("w:hyperlink"))}
    assert links <= goals
    assert len(links) == len(headings)


def test_figures_and_tables_are_numbered_without_gaps(document: Any, paper: Paper) -> None:
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    words = ("Figure", "Table") if paper.edition.language == "en" else ("图", "表")
    for word, count in zip(words, (len(paper.charts), None), strict=True):
        numbers = [int(re.findall(r"\d+", text)[0]) for text in captions if text.startswith(f"{word} ")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert count is None or len(numbers) == count
    assert len(document.inline_shapes) == len(paper.charts)


def test_pictures_say_what_they_show(document: Any, paper: Paper) -> None:
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert described == [f"{chart.alt} {chart.finding}" for chart in paper.charts]


def test_every_cell_of_every_table_is_there(document: Any, paper: Paper) -> None:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    shown = {text.replace(SEAM, "").split("\n")[0] for text in cells}
    wanted = {entry.text.split("\n")[0] for table in paper.tables for row in table.rows for entry in row}
    assert wanted - shown == set()


def test_pictures_and_tables_fit_the_page(document: Any) -> None:
    section = document.sections[0]
    width = section.page_width - section.left_margin - section.right_margin
    assert all(shape.width <= width + 1 for shape in document.inline_shapes)
    assert all(sum(column.width for column in table.columns) <= width * 1.01 for table in document.tables)


def test_heads_repeat_on_every_page(document: Any, paper: Paper) -> None:
    heads = [table for table in document.tables if table._tbl.findall(f".//{qn('w:tblHeader')}")]
    assert len(heads) >= len(paper.tables)


def test_the_answer_stands_on_the_cover(document: Any, paper: Paper) -> None:
    assert paper.headline in texts_of(document)[:8]
    assert document.core_properties.author == "Planning"


def test_the_same_bytes_every_time(paper: Paper, tmp_path: Path) -> None:
    one, two = tmp_path / "one.docx", tmp_path / "two.docx"
    written(paper, one)
    written(paper, two)
    assert one.read_bytes() == two.read_bytes()


HOSTILE = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\x00b\x0bc",
    "x" * 300,
    "\u202eevil",
    "😀/\\..",
    "{name} %s",
)


def test_hostile_texts_are_harmless(paper: Paper, tmp_path: Path) -> None:
    rows = tuple((Entry(text), Entry(text, (text,))) for text in HOSTILE)
    table = Table("<b>caption</b>\x01", ("{a}", "=b"), rows, ("&note;",))
    section = replace(paper.sections[0], blocks=(*(Text(text) for text in HOSTILE), TableBlock(table)))
    hostile = replace(paper, title=HOSTILE[0], author="\x08=A1", sections=(section,))
    document = written(hostile, tmp_path / "hostile.docx")
    shown = "\n".join(texts_of(document))
    assert "<script>alert(1)</script>" in shown
    assert "abc" in shown
    assert "{name} %s" in shown
    assert {cell.text for cell in document.tables[0].columns[0].cells} >= {"x" * 300, "😀/\\.."}
    assert document.core_properties.author == "=A1"


def test_a_wide_table_comes_in_parts_with_its_first_column(paper: Paper, tmp_path: Path) -> None:
    heads = ("policy", *(f"h{n}" for n in range(50)))
    table = Table("wide", heads, ((Entry("lane"), *(Entry(str(n)) for n in range(50))),))
    section = replace(paper.sections[0], blocks=(TableBlock(table),))
    document = written(replace(paper, sections=(section,)), tmp_path / "wide.docx")
    assert len(document.tables) > 1
    assert all(table.rows[1].cells[0].text == "lane" for table in document.tables)
    found = [cell.text for table in document.tables for cell in table.rows[0].cells[1:]]
    assert found == [f"h{n}" for n in range(50)]
