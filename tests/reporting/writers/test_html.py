"""The web page: every part of the paper is in it, with labels, in its language, harmless, and nothing from outside."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import html as lxml_html
from tests.reporting.synthetic import FakeResult
from tests.reporting.writers.html_papers import HOSTILE, LONG, PANELS, TABLE, paper

from marketsim.reporting import figure_files
from marketsim.reporting.edition import printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.writers.html import html_of, write_html

Tree = Any


def written(made: Paper, path: Path) -> Path:
    with printed_in(made.edition):
        write_html(made, path)
    return path


def tree_of(text: str) -> Tree:
    return lxml_html.document_fromstring(text)


def words(element: Tree) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(paper(), tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture(scope="module")
def text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Tree:
    return tree_of(text)


@pytest.fixture(scope="module")
def plots(page: Tree) -> dict[str, list[dict[str, Any]]]:
    return json.loads(page.get_element_by_id("plots").text)


# Structure


def test_the_answer_stands_first_and_all_other_sections_in_their_order(page: Tree) -> None:
    sections = page.xpath("//main/section")
    assert [section.get("id") for section in sections] == [
        "answer",
        "question",
        "policies",
        "charts",
        "assumptions",
        "provenance",
    ]
    for section in sections:
        assert words(page.get_element_by_id(section.get("aria-labelledby")))
    answer = words(sections[0])
    parts = ["Mind: Few worlds.", "lane_10 pays", "First sentence.", "A note.", "Why it came out so", "because of this"]
    places = [answer.index(part) for part in parts]
    assert places == sorted(places)


def test_head_tells_whose_decision_who_hands_it_in_and_what_was_asked(page: Tree) -> None:
    assert words(page.xpath("//header")[0]).startswith("lanes · </script>")
    assert words(page.xpath("//h1")[0]) == "Does a lane pay?"
    opening = words(page.xpath("//div[@class='opening']")[0])
    assert "Prepared by: A. <Author>" in opening
    assert "Question: Does it pay?" in opening
    assert page.xpath("//title")[0].text == "lanes: Does a lane pay?"


def test_contents_lead_to_every_section_and_figure(page: Tree) -> None:
    targets = [link.get("href")[1:] for link in page.xpath("//nav//a")]
    assert targets[:4] == ["answer", "question", "policies", "charts"]
    assert [target for target in targets if target.startswith("figure-")] == [
        f"figure-{n}" for n in range(1, len(PANELS) + 1)
    ]
    for target in targets:
        assert page.get_element_by_id(target) is not None


def test_headings_leave_out_no_level_and_ids_are_single(page: Tree) -> None:
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_landmarks_and_a_way_past_them(page: Tree) -> None:
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.xpath(f"//body//{landmark}[not(ancestor::section)]")) == 1, landmark
    assert page.xpath("//body/a[1]/@href") == ["#text"]
    assert page.get_element_by_id("text").tag == "main"


def test_a_message_is_printed_where_no_block_says_it(page: Tree) -> None:
    assert words(page.get_element_by_id("policies")).count("A message of its own") == 1
    assert words(page.get_element_by_id("answer")).count("lane_10 pays") == 1


# Tables


def test_every_table_has_its_caption_heads_notes_and_row_names(page: Tree) -> None:
    tables = page.xpath("//table[thead]")
    assert [words(table.find("caption")) for table in tables] == [
        "Table 1 Profit of policies",
        "Table 2 Who gains",
        "Table 3 Wide",
    ]
    first = tables[0]
    assert [words(head) for head in first.xpath("./thead//th[@scope='col']")] == list(TABLE.heads)
    assert [words(head) for head in first.xpath("./tbody//th[@scope='row']/bdi")] == [
        " ".join(row[0].text.split()) for row in TABLE.rows
    ]
    assert "million CNY a year" in words(page.get_element_by_id("table-1"))
    assert all(row.xpath("./th[@scope='row']") for table in page.xpath("//table") for row in table.xpath(".//tbody/tr"))


def test_cells_carry_the_numbers_by_which_they_are_sorted(page: Tree) -> None:
    rows = page.get_element_by_id("table-1").xpath(".//tbody/tr")
    assert [row.xpath("./td[1]/@data-value") for row in rows] == [["1000.0"], ["-20.0"], [], ["3.0"]]


def test_colour_never_stands_alone(page: Tree) -> None:
    cells = page.get_element_by_id("table-1").xpath(".//td[@class='good' or @class='bad']")
    for cell in cells:
        sign = "▲" if cell.get("class") == "good" else "▼"
        assert words(cell).startswith(sign)
        assert words(cell).count(sign) == 1
    said = words(page.get_element_by_id("table-1"))
    assert "favourable: +1,000" in said
    assert "▲ favourable · ▼ unfavourable" in said
    assert "▲ favourable" not in words(page.get_element_by_id("table-2")), "no colour, nothing to tell"


def test_only_tables_whose_rows_may_move_are_sortable(page: Tree) -> None:
    marked = {n: bool(page.get_element_by_id(f"table-{n}").xpath(".//table[@data-sortable]")) for n in (1, 2, 3)}
    assert marked == {1: True, 2: False, 3: True}
    again = page.get_element_by_id("table-2").xpath(".//tbody/tr[2]/th")[0]
    assert words(again) == "VIPs"
    assert again.xpath("./span/@class") == ["unseen"]


def test_folded_blocks_are_folded(page: Tree) -> None:
    folded = [words(summary) for summary in page.xpath("//main//details/summary")]
    assert folded == ["What each policy changes (2)", "Table 3 Wide (3)", "The file"]
    assert all(details.get("open") is None for details in page.xpath("//main//details"))


# Figures


def test_every_figure_has_finding_footer_picture_alt_text_and_numbers(page: Tree) -> None:
    figures = page.xpath("//figure")
    assert len(figures) == len(PANELS)
    for number, (name, figure) in enumerate(zip(PANELS, figures, strict=True), start=1):
        assert words(figure.find(".//h3")).startswith(f"Figure {number} ")
        assert f"Finding of {name}." in words(figure)
        below_plots = figure.xpath(".//p[@class='source']")
        assert all("n = 5 · seed 1 · 0123abcd" in words(text) for text in below_plots)
        assert len(below_plots) == len(figure.xpath(".//div[@class='interactive']")), "a picture has its footer inside"
        picture = figure.find(".//img")
        assert f"Form of {name}." in picture.get("alt")
        assert picture.get("src").startswith("data:image/png;base64,")
        link = figure.xpath(".//a[@download]")[0]
        assert link.get("download") == f"{name}.csv"
        csv = base64.b64decode(link.get("href").partition(",")[2]).decode("utf-8")
        assert len(pd.read_csv(StringIO(csv)))


def test_pictures_are_sharp_on_fine_screens_and_have_their_size(page: Tree) -> None:
    picture = page.xpath("//figure//img")[0]
    content = base64.b64decode(picture.get("src").partition(",")[2])
    assert content.startswith(b"\x89PNG")
    assert int(picture.get("width")) == int.from_bytes(content[16:20], "big") == 4 * 190
    assert int(picture.get("height")) == int.from_bytes(content[20:24], "big")


def test_charts_without_panels_are_pictures_and_all_others_interactive(page: Tree, plots: dict[str, Any]) -> None:
    with_panels = [n for n, panels in enumerate(PANELS.values(), start=1) if panels]
    assert list(plots) == [f"figure-{n}" for n in with_panels]
    for number, panels in enumerate(PANELS.values(), start=1):
        figure = page.get_element_by_id(f"figure-{number}")
        assert len(figure.xpath(".//div[@class='plot']")) == len(panels) == len(plots.get(f"figure-{number}", ()))
        assert len(figure.xpath(".//button[@class='toggle']")) == bool(panels)


# Language


def test_the_page_says_in_which_language_it_is() -> None:
    for language, tag, contents, figure in (("en", "en", "Contents", "Figure 1"), ("zh", "zh-Hans", "目录", "图1")):
        made = paper(language)
        with printed_in(made.edition):
            page = tree_of(html_of(made))
        assert page.get("lang") == tag
        assert words(page.xpath("//nav//summary")[0]) == contents
        assert page.xpath("//figure[1]//h3/span[@class='label']")[0].text == figure


def test_a_chinese_page_has_no_english_words_of_its_own() -> None:
    made = {}
    for language in ("en", "zh"):
        with printed_in(paper(language).edition):
            page = tree_of(html_of(paper(language)))
        made[language] = json.loads(page.get_element_by_id("words").text)
    assert made["en"].keys() == made["zh"].keys()
    for name, chinese in made["zh"].items():
        assert chinese != made["en"][name]


# Harm


def test_names_are_text_and_nothing_else(text: str, page: Tree) -> None:
    assert len(page.xpath("//script")) == 4
    assert "alert(1)" not in "".join(page.xpath("//script/text()")[-1:])
    assert not page.xpath("//main//b")
    assert HOSTILE in page.xpath("//section[@id='assumptions']/h3/bdi")[0].text
    assert "<script>alert" not in text
    assert "<!--" not in text
    assert LONG in words(page.get_element_by_id("table-3"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from strings(entry)


def test_names_in_plots_are_neither_tags_nor_templates(text: str, plots: dict[str, Any]) -> None:
    data = re.search(r'<script type="application/json" id="plots">(.*?)</script>', text)
    assert data
    assert "<" not in data[1]
    labels = [label for label in strings(plots) if "alert(1)" in label.replace("<br>", "")]
    assert labels
    for label in labels:
        assert "<" not in label.replace("<br>", "").replace("<b>", "").replace("</b>", "")
        assert "%{" not in label
    traces = [trace for figure in plots.values() for plot in figure for trace in plot["data"]]
    hovers = {trace["hovertemplate"] for trace in traces if "hovertemplate" in trace}
    assert hovers == {"%{customdata[0]}<extra></extra>"}


def test_characters_that_no_page_may_hold_are_left_out(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    assert "name: 1" in text
    lone = replace(paper(), title="half a \ud83d sign")
    with printed_in(lone.edition):
        assert "half a ? sign" in html_of(lone).encode("utf-8", "replace").decode("utf-8")


def test_nothing_comes_from_outside(text: str, page: Tree) -> None:
    for address in page.xpath("//@src | //@href"):
        assert address.startswith(("data:", "#"))
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert "url(" not in text


def test_the_policy_allows_our_scripts_and_no_others(text: str, page: Tree) -> None:
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none';")
    allowed = re.findall(r"'sha256-([^']+)'", policy)
    engine = gzip.decompress(base64.b64decode(page.get_element_by_id("engine").text))
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[-1]
    assert allowed == [
        base64.b64encode(hashlib.sha256(code).digest()).decode() for code in (script.encode("utf-8"), engine)
    ]
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    assert "connect-src" not in policy


def test_a_paper_without_panels_carries_no_engine() -> None:
    made = paper()
    charts = next(section for section in made.sections if section.name == "charts")
    bare = replace(made, sections=(replace(charts, blocks=charts.blocks[-1:]),))
    with printed_in(bare.edition):
        page = tree_of(html_of(bare))
    assert not page.xpath("//script[@id='engine']")
    assert [section.get("id") for section in page.xpath("//main/section")] == ["charts"]


def test_the_same_bytes_twice(file: Path, tmp_path: Path) -> None:
    assert written(paper(), tmp_path / "again.html").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paper_of_a_study_is_all_there(
    lanes: FakeResult, language: str, page: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = base64.b64decode(page.xpath("//figure//img/@src")[0].partition(",")[2])
    monkeypatch.setattr(figure_files, "png", lambda _: picture)  # drawing takes most of the time
    made = build_paper(lanes, Wishes(language))
    with printed_in(made.edition):
        page = tree_of(html_of(made))
    assert page.get("lang") == {"en": "en", "zh": "zh-Hans"}[language]
    assert made.headline in words(page.xpath("//section[@id='answer']//p[@class='headline']")[0])
    assert {section.get("id") for section in page.xpath("//main/section")} == {
        section.name for section in made.sections
    }
    assert len(page.xpath("//table[thead]")) == len(made.tables)
    pictures = page.xpath("//figure//img")
    assert [picture.get("alt") for picture in pictures] == [f"{chart.alt} {chart.finding}" for chart in made.charts]
    plots = json.loads(page.get_element_by_id("plots").text)
    for number, chart in enumerate(made.charts, start=1):
        assert len(plots.get(f"figure-{number}", ())) == len(chart.panels), chart.name
