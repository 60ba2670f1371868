"""The stage of a deck: its layouts found by their placeholders, and slides with title, footer, number and notes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.writers.pptx import design
from marketsim.reporting.writers.pptx.fitting import LINE, clean, largest_size, shortened, wrapped
from marketsim.reporting.writers.pptx.frame import Box, box_of
from marketsim.reporting.writers.pptx.template import deck_from
from marketsim.reporting.writers.pptx.text import QUIET_TEXT, Paragraph, Run, add_text, dress, write

FOOTER_SIZE = 9.0
_TITLE_SIZES = (26, 24, 22, 20, 18, 16)
_LINE_SIZES = (26, 24, 22)
"""Sizes that are tried before a title takes two lines."""
_SMALLER_SIZES = (32, 28, 24, 20, 18, 16, 14, 12, 11, 10)
_COVER_SIZES = (40, 36, 32, 28, 24, 20)
_SERVICE = ("dt", "ftr", "sldNum")
_TITLES = ("title", "ctrTitle")
_BODIES = ("obj", "body")
_INSETS = 14.4
_LOWEST_TITLE = 0.3
_GAP = 10.0
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@dataclass(frozen=True)
class Stage:
    """An open deck.

    Attributes:
        deck: the presentation.
        cover: layout of the title slide.
        plain: layout with a title only, or the nearest to it.
        title: where titles of slides stand.
        body: where contents stand.
        footer: where the footer stands.
        number: where the number stands.
        east: East Asian font that must be named; empty where the theme names one, or none is wanted.
    """

    deck: Any
    cover: Any
    plain: Any
    title: Box
    body: Box
    footer: Box
    number: Box
    east: str

    @property
    def size(self) -> Box:
        """The whole slide."""
        return box_of(0, 0, self.deck.slide_width, self.deck.slide_height)


def stage_from(template: Path | None) -> Stage:
    """Return an empty deck in our own design, or in that of a template."""
    if template is not None:
        return _stage_of(deck_from(template))
    deck = design.own_deck()
    named = {layout.name: layout for layout in deck.slide_layouts}
    places = (design.TITLE, design.BODY, design.FOOTER, design.NUMBER)
    return Stage(deck, named["Title Slide"], named["Title Only"], *places, design.CHINESE if is_chinese() else "")


def _stage_of(deck: Any) -> Stage:
    layouts = list(deck.slide_layouts)
    size = box_of(0, 0, deck.slide_width, deck.slide_height)
    plain = min(layouts, key=lambda layout: _unlike_title_only(layout, size))
    title, body = _places(deck, plain, size)
    footer = Box(body.left, body.bottom - FOOTER_SIZE * LINE, body.width - 44, FOOTER_SIZE * LINE)
    number = Box(body.right - 40, footer.top, 40, footer.height)
    inner = Box(body.left, body.top, body.width, footer.top - 4 - body.top)
    return Stage(deck, min(layouts, key=_unlike_cover), plain, title, inner, footer, number, _missing_east(deck))


def _kinds(layout: Any) -> list[str]:
    kinds = [_kind(shape) for shape in layout.placeholders]
    return [kind for kind in kinds if kind not in _SERVICE]


def _kind(shape: Any) -> str:
    return str(shape._element.find(f".//{qn('p:ph')}").get("type", "obj"))


def _unlike_title_only(layout: Any, size: Box) -> tuple[int, float]:
    """Return how far a layout is from a title alone at the top of the slide."""
    kinds, title = _kinds(layout), _place(layout, ("title",))
    if title is None or title.top > _LOWEST_TITLE * size.height:
        return (4 if kinds else 3), 0.0
    return (0 if kinds == ["title"] else 1 if len(kinds) == 2 and kinds[-1] in _BODIES else 2), title.top


def _unlike_cover(layout: Any) -> int:
    kinds = _kinds(layout)
    if "ctrTitle" in kinds:
        return 0 if "subTitle" in kinds else 1
    return 2 if "title" in kinds and "subTitle" in kinds else 3 if kinds == ["title"] else 4 if "title" in kinds else 5


def _places(deck: Any, plain: Any, size: Box) -> tuple[Box, Box]:
    """Return where title and contents stand in a template."""
    margin = 0.05 * size.width
    usual = Box(margin, 0.05 * size.height, size.width - 2 * margin, 0.14 * size.height)
    title = _inside(_place(plain, _TITLES) or usual, size)
    contents = [place for place in (_content(layout) for layout in deck.slide_layouts) if place]
    below = Box(title.left, title.bottom + _GAP, title.width, 0.93 * size.height - title.bottom - _GAP)
    body = _inside(next((place for place in contents if place.top >= title.bottom - 6), below), size)
    lowest = min(
        (place.top - 2 for place in _services(plain) if place.top > body.top + 0.5 * body.height), default=body.bottom
    )
    return title, Box(body.left, body.top, body.width, max(min(body.bottom, lowest), body.top + 40) - body.top)


def _content(layout: Any) -> Box | None:
    """Return where a layout of title and one content has its content."""
    kinds = _kinds(layout)
    if len(kinds) != 2 or kinds[0] != "title" or kinds[1] not in _BODIES:
        return None
    place = _place(layout, _BODIES)
    return place if place and place.width > 0 and place.height > 0 else None


def _place(layout: Any, kinds: tuple[str, ...]) -> Box | None:
    for shape in layout.placeholders:
        if _kind(shape) in kinds and shape.width:
            return box_of(shape.left, shape.top, shape.width, shape.height)
    return None


def _services(layout: Any) -> list[Box]:
    shapes = [shape for shape in layout.placeholders if _kind(shape) in _SERVICE and shape.width]
    return [box_of(shape.left, shape.top, shape.width, shape.height) for shape in shapes]


def _inside(box: Box, size: Box) -> Box:
    """Return what of a rectangle lies on the slide."""
    left, top = max(box.left, 0.0), max(box.top, 0.0)
    return Box(left, top, max(min(box.right, size.width) - left, 60.0), max(min(box.bottom, size.height) - top, 20.0))


def _missing_east(deck: Any) -> str:
    """Return the font that Chinese runs must name: ours, where the theme names none."""
    if not is_chinese():
        return ""
    theme = parse_xml(deck.slide_master.part.part_related_by(RT.THEME).blob)
    named = [font.get("typeface") for font in theme.iter(f"{{{_A}}}ea")]
    return "" if any(named) else design.CHINESE


def titles(stage: Stage) -> set[str]:
    """Return the titles of the slides so far."""
    shapes = [slide.shapes.title for slide in stage.deck.slides]
    return {shape.text_frame.text for shape in shapes if shape is not None}


def add_cover(stage: Stage, title: str, below: list[Paragraph], notes: str) -> None:
    """Add the title slide."""
    slide = stage.deck.slides.add_slide(stage.cover)
    places = {_kind(shape): shape for shape in slide.placeholders}
    head = places.get("ctrTitle") or places.get("title")
    under = places.get("subTitle") or places.get("body")
    if head is None:
        _title_box(stage, slide, title)
    else:
        box = _box_or(head, stage.title)
        size = largest_size([title], (box.width - _INSETS, box.height), _COVER_SIZES, bold=True)
        _into_placeholder(stage, head, [Paragraph((Run(title, bold=True),), gap=0)], size)
    if under is None:
        add_text(slide, stage.body, below, 16, east=stage.east)
    else:
        _into_placeholder(stage, under, below, 18)
    _drop_empty(slide)
    _write_notes(slide, notes)


def _box_or(shape: Any, other: Box) -> Box:
    return box_of(shape.left, shape.top, shape.width, shape.height) if shape.width else other


def _into_placeholder(stage: Stage, shape: Any, paragraphs: list[Paragraph], size: float) -> None:
    box = _box_or(shape, stage.body)
    sizes = (size, *(smaller for smaller in _SMALLER_SIZES if smaller < size))
    fits = largest_size([p.text for p in paragraphs], (box.width - _INSETS, box.height), sizes, gap=4)
    write(shape.text_frame, paragraphs, fits, east=stage.east, inset=None)
    for paragraph in shape.text_frame.paragraphs:
        paragraph._p.pPr.attrib.pop("algn", None)  # a template decides how its title slide is aligned


def add_slide(stage: Stage, title: str, footer: str, notes: str) -> Any:
    """Add a slide with its title, footer, number and notes, and return it; the body is left free."""
    slide = stage.deck.slides.add_slide(stage.plain)
    title = clean(title)
    head = next((shape for shape in slide.placeholders if _kind(shape) in _TITLES), None)
    if head is None:
        _title_box(stage, slide, title)
    else:
        _write_title(stage, head, title)
    _drop_empty(slide)
    _add_footer(stage, slide, footer)
    _write_notes(slide, notes)
    return slide


def _write_title(stage: Stage, head: Any, title: str) -> None:
    size, text = _title_at(stage, title)
    frame = head.text_frame
    frame.word_wrap = True
    frame.text = text
    for run in frame.paragraphs[0].runs:
        dress(run._r.get_or_add_rPr(), size, bold=True, east=stage.east)


def _title_at(stage: Stage, title: str) -> tuple[float, str]:
    """Return the size of a title and its words, which are fewer where all do not fit."""
    room = (stage.title.width - _INSETS, stage.title.height)
    line = next((size for size in _LINE_SIZES if len(wrapped(title, room[0], size, bold=True)) == 1), None)
    if line:
        return line, title
    for text in (title, shortened(title)):
        size = largest_size([text], room, _TITLE_SIZES, bold=True)
        if len(wrapped(text, room[0], size, bold=True)) * size * LINE <= room[1]:
            return size, text
    return size, text


def _title_box(stage: Stage, slide: Any, title: str) -> None:
    size, text = _title_at(stage, title)
    add_text(slide, stage.title, [Paragraph((Run(text, bold=True),), gap=0)], size, east=stage.east, name="Title")


def _drop_empty(slide: Any) -> None:
    """Remove placeholders of the layout that nothing was put into."""
    for shape in list(slide.placeholders):
        if not shape.has_text_frame or not shape.text_frame.text.strip():
            shape._element.getparent().remove(shape._element)


def _add_footer(stage: Stage, slide: Any, footer: str) -> None:
    text = Paragraph((Run(footer, colour=QUIET_TEXT),), gap=0)
    size = largest_size([footer], (stage.footer.width, FOOTER_SIZE * LINE), (FOOTER_SIZE, 8.5, 8))
    lines = len(wrapped(footer, stage.footer.width, size))
    rise = (lines - 1) * size * LINE
    box = Box(stage.footer.left, stage.footer.top - rise, stage.footer.width, stage.footer.height + rise)
    add_text(slide, box, [text], size, east=stage.east, anchor="b", name="Footer")
    _add_number(stage, slide)


def _add_number(stage: Stage, slide: Any) -> None:
    """Add the number of the slide as a field: in the template's own place where it has one."""
    has_own = any(_kind(shape) == "sldNum" for shape in stage.plain.placeholders)
    index = next((s.placeholder_format.idx for s in stage.plain.placeholders if _kind(s) == "sldNum"), 12)
    left, top, width, height = (int(length) for length in stage.number.lengths)
    holder = f'<p:ph type="sldNum" sz="quarter" idx="{index}"/>' if has_own else ""
    frame = f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    geometry = "" if has_own else f'{frame}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/>'
    body = "<a:bodyPr/>" if has_own else '<a:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"/>'
    size = "" if has_own else f' sz="{int(FOOTER_SIZE * 100)}"'
    number = len(stage.deck.slides)
    slide.shapes._spTree.append(
        parse_xml(
            f'<p:sp xmlns:p="{_P}" xmlns:a="{_A}"><p:nvSpPr><p:cNvPr id="{9000 + number}" name="Slide Number"/><p:cNvSpPr/>'
            f"<p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr>{geometry}</p:spPr><p:txBody>{body}<a:lstStyle/>"
            f'<a:p><a:pPr algn="r"/><a:fld id="{{8D3C4A52-6B1E-4F0A-9C7D-2E5F1A3B4C60}}" type="slidenum">'
            f'<a:rPr lang="en-GB"{size}/><a:t>{number}</a:t></a:fld></a:p></p:txBody></p:sp>'
        )
    )


def _write_notes(slide: Any, notes: str) -> None:
    frame = slide.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = clean(notes)
