"""Page, fonts and paragraph styles of the Word document."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from marketsim.reporting import style
from marketsim.reporting.edition import is_chinese

LATIN, CHINESE, CODE = "Calibri", "微软雅黑", "Consolas"
PAGE_CM, MARGIN_CM = (21.0, 29.7), 2.2
TEXT_CM = PAGE_CM[0] - 2 * MARGIN_CM
"""Width of the text."""
_OWN: tuple[tuple[str, str, float, bool, str], ...] = (
    ("Author", "Normal", 11, False, style.QUIET),
    ("Headline", "Normal", 14, True, ""),
    ("Lead", "Normal", 11, False, style.INK),
    ("Finding", "Normal", 10.5, True, style.INK),
    ("Caution", "Normal", 10.5, False, style.INK),
    ("Footnote", "Normal", 8, False, style.QUIET),
    ("Cell", "Normal", 8, False, style.INK),
    ("Code text", "Normal", 7, False, style.INK),
    ("Contents title", "Normal", 13, True, ""),
    ("toc 1", "Normal", 10.5, False, style.INK),
)
"""Own styles: name, what it rests on, size in points, bold, colour (the leading one where empty)."""


def set_page(document: Any) -> None:
    """Set A4 upright with even margins."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(PAGE_CM[0]), Cm(PAGE_CM[1])
    section.left_margin = section.right_margin = Cm(MARGIN_CM)
    section.top_margin = section.bottom_margin = Cm(2.0)


def set_styles(document: Any) -> None:
    """Set fonts, sizes and colours of all styles that are used."""
    styles = document.styles
    kept: tuple[tuple[str, float, str], ...] = (
        ("Normal", 10, style.INK),
        ("Title", 22, style.focus()),
        ("Subtitle", 11, style.QUIET),
        ("Heading 1", 15, style.focus()),
        ("Heading 2", 12, style.INK),
        ("Caption", 9, style.INK),
        ("Header", 8, style.QUIET),
        ("Footer", 8, style.QUIET),
        ("List Bullet", 10, style.INK),
    )
    for name, size, colour in kept:
        _set(styles[name], size, colour, bold=name.startswith("Heading"))
    for name, parent, size, bold, colour in _OWN:
        own = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        own.base_style = styles[parent]
        _set(own, size, colour or style.focus(), bold=bold)
    _spaces(styles)


def _set(found: Any, size: float, colour: str, *, bold: bool) -> None:
    found.font.size, found.font.bold, found.font.italic = Pt(size), bold, False
    found.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    found.font.name = CODE if found.name == "Code text" else LATIN
    properties = found.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:hAnsi"), found.font.name)
    fonts.set(qn("w:eastAsia"), CHINESE)
    _set_language(properties)


def _set_language(properties: Any) -> None:
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)


def _spaces(styles: Any) -> None:
    for name, before, after in (
        ("Normal", 0, 5),
        ("Lead", 0, 6),
        ("Headline", 6, 8),
        ("Finding", 2, 6),
        ("Footnote", 2, 8),
        ("Caption", 4, 4),
        ("Cell", 1, 1),
        ("Code text", 0, 0),
        ("Heading 1", 18, 6),
        ("Heading 2", 10, 4),
        ("toc 1", 0, 2),
        ("List Bullet", 0, 3),
        ("Title", 40, 6),
    ):
        layout = styles[name].paragraph_format
        layout.space_before, layout.space_after = Pt(before), Pt(after)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Normal"].paragraph_format.line_spacing = 1.3 if is_chinese() else 1.15
    for name in ("Cell", "Code text"):
        styles[name].paragraph_format.line_spacing = 1.0
    tabs = styles["toc 1"].paragraph_format.tab_stops
    tabs.add_tab_stop(Cm(TEXT_CM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    for name in ("Header", "Footer"):
        stops = styles[name].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Cm(TEXT_CM / 2), WD_TAB_ALIGNMENT.CENTER)
        stops.add_tab_stop(Cm(TEXT_CM), WD_TAB_ALIGNMENT.RIGHT)
