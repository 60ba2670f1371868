"""The parts of a native chart as DrawingML text, each in the order of elements that its schema demands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.writers.pptx.fitting import clean
from marketsim.reporting.writers.pptx.sheet import Column

TEXT_SIZE = 11.0
TITLE_SIZE = 12.0
LINE_WIDTHS = {True: 2.75, False: 1.75}
_NAMESPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_DASHES = {"solid": "solid", "dash": "dash", "dot": "sysDot"}
_EMU = 12700
QUIET = '<a:schemeClr val="tx1"><a:lumMod val="65000"/><a:lumOff val="35000"/></a:schemeClr>'
FAINT = '<a:schemeClr val="tx1"><a:lumMod val="15000"/><a:lumOff val="85000"/></a:schemeClr>'
_ONE_LINE = ' wrap="none"'
NO_FILL = "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"


@dataclass(frozen=True)
class Face:
    """How text in charts looks: an East Asian font where one must be named."""

    east: str = ""


@dataclass(frozen=True)
class Label:
    """A label at one value of a series: own words, or the series' name; `shift` moves it, in parts of the chart."""

    index: int
    place: str
    words: str = ""
    colour: str = ""
    bold: bool = False
    shift: tuple[float, float] = (0.0, 0.0)


def colour_of(colour: str) -> str:
    """Return a colour of a panel."""
    return f'<a:srgbClr val="{colour.lstrip("#").upper()}"/>'


def stroke(colour: str, width: float, dash: str = "solid", alpha: int = 100, cap: str = "rnd") -> str:
    """Return a line; `colour` is XML of a colour, `alpha` in per cent."""
    if alpha < 100:
        colour = colour.replace("/>", f'><a:alpha val="{alpha * 1000}"/></a:srgbClr>')
    return (
        f'<a:ln w="{round(width * _EMU)}" cap="{cap}"><a:solidFill>{colour}</a:solidFill>'
        f'<a:prstDash val="{_DASHES[dash]}"/><a:round/></a:ln>'
    )


def filled(colour: str) -> str:
    """Return the look of a bar or bubble."""
    return f"<c:spPr><a:solidFill>{colour_of(colour)}</a:solidFill><a:ln><a:noFill/></a:ln></c:spPr>"


def marker(colour: str, size: int, *, hollow: bool = False) -> str:
    """Return a round marker; none where its size is zero."""
    if not size:
        return '<c:marker><c:symbol val="none"/></c:marker>'
    inside = '<a:schemeClr val="bg1"/>' if hollow else colour_of(colour)
    return (
        f'<c:marker><c:symbol val="circle"/><c:size val="{min(max(size, 2), 72)}"/><c:spPr><a:solidFill>{inside}'
        f'</a:solidFill><a:ln w="12700"><a:solidFill>{colour_of(colour)}</a:solidFill></a:ln></c:spPr></c:marker>'
    )


def number_code(digits: int, *, sign: bool = False) -> str:
    """Return the code by which office programs print a number."""
    plain = f"#,##0.{'0' * digits}" if digits > 0 else "#,##0"
    return f"+{plain};\N{MINUS SIGN}{plain};{plain}" if sign else f"{plain};\N{MINUS SIGN}{plain}"


def numbers(column: Column, code: str = "General") -> str:
    """Return a reference to numbers with the numbers themselves; NaN are left out."""
    points = "".join(
        f'<c:pt idx="{index}"><c:v>{value!r}</c:v></c:pt>'
        for index, value in enumerate(column.values)
        if isinstance(value, float) and math.isfinite(value)
    )
    return (
        f"<c:numRef><c:f>{column.place}</c:f><c:numCache><c:formatCode>{escape(code)}</c:formatCode>"
        f'<c:ptCount val="{len(column.values)}"/>{points}</c:numCache></c:numRef>'
    )


def texts(column: Column) -> str:
    """Return a reference to texts with the texts themselves."""
    points = "".join(
        f'<c:pt idx="{index}"><c:v>{escape(value)}</c:v></c:pt>'
        for index, value in enumerate(column.values)
        if isinstance(value, str)
    )
    return (
        f'<c:strRef><c:f>{column.place}</c:f><c:strCache><c:ptCount val="{len(column.values)}"/>{points}'
        "</c:strCache></c:strRef>"
    )


def series_head(index: int, column: Column) -> str:
    """Return number, order and name of a series."""
    return (
        f'<c:idx val="{index}"/><c:order val="{index}"/><c:tx><c:strRef><c:f>{column.head_place}</c:f><c:strCache>'
        f'<c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(column.head)}</c:v></c:pt></c:strCache></c:strRef></c:tx>'
    )


def error_bars(direction: str, plus: Column, minus: Column, line: str, *, caps: bool = True) -> str:
    """Return custom error bars; `direction` is x or y, or empty for bars that have one direction only."""
    where = f'<c:errDir val="{direction}"/>' if direction else ""
    return (
        f'<c:errBars>{where}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="{0 if caps else 1}"/>'
        f"<c:plus>{numbers(plus)}</c:plus><c:minus>{numbers(minus)}</c:minus><c:spPr>{line}</c:spPr></c:errBars>"
    )


def text_look(face: Face, size: float = TEXT_SIZE, *, bold: bool = False, colour: str = "", turn: str = "") -> str:
    """Return how text of a part of the chart looks."""
    run = _run("a:defRPr", face, size, bold, colour)
    return f"<c:txPr><a:bodyPr{turn}/><a:lstStyle/><a:p><a:pPr>{run}</a:pPr><a:endParaRPr/></a:p></c:txPr>"


def _run(tag: str, face: Face, size: float, bold: bool, colour: str) -> str:
    fill = colour or '<a:schemeClr val="tx1"/>'
    language = ' lang="zh-CN"' if is_chinese() else ' lang="en-GB"'
    east = f'<a:ea typeface="{face.east or "+mn-ea"}"/>'
    return (
        f'<{tag}{language} sz="{round(size * 100)}" b="{int(bold)}"><a:solidFill>{fill}</a:solidFill>'
        f'<a:latin typeface="+mn-lt"/>{east}</{tag}>'
    )


def rich(words: str, face: Face, size: float, *, bold: bool = False, colour: str = "", turn: str = "") -> str:
    """Return words with a look of their own."""
    lines = clean(words).split("\n")
    paragraphs = "".join(
        f"<a:p><a:pPr>{_run('a:defRPr', face, size, bold, colour)}</a:pPr>"
        f"<a:r>{_run('a:rPr', face, size, bold, colour)}<a:t>{escape(line)}</a:t></a:r></a:p>"
        for line in lines
    )
    return f"<c:rich><a:bodyPr{turn}/><a:lstStyle/>{paragraphs}</c:rich>"


def labels(wanted: Iterable[Label], face: Face, size: float = TEXT_SIZE) -> str:
    """Return the labels of a series: those wanted, and none at other values."""
    made = "".join(_label(label, face, size) for label in wanted)
    return f"<c:dLbls>{made}{_shown()}</c:dLbls>" if made else ""


def value_labels(code: str, place: str, face: Face, *, colour: str = "") -> str:
    """Return labels of all values of a series; `colour` is XML of a colour."""
    return (
        f'<c:dLbls><c:numFmt formatCode="{escape(code)}" sourceLinked="0"/><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln>'
        f'</c:spPr>{text_look(face, colour=colour)}<c:dLblPos val="{place}"/>{_shown(value=True)}</c:dLbls>'
    )


def _label(label: Label, face: Face, size: float) -> str:
    colour = colour_of(label.colour) if label.colour else ""
    words = (
        f"<c:tx>{rich(label.words, face, size, bold=label.bold, colour=colour, turn=_ONE_LINE)}</c:tx>"
        if label.words
        else ""
    )
    look = "" if label.words else text_look(face, size, bold=label.bold, colour=colour, turn=_ONE_LINE)
    return (
        f'<c:dLbl><c:idx val="{label.index}"/>{_moved(label)}{words}<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{look}'
        f'<c:dLblPos val="{label.place}"/>{_shown(value=bool(label.words), series=not label.words)}</c:dLbl>'
    )


def _moved(label: Label) -> str:
    """Return how far a label is moved from its usual place, in parts of the chart; nothing where it is not."""
    if label.shift == (0.0, 0.0):
        return ""
    return (
        f'<c:layout><c:manualLayout><c:x val="{label.shift[0]:.4f}"/><c:y val="{label.shift[1]:.4f}"/></c:manualLayout>'
        "</c:layout>"
    )


def _shown(*, value: bool = False, series: bool = False) -> str:
    return (
        f'<c:showLegendKey val="0"/><c:showVal val="{int(value)}"/><c:showCatName val="0"/>'
        f'<c:showSerName val="{int(series)}"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
    )


def layout(
    left: float, top: float, width: float | None = None, height: float | None = None, *, inner: bool = False
) -> str:
    """Return a place in the chart in parts of its width and height."""
    target = '<c:layoutTarget val="inner"/>' if inner else ""
    size = f'<c:w val="{width:.4f}"/><c:h val="{height:.4f}"/>' if width is not None and height is not None else ""
    return (
        f'<c:layout><c:manualLayout>{target}<c:xMode val="edge"/><c:yMode val="edge"/><c:x val="{left:.4f}"/>'
        f'<c:y val="{top:.4f}"/>{size}</c:manualLayout></c:layout>'
    )


def title(
    words: str, face: Face, *, place: str = "", size: float = TITLE_SIZE, bold: bool = True, turned: bool = False
) -> str:
    """Return the title of a chart or axis; nothing without words."""
    if not words:
        return ""
    turn = ' rot="-5400000" vert="horz"' if turned else ""
    colour = "" if bold else QUIET
    held = rich(words, face, size, bold=bold, colour=colour, turn=turn)
    return f'<c:title><c:tx>{held}</c:tx>{place}<c:overlay val="0"/></c:title>'


def chart_space(parts: Sequence[str], heading: str, legend: str, face: Face) -> bytes:
    """Return a whole chart from its plot area, title and legend; the workbook is added by python-pptx."""
    language = "zh-CN" if is_chinese() else "en-GB"
    return (
        "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
        f'<c:chartSpace {_NAMESPACES}><c:date1904 val="0"/><c:lang val="{language}"/><c:roundedCorners val="0"/><c:chart>'
        f'{heading}<c:autoTitleDeleted val="{0 if heading else 1}"/><c:plotArea>{"".join(parts)}'
        f'<c:spPr><a:noFill/></c:spPr></c:plotArea>{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text_look(face)}</c:chartSpace>"
    ).encode()
