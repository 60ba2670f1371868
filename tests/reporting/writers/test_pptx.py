"""The deck of slides, opened again."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.reporting.office import pages_of
from tests.reporting.synthetic import FakeResult
from tests.reporting.writers import html_papers
from tests.reporting.writers.decks import charts_of, written

from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import Paper, TableBlock, Text
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.clean import SEAM
from marketsim.reporting.writers.pptx.fitting import clean, shortened, units, width_of, wrapped
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.tables import pages_of as pages_of_table
from marketsim.results.statistics.ranking import ranking

_POINT = 12700


@pytest.fixture(scope="module", params=["en", "zh"])
def paper(request: pytest.FixtureRequest, lanes: FakeResult) -> Paper:
    return build_paper(lanes, Wishes(language=request.param, author="Planning"))


@pytest.fixture(scope="module")
def path(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deck") / "report.pptx"


@pytest.fixture(scope="module")
def deck(paper: Paper, path: Path) -> Any:
    return written(paper, path)


def titles_of(deck: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in deck.slides]


def texts_of(slide: Any) -> str:
    """Return the words of a slide, without the places for the ends of lines."""
    words = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    return words.replace(SEAM, "")


def cells_of(deck: Any) -> list[str]:
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    return [cell.text_frame.text for table in tables for row in table.rows for cell in row.cells]


def test_every_slide_has_a_title_of_its_own(deck: Any) -> None:
    titles = titles_of(deck)
    assert all(titles)
    assert not [title for title, count in Counter(titles).items() if count > 1]


def test_the_answer_is_on_one_slide_with_its_sentences(deck: Any, paper: Paper) -> None:
    answer = next(section for section in paper.sections if section.name == "answer")
    sentences = [block.text for block in answer.blocks if isinstance(block, Text) and block.look == "lead"]
    slide = next(slide for slide in deck.slides if sentences[0] in texts_of(slide))
    assert all(sentence in texts_of(slide) for sentence in sentences)
    assert paper.headline.startswith(slide.shapes.title.text_frame.text)


def test_cautions_stand_in_a_box(tmp_path: Path) -> None:
    deck = written(html_papers.paper(), tmp_path / "x.pptx")
    slide = next(slide for slide in deck.slides if "First sentence." in texts_of(slide))
    box, words = [shape for shape in slide.shapes if shape.name == "Cautions"]
    assert str(box.fill.fore_color.rgb) == "FCEFE4"
    assert words.text_frame.text == "Mind\nFew worlds."
    assert box.left <= words.left
    assert words.left + words.width <= box.left + box.width


def test_every_chart_has_slides_with_its_message_and_finding(deck: Any, paper: Paper) -> None:
    titles, notes = titles_of(deck), [slide.notes_slide.notes_text_frame.text for slide in deck.slides]
    with printed_in(paper.edition):
        for chart in paper.charts:
            wanted = {clean(chart.title), shortened(chart.message or chart.finding, chart.title)}
            assert any(re.sub(r" ?[(（]\d/\d[)）]$", "", title) in wanted for title in titles), chart.name
            assert any(clean(chart.finding) in note and clean(chart.alt) in note for note in notes), chart.name


def test_every_slide_has_notes_footer_and_number(deck: Any, paper: Paper) -> None:
    for slide in list(deck.slides)[1:]:
        assert slide.notes_slide.notes_text_frame.text
        names = {shape.name: shape for shape in slide.shapes}
        assert str(paper.origin).split(" · ")[-1] in names["Footer"].text_frame.text
        assert "slidenum" in names["Slide Number"]._element.xpath(".//a:fld/@type")


def test_nothing_lies_outside_the_slide(deck: Any) -> None:
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            assert shape.left >= 0, (number, shape.name)
            assert shape.top >= 0, (number, shape.name)
            assert shape.left + shape.width <= deck.slide_width + 1, (number, shape.name)
            assert shape.top + shape.height <= deck.slide_height + 1, (number, shape.name)


def height_of_text(shape: Any) -> float:
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        sizes = [run.font.size.pt for run in paragraph.runs if run.font.size]
        spacing = paragraph._p.xpath("./a:pPr/a:lnSpc/a:spcPts/@val")
        if sizes and spacing:
            lines = wrapped(paragraph.text.replace("\v", "\n"), shape.width / _POINT + 0.5, max(sizes))
            total += len(lines) * int(spacing[0]) / 100
    return total


def test_text_fits_into_its_boxes_at_readable_sizes(deck: Any) -> None:
    for number, slide in enumerate(deck.slides, start=1):
        for shape in slide.shapes:
            if shape.has_text_frame and not shape.is_placeholder:
                assert height_of_text(shape) <= shape.height / _POINT + 1, (number, shape.name)
                sizes = [run.font.size.pt for p in shape.text_frame.paragraphs for run in p.runs if run.font.size]
                assert min(sizes, default=12) >= (9 if shape.name in ("Footer", "Notes", "Slide Number") else 10)


def test_tables_are_native_and_hold_every_entry(deck: Any, paper: Paper) -> None:
    shown = set(cells_of(deck))
    blocks = [b for section in paper.sections for b in section.blocks if isinstance(b, TableBlock)]
    wanted = [
        "\n".join([clean(entry.text), *entry.below])
        for block in blocks
        if not (block.folded and block.look == "code")
        for row in block.table.rows
        for entry in row
    ]
    assert len(wanted) > 50
    assert [text for text in wanted if text not in shown] == []


def test_long_tables_go_on_and_wide_ones_repeat_the_first_column(tmp_path: Path) -> None:
    made = html_papers.paper()
    long = Table("Long", ("row", "value"), tuple((Entry(f"row {n}"), Entry(f"{n}")) for n in range(60)))
    heads = tuple(f"column {n}" for n in range(40))
    wide = Table("Wide", heads, ((Entry(html_papers.LONG), *(Entry(f"{n} of many") for n in range(39))),) * 3)
    section = replace(made.sections[2], blocks=(TableBlock(long), TableBlock(wide)))
    deck = written(replace(made, sections=(section,)), tmp_path / "x.pptx")
    shown = cells_of(deck)
    assert [f"row {n}" in shown for n in range(60)] == [True] * 60
    assert {f"{n} of many" for n in range(39)} <= set(shown)
    tables = [shape for slide in deck.slides for shape in slide.shapes if shape.has_table]
    assert all(shape.top + sum(row.height for row in shape.table.rows) <= deck.slide_height for shape in tables)
    parts = [shape.table for shape in tables if len(shape.table.columns) > 2]
    assert len(parts) > 1
    assert all(html_papers.LONG in table.cell(1, 0).text_frame.text for table in parts)


def test_pictures_are_vectors_with_their_numbers_in_a_workbook(deck: Any, paper: Paper, path: Path) -> None:
    flows = next(chart for chart in paper.charts if chart.name == "flows")
    slide = next(slide for slide in deck.slides if flows.finding in slide.notes_slide.notes_text_frame.text)
    picture = next(shape for shape in slide.shapes if shape.shape_type is not None and hasattr(shape, "image"))
    identity = picture._element.xpath(".//*[local-name()='svgBlip']/@*[local-name()='embed']")[0]
    part = slide.part.related_part(identity)
    assert part.content_type == "image/svg+xml"
    assert part.blob.startswith(b"<?xml")
    assert picture.image.content_type == "image/png"
    books = [shape.ole_format.blob for s in deck.slides for shape in s.shapes if shape._element.xpath(".//p:oleObj")]
    rows = [tuple(row) for book in books for row in load_workbook(BytesIO(book)).active.values]  # type: ignore[union-attr]
    assert tuple(flows.data.columns) in rows


def test_charts_pictures_and_tables_are_described(deck: Any) -> None:
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or hasattr(shape, "image"):
                assert shape._element.xpath("./*/p:cNvPr/@descr")[0], shape.name


def test_unvaried_assumptions_are_left_to_other_formats(deck: Any, paper: Paper) -> None:
    folded = [
        b for s in paper.sections for b in s.blocks if isinstance(b, TableBlock) and b.folded and b.look == "code"
    ]
    assert folded
    assert folded[0].table.rows[-1][0].text not in cells_of(deck)
    said = "Excel file of this report" if paper.edition.language == "en" else "Excel版本"
    assert any(said in texts_of(slide) for slide in deck.slides)


def test_properties_and_fonts(deck: Any, paper: Paper, path: Path) -> None:
    properties = deck.core_properties
    assert (properties.title, properties.author) == (paper.title, "Planning")
    assert properties.language == {"en": "en-GB", "zh": "zh-CN"}[paper.edition.language]
    assert properties.created.year == properties.modified.year == 2020
    named = set(deck.slides[2]._element.xpath(".//p:sp//a:rPr/a:ea/@typeface"))
    assert named == ({"微软雅黑"} if paper.edition.language == "zh" else set())


def test_a_pale_leading_colour_leaves_tables_readable(tmp_path: Path) -> None:
    deck = written(html_papers.paper(), tmp_path / "x.pptx")
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    words = [element for table in tables for element in table._tbl.xpath(".//a:rPr/a:solidFill/*/@val")]
    assert words
    assert not {"F7D000", "bg1", "accent1"} & set(words)


def test_the_same_paper_gives_the_same_bytes(paper: Paper, deck: Any, path: Path, tmp_path: Path) -> None:
    written(paper, tmp_path / "again.pptx")
    assert (tmp_path / "again.pptx").read_bytes() == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_hostile_names_come_out_harmless(tmp_path: Path) -> None:
    formula, name = '=HYPERLINK("http://x")', f"{html_papers.HOSTILE}\x00\x0b\ud800"
    made = html_papers.paper(title=f"{name} {formula}")
    deck = written(made, tmp_path / "x.pptx")
    assert clean(name) in titles_of(deck)[0]
    assert "\u202e" not in "".join(titles_of(deck) + cells_of(deck))
    for chart in charts_of(deck):
        sheet = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        assert sheet is not None
        assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize(
    ("text", "otherwise", "title"),
    [
        ("It pays.", "", "It pays"),
        (f"lane_5 pays in most of the {'very ' * 10}many worlds; it loses in {'quite ' * 12}few.", "", None),
        (f"In short, {'word ' * 40}end.", "A chart", "A chart"),
        (f"Profit of the lane is +4.6 [3.8, 5.3] and {'more ' * 30}, end", "A chart", "A chart"),
    ],
)
def test_titles_are_cut_at_clauses(text: str, otherwise: str, title: str | None) -> None:
    assert shortened(text, otherwise) == (title or text.split(";")[0])


@pytest.mark.parametrize("words", [1, 8, 13, 15, 18, 25])
def test_the_title_on_the_cover_is_large(words: int, tmp_path: Path) -> None:
    title = "covered " * words
    deck = written(html_papers.paper(title=title.strip() + "?"), tmp_path / "report.pptx")
    sizes = [run.font.size.pt for part in deck.slides[0].shapes.title.text_frame.paragraphs for run in part.runs]
    assert min(sizes) >= 20


def test_a_name_alone_is_no_title() -> None:
    with printed_in(Edition("zh")):
        text = "cost_plus x rivals_cost_plus：7 类客户中满意度 5 类上升、0 类下降"
        assert shortened(text, "谁受益、谁受损") == "谁受益、谁受损"


def test_columns_are_as_wide_as_their_intervals() -> None:
    entries = tuple(Entry("−6,988", ("[−6,988,\N{NO-BREAK SPACE}11,983]",)) for _ in range(8))
    table = Table("", ("policy", *"abcdefgh"), ((Entry("level+process+resources+price"), *entries),))
    (grid,) = pages_of_table(table, Box(0, 0, 880, 400))
    assert min(grid.widths[1:]) >= width_of(entries[0].below[0], 0.9 * grid.size)


def test_an_interval_is_not_broken() -> None:
    interval = "[−1,686,\N{NO-BREAK SPACE}−349]"
    assert units(f"{interval} 35") == [f"{interval} ", "35"]
    assert wrapped(interval, width_of(interval, 10) + 1, 10) == [interval]


def test_long_heads_leave_room_for_numbers() -> None:
    lines = ("[−1,686,\N{NO-BREAK SPACE}−349]", "35,615 ±8,124")
    rows = tuple((Entry("plan"), Entry("−1,018 (<1 %)", lines), *(Entry("0.0", ("33 ±19",)),) * 6) for _ in range(3))
    heads = ("policy", "profit", *("share of energy of the large users, per cent",) * 6)
    (grid,) = pages_of_table(Table("", heads, rows), Box(0, 0, 880, 400))
    assert grid.widths[1] - 10 >= width_of(rows[0][1].text, grid.size, bold=True)


def test_lists_of_names_may_end_a_line_between_them() -> None:
    with printed_in(Edition("zh")):
        lines = wrapped("可能最优：priority_100（27%）、priority_110（23%）、priority_90（6%）", 130, 10)
    assert not [line for line in lines if line.strip(SEAM).startswith(("riority", "iority", "ority", "_"))]


def test_ranks_by_other_figures_are_left_to_other_formats(lanes: FakeResult, tmp_path: Path) -> None:
    result = replace(lanes, answers={"ranking": ranking(lanes.kpis, "Alpha")})
    deck = written(build_paper(result, Wishes()), tmp_path / "report.pptx")
    assert cells_of(deck).count("cannot be told from") == 1
    assert any("The ranks by other figures are in" in texts_of(slide) for slide in deck.slides)


def test_widths_follow_the_script() -> None:
    assert width_of("满意度", 10) == pytest.approx(3 * width_of("满", 10))
    assert width_of("满", 10) > 1.5 * width_of("a", 10) > 2.5 * width_of("i", 10)
    assert wrapped("one two", width_of("one two", 10) + 1, 10) == ["one two"]
    assert [line.strip() for line in wrapped("one two", width_of("one two", 10) - 1, 10)] == ["one", "two"]
    assert "".join(wrapped("a" * 50, 60, 10)) == "a" * 50


def test_libreoffice_draws_every_slide(deck: Any, path: Path, tmp_path: Path, paper: Paper) -> None:
    pages = pages_of(path, tmp_path / "pages")
    assert pages.count == len(deck.slides)
    assert pages.blank() == []
    seen = re.sub(r"\s", "", "".join(pages.texts()))
    assert re.sub(r"\s", "", paper.sections[0].title) in seen
