"""Text on slides: runs and paragraphs at a size that fits their box, in the fonts and colours of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.oxml.ns import qn
from pptx.util import Pt

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.writers.clean import breakable
from marketsim.reporting.writers.pptx.fitting import LINE, clean, height_of
from marketsim.reporting.writers.pptx.frame import Box

TEXT, QUIET_TEXT = "tx1", "quiet"
_INDENT = 14.0
_QUIET_PARTS = (65000, 35000)


@dataclass(frozen=True)
class Run:
    """Words of one look; `colour` is a colour of the theme, or ``#RRGGBB``, or none for that of the place."""

    text: str
    bold: bool = False
    colour: str = ""
    italic: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of runs; `gap` is the space under it in sizes of its font, `scale` its size by that of the others."""

    runs: tuple[Run, ...]
    bullet: bool = False
    gap: float = 0.45
    scale: float = 1.0
    align: str = "l"

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


def plain(text: str, **look: Any) -> Paragraph:
    """Return a paragraph of one run."""
    return Paragraph((Run(text),), **look)


def titled(title: str, text: str, **look: Any) -> Paragraph:
    """Return a paragraph that begins with words in bold."""
    colon = "：" if is_chinese() else ": "
    return Paragraph((Run(f"{title}{colon}", bold=True), Run(text)), **look)


def height(paragraphs: Sequence[Paragraph], width: float, size: float) -> float:
    """Return about how high paragraphs are in a width."""
    return sum(
        height_of(
            [p.text], width - (_INDENT if p.bullet else 0), size * p.scale, bold=p.runs[0].bold and len(p.runs) == 1
        )
        + p.gap * size
        for p in paragraphs
    )


def size_for(paragraphs: Sequence[Paragraph], box: Box, sizes: Sequence[float]) -> float:
    """Return the largest of some sizes, in falling order, at which paragraphs fit into a box; else the last."""
    fits = (size for size in sizes if height(paragraphs, box.width, size) <= box.height)
    return next(fits, sizes[-1])


def pages(paragraphs: Sequence[Paragraph], box: Box, size: float) -> list[list[Paragraph]]:
    """Return paragraphs in pages of which each fits into a box at a size."""
    found: list[list[Paragraph]] = [[]]
    for paragraph in paragraphs:
        if found[-1] and height([*found[-1], paragraph], box.width, size) > box.height:
            found.append([])
        found[-1].append(paragraph)
    return found


def add_text(
    slide: Any,
    box: Box,
    paragraphs: Sequence[Paragraph],
    size: float,
    *,
    east: str = "",
    anchor: str = "t",
    name: str = "",
) -> Any:
    """Add a box of text without margins to a slide, and return its shape."""
    shape = slide.shapes.add_textbox(*box.lengths)
    if name:
        shape.name = name
    write(shape.text_frame, paragraphs, size, east=east, anchor=anchor)
    return shape


def write(
    frame: Any,
    paragraphs: Sequence[Paragraph],
    size: float,
    *,
    east: str = "",
    anchor: str = "",
    inset: float | None = 0.0,
) -> None:
    """Put paragraphs into a text frame; margins stay as they are where `inset` is None."""
    frame.word_wrap = True
    body = frame._txBody.bodyPr
    for old in list(body):
        body.remove(old)
    if inset is not None:
        for side in ("lIns", "tIns", "rIns", "bIns"):
            body.set(side, str(int(Pt(inset))))
    if anchor:
        body.set("anchor", anchor)
    for number, paragraph in enumerate(paragraphs):
        _write(frame.paragraphs[0] if number == 0 else frame.add_paragraph(), paragraph, size, east)


def _write(target: Any, paragraph: Paragraph, size: float, east: str) -> None:
    own = size * paragraph.scale
    properties = target._p.get_or_add_pPr()
    properties.set("algn", paragraph.align)
    properties.set("marL", str(int(Pt(_INDENT))) if paragraph.bullet else "0")
    properties.set("indent", str(-int(Pt(_INDENT))) if paragraph.bullet else "0")
    add_part(add_part(properties, "a:lnSpc"), "a:spcPts", val=str(round(own * LINE * 100)))
    add_part(add_part(properties, "a:spcBef"), "a:spcPts", val="0")
    add_part(add_part(properties, "a:spcAft"), "a:spcPts", val=str(round(paragraph.gap * size * 100)))
    if paragraph.bullet:
        add_part(properties, "a:buFont", typeface="Arial")
        add_part(properties, "a:buChar", char="•")
    else:
        add_part(properties, "a:buNone")
    for run in paragraph.runs:
        _write_run(target, run, own, east)


def _write_run(target: Any, run: Run, size: float, east: str) -> None:
    """Add a run; its line breaks become those of DrawingML."""
    for number, line in enumerate(breakable(clean(run.text)).split("\n")):
        if number:
            target.add_line_break()
        made = target.add_run()
        made.text = line.replace("\t", " ")
        dress(made._r.get_or_add_rPr(), size, bold=run.bold, colour=run.colour, east=east, italic=run.italic)


def dress(
    properties: Any, size: float, *, bold: bool = False, colour: str = "", east: str = "", italic: bool = False
) -> None:
    """Give the properties of a run its language, size, weight, colour and East Asian font, in the order of the schema."""
    properties.set("lang", "zh-CN" if is_chinese() else "en-GB")
    properties.set("altLang", "en-GB" if is_chinese() else "zh-CN")
    properties.set("sz", str(round(size * 100)))
    properties.set("b", "1" if bold else "0")
    if italic:
        properties.set("i", "1")
    if colour:
        _fill(add_part(properties, "a:solidFill"), colour)
    if east:
        add_part(properties, "a:ea", typeface=east)


def _fill(fill: Any, colour: str) -> None:
    if colour.startswith("#"):
        add_part(fill, "a:srgbClr", val=colour.lstrip("#"))
    elif colour == QUIET_TEXT:
        scheme = add_part(fill, "a:schemeClr", val=TEXT)
        for name, part in zip(("a:lumMod", "a:lumOff"), _QUIET_PARTS, strict=True):
            add_part(scheme, name, val=str(part))
    else:
        add_part(fill, "a:schemeClr", val=colour)


def add_part(parent: Any, tag: str, **attributes: str) -> Any:
    """Add an element, named with its prefix, to the end of another, and return it."""
    child = parent.makeelement(qn(tag), attributes)
    parent.append(child)
    return child
