"""Columns and cells of the numbers behind a picture, in the words of the edition.

Columns are known by the kind of chart only, as those of a sweep are named by its user and must stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from pandas.api.types import is_bool

from marketsim.reporting.charts.matrix_payoffs import BEST, POSSIBLE, SURE, TIED
from marketsim.reporting.diagnosis import DESK_TITLES
from marketsim.reporting.language import kpi_title, message, say, translated
from marketsim.reporting.table import Entry
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE, DEFAULT_SUPPLIER

_POLICY, _UNIT, _VALUE = message("policy"), message("unit"), message("value")
_LOW, _HIGH = message("interval: low"), message("interval: high")
_DIFFERENCE = message("difference to base")
_FLOWS = {
    "policy": _POLICY,
    "from_retailer": message("lost by"),
    "to_retailer": message("won by"),
    "unit": _UNIT,
    "value": _VALUE,
    "low": _LOW,
    "high": _HIGH,
}
_MATRIX = {
    "title": message("map"),
    "row": message("row"),
    "column": message("column"),
    "unit": _UNIT,
    "value": _VALUE,
    "diff": _DIFFERENCE,
    "diff_low": _LOW,
    "diff_high": _HIGH,
    "mark": message("against the best"),
    "reply": message("best answer"),
    "equilibrium": message("equilibrium"),
    "behind_best": message("behind the best"),
    "behind_half": message("half width of the interval of that"),
    "kpi": message("key figure"),
}
_HEAT_MAP = {
    "policy": _POLICY,
    "kpi": message("key figure"),
    "unit": _UNIT,
    "points": message("points"),
    "diff": _DIFFERENCE,
    "diff_low": _LOW,
    "diff_high": _HIGH,
    "cannot_tell": message("cannot tell"),
}
_POLICY_MAP = {
    "policy": _POLICY,
    "satisfaction_diff": message("satisfaction: difference"),
    "satisfaction_diff_low": _LOW,
    "satisfaction_diff_high": _HIGH,
    "profit_diff": message("profit: difference"),
    "profit_diff_low": _LOW,
    "profit_diff_high": _HIGH,
    "share_energy_diff": message("share of energy: difference"),
    "share_energy_diff_low": _LOW,
    "share_energy_diff_high": _HIGH,
    "bubble_size": message("size of the bubble"),
    "on_front": message("on the front"),
    "not_told_beaten": message("not told to be beaten"),
}
_FRONTIER = {
    "desk": message("desk"),
    "policy": _POLICY,
    "cost": message("cost of service"),
    "cost_low": _LOW,
    "cost_high": _HIGH,
    "share": message("SLA attainment, %"),
    "share_low": _LOW,
    "share_high": _HIGH,
    "on_front": message("on the front"),
    "is_beaten": message("surely beaten"),
}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "from_retailer": _FLOWS,
    "behind_best": _MATRIX,
    "satisfaction_diff": _POLICY_MAP,
    "is_beaten": _FRONTIER,
    "cannot_tell": _HEAT_MAP,
}
"""What the columns of a kind of chart are called, the most telling first, by a column that no other kind has."""
_WORDS = {
    "mark": {BEST: message("the best"), TIED: message("cannot be told from it")},
    "reply": {BEST: message("yes"), TIED: message("cannot tell")},
    "equilibrium": {SURE: message("yes"), POSSIBLE: message("cannot tell")},
    "desk": DESK_TITLES,
}
"""What the codes in a column are called."""


def heads_of(columns: Collection[str]) -> Mapping[str, str]:
    """Return what those columns of a chart's numbers are called that have a name in words."""
    known = next((heads for column, heads in _KINDS.items() if column in columns), {})
    return {column: say(text) for column, text in known.items()}


def in_order(columns: Sequence[str], heads: Mapping[str, str]) -> list[str]:
    """Return columns as a reader wants them: those of the user first, then by what tells most."""
    own = [column for column in columns if column not in heads]
    return own + [column for column in heads if column in columns]


def entry(value: object, column: str, heads: Mapping[str, str]) -> Entry:
    """Return a cell in the words of the edition.

    Args:
        value: what the chart's numbers have there.
        column: its column.
        heads: columns that have a name in words; all others are of the user, and so are their values.
    """
    if is_bool(value):
        return Entry(say("yes") if value else say("no"))
    if not isinstance(value, int | float):
        return Entry(_word(str(value), column) if column in heads else str(value))
    return Entry("–" if isinstance(value, float) and not math.isfinite(value) else f"{value:.6g}".replace("-", "−"))


def _word(value: str, column: str) -> str:
    if value in (BASE, DEFAULT_SUPPLIER):
        return translated(value)
    if column == "kpi":
        return kpi_title(kpi(value))
    words = _WORDS.get(column, {})
    return say(words[value]) if value in words else value
