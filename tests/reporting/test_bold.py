"""Bold Chinese texts are drawn thicker where their font has no bold letters."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from marketsim.reporting import bold, style
from marketsim.reporting.bold import embolden


@pytest.fixture(autouse=True)
def no_bold_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bold, "_has_bold", lambda font: False)


def _ink(text: str, *, thick: bool, weight: str = "bold") -> int:
    """Return how many dark points a text leaves on a figure."""
    with style.chart_style():
        figure = Figure(figsize=(3, 1), dpi=150)
        figure.text(0.05, 0.3, text, fontsize=24, fontweight=weight)
        for _ in range(2 if thick else 0):
            embolden(figure)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return int((np.asarray(canvas.buffer_rgba())[:, :, 0] < 128).sum())


def test_bold_chinese_letters_have_thicker_strokes() -> None:
    assert _ink("客户满意度", thick=True) > 1.15 * _ink("客户满意度", thick=False)


def test_other_texts_stay_as_they_are() -> None:
    assert _ink("profit", thick=True) == _ink("profit", thick=False)
    assert _ink("客户", thick=True, weight="normal") == _ink("客户", thick=False, weight="normal")


def test_a_font_with_bold_letters_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bold, "_has_bold", lambda font: True)
    assert _ink("客户满意度", thick=True) == _ink("客户满意度", thick=False)


def test_thickening_twice_is_the_same_as_once() -> None:
    with style.chart_style():
        figure = Figure()
        text = figure.text(0.5, 0.5, "利润", fontweight="bold")
        embolden(figure)
        once = list(text.get_path_effects())
        embolden(figure)
    assert len(once) == 1
    assert list(text.get_path_effects()) == once
