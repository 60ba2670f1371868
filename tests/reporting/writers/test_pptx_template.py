"""Decks in a user's own template: its size, layouts, fonts and colours; a clear word where it is unusable."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Inches
from tests.reporting.office import pages_of
from tests.reporting.writers import html_papers
from tests.reporting.writers.decks import written

from marketsim.errors import ReportError

_MAIN = "application/vnd.openxmlformats-officedocument.presentationml.{}.main+xml"


def template(path: Path, kept: tuple[str, ...] = (), *, wide: bool = False) -> Path:
    """Write a template with a sample slide; with some of the layouts of python-pptx only, if they are named."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "SAMPLE SLIDE"
    if wide:
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    deck.save(str(path))
    if kept:
        deck = Presentation(str(path))
        deck.part.drop_rel(deck.slides._sldIdLst[0].rId)
        del deck.slides._sldIdLst[0]
        for layout in list(deck.slide_layouts):
            if layout.name not in kept:
                deck.slide_layouts.remove(layout)
        deck.save(str(path))
    return path


def inside(deck: Any) -> list[str]:
    """Return the names of shapes that do not lie on their slide."""
    return [
        shape.name
        for slide in deck.slides
        for shape in slide.shapes
        if min(shape.left, shape.top) < 0
        or shape.left + shape.width > deck.slide_width + 1
        or shape.top + shape.height > deck.slide_height + 1
    ]


def test_layouts_size_and_theme_are_those_of_the_template(tmp_path: Path) -> None:
    given = template(tmp_path / "own.pptx")
    deck = written(html_papers.paper(), tmp_path / "x.pptx", given)
    assert (deck.slide_width, deck.slide_height) == (Inches(10), Inches(7.5))
    assert deck.slides[0].slide_layout.name == "Title Slide"
    assert {slide.slide_layout.name for slide in list(deck.slides)[1:]} == {"Title Only"}
    assert inside(deck) == []
    with zipfile.ZipFile(tmp_path / "x.pptx") as made, zipfile.ZipFile(given) as old:
        assert made.read("ppt/theme/theme1.xml") == old.read("ppt/theme/theme1.xml")
        assert b"SAMPLE SLIDE" not in b"".join(made.read(name) for name in made.namelist())


def test_slides_have_the_title_of_the_layout_and_no_empty_placeholder(tmp_path: Path) -> None:
    deck = written(html_papers.paper(), tmp_path / "x.pptx", template(tmp_path / "own.pptx"))
    for slide in deck.slides:
        assert slide.shapes.title is not None
        texts = [shape.text_frame.text for shape in slide.placeholders if shape.has_text_frame]
        assert all(texts)


@pytest.mark.parametrize("kept", [("Blank",), ("Title and Content",), ("Title Slide",), ("Section Header", "Blank")])
def test_templates_may_lack_layouts(tmp_path: Path, kept: tuple[str, ...]) -> None:
    given = template(tmp_path / "own.pptx", kept)
    deck = written(html_papers.paper(), tmp_path / "x.pptx", given)
    assert len(deck.slides) > 10
    assert inside(deck) == []
    assert any("lane_10 pays" in shape.text_frame.text for shape in deck.slides[2].shapes if shape.has_text_frame)


def test_a_potx_is_a_template_too(tmp_path: Path) -> None:
    given = template(tmp_path / "own.pptx", wide=True)
    other = tmp_path / "own.potx"
    with zipfile.ZipFile(given) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(_MAIN.format("presentation").encode(), _MAIN.format("template").encode())
            )
    deck = written(html_papers.paper(), tmp_path / "x.pptx", other)
    assert deck.slide_width == Inches(13.333)
    assert _MAIN.format("template") in zipfile.ZipFile(other).read("[Content_Types].xml").decode()


def test_chinese_names_its_font_where_the_theme_has_none(tmp_path: Path) -> None:
    deck = written(html_papers.paper("zh"), tmp_path / "x.pptx", template(tmp_path / "own.pptx"))
    fonts = {font for slide in deck.slides for font in slide._element.xpath(".//a:ea/@typeface")}
    assert fonts == {"微软雅黑"}


@pytest.mark.parametrize("content", [None, b"", b"not a zip archive", "zip"])
def test_an_unusable_template_is_a_clear_mistake(tmp_path: Path, content: bytes | str | None) -> None:
    given = tmp_path / "own.pptx"
    if isinstance(content, bytes):
        given.write_bytes(content)
    elif content:
        with zipfile.ZipFile(given, "w") as archive:
            archive.writestr("a.txt", "no presentation")
    with pytest.raises(ReportError, match=r"own\.pptx.*give .*\.pptx or \.potx file"):
        written(html_papers.paper(), tmp_path / "x.pptx", given)
    assert not (tmp_path / "x.pptx").exists()


def test_libreoffice_draws_the_deck_of_a_template(tmp_path: Path) -> None:
    deck = written(html_papers.paper(), tmp_path / "x.pptx", template(tmp_path / "own.pptx"))
    pages = pages_of(tmp_path / "x.pptx", tmp_path / "pages")
    assert pages.count == len(deck.slides)
    assert pages.blank() == []
