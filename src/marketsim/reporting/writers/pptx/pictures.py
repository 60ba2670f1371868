"""Charts without a native form: a vector picture with a raster one for old programs, and a workbook of its numbers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pptx.enum.shapes import PROG_ID
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.language import say
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.native_chart import describe
from marketsim.reporting.writers.pptx.sheet import workbook_of

_SVG_TYPE = "image/svg+xml"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_ASVG = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
ICON = Box(0, 0, 76, 60)
"""Size of the icon of a workbook."""


def add_picture(slide: Any, box: Box, chart: Chart) -> None:
    """Put the picture of a chart into the middle of a box, as large as fits."""
    width, height = chart.figure.get_size_inches()
    scale = min(box.width / width, box.height / height)
    place = Box(
        box.left + (box.width - width * scale) / 2,
        box.top + (box.height - height * scale) / 2,
        width * scale,
        height * scale,
    )
    shape = slide.shapes.add_picture(BytesIO(chart.png), *place.lengths)
    describe(shape, chart.title, f"{chart.finding} {chart.alt}")
    _add_vector(slide, shape, chart.svg)


def _add_vector(slide: Any, shape: Any, content: bytes) -> None:
    """Let a picture be drawn from SVG by programs that can."""
    package = slide.part.package
    count = sum(1 for part in package.iter_parts() if part.content_type == _SVG_TYPE)
    part = Part(PackURI(f"/ppt/media/vector{count + 1}.svg"), _SVG_TYPE, package, content)
    identity = slide.part.relate_to(part, RT.IMAGE)
    blip = shape._element.find(f".//{qn('a:blip')}")
    blip.append(
        parse_xml(
            f'<a:extLst xmlns:a="{_A}"><a:ext uri="{_SVG_EXTENSION}"><asvg:svgBlip xmlns:asvg="{_ASVG}" xmlns:r="{_R}" '
            f'r:embed="{identity}"/></a:ext></a:extLst>'
        )
    )


def add_workbook(slide: Any, left: float, top: float, chart: Chart) -> None:
    """Put the workbook of the numbers of a chart on a slide, as an icon that opens it."""
    place = Box(left, top, ICON.width, ICON.height)
    shape = slide.shapes.add_ole_object(BytesIO(workbook_of(chart.data)), PROG_ID.XLSX, *place.lengths)
    describe(shape, f"{chart.name}.xlsx", say("Workbook with the numbers of the chart: {title}", title=chart.title))
