"""The levels at which key figures are computed, and the quantities that are known at each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from marketsim.results import sums
from marketsim.results.customer_value import gini, kept, top_share
from marketsim.results.formula import FloatArray, title_of_years
from marketsim.results.key_figures import HORIZON_YEARS
from marketsim.results.run_result import RunResult
from marketsim.results.sums import Sums, Window
from marketsim.results.tables import ALL, MARGIN_CURVE, MARKET, MARKET_MONTH, RELATIONS, RETAILER_MONTH, Table
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study

_YEAR = 12


@dataclass(frozen=True)
class Level:
    """A level: its retailers, segments and tiers, and what is known of each combination of them.

    Attributes:
        retailers: names along the first axis.
        segments: names along the second axis, with the tiers.
        tiers: names along the second axis, within the segments.
        quantities: arrays that broadcast to retailers x (segments x tiers).
        peopled: where there is anybody; figures of nobody have no value. None: everywhere.
    """

    retailers: tuple[str, ...]
    segments: tuple[str, ...]
    tiers: tuple[str, ...]
    quantities: Sums
    peopled: FloatArray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of retailers, and of segments times tiers."""
        return len(self.retailers), len(self.segments) * len(self.tiers)


@dataclass(frozen=True)
class _Months:
    """What a run's tables hold over the evaluated months."""

    window: Window
    study: Study
    tables: dict[str, pd.DataFrame]
    sales: Sums
    desks: Sums
    joins: FloatArray

    def quantities(self, sales: Sums) -> Sums:
        """Return sums of sales with what is known at every level."""
        network = self.study.market.network_cny_per_mwh * sales["energy_mwh"]
        return {
            **sales,
            "network_cny": network,
            "years": np.array(self.window.years),
            "months": np.array(float(self.window.evaluated_months)),
            "discount_rate": np.array(self.study.run.discount_rate),
        }


def levels_of(result: RunResult, study: Study) -> list[Level]:
    """Return retailers, their tiers, their segments, the focus retailer's tiers by segment, and the market."""
    window = Window.of(study)
    months = _Months(
        window,
        study,
        result.tables,
        sums.sales_sums(result.tables["segment_month"], window),
        sums.desk_sums(result.tables["desk_month"], window),
        sums.joins(result.tables["flows"], window),
    )
    return [
        _retailers(months),
        _tiers(months),
        _segments(months),
        _focus(months),
        _market(months),
        _market_segments(months),
    ]


def _over(cubes: Sums, axis: int | tuple[int, ...]) -> Sums:
    return {name: np.asarray(cube.sum(axis=axis)) for name, cube in cubes.items()}


def _as_columns(cubes: Sums) -> Sums:
    return {name: np.asarray(cube)[:, np.newaxis] for name, cube in cubes.items()}


def _whole(cubes: Sums) -> Sums:
    return {f"whole.{name}": cube for name, cube in cubes.items()}


def _and_default_supplier(columns: Sums) -> Sums:
    """Append a missing value: of the default supplier only sales to contestable customers are known."""
    return {name: np.vstack([column, np.full((1, 1), np.nan)]) for name, column in columns.items()}


def _retailers(months: _Months) -> Level:
    tiers = _over(months.sales, 1)
    known = {
        **months.quantities(_as_columns(_over(months.sales, (1, 2)))),
        **_whole(_over(months.sales, (0, 1, 2))),
        **{f"{name}.{sum_}": tiers[sum_][:, [TIERS.index(name)]] for name in ("key", "ordinary") for sum_ in tiers},
        "joins": months.joins.sum(axis=1)[:, np.newaxis],
        **_and_default_supplier(_desks({name: cube.sum(axis=2, keepdims=True) for name, cube in months.desks.items()})),
        **_and_default_supplier(_books(months)),
        **_and_default_supplier({**_relations(months), **_margins(months)}),
        **_horizons(months),
    }
    return Level(months.window.suppliers, (ALL,), (ALL,), known)


def _desks(cubes: Sums) -> Sums:
    """Return the sums of each desk by its name, from sums of shape retailers x desks x labels."""
    return {f"{desk}.{name}": cube[:, index] for name, cube in cubes.items() for index, desk in enumerate(DESKS)}


def _books(months: _Months) -> Sums:
    found = _monthly(months.tables, RETAILER_MONTH, months.window, "books", months.window.retailers)
    run = months.study.run
    since = months.window.over(run.warmup_months, run.months)
    profit = sums.MonthGrid(months.tables["retailer_month"], since, months.window.retailers).column("profit_cny")
    return {**found, "discounted_profit_cny": sums.discounted(profit, run.discount_rate)}


def _relations(months: _Months) -> Sums:
    """Return the share of customers at the start who are kept for a year, where the run is that long."""
    start, table = months.study.run.warmup_months, months.tables.get(RELATIONS.name)
    could_leave = tuple(name for name in months.window.segments if months.study.segments[name].contestable)
    window = replace(months.window.over(start, start + _YEAR), segments=could_leave)
    if table is None or not could_leave or window.months > months.study.run.months:
        return {}
    people, leaves = (cube.sum(axis=1) for cube in sums.relation_sums(table, window))
    return {"relations.kept": kept(people, leaves)[_YEAR][:, np.newaxis]}


def _margins(months: _Months) -> Sums:
    """Return what the curve of margins says; it is known of the focus retailer alone."""
    table = months.tables.get(MARGIN_CURVE.name)
    if table is None:
        return {}
    found = {name: np.full((len(months.window.retailers), 1), np.nan) for name in ("gini", "top10", "top20")}
    for row, retailer in enumerate(months.window.retailers):
        curve = table[table["retailer"] == retailer].sort_values("customers_pct")
        points = curve["customers"].to_numpy(), curve["margin_cny"].to_numpy()
        found["gini"][row] = gini(*points)
        found["top10"][row], found["top20"][row] = (top_share(*points, top) for top in (0.1, 0.2))
    return {f"margins.{name}": column for name, column in found.items()}


def _monthly(tables: dict[str, pd.DataFrame], table: Table, window: Window, prefix: str, rows: tuple[str, ...]) -> Sums:
    frame = tables[table.name]
    names = sums.known_columns(frame, tuple(column.name for column in table.values))
    grid = sums.MonthGrid(frame, window, rows)
    grids = {name: sums.month_sums(grid.column(name)) for name in names}
    return {f"{prefix}.{name}.{how}": values for name, parts in grids.items() for how, values in parts.items()}


def _horizons(months: _Months) -> Sums:
    """Return the quantities of the first years of the policies, as far as the run reaches."""
    run = months.study.run
    found: Sums = {}
    for years in HORIZON_YEARS:
        window = months.window.over(run.warmup_months, run.warmup_months + 12 * years)
        if window.months <= run.months:
            found |= {f"{title_of_years(years)}.{name}": values for name, values in _horizon(months, window).items()}
    return found


def _horizon(months: _Months, window: Window) -> Sums:
    sales = sums.sales_sums(months.tables["segment_month"], window)
    profit = sums.MonthGrid(months.tables["retailer_month"], window, window.retailers).column("profit_cny")
    books = {"books.profit_cny.sum": sums.month_sums(profit)["sum"]}
    return {**_as_columns(_over(sales, (1, 2))), **_whole(_over(sales, (0, 1, 2))), **_and_default_supplier(books)}


def _tiers(months: _Months) -> Level:
    retailers = {name: cube[:-1].sum(axis=1) for name, cube in months.sales.items()}
    desks = _desks(months.desks)
    known = {
        **months.quantities(retailers),
        **_whole(_over(months.sales, (0, 1, 2))),
        **desks,
        **{f"own.{name}": cube.sum(axis=1, keepdims=True) for name, cube in {**retailers, **desks}.items()},
    }
    return Level(months.window.retailers, (ALL,), TIERS, known, retailers["customers"])


def _segments(months: _Months) -> Level:
    own = _over(months.sales, 2)
    known = {**months.quantities(own), **_whole(_over(own, 0)), "joins": months.joins}
    return Level(months.window.suppliers, months.window.segments, (ALL,), known)


def _focus(months: _Months) -> Level:
    """Return segments by tiers of the retailer whose decision it is; of all retailers they would be too many."""
    window, focus = months.window, months.study.focus
    rows = slice(window.retailers.index(focus), window.retailers.index(focus) + 1)
    cells = {name: cube[rows].reshape(1, -1) for name, cube in months.sales.items()}
    whole = {name: np.repeat(cube, len(TIERS)) for name, cube in _over(months.sales, (0, 2)).items()}
    known = {**months.quantities(cells), **_whole(whole)}
    return Level((focus,), window.segments, TIERS, known, cells["customers"])


def _market(months: _Months) -> Level:
    whole = {name: cube.sum().reshape(1, 1) for name, cube in months.sales.items()}
    by_month = _monthly(months.tables, MARKET_MONTH, months.window, "months", ())
    known = {
        **months.quantities(whole),
        **by_month,
        "switches": by_month["months.switches.sum"],
        "default.customers": months.sales["customers"][-1].sum().reshape(1, 1),
    }
    return Level((MARKET,), (ALL,), (ALL,), known)


def _market_segments(months: _Months) -> Level:
    whole = _over(months.sales, (0, 2))
    known = {
        **months.quantities({name: row[np.newaxis] for name, row in whole.items()}),
        "switches": sums.switches(months.tables["flows"], months.window)[np.newaxis],
        "default.customers": months.sales["customers"][-1].sum(axis=1)[np.newaxis],
    }
    return Level((MARKET,), months.window.segments, (ALL,), known)
