"""How cells of a heat map look: colours from bad to good, how strong they are, and what is written in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import Colormap, LinearSegmentedColormap, rgb_to_hsv, to_rgb

from marketsim.reporting import style
from marketsim.reporting.charts.heat_cells import Grid
from marketsim.reporting.numbers import digits_for, signed
from marketsim.reporting.sweep_view import Swept, finite

_BAD, _PALE_BAD, _MIDDLE, _PALE_GOOD, _GOOD = "#B04A00", "#F0B98D", "#FAFAF8", "#9DBEDD", "#0B4F8A"
_GREY = (0.2126, 0.7152, 0.0722)
"""How bright red, green and blue are in a print in grey."""
_APART_IN_GREY, _APART_IN_HUE = 0.08, 0.25
_LEAST_HALVES = 2.0
"""The colours reach at least to as many half widths of the intervals: tiny differences stay pale. ASSUMPTION."""
PALE = 0.4
"""Strength of the colour of what cannot be told from zero."""
INCHES_PER_LETTER = 0.085
_LETTERS = (8.0, 7.0, 6.0)
"""Sizes of the letters in cells, the first one that fits is taken."""
_MOST_LABELS = 150
"""Largest map whose cells carry their values."""


def effect_colours() -> Colormap:
    """Return colours from bad (orange) over nothing (white) to good; good ends darker than bad, for prints in grey.

    Good is the leading colour, unless colour-blind readers or a print in grey could take that for orange: then blue.
    """
    good = style.focus() if _differs_from_bad(style.focus()) else _GOOD
    pale = _PALE_GOOD if good == _GOOD else tuple(1 - 0.42 * (1 - part) for part in to_rgb(good))
    return LinearSegmentedColormap.from_list("effect", [_BAD, _PALE_BAD, _MIDDLE, pale, good])


def _differs_from_bad(colour: str) -> bool:
    own, bad = to_rgb(colour), to_rgb(_BAD)
    hues = abs(float(rgb_to_hsv(own)[0]) - float(rgb_to_hsv(bad)[0]))
    darker = float(np.dot(bad, _GREY) - np.dot(own, _GREY))
    return min(hues, 1 - hues) > _APART_IN_HUE and darker > _APART_IN_GREY


@dataclass(frozen=True)
class Look:
    """What all maps of a figure share: the value of the strongest colour, what exceeds it, digits, and room for labels.

    Attributes:
        strongest: the value of the strongest colour.
        extend: on which ends of the colours there are values beyond them.
        digits: digits after the point of labels.
        has_room: whether cells can carry their values.
        width: width of a cell in inches.
        letters: size of the letters of labels.
    """

    strongest: float
    extend: str
    digits: int
    has_room: bool
    width: float
    letters: float


def look_of(sweep: Swept, grids: Sequence[Grid], width: float) -> Look:
    """Return the look of the maps; a few values far beyond the others do not take the colours away from these."""
    values = np.array([v for grid in grids for v in finite(grid.value)]) / sweep.scale.divisor
    halves = [half for grid in grids for half in finite((grid.high - grid.low) / 2 / sweep.scale.divisor)]
    sizes = np.abs(values)
    largest, usual = (float(sizes.max()), float(np.quantile(sizes, 0.85))) if len(sizes) else (0.0, 0.0)
    strongest = 1.5 * usual if 0 < 2 * usual < largest else largest or 1.0
    strongest = max(strongest, _LEAST_HALVES * float(np.median(halves)) if halves else 0.0)
    good = values * (sweep.kpi.better or 1)
    beyond = (bool((good < -strongest).any()), bool((good > strongest).any()))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(beyond, "neither")
    digits = 0 if largest >= 100 else digits_for(halves, sweep.kpi.digits or 1, most=2)
    longest = max((len(signed(value, digits)) for value in values), default=1)
    cells = max((grid.value.size for grid in grids), default=0)
    letters = next((size for size in _LETTERS if width > longest * INCHES_PER_LETTER * size / _LETTERS[0]), 0.0)
    has_room = letters > 0 and cells <= _MOST_LABELS
    return Look(strongest, extend, digits, has_room, width, letters)


def pale_of(good: float) -> tuple[float, ...]:
    """Return the colour of a value that cannot be told from zero, as it looks on white."""
    return tuple(PALE * part + 1 - PALE for part in to_rgb(effect_colours()((good + 1) / 2)))


def ink_on(good: float) -> str:
    """Return the colour of a text that can be read on the colour of a value."""
    red, green, blue = to_rgb(effect_colours()((good + 1) / 2))
    return "white" if float(np.dot((red, green, blue), _GREY)) < 0.42 else style.INK
