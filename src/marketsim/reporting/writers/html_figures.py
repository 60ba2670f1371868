"""Figures of the web page: picture, numbers and interactive plots of each chart."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.writers.html_plot import Plot
from marketsim.reporting.writers.html_plots import plots_of

_DPI = 190
"""Of a picture 9.2 inches wide: sharp on screens with two dots to a pixel, and on paper."""

_COLOURS = 256


@dataclass(frozen=True)
class Drawn:
    """A chart as the page shows it.

    Attributes:
        chart: the chart.
        label: by which the text calls it.
        anchor: its place in the page.
        footer: worlds, intervals, seed and scenario; below the plots, since the picture has them inside.
        picture: its picture as a data address.
        width: width of the picture in dots.
        height: its height.
        numbers: its numbers as a data address.
        plots: its interactive plots; empty where there is only the picture.
    """

    chart: Chart
    label: str
    anchor: str
    footer: str
    picture: str
    width: int
    height: int
    numbers: str
    plots: tuple[Plot, ...]


def drawn(chart: Chart, footer: str, label: str, anchor: str) -> Drawn:
    """Return a chart with its picture, numbers and plots."""
    picture = chart.png
    width, height = _size_of(picture)
    plots = tuple(plots_of(chart.panels))
    numbers = data_address(chart.csv, "text/csv;charset=utf-8")
    return Drawn(chart, label, anchor, footer, data_address(picture, "image/png"), width, height, numbers, plots)


def data_address(content: bytes, kind: str) -> str:
    """Return a file as an address that holds all of it."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _size_of(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG file, which stand in its first chunk."""
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")
