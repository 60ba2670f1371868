"""Kinds of slides: text, answer, tables, charts, numbers behind a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Pt

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import Bars, Panel
from marketsim.reporting.language import say
from marketsim.reporting.numbers import joined
from marketsim.reporting.paper.model import Paper, Text
from marketsim.reporting.table import Table
from marketsim.reporting.writers.pptx.fitting import LINE, clean, height_of, shortened
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.heads import entry, heads_of, in_order
from marketsim.reporting.writers.pptx.legend import add_legend, legend_height, shared_lines
from marketsim.reporting.writers.pptx.native_chart import add_native, is_native
from marketsim.reporting.writers.pptx.notes import chart_notes, table_notes, text_notes
from marketsim.reporting.writers.pptx.pictures import ICON, add_picture, add_workbook
from marketsim.reporting.writers.pptx.stage import Stage, add_slide, titles
from marketsim.reporting.writers.pptx.tables import Grid, add_table, pages_of
from marketsim.reporting.writers.pptx.text import (
    QUIET_TEXT,
    Paragraph,
    Run,
    add_text,
    height,
    pages,
    plain,
    size_for,
)

_TEXT_SIZES = (20, 18, 17, 16, 15, 14, 13, 12)
_PAGED_SIZE = 14
_REASON_SIZE = 16
"""Size of letters of the reasons under the answer, and the least of its sentences above them."""
_SENTENCE_GAP = 14.0
_NOTE_SIZE = 10.0
_MOST_NOTE_LINES = 3
_CAPTION_SIZE = 12.0
_MOST_PANELS = 4
_MANY_CATEGORIES = 10
_CAUTION_FILL = "#FCEFE4"
_MOST_CELLS = 60


@dataclass(frozen=True)
class Writer:
    """What every slide needs: the paper and the open deck."""

    paper: Paper
    stage: Stage


def numbered(title: str, number: int, count: int) -> str:
    """Return the title of one of several slides of the same matter."""
    if count == 1:
        return title
    return say("{title} ({number}/{count})", title=title, number=number, count=count)


def text_slides(writer: Writer, section: str, title: str, paragraphs: Sequence[Paragraph]) -> None:
    """Add slides of text: one if it fits at a readable size."""
    body = writer.stage.body
    size = size_for(paragraphs, body, _TEXT_SIZES)
    fits = height(paragraphs, body.width, size) <= body.height
    parts = [list(paragraphs)] if fits else pages(paragraphs, body, _PAGED_SIZE)
    for number, part in enumerate(parts, start=1):
        notes = text_notes(writer.paper, section, [p.text for p in part], writer.paper.footer)
        slide = add_slide(writer.stage, numbered(title, number, len(parts)), writer.paper.footer, notes)
        own = size if fits else size_for(part, body, (_PAGED_SIZE, 13, 12, 11, 10))
        add_text(slide, body, part, own, east=writer.stage.east, name="Text")


def answer_slide(
    writer: Writer, title: str, sentences: Sequence[str], cautions: Sequence[Text], reasons: Sequence[Paragraph] = ()
) -> bool:
    """Add the answer: its sentences, each behind a bar in the leading colour, and the cautions in a box.

    Returns:
        Whether the reasons for it stand under its sentences, too: they do if all of it is easy to read.
    """
    stage, paper = writer.stage, writer.paper
    said = [paper.headline, *sentences, *(p.text for p in reasons), *(c.text for c in cautions)]
    slide = add_slide(stage, title, paper.footer, text_notes(paper, "answer", said, paper.footer))
    room = _add_cautions(writer, slide, cautions) if cautions else stage.body
    if not sentences:
        return False
    lowest = height(reasons, room.width, _REASON_SIZE)
    short = Box(room.left, room.top, room.width, room.height - lowest - 2 * _SENTENCE_GAP)
    has_room = bool(reasons) and _sentence_size(sentences, short) >= _REASON_SIZE
    bottom = _add_sentences(writer, slide, sentences, short if has_room else room)
    if has_room:
        below = Box(room.left, bottom + _SENTENCE_GAP, room.width, lowest)
        add_text(slide, below, reasons, _REASON_SIZE, east=stage.east, name="Reasons")
    return has_room


def _sentence_size(sentences: Sequence[str], room: Box) -> float:
    """Return the size at which the sentences of the answer fit; zero where they do not."""
    paragraphs = [plain(sentence, gap=0) for sentence in sentences]
    free = Box(0, 0, room.width - 18, room.height - _SENTENCE_GAP * (len(sentences) - 1))
    size = size_for(paragraphs, free, (22, *_TEXT_SIZES, 11, 10))
    return size if height(paragraphs, free.width, size) <= free.height else 0.0


def _add_sentences(writer: Writer, slide: object, sentences: Sequence[str], room: Box) -> float:
    """Add the sentences of the answer from the top of a box, and return where they end."""
    inner = Box(room.left + 18, room.top, room.width - 18, room.height)
    paragraphs = [plain(sentence, gap=0) for sentence in sentences]
    size = _sentence_size(sentences, room) or 10
    top = inner.top
    for paragraph in paragraphs:
        own = height([paragraph], inner.width, size)
        _bar(slide, Box(room.left, top + 2, 4, own - 2))
        place = Box(inner.left, top, inner.width, own)
        add_text(slide, place, [paragraph], size, east=writer.stage.east, name="Sentence")
        top += own + _SENTENCE_GAP
    return top


def _bar(slide: object, box: Box) -> None:
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.lengths)  # type: ignore[attr-defined]
    _paint(shape, "accent1")


def _paint(shape: object, fill: str, line: str = "") -> None:
    """Give a shape a flat fill and line, without the shadow of a theme."""
    from pptx.dml.color import RGBColor
    from pptx.enum.dml import MSO_THEME_COLOR

    shape.fill.solid()  # type: ignore[attr-defined]
    colour = shape.fill.fore_color  # type: ignore[attr-defined]
    if fill.startswith("#"):
        colour.rgb = RGBColor.from_string(fill.lstrip("#"))
    else:
        colour.theme_color = MSO_THEME_COLOR.ACCENT_1
    shape.shadow.inherit = False  # type: ignore[attr-defined]
    if line:
        shape.line.color.rgb = RGBColor.from_string(line.lstrip("#"))  # type: ignore[attr-defined]
        shape.line.width = Pt(1.25)  # type: ignore[attr-defined]
    else:
        shape.line.fill.background()  # type: ignore[attr-defined]


def _add_cautions(writer: Writer, slide: object, cautions: Sequence[Text]) -> Box:
    """Add the box of cautions at the foot of the body, and return what is left above it."""
    body = writer.stage.body
    title = cautions[0].title or say("Mind")
    head = Paragraph((Run(title, bold=True, colour=style.WARM),), gap=0.15)
    words = [head, *(Paragraph((Run(c.text, colour=style.INK),), bullet=len(cautions) > 1, gap=0.15) for c in cautions)]
    most = Box(0, 0, body.width - 24, 0.5 * body.height - 16)
    size = size_for(words, most, (14, 13, 12, 11, 10))
    own = min(height(words, most.width, size) + 16, 0.6 * body.height)
    box = Box(body.left, body.bottom - own, body.width, own)
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.lengths)  # type: ignore[attr-defined]
    shape.name = "Cautions"
    _paint(shape, _CAUTION_FILL, style.WARM)
    inside = Box(box.left + 12, box.top + 8, box.width - 24, box.height - 16)
    add_text(slide, inside, words, size, east=writer.stage.east, name="Cautions")
    return Box(body.left, body.top, body.width, body.height - own - 14)


def table_slides(
    writer: Writer, section: str, title: str, table: Table, *, above: Sequence[Paragraph] = (), grouped: bool = False
) -> list[tuple[str, Table, Grid]]:
    """Add the first slide of a table, with words above it, and return what is left for further slides.

    Args:
        writer: paper and deck.
        section: name of the section.
        title: title of the slide.
        table: the table.
        above: short paragraphs that stand over it.
        grouped: whether equal names in the first column belong together.
    """
    left = [(title, table, grid) for grid in _grids(writer, table, above, grouped=grouped)]
    _table_slide(writer, section, numbered(title, 1, len(left)), table, left[0][2], above)
    return left[1:]


def table_pages(
    writer: Writer, section: str, title: str, table: Table, *, above: Sequence[Paragraph] = (), grouped: bool = False
) -> None:
    """Add all slides of a table."""
    grids = _grids(writer, table, above, grouped=grouped)
    for number, grid in enumerate(grids, start=1):
        _table_slide(writer, section, numbered(title, number, len(grids)), table, grid, above)


def _grids(writer: Writer, table: Table, above: Sequence[Paragraph], *, grouped: bool) -> list[Grid]:
    body = writer.stage.body
    taken = (
        _above_height(above, body.width)
        + _caption_height(table.caption, body.width)
        + _notes_height(_notes(writer, table), body.width)
    )
    return pages_of(table, Box(0, 0, body.width, body.height - taken), grouped=grouped)


def table_room(writer: Writer, table: Table, above: Sequence[Paragraph], *, grouped: bool) -> bool:
    """Tell whether a table fits on one slide under some words."""
    return _above_height(above, writer.stage.body.width) < 0.5 * writer.stage.body.height and (
        len(_grids(writer, table, above, grouped=grouped)) == 1
    )


def _above_height(above: Sequence[Paragraph], width: float) -> float:
    return height(above, width, _PAGED_SIZE) + 8 if above else 0.0


def _caption_height(caption: str, width: float) -> float:
    return height_of([caption], width, _CAPTION_SIZE, bold=True) + 4 if caption else 0.0


def _notes(writer: Writer, table: Table) -> list[str]:
    """Return the notes of a table that stand under it: those that fit in a few lines; all are in the speaker notes."""
    shown: list[str] = []
    for note in table.notes:
        lines = height_of([*shown, note], writer.stage.body.width, _NOTE_SIZE) / (_NOTE_SIZE * LINE)
        if note != writer.paper.footer and lines <= _MOST_NOTE_LINES:
            shown.append(note)
    return shown


def _notes_height(notes: Sequence[str], width: float) -> float:
    return height_of(notes, width, _NOTE_SIZE) + 8 if notes else 0.0


def _table_slide(
    writer: Writer, section: str, title: str, table: Table, grid: Grid, above: Sequence[Paragraph]
) -> None:
    stage, paper = writer.stage, writer.paper
    said = table_notes(paper, section, table, paper.footer)
    notes = "\n\n".join([*(p.text for p in above), said])
    slide = add_slide(stage, title, paper.footer, notes)
    room = stage.body
    if above:
        taken = _above_height(above, room.width)
        add_text(slide, room.strip(taken), above, _PAGED_SIZE, east=stage.east, name="Text")
        room = room.below(taken)
    caption = "" if clean(table.caption) in title else table.caption
    if caption:
        taken = _caption_height(caption, room.width)
        words = [Paragraph((Run(caption, bold=True),), gap=0)]
        add_text(slide, room.strip(taken), words, _CAPTION_SIZE, east=stage.east, name="Caption")
        room = room.below(taken)
    room = room.below(add_table(slide, room, grid, stage.east) + 8)
    shown = _notes(writer, table)
    if shown:
        words = [Paragraph((Run(note, colour=QUIET_TEXT),), gap=0) for note in shown]
        add_text(slide, room.strip(_notes_height(shown, room.width)), words, _NOTE_SIZE, east=stage.east, name="Notes")


def further_table_slides(writer: Writer, section: str, rest: Sequence[tuple[str, Table, Grid]]) -> None:
    """Add slides for the parts of a table that did not fit on its first one."""
    for number, (title, table, grid) in enumerate(rest, start=2):
        _table_slide(writer, section, numbered(title, number, len(rest) + 1), table, grid, ())


def chart_slides(writer: Writer, section: str, chart: Chart, footer: str) -> None:
    """Add the slides of a chart: its message as title, its panels as native charts or its picture."""
    title = shortened(chart.message or chart.finding, chart.title)
    if title in titles(writer.stage):
        title = chart.title
    notes = chart_notes(writer.paper, section, chart, footer)
    pages = _panel_pages(chart, writer.stage.body) if is_native(chart) else [[]]
    for number, panels in enumerate(pages, start=1):
        shown = title if number == 1 else _title_of(panels, chart.title)
        slide = add_slide(writer.stage, numbered(shown, number, len(pages)), footer, notes)
        room = _subtitle(writer, slide, chart.title) if chart.title not in shown else writer.stage.body
        if not panels:
            add_picture(slide, room, chart)
        else:
            _add_panels(writer, slide, room, panels, chart)


def _add_panels(writer: Writer, slide: object, room: Box, panels: Sequence[Panel], chart: Chart) -> None:
    """Put panels side by side on a slide, under one legend where all show the same lines."""
    shared = shared_lines(panels)
    if shared:
        taken = legend_height(shared, room.width)
        add_legend(slide, room.strip(taken), shared, writer.stage.east)
        room = room.below(taken + 6)
    for box, panel in zip(room.grid(len(panels)), panels, strict=True):
        add_native(slide, box, panel, chart, writer.stage.east, keyed=not shared)


def _title_of(panels: Sequence[Panel], title: str) -> str:
    """Return what a further slide of a chart shows, as the message on its first slide may be about other panels."""
    names = [panel.title for panel in panels if panel.title]
    twice = {say("{figure}, less base", figure=name) for name in names}
    names = [name for name in names if name not in twice]
    wanted = say("{title}: {caption}", title=title, caption=joined(names)) if names else title
    return wanted if shortened(wanted, title) == wanted else title


def _subtitle(writer: Writer, slide: object, words: str) -> Box:
    """Write what a chart shows above it, and return what is left."""
    body = writer.stage.body
    taken = height_of([words], body.width, 14)
    add_text(
        slide,
        body.strip(taken),
        [Paragraph((Run(words, colour=QUIET_TEXT),), gap=0)],
        14,
        east=writer.stage.east,
        name="Subtitle",
    )
    return body.below(taken + 6)


def _panel_pages(chart: Chart, body: Box) -> list[list[Panel]]:
    """Return the panels slide by slide, nearly as many on each."""
    panels = list(chart.panels)
    crowded = any(isinstance(panel, Bars) and len(panel.categories) > _MANY_CATEGORIES for panel in panels)
    most = 2 if crowded or body.width < 500 else _MOST_PANELS
    count = math.ceil(len(panels) / most)
    size = math.ceil(len(panels) / count)
    return [panels[start : start + size] for start in range(0, len(panels), size)]


def numbers_slide(writer: Writer, section: str, chart: Chart, footer: str) -> None:
    """Add a slide with the first numbers of a chart that is a picture, and the workbook of all of them."""
    stage = writer.stage
    title = say("Numbers: {title}", title=chart.title)
    said = say(
        "All {rows} rows and {columns} columns are in the workbook; a double click opens it.",
        rows=f"{len(chart.data):,}",
        columns=len(chart.data.columns),
    )
    slide = add_slide(stage, title, footer, chart_notes(writer.paper, section, chart, footer))
    body = stage.body
    top = body.bottom - ICON.height
    add_workbook(slide, body.left, top, chart)
    words = Box(body.left + ICON.width + 12, top, body.width - ICON.width - 12, ICON.height)
    add_text(slide, words, [plain(said, gap=0)], 12, east=stage.east, anchor="ctr", name="Text")
    room = Box(body.left, body.top, body.width, body.height - ICON.height - 10)
    add_table(slide, room, pages_of(_excerpt(chart, room.width), room)[0], stage.east)


def _excerpt(chart: Chart, width: float) -> Table:
    """Return the first rows of a chart's numbers, without columns that are the same in all rows."""
    data = chart.data.head(_MOST_CELLS)
    changing = [name for name in data.columns if len(data) == 1 or data[name].astype(str).nunique() > 1]
    heads = heads_of(set(map(str, data.columns)))
    names = in_order([str(name) for name in changing or data.columns], heads)[: max(int(width // 80), 3)]
    rows = tuple(
        tuple(entry(value, name, heads) for name, value in zip(names, row, strict=True))
        for row in data[names].itertuples(index=False)
    )
    return Table("", tuple(heads.get(name, name.replace("_", " ")) for name in names), rows)
