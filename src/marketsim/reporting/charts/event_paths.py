"""The key figures around events month by month: which ones, in which unit, and their means with bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.native import Dash, Series
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, Measure, shown_measures
from marketsim.reporting.monthly_figures import Course
from marketsim.reporting.numbers import Scale, scale_for
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_USUAL = (PROFIT, "share_customers", "satisfaction", "price_cny_per_mwh")
_WITH_MECHANISM = {"credit": "arrears_cny", "reliability": "saidi_hours_per_year", "word_of_mouth": "awareness_pct"}
_NEVER_NEGATIVE = ("%", "%/year", "minutes", "0-100", "hours/customer and year")
_COUNTED = ("customers", "tickets", "breaches", "interruptions", "staff", "per 1,000", "retailers")
"""How units of counts begin."""


def measures_of(view: StudyView) -> list[Measure]:
    """Return the figures that are drawn around events: those that the study asks for, or the usual ones."""
    if view.study.get("show"):
        return list(shown_measures(view))
    more = [name for part, name in _WITH_MECHANISM.items() if (view.study.get(part) or {}).get("enabled")]
    return [Measure(kpi(name)) for name in (*_USUAL, *more)]


def month_scale(measure: Measure, known: Mapping[str, Course]) -> Scale:
    """Return the scale of a month's values: what is summed over a year is summed over a month here."""
    largest = max(float(np.nanmax(np.abs(path.values.to_numpy(dtype=np.float64)))) for path in known.values())
    unit = measure.kpi.unit
    if not unit.endswith("/year") or unit.startswith("%"):
        return scale_for(measure.kpi, [largest])
    scale = scale_for(replace(measure.kpi, unit=unit.removesuffix("/year")), [largest])
    text = say("{unit} a month", unit=scale.unit)
    return Scale(scale.divisor, text, text)


@dataclass(frozen=True)
class Path:
    """A line over months with its band: of a policy, as it is drawn."""

    policy: str
    label: str
    band: Band
    colour: str
    dashes: Any
    strong: bool

    def series(self, places: tuple[float, ...]) -> Series:
        """Return the line for programs that draw charts themselves."""
        own = pd.DataFrame(
            {"mean": self.band.mean, "low": self.band.low, "high": self.band.high}, index=self.band.months
        )
        own = own.reindex([int(place) for place in places])
        mean, low, high = (tuple(float(value) for value in own[name]) for name in ("mean", "low", "high"))
        dash: Dash = "solid" if self.dashes == "-" else "dash"
        return Series(self.label, mean, low, high, self.colour, dash, self.strong)


def level_band(values: pd.DataFrame, measure: Measure) -> Band:
    """Return the band of levels, which do not go below zero where the figure cannot."""
    found = band(values)
    unit, least = measure.kpi.unit, float(np.nanmin(found.mean, initial=0.0))
    is_count = unit.startswith(_COUNTED) and least >= 0
    if unit not in _NEVER_NEGATIVE and not is_count:
        return found
    return Band(found.months, found.mean, np.maximum(found.low, 0.0), found.high)
