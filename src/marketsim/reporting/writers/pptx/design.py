"""Our own design of a deck, made in code: wide slides, a coloured rule, quiet fonts that office programs have."""

from __future__ import annotations

from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

from marketsim.reporting import style
from marketsim.reporting.edition import is_chinese
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.text import add_part

WIDTH, HEIGHT = 960.0, 540.0
MARGIN = 40.0
TITLE = Box(MARGIN, 22, WIDTH - 2 * MARGIN, 66)
BODY = Box(MARGIN, 102, WIDTH - 2 * MARGIN, 396)
FOOTER = Box(MARGIN, 508, WIDTH - 2 * MARGIN - 60, 20)
NUMBER = Box(WIDTH - MARGIN - 50, 508, 50, 20)
LATIN = "Arial"
CHINESE = "微软雅黑"
_COVER_TITLE = Box(70, 130, WIDTH - 140, 150)
_COVER_TEXT = Box(70, 304, WIDTH - 140, 130)
_KEPT = ("Title Slide", "Title and Content", "Title Only", "Blank")
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def own_deck() -> Any:
    """Return an empty deck in our own design, with the leading colour of the edition."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Box(0, 0, WIDTH, HEIGHT).lengths[2:]
    master = deck.slide_master
    _set_theme(master)
    for layout in list(deck.slide_layouts):
        if layout.name not in _KEPT:
            deck.slide_layouts.remove(layout)
    _set_master(master)
    for layout in deck.slide_layouts:
        _set_layout(layout)
    return deck


def _set_theme(master: Any) -> None:
    """Give the theme our colours and fonts."""
    part = master.part.part_related_by(RT.THEME)
    theme = parse_xml(part.blob)
    theme.set("name", "marketsim")
    colours = dict(zip(("accent1", "accent2", "accent3", "accent4", "accent5"), style.policy_colours(), strict=False))
    colours |= {"dk1": style.INK, "lt1": "#FFFFFF", "dk2": style.focus(), "lt2": style.FAINT}
    colours |= {"accent6": style.QUIET, "hlink": style.focus(), "folHlink": style.QUIET}
    for name, colour in colours.items():
        place = theme.find(f".//{{{_A}}}clrScheme/{{{_A}}}{name}")
        for old in list(place):
            place.remove(old)
        add_part(place, "a:srgbClr", val=colour.lstrip("#"))
    for kind in ("majorFont", "minorFont"):
        font = theme.find(f".//{{{_A}}}{kind}")
        font.find(f"{{{_A}}}latin").set("typeface", LATIN)
        font.find(f"{{{_A}}}ea").set("typeface", CHINESE if is_chinese() else "")
    part._blob = serialize_part_xml(theme)


def _set_master(master: Any) -> None:
    places = {"title": TITLE, "body": BODY, "ftr": FOOTER, "sldNum": NUMBER}
    for shape in list(master.placeholders):
        kind = shape._element.find(f".//{qn('p:ph')}").get("type", "obj")
        if kind in places:
            _place(shape, places[kind])
        else:
            shape._element.getparent().remove(shape._element)
    tree = master.shapes._spTree
    tree.insert(2, _rule(Box(MARGIN, 90, 64, 3.5), 90))
    titles = master._element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    titles.set("algn", "l")
    titles.find(qn("a:defRPr")).set("sz", "2600")
    titles.find(qn("a:defRPr")).set("b", "1")
    _anchor(master, "title", "b")


def _set_layout(layout: Any) -> None:
    """Let a layout follow the master; the cover has places of its own and a longer rule."""
    cover = layout.name == _KEPT[0]
    for shape in list(layout.placeholders):
        kind = shape._element.find(f".//{qn('p:ph')}").get("type", "obj")
        if kind == "dt":
            shape._element.getparent().remove(shape._element)
            continue
        for old in shape._element.spPr.findall(qn("a:xfrm")):
            shape._element.spPr.remove(old)
        if cover and kind in ("ctrTitle", "subTitle"):
            _place(shape, _COVER_TITLE if kind == "ctrTitle" else _COVER_TEXT)
            _left(shape)
    if cover:
        layout._element.set("showMasterSp", "0")
        layout.shapes._spTree.insert(2, _rule(Box(0, 0, 18, HEIGHT), 91))
        layout.shapes._spTree.insert(3, _rule(Box(70, 288, 96, 4), 92))
        _anchor(layout, "ctrTitle", "b")


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box.lengths


def _left(shape: Any) -> None:
    """Set a placeholder flush left, without a bullet."""
    body = shape._element.find(qn("p:txBody"))
    for side in ("lIns", "rIns", "tIns", "bIns"):
        body.find(qn("a:bodyPr")).set(side, "0")
    styles = body.find(qn("a:lstStyle"))
    for old in list(styles):
        styles.remove(old)
    level = add_part(styles, "a:lvl1pPr", marL="0", indent="0", algn="l")
    add_part(level, "a:buNone")


def _anchor(owner: Any, kind: str, edge: str) -> None:
    for shape in owner.placeholders:
        if shape._element.find(f".//{qn('p:ph')}").get("type") == kind:
            properties = shape._element.find(f"{qn('p:txBody')}/{qn('a:bodyPr')}")
            for old in list(properties):
                properties.remove(old)
            for name, value in {"anchor": edge, "lIns": "0", "rIns": "0", "tIns": "0", "bIns": "0"}.items():
                properties.set(name, value)


def _rule(box: Box, number: int) -> Any:
    """Return a bar in the leading colour."""
    left, top, width, height = (int(length) for length in box.lengths)
    return parse_xml(
        f'<p:sp xmlns:p="{_P}" xmlns:a="{_A}"><p:nvSpPr><p:cNvPr id="{number}" name="Rule {number}"/><p:cNvSpPr/>'
        f'<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{left}" y="{top}"/>'
        f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        '<a:solidFill><a:schemeClr val="accent1"/></a:solidFill><a:ln><a:noFill/></a:ln></p:spPr></p:sp>'
    )
