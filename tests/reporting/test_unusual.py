"""Reports of studies in which something is wrong or out of the ordinary: every format, both languages, hostile names."""

from __future__ import annotations

import csv
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from lxml import etree, html
from matplotlib import pyplot
from matplotlib.text import Text
from openpyxl import load_workbook
from PIL import Image
from pptx import Presentation
from tests.reporting import unusual
from tests.reporting.report_texts import texts_of
from tests.reporting.synthetic import FakeResult

from marketsim.reporting import figure_files
from marketsim.reporting.charts.native import Flows, numbers_of
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import wishes_of
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.write import Files, write_paper, write_reports
from marketsim.results.key_figures import KPIS

OFFICE = ("html", "pptx", "xlsx", "docx")
EVERY = (*OFFICE, "png", "svg", "csv")
ALWAYS_THE_SAME = {"assumptions", "method", "provenance"}
"""Sections that do not depend on what went wrong; the hostile study has them all."""
LESS_UNUSUAL = {"one policy", "nobody in a segment", "no VIP", "without values", "without profit"}
"""Cases that differ little from others: they are written in Chinese only."""
ENGLISH_WORKBOOKS = {"all failed", "one world"}
"""Cases whose workbooks are written in English too: workbooks take most of the time."""
NO_VALUE = re.compile(
    r"(?<![\w.])(nan|NaN|None|inf|Inf|NaT|<NA>)(?!\w)|[\[(] *[,)\]]|\{\w*\}| is \.|, in the busiest hours \."
)
"""What stands where a number or a word was to be printed, and there was none."""
ENGLISH = re.compile(r"[A-Za-z]{2,}[,:;]? (?!et al\. |al\. )[a-z]{2,}")
"""Two words in a row: names, units and codes stand alone; authors are cited as everywhere."""
CODES = re.compile(
    r"`.*?`|lane_\d+ less base|default supplier|(difference of )?share of (energy|customers)|grid, genco, .*"
)
"""What stands for programs, in every language: pieces of scenarios, and codes in tables of numbers behind charts."""
UNITS = frozenset(kpi.unit for kpi in KPIS)
"""Units as the summary has them."""
INTERVAL = re.compile(r"[+−]?\d[\d,.]* \[[+−]?\d[\d,.]*, [+−]?\d")
SAID = {
    "some failed": (
        "2 of 21 runs failed (lane_20): division by zero",
        "21 次运行中有 2 次失败（lane_20）：division by zero",
    ),
    "policy failed": ("No world of lane_20 finished, so nothing can be said about it", "lane_20 没有一次重复试验完成"),
    "base failed": (
        "No run of the base finished, so no policy can be compared",
        "基准没有一次运行完成，任何方案都无法与之比较",
    ),
    "all failed": ("All 21 runs failed: division by zero", "全部 21 次运行均失败：division by zero"),
    "interrupted": ("The study was interrupted: 2 runs did not take place", "研究被中断：2 次运行未进行"),
    "one policy": ("lane_5 pays", "lane_5 能够增利"),
    "no policy": ("There is no policy to compare", "没有可供比较的方案"),
    "one world": ("Only one world has results: there is no interval", "仅有一次重复试验有结果：没有置信区间"),
    "no difference": ("lane_5 changes nothing", "lane_5 不带来任何变化"),
    "nobody in a segment": ("lane_5 earns most", "lane_5 增利最多"),
    "no VIP": ("lane_5 earns most", "lane_5 增利最多"),
    "without values": ("No world of lane_20 finished, so nothing can be said about it", "lane_20 没有一次重复试验完成"),
    "without profit": ("No profit to compare is known of lane_20", "lane_20 没有可与基准比较的利润"),
}
"""What the page, the slides, the workbook and the document must say, in English and in Chinese."""
_TELLS = r"lane_\d+ (pays|earns|raises|lowers)|\bearns most|^nobody$|lane_\d+ .{0,6}(增利|提高|降低)"
NEVER = {
    "some failed": r"lane_20 pays|lane_5 earns most",
    "policy failed": r"lane_20 (pays|earns)|of the 2 policies|lane_20 增利",
    "base failed": rf"{_TELLS}|Under lane|lane_\d+ 下",
    "all failed": rf"{_TELLS}|Under lane|lane_\d+ 下|scaled up",
    "interrupted": r"lane_20 pays|lane_5 earns most",
    "one policy": r"earns most|best of all|增利最多",
    "no policy": _TELLS,
    "one world": r"lane_5 pays|earns most|能够增利|增利最多|rises profit|interval includes zero|置信区间包含零|less satisfied"
    rf"|rises in 0|{INTERVAL.pattern}",
    "no difference": rf"{_TELLS}|(?<!1: )cannot be told from|can it be told|0 more satisfied|rises in 0|lane_5.{{0,9}}无法判断",
    "nobody in a segment": r"for commercial|in 0 of 0",
    "no VIP": r"VIPs (are|wait)|VIP客户(受益|受损)|in 0 of 0",
    "without values": r"of the 2 policies|in 0 of 0|every other policy",
    "without profit": r"of the 2 policies|in 0 of 0|every other policy",
}
"""What must not be said, as there is nothing that would carry it."""


@dataclass(frozen=True)
class Written:
    """The reports of a study in a language.

    Attributes:
        paper: the paper of which they were made.
        files: the file of each format.
        texts: the texts in it; of the figures under ``figures``.
    """

    paper: Paper
    files: dict[str, Path]
    texts: dict[str, list[str]]


@cache
def _result(case: str) -> FakeResult:
    """Return the results of a case, made once."""
    return unusual.CASES[case]()


def _languages(case: str) -> tuple[str, ...]:
    """Return the languages in which a case is written."""
    return ("zh",) if case in LESS_UNUSUAL else ("en", "zh")


def _written(result: FakeResult, language: str, forms: tuple[str, ...], folder: Path) -> Written:
    wishes = wishes_of(result.manifest)
    sections = tuple(name for name in wishes.sections if name not in ALWAYS_THE_SAME)
    wishes = replace(wishes, language=language, sections=sections)
    paper = build_paper(result, wishes)
    files = {path.suffix[1:]: path for path in write_paper(paper, result, wishes, Files(forms, folder))}
    texts = {form: texts_of(path) for form, path in files.items()}
    texts["figures"] = [
        text.get_text() for chart in paper.charts for text in chart.figure.findobj(Text) if text.get_visible()
    ]
    pyplot.close("all")
    return Written(paper, files, texts)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Written]:
    """Return what was written so far, by case and language."""
    return {}


@pytest.fixture
def _no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small picture in the place of every figure: texts are looked at here, and drawing takes most of the time."""
    picture = BytesIO()
    Image.new("RGB", (4, 2), "white").save(picture, "PNG")
    monkeypatch.setattr(figure_files, "png", lambda figure: picture.getvalue())
    monkeypatch.setattr(figure_files, "svg", lambda figure: b'<svg xmlns="http://www.w3.org/2000/svg"/>')


@pytest.fixture(params=[(case, language) for case in unusual.CASES for language in _languages(case)], ids="-".join)
def chosen(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return a case and a language."""
    case, language = request.param
    return str(case), str(language)


@pytest.fixture
def case(chosen: tuple[str, str]) -> str:
    return chosen[0]


@pytest.fixture
def language(chosen: tuple[str, str]) -> str:
    return chosen[1]


@pytest.fixture
def written(
    case: str,
    language: str,
    made: dict[tuple[str, str], Written],
    tmp_path_factory: pytest.TempPathFactory,
    _no_drawing: None,
) -> Written:
    if (case, language) not in made:
        forms = (
            OFFICE
            if language == "zh" or case in ENGLISH_WORKBOOKS
            else tuple(form for form in OFFICE if form != "xlsx")
        )
        made[case, language] = _written(_result(case), language, forms, tmp_path_factory.mktemp("reports"))
    return made[case, language]


def _all_texts(written: Written) -> Iterator[tuple[str, str]]:
    for form, texts in written.texts.items():
        yield from ((form, text) for text in texts)


def test_every_report_says_plainly_what_is_out_of_the_ordinary(case: str, language: str, written: Written) -> None:
    wanted = SAID[case][language == "zh"]
    assert [form for form in written.files if not any(wanted in text for text in written.texts[form])] == []


def test_no_report_claims_what_the_results_do_not_carry(case: str, written: Written) -> None:
    claim, method = re.compile(NEVER[case]), [text for _, text in written.paper.method]
    said = [(form, text) for form, text in _all_texts(written) if not any(how in text for how in method)]
    assert [(form, text) for form, text in said if claim.search(text)] == []


def test_nothing_stands_in_the_place_of_a_missing_value(written: Written) -> None:
    assert [(form, text) for form, text in _all_texts(written) if NO_VALUE.search(text)] == []


def test_chinese_reports_have_no_english_sentence(case: str, written: Written, language: str) -> None:
    if language == "zh":
        left = [(form, text, ENGLISH.search(_without_errors(text))) for form, text in _all_texts(written)]
        assert [(form, text) for form, text, found in left if found] == []


def _without_errors(text: str) -> str:
    return "" if text in UNITS else CODES.sub("", text.replace(unusual.ERROR, ""))


def test_no_chart_is_empty(written: Written) -> None:
    for chart in written.paper.charts:
        assert not chart.data.empty, chart.name
        for panel in chart.panels:
            numbers = [number for number in numbers_of(panel) if math.isfinite(number)]
            assert numbers or isinstance(panel, Flows), (chart.name, panel.title)
    deck = Presentation(str(written.files["pptx"]))
    for shape in (shape for slide in deck.slides for shape in slide.shapes if shape.has_chart):
        assert shape.chart._chartSpace.xpath(".//c:numCache/c:pt"), shape.name


def test_no_slide_is_empty(written: Written) -> None:
    for number, slide in enumerate(Presentation(str(written.files["pptx"])).slides, start=1):
        title = slide.shapes.title
        assert title is not None, number
        assert title.text_frame.text.strip(), number
        held = [shape for shape in slide.shapes if shape.name not in ("Footer", "Slide Number") and shape != title]
        texts = [shape.text_frame.text for shape in held if shape.has_text_frame and shape.text_frame.text.strip()]
        assert texts or [shape for shape in held if not shape.has_text_frame], number


def test_no_section_is_empty(written: Written) -> None:
    assert all(section.blocks and section.title and section.message for section in written.paper.sections)
    assert all(table.rows for table in written.paper.tables)


@pytest.mark.parametrize("made_up", ["all failed", "base failed"])
def test_without_results_there_is_nothing_to_look_at(made_up: str) -> None:
    paper = build_paper(_result(made_up))
    assert paper.charts == ()
    assert {"changes", "policies", "charts"} & {section.name for section in paper.sections} == set()


def test_intervals_that_are_not_there_are_not_spoken_of() -> None:
    paper = build_paper(_result("one world"))
    assert all(chart.alt.endswith("One world has no intervals: none are drawn.") for chart in paper.charts)
    heads = {head for table in paper.tables for head in table.heads}
    assert not [head for head in heads if "interval" in head]


# Names and texts that mean harm


@pytest.fixture(scope="module")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the file of each format of a study full of harm, with all sections and with figures as they are."""
    result = unusual.hostile()
    wishes = replace(wishes_of(result.manifest), author=f"{unusual.FORMULA}\x07", charts=("policy_effects", "flows"))
    written = write_reports(result, wishes, Files(EVERY, tmp_path_factory.mktemp("harmful")))
    return {path.suffix[1:] or "charts": path for path in written}


@pytest.mark.parametrize("form", OFFICE)
def test_names_are_there_to_be_read(form: str, harmful: dict[str, Path]) -> None:
    shown = "\n".join(texts_of(harmful[form]))
    for name in (unusual.FORMULA, unusual.SCRIPT.rstrip("\ufffe"), unusual.AT, "שלום"):
        assert name in shown, name
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", shown)


def test_nothing_runs_in_the_page(harmful: dict[str, Path]) -> None:
    page = html.fromstring(harmful["html"].read_bytes())
    assert not page.xpath("//img[@onerror] | //main//script[not(@type)] | //main//b[contains(., 'Ä')]")
    scripts = page.xpath("//script[not(@type='application/json')]/text()")
    assert not [script for script in scripts if re.search(r"alert\([\"123]", script)]
    assert not [link for link in page.xpath("//a/@href | //@src") if not link.startswith(("#", "data:"))]


def test_no_name_is_a_formula(harmful: dict[str, Path]) -> None:
    contents = [harmful["xlsx"].read_bytes()]
    with zipfile.ZipFile(harmful["pptx"]) as deck:
        contents += [deck.read(name) for name in deck.namelist() if name.endswith(".xlsx")]
    assert len(contents) > 1
    for content in contents:
        cells = [cell for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows() for cell in row]
        formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
        assert not [formula for formula in formulas if re.match(r"=(HYPERLINK|SUM\(A1|1\+1)|[-+@]", formula)]
        assert not [cell.hyperlink.target for cell in cells if cell.hyperlink and cell.hyperlink.target]


def test_no_office_file_leads_anywhere(harmful: dict[str, Path]) -> None:
    for form in ("pptx", "docx", "xlsx"):
        with zipfile.ZipFile(harmful[form]) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
        for name, part in parts.items():
            root = etree.fromstring(part)
            assert not root.xpath("//*[local-name()='Relationship'][@TargetMode='External']"), (form, name)


def test_office_files_open_again(harmful: dict[str, Path]) -> None:
    deck, document = Presentation(str(harmful["pptx"])), Document(str(harmful["docx"]))
    assert deck.core_properties.author == document.core_properties.author == unusual.FORMULA
    assert len(deck.slides) > 5
    assert len(document.inline_shapes) == 2
    assert len(load_workbook(harmful["xlsx"]).sheetnames) > 5


def test_pictures_open_again_and_their_numbers_are_no_formulas(harmful: dict[str, Path]) -> None:
    folder = harmful["charts"]
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{form}" for name in ("policy_effects", "flows") for form in ("png", "svg", "csv")
    }
    for path in folder.glob("*.png"):
        with Image.open(path) as picture:
            picture.verify()
    for path in folder.glob("*.svg"):
        assert not etree.parse(path).xpath("//*[local-name()='script' or local-name()='foreignObject']")
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            cells = {cell for row in csv.reader(lines) for cell in row}
        assert f"'{unusual.FORMULA}" in cells or f"'{unusual.FORMULA} less base" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@")) or re.match(r"-[^\d]", cell)]
