"""Figures as files: PNG for what draws dots, SVG for what draws lines; the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from marketsim.reporting import style
from marketsim.reporting.bold import embolden

DPI = 190
"""Dots per inch of pictures, enough for print."""
_COLOURS = 256


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG file; a palette of 256 colours is enough for charts, and makes it a third as large."""
    with _ready(figure):
        figure.set_dpi(DPI)
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        size = canvas.get_width_height(physical=True)
        whole = Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
    small = BytesIO()
    palette = whole.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(small, "PNG", optimize=True, dpi=(DPI, DPI))
    return small.getvalue()


def svg(figure: Figure) -> bytes:
    """Return a figure as an SVG file."""
    content = BytesIO()
    with _ready(figure):
        figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return content.getvalue()


def save(figure: Figure, stem: Path) -> None:
    """Write a figure as PNG and SVG."""
    stem.with_suffix(".png").write_bytes(png(figure))
    stem.with_suffix(".svg").write_bytes(svg(figure))


@contextmanager
def _ready(figure: Figure) -> Iterator[None]:
    """Draw in our style a figure in which everything has its place; its resolution is restored afterwards."""
    dots = figure.get_dpi()
    with style.chart_style():
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
            figure.set_layout_engine(None)  # a second layout would move what the first one placed
        embolden(figure)
        try:
            yield
        finally:
            figure.set_dpi(dots)
