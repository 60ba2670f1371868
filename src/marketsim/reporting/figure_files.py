"""Figures as files: PNG for what draws dots, SVG for what draws lines; the same bytes every time."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from marketsim.reporting import style
from marketsim.reporting.bold import embolden

DPI = 190
"""Dots per inch of pictures, enough for print."""
_COLOURS = 256


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file; a palette of 256 colours is enough for charts, and makes it a third as large."""
    small = BytesIO()
    whole = Image.open(BytesIO(_drawn(figure, "png"))).convert("RGB")
    palette = whole.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(small, "PNG", optimize=True, dpi=(DPI, DPI))
    return small.getvalue()


def svg(figure: Figure) -> bytes:
    """Return a figure as an SVG file."""
    return _drawn(figure, "svg")


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as PNG and SVG."""
    stem.with_suffix(".png").write_bytes(png(figure))
    stem.with_suffix(".svg").write_bytes(svg(figure))


def _drawn(figure: Figure, form: str) -> bytes:
    content = BytesIO()
    metadata: dict[str, Any] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    with style.chart_style():
        _lay_out(figure)
        embolden(figure)
        figure.savefig(content, format=form, dpi=DPI, metadata=metadata)
    return content.getvalue()


def _lay_out(figure: Figure) -> None:
    """Place everything once: a second layout would move what the first one placed."""
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
