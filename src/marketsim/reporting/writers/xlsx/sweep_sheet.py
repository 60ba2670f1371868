"""The sheet of the points of sweeps: what was varied, and base, policy and difference at each point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from marketsim.reporting.language import kpi_title, message, say
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import (
    CHANCE,
    FORMULA,
    HEAD,
    INPUT,
    PER_CENT,
    PLAIN,
    RESULT,
    RIGHT_HEAD,
    Look,
    of_size,
)
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.wording import unit_of_runs
from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.outcomes import SWEEP, SWEEP_POINTS

POINTS = message("Sweep points")
"""Name of the sheet."""
_MOST_ROWS = 1_000_000
_LABELS = 7


def has_points(answers: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether there are points of sweeps."""
    sweep = answers.get(SWEEP)
    return sweep is not None and not sweep.empty and SWEEP_POINTS in answers


def fill_points_of_sweeps(page: Page, answers: Mapping[str, pd.DataFrame]) -> None:
    """Write the sheet."""
    sweep, points = answers[SWEEP].head(_MOST_ROWS), answers[SWEEP_POINTS]
    parameters = [str(name) for name in dict.fromkeys(points["parameter"])]
    heads = (*_heads(), *parameters, *_number_heads())
    page.widths(24, 8, 20, 12, 12, 30, 16, *([13] * (len(heads) - _LABELS)))
    page.head(say("Points of sweeps"), _note())
    page.row(HEAD_ROW, heads[:_LABELS], HEAD)
    page.row(HEAD_ROW, heads[_LABELS:-1], RIGHT_HEAD, _LABELS)
    page.text(HEAD_ROW, len(heads) - 1, heads[-1], replace(HEAD, indent=1))
    page.fit(HEAD_ROW, heads)
    page.freeze(FIRST_ROW, 2)
    values = _values(points)
    for row, entry in enumerate(sweep.to_dict("records"), start=FIRST_ROW):
        labels = {str(name): value for name, value in entry.items()}
        _labels(page, row, labels)
        _varied(page, row, values.get((str(entry["name"]), int(entry["point"])), {}), parameters)
        _numbers(page, row, _LABELS + len(parameters), labels)
    page.filter(HEAD_ROW, HEAD_ROW + len(sweep), len(heads))


def _note() -> str:
    return say(
        "A row per point, policy and figure: means over replications, money in CNY. The value under the policy is the base "
        "plus the paired difference."
    )


def _heads() -> tuple[str, ...]:
    return (say("sweep"), say("point"), say("policy"), say("retailer"), say("tier"), say("figure"), say("unit"))


def _number_heads() -> tuple[str, ...]:
    return (
        say("n, replications"),
        say("base"),
        say("policy (base + difference)"),
        say("difference"),
        say("interval: low"),
        say("interval: high"),
        say("half width"),
        say("change against base"),
        say("chance that it is better"),
        say("verdict"),
    )


def _values(points: pd.DataFrame) -> dict[tuple[str, int], dict[str, float | str]]:
    """Return the values of what is varied, by sweep and point."""
    found: dict[tuple[str, int], dict[str, float | str]] = {}
    columns = points[["name", "point", "parameter", "value", "number"]]
    for name, point, parameter, value, number in columns.itertuples(index=False):
        known = float(number)
        found.setdefault((str(name), int(point)), {})[str(parameter)] = known if math.isfinite(known) else str(value)
    return found


def _labels(page: Page, row: int, entry: Mapping[str, object]) -> None:
    name = str(entry["kpi"])
    spoken = unit_of_runs(str(entry["unit"]))
    page.text(row, 0, str(entry["name"]), PLAIN)
    page.number(row, 1, float(str(entry["point"])), Look(number="0"))
    page.row(
        row, (str(entry["policy"]), str(entry["retailer"]), str(entry["tier"]), kpi_title(kpi(name)), spoken), PLAIN, 2
    )


def _varied(page: Page, row: int, values: Mapping[str, float | str], parameters: list[str]) -> None:
    for column, name in enumerate(parameters, start=_LABELS):
        value = values.get(name, "")
        if isinstance(value, str):
            page.text(row, column, value, INPUT)
        else:
            page.number(
                row, column, value, of_size(INPUT, value) if value != int(value) else Look(INPUT.colour, "General")
            )


def _numbers(page: Page, row: int, column: int, entry: Mapping[str, object]) -> None:
    base, difference, low, high, chance = (
        float(str(entry[name])) for name in ("base", "diff", "diff_low", "diff_high", "p_better")
    )
    page.number(row, column, float(str(entry["n"])), Look(number="0"))
    for offset, value in ((1, base), (3, difference), (4, low), (5, high)):
        page.number(row, column + offset, value, of_size(RESULT, value) if math.isfinite(value) else RESULT)
    own, diff, least, most = (cell(row, column + offset) for offset in (1, 3, 4, 5))
    look = of_size(FORMULA, base) if math.isfinite(base) else FORMULA
    page.formula(row, column + 2, f'IF(COUNT({own},{diff})<2,"",{own}+{diff})', base + difference, look)
    width = f'IF(COUNT({least},{most})<2,"",({most}-{least})/2)'
    page.formula(row, column + 6, width, (high - low) / 2, look)
    share = difference / base if base else math.nan
    relative = f'IF(COUNT({own},{diff})<2,"",IF({own}=0,"",{diff}/{own}))'
    page.formula(row, column + 7, relative, share, Look(FORMULA.colour, PER_CENT))
    page.number(row, column + 8, chance, Look(RESULT.colour, CHANCE))
    _verdict(page, row, column + 9, (least, most), (low, high))


def _verdict(page: Page, row: int, column: int, cells: tuple[str, str], ends: tuple[float, float]) -> None:
    low, high = ends
    up, down, unclear, none = say("up"), say("down"), say("cannot tell"), say("no interval")
    sign = f'IF({cells[0]}>0,"{up}",IF({cells[1]}<0,"{down}","{unclear}"))'
    word = up if low > 0 else down if high < 0 else unclear
    known = math.isfinite(low) and math.isfinite(high)
    page.formula(
        row,
        column,
        f'IF(COUNT({cells[0]},{cells[1]})<2,"{none}",{sign})',
        word if known else none,
        replace(FORMULA, indent=1),
    )
