"""The numbers of a matrix of policies: what each cell pays, the best answers of both sides, and equilibria."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.reporting.measures import PROFIT, Measure
from marketsim.reporting.numbers import Scale, digits_for, scale_for
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import Kpi, kpi
from marketsim.results.tables import BASE
from marketsim.scenario.combinations import cell_name

BEST, TIED = "best", "≈"
"""Marks of cells: the best one, and those whose difference to the best cannot be told."""
SURE, POSSIBLE = "sure", "cannot tell"
"""Whether a cell surely is an equilibrium, or whether that cannot be told."""
_STRONGEST = 4.0
"""The colours of a map reach over at least as many half widths of its intervals. ASSUMPTION."""
_LEAST_STEPS = 10.0
"""They reach over at least as many steps of the last digit that is printed."""
_Cell = tuple[str, str]


@dataclass(frozen=True)
class Sides:
    """The rows and columns of a matrix, and whose strategies they are where each side is of retailers of its own."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_player: str = ""
    column_players: tuple[str, ...] = ()

    @property
    def is_game(self) -> bool:
        """Whether rows are strategies of one retailer, and columns those of others."""
        return bool(self.row_player)

    @property
    def cells(self) -> tuple[_Cell, ...]:
        """All cells, row by row."""
        return tuple(product(self.rows, self.columns))


@dataclass(frozen=True)
class Payoffs:
    """What the cells are worth in one figure.

    Attributes:
        title: the figure.
        kpi: its key figure.
        better: 1 if the largest value is meant by best, -1 if the smallest is.
        scale: how values are printed.
        digits: digits after the point.
        rows: a row per cell; `best answers` has what its columns are.
        replies: ``rows`` where the best row is sought in each column, ``columns`` the other way round; empty for neither.
    """

    title: str
    kpi: Kpi
    better: int
    scale: Scale
    digits: int
    rows: pd.DataFrame
    replies: str = ""

    @property
    def best(self) -> Mapping[str, Any]:
        """The row of the best cell."""
        rows = self.rows.to_dict("records")
        return {str(name): value for row in rows if row["mark"] == BEST for name, value in row.items()}

    @property
    def tied(self) -> pd.DataFrame:
        """The rows of the other cells that cannot be told from the best."""
        return self.rows[self.rows["mark"] == TIED]

    @property
    def span(self) -> tuple[float, float]:
        """The values of the palest and the strongest colour: tiny differences do not take the whole range."""
        low, high = float(self.rows["value"].min()), float(self.rows["value"].max())
        halves = self.rows.loc[self.rows["behind_half"] > 0, "behind_half"]
        is_told = (self.rows["mark"] == "").any()
        usual = float(halves.median() if is_told else halves.max()) if len(halves) else 0.0
        least = max(_STRONGEST * usual, _LEAST_STEPS * 10.0**-self.digits)
        return low, max(high, low + least)

    def answers(self, line: str) -> tuple[str, ...]:
        """Return the best answers to a strategy of the other side: one, or several that cannot be told apart."""
        mine, theirs = ("row", "column") if self.replies == "rows" else ("column", "row")
        found = self.rows[(self.rows[theirs] == line) & (self.rows["reply"] != "")]
        return tuple(str(name) for name in found[mine])


def sides_of(view: StudyView) -> Sides:
    """Return the rows and columns of a study's matrix; empty where it has none."""
    found: Mapping[str, Any] = view.study.get("matrix") or {}
    rows, columns = found.get("rows") or {}, found.get("columns") or {}
    mine, theirs = _retailers(rows), _retailers(columns)
    if mine == {view.focus} and theirs and view.focus not in theirs:
        return Sides(tuple(rows), tuple(columns), view.focus, tuple(sorted(theirs)))
    return Sides(tuple(rows), tuple(columns))


def _retailers(sides: Mapping[str, Any]) -> set[str]:
    """Return the retailers that some strategies change; an empty name stands for anything else that they change."""
    paths = [str(path).split(".") for changes in sides.values() for path in changes]
    return {parts[1] if parts[0] == "retailers" and len(parts) > 1 else "" for parts in paths}


def profits_together(view: StudyView, retailers: Iterable[str]) -> pd.DataFrame:
    """Return the profit of several retailers together, a row per world and a column per policy."""
    parts = [view.worlds(PROFIT, retailer=name) for name in retailers]
    return sum(parts[1:], start=parts[0])


def payoffs(title: str, figure: Kpi, better: int, worlds: pd.DataFrame, sides: Sides, replies: str = "") -> Payoffs:
    """Return what the cells are worth.

    Args:
        title: what is drawn, in the language of the edition.
        figure: the key figure.
        better: 1 if the largest value is meant by best, -1 if the smallest is.
        worlds: its values, a row per world and a column per policy.
        sides: rows and columns.
        replies: whose best answers are sought: of the ``rows`` or of the ``columns``; empty for neither.
    """
    cells = [cell for cell in sides.cells if cell_name(*cell) in worlds]
    own = {cell: worlds[cell_name(*cell)] for cell in cells}
    means = {cell: float(values.mean()) for cell, values in own.items()}
    scale = scale_for(figure, means.values())
    best = _best(cells, means, better)
    rows = [_row(figure, scale, cell, own, worlds[BASE], best, better) for cell in cells]
    frame = pd.DataFrame(rows).assign(title=title)
    frame["reply"] = [_reply(cell, own, means, better, replies) for cell in cells]
    digits = digits_for((frame["diff_high"] - frame["diff_low"]) / 2, 1, most=2)
    return Payoffs(title, figure, better, scale, digits, frame, replies)


def _best(cells: Iterable[_Cell], means: Mapping[_Cell, float], better: int) -> _Cell:
    return max(cells, key=lambda cell: better * means[cell] if math.isfinite(means[cell]) else -math.inf)


def _row(
    figure: Kpi, scale: Scale, cell: _Cell, own: Mapping[_Cell, pd.Series], base: pd.Series, best: _Cell, better: int
) -> dict[str, Any]:
    level = estimate(own[cell])
    shift = without_rounding(estimate(own[cell] - base), level.mean)
    behind = _behind(own[best], own[cell])
    return {
        "kpi": figure.name,
        "unit": scale.unit,
        "row": cell[0],
        "column": cell[1],
        "n": level.n,
        "value": level.mean / scale.divisor,
        "diff": shift.mean / scale.divisor,
        "diff_low": shift.low / scale.divisor,
        "diff_high": shift.high / scale.divisor,
        "behind_best": behind.mean / scale.divisor,
        "behind_half": behind.half_width / scale.divisor,
        "mark": BEST if cell == best else "" if _is_told(behind, better) else TIED,
    }


def _behind(best: pd.Series, other: pd.Series) -> Estimate:
    return without_rounding(estimate(best - other), float(best.mean()))


def _is_told(behind: Estimate, better: int) -> bool:
    """Tell whether a cell is surely behind the best one."""
    return verdict(behind) == (Verdict.UP if better > 0 else Verdict.DOWN)


def _reply(cell: _Cell, own: Mapping[_Cell, pd.Series], means: Mapping[_Cell, float], better: int, replies: str) -> str:
    """Return whether a cell is the best answer to the other side: surely, perhaps, or not."""
    if not replies:
        return ""
    given = 1 if replies == "rows" else 0
    line = [other for other in own if other[given] == cell[given]]
    best = _best(line, means, better)
    near = [other for other in line if other == best or not _is_told(_behind(own[best], own[other]), better)]
    if cell not in near:
        return ""
    return BEST if len(near) == 1 else TIED


def equilibria(mine: Payoffs, theirs: Payoffs) -> dict[_Cell, str]:
    """Return the cells in which neither side gains by changing alone: `SURE` where intervals say so, or `POSSIBLE`."""
    answer = {(row["row"], row["column"]): row["reply"] for row in theirs.rows.to_dict("records")}
    found = {}
    for row in mine.rows.to_dict("records"):
        cell = (str(row["row"]), str(row["column"]))
        both = (row["reply"], answer.get(cell, ""))
        if "" not in both:
            found[cell] = SURE if both == (BEST, BEST) else POSSIBLE
    return found


def price_paid(view: StudyView, measure: Measure) -> pd.DataFrame | None:
    """Return a figure of the whole market, a row per world and a column per policy; None where it has no value."""
    return measure.worlds(view) if measure.exists(view) else None


def profit_of(view: StudyView, retailer: str) -> pd.DataFrame:
    """Return the profit of a retailer, a row per world and a column per policy."""
    return view.worlds(kpi(PROFIT).name, retailer=retailer)
