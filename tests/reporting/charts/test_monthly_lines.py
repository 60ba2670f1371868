"""Lines over months for programs that draw them by themselves."""

from __future__ import annotations

import math

import numpy as np

from marketsim.reporting.charts.monthly import Band
from marketsim.reporting.charts.monthly_lines import native_line, native_lines


def _band(months: list[int]) -> Band:
    values = np.array([float(month) for month in months])
    return Band(np.array(months), values, values - 1, values + 1)


def test_a_line_that_ends_early_has_gaps_and_stays_at_its_months() -> None:
    bands = {"gone": _band([1, 2]), "base": _band([0, 1, 2, 3])}
    panel = native_lines("", [(band, native_line(name, band, "#000000")) for name, band in bands.items()], "points")
    assert panel.places == (1, 2, 3, 4)
    gone, base = panel.series
    assert base.values == (0, 1, 2, 3)
    assert gone.values[1:3] == (1, 2)
    assert [math.isnan(value) for value in gone.low] == [True, False, False, True]
