"""One legend for all charts of a slide that show the same lines, or some of them, so that each of them has more room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.util import Pt

from marketsim.reporting.charts.native import Lines, Panel, Series
from marketsim.reporting.writers.pptx.chart_xml import LINE_WIDTHS
from marketsim.reporting.writers.pptx.fitting import folded, width_of
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.native_chart import describe
from marketsim.reporting.writers.pptx.text import Paragraph, Run, add_text

_SIZE = 12.0
_ROW = 18.0
_STROKE, _GAP, _AFTER = 26.0, 6.0, 20.0
_DASHES = {"solid": MSO_LINE.SOLID, "dash": MSO_LINE.DASH, "dot": MSO_LINE.ROUND_DOT}

Key = tuple[str, str, str, bool]


def shared_lines(panels: Sequence[Panel]) -> tuple[Series, ...]:
    """Return the lines of the panel that shows those of all others, too; none if there is no such panel, or no other."""
    groups = [panel.series for panel in panels if isinstance(panel, Lines)]
    most = max(groups, key=len, default=())
    known = set(map(_key, most))
    alike = [group for group in groups if known.issuperset(map(_key, group))]
    others = any(len(group) > 1 for group in groups if group not in alike)
    return most if len(most) > 1 and len(alike) > 1 and not others else ()


def legend_height(lines: Sequence[Series], width: float) -> float:
    """Return the height of the legend of some lines in a width, in points."""
    return _ROW * len({row for row, _, _ in _places(lines, width)})


def add_legend(slide: Any, box: Box, lines: Sequence[Series], east: str) -> None:
    """Put the legend of some lines at the top of a box: a piece of each line, and its name."""
    for row, left, line in _places(lines, box.width):
        top = box.top + row * _ROW
        middle, start = Pt(top + _ROW / 2), box.left + left
        stroke = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, Pt(start), middle, Pt(start + _STROKE), middle)
        stroke.line.color.rgb = _rgb(line.colour)
        stroke.line.width = Pt(LINE_WIDTHS[line.strong])
        stroke.line.dash_style = _DASHES[line.dash]
        name = folded(line.name)
        describe(stroke, name, name)
        place = Box(start + _STROKE + _GAP, top, _width(line) + 4, _ROW)
        words = [Paragraph((Run(name, bold=line.strong),), gap=0)]
        add_text(slide, place, words, _SIZE, east=east, anchor="ctr", name=name)


def _places(lines: Sequence[Series], width: float) -> Iterator[tuple[int, float, Series]]:
    """Yield row and left edge of each line."""
    row, left = 0, 0.0
    for line in lines:
        needed = _STROKE + _GAP + _width(line) + 4
        if left and left + needed > width:
            row, left = row + 1, 0.0
        yield row, left, line
        left += needed + _AFTER


def _width(line: Series) -> float:
    return width_of(folded(line.name), _SIZE, bold=line.strong)


def _key(line: Series) -> Key:
    return line.name, line.colour, line.dash, line.strong


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())
