"""Records the months of a run in arrays and turns them into tidy tables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.market import billing, experience
from marketsim.market.desks import MINUTES, slowest_tenth
from marketsim.market.tariffs import LINKED
from marketsim.market.tickets import CONTACT
from marketsim.results.tables import (
    ALL,
    DEFAULT_SUPPLIER,
    DESK_MONTH,
    FLOWS,
    MARGIN_CURVE,
    MARKET_MONTH,
    MONTHLY_TABLES,
    RELATIONS,
    RETAILER_MONTH,
    SEGMENT_MONTH,
    Table,
)
from marketsim.scenario.service import DESKS, TIERS
from marketsim.simulation.margins import POINTS, Margins

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
Labels: TypeAlias = "pd.Categorical[str]"
LOWEST_TENTH = 0.10
PER_CENT = 100.0
FURTHER_COLUMNS = [column.name for column in SEGMENT_MONTH.values].index("promoters")
"""Place of the first column of segment_month that a mechanism or a count of customers fills."""


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.values]


class Recorder:
    """Arrays of all monthly tables, filled month by month.

    A value that nobody has written shows as NaN.
    """

    def __init__(self, model: RetailMarket) -> None:
        """Make room for every month of the run."""
        frame, months = model.frame, model.base.run.months
        self.retailers = (*frame.retailers, DEFAULT_SUPPLIER)
        self.segments, self.regions = frame.segments, frame.regions
        suppliers, segments, regions = len(self.retailers), len(frame.segments), len(frame.regions)
        shapes: dict[Table, tuple[int, ...]] = {
            MARKET_MONTH: (months,),
            RETAILER_MONTH: (months, suppliers),
            SEGMENT_MONTH: (months, suppliers, segments, len(TIERS)),
            DESK_MONTH: (months, suppliers - 1, len(DESKS), regions, len(TIERS)),
            FLOWS: (months, segments, suppliers, suppliers),
            RELATIONS: (months, suppliers - 1, segments, len(TIERS)),
        }
        self.focus = model.base.focus
        self.margins: Margins | None = None
        self.values = {t.name: np.full((*shape, len(t.values)), np.nan) for t, shape in shapes.items()}
        self.whole_market = np.zeros((months, suppliers - 1, len(DESKS)), dtype=np.bool_)
        self.months = 0

    def record(self, model: RetailMarket) -> None:
        """Record the month that has just been run."""
        month = model.month
        self.values[MARKET_MONTH.name][month] = self._market(model)
        self.values[RETAILER_MONTH.name][month] = self._retailer_rows(model)
        self.values[SEGMENT_MONTH.name][month] = self._segment_rows(model)
        self.values[DESK_MONTH.name][month] = self._desk_rows(model)
        self.values[FLOWS.name][month] = model.choices.flows.transpose(2, 0, 1, 3)
        self.values[RELATIONS.name][month] = model.relations.follow(model)
        self.margins = model.margins
        self.whole_market[month] = model.desk_rules["whole_market"][:, :, 0]
        self.months = month + 1

    def _market(self, model: RetailMarket) -> list[float]:
        values = dict.fromkeys(_columns(MARKET_MONTH), np.nan)
        energy = model.bill_sums[:-1, :, billing.ALL_TIERS, billing.ENERGY].sum(axis=1)
        shares = PER_CENT * energy / _sum(energy) if _sum(energy) > 0 else np.zeros_like(energy)
        values |= {
            "spot_cny_per_mwh": model.spot,
            "forward_cny_per_mwh": float(model.forward[12]),
            "customers": _sum(model.bill_sums[:, :, billing.ALL_TIERS, billing.CUSTOMERS]),
            "hhi": _sum(shares**2),
            "switches": _sum(model.choices.flows[..., 0]),
            "active_retailers": float(np.sum([sells(model, retailer.index) for retailer in model.retailers])),
            "closed_customers": _sum(model.population["weight"][model.population["alive"] == 0]),
            "chosen_mwh": float(model.choices.surplus[:, 1].sum()),
            "consumer_surplus_cny": float(model.choices.surplus[:, 0].sum()),
            "consumer_surplus_cny_per_mwh": _consumer_surplus(model),
        }
        for mechanism in model.mechanisms:
            values |= mechanism.market_columns()
        return list(values.values())

    def _retailer_rows(self, model: RetailMarket) -> FloatArray:
        rows = np.full((len(self.retailers), len(RETAILER_MONTH.values)), np.nan)
        column = {name: index for index, name in enumerate(_columns(RETAILER_MONTH))}
        for retailer in model.retailers:
            for name, value in retailer.accounts.items():
                rows[retailer.index, column[name]] = value
        self._default_supplier_row(model, rows[-1], column)
        for retailer in model.retailers:
            rows[retailer.index, column["active"]] = sells(model, retailer.index)
            rows[retailer.index, column["list_price_cny_per_mwh"]] = _list_price(model, retailer.index)
        for mechanism in model.mechanisms:
            for name, values in mechanism.retailer_columns().items():
                rows[: len(values), column[name]] = values
        contact = {"first_contact_resolution": model.resolution[:, CONTACT], "digital_share": model.digital_share}
        for name, values in contact.items():
            rows[: len(values), column[name]] = values
        for j in range(len(self.retailers)):
            histogram = model.experiences.histogram[j]
            satisfaction = model.experiences.measures[j, :, billing.ALL_TIERS, experience.SATISFACTION].sum()
            people = rows[j, column["customers"]]
            rows[j, column["joins"]] = _sum(model.choices.flows[:, j, :, 0])
            rows[j, column["leaves"]] = _sum(model.choices.flows[j, :, :, 0])
            rows[j, column["satisfaction"]] = satisfaction / people if people > 0 else np.nan
            rows[j, column["satisfaction_p10"]] = experience.quantile(histogram, LOWEST_TENTH)
            rows[j, column["satisfaction_gini"]] = experience.gini(histogram)
            rows[j, column["price_sd_cny_per_mwh"]] = _price_sd(model.bill_sums[j, :, billing.ALL_TIERS])
        return rows

    def _default_supplier_row(self, model: RetailMarket, row: FloatArray, column: dict[str, int]) -> None:
        sums = model.bill_sums[-1, :, billing.ALL_TIERS].sum(axis=0)
        row[column["customers"]] = sums[billing.CUSTOMERS]
        row[column["energy_mwh"]] = sums[billing.ENERGY]
        row[column["hedged_mwh"]] = sums[billing.HEDGED]
        row[column["spot_mwh"]] = sums[billing.ENERGY] - sums[billing.HEDGED]
        row[column["revenue_cny"]] = sums[billing.REVENUE]
        row[column["network_cny"]] = model.behaviour.network_cny_per_mwh * sums[billing.ENERGY]
        row[column["procurement_cny"]] = sums[billing.PROCUREMENT]

    def _segment_rows(self, model: RetailMarket) -> FloatArray:
        sums, lived = (values[:, :, : billing.ALL_TIERS] for values in (model.bill_sums, model.experiences.measures))
        left = model.choices.leaves
        customers = sums[..., billing.CUSTOMERS]
        mean = np.divide(
            lived[..., : experience.COMPLAINTS],
            customers[..., None],
            out=np.full_like(lived[..., : experience.COMPLAINTS], np.nan),
            where=customers[..., None] > 0,
        )
        tickets = np.concatenate([model.ticket_sums, np.zeros((1, *model.ticket_sums.shape[1:]))])
        known = {
            "promoters": lived[..., experience.PROMOTERS],
            "detractors": lived[..., experience.DETRACTORS],
        }
        for mechanism in model.mechanisms:
            known |= mechanism.segment_columns()
        unknown = np.full(customers.shape, np.nan)
        parts = [
            sums[..., [billing.CUSTOMERS, billing.ENERGY, billing.REVENUE, billing.PROCUREMENT]],
            mean,
            tickets[..., None],
            lived[..., experience.COMPLAINTS, None],
            left[..., [2, 0, 1]],
            *(known.get(name, unknown)[..., None] for name in _columns(SEGMENT_MONTH)[FURTHER_COLUMNS:]),
        ]
        return np.concatenate(parts, axis=-1)

    def _desk_rows(self, model: RetailMarket) -> FloatArray:
        sites = model.service.sites[:-1]
        slow = slowest_tenth(sites, model.service.block_shares) * MINUTES
        minutes = [sites["mean_wait_hours"] * MINUTES, slow, sites["busy_wait_hours"] * MINUTES]
        shares = [sites[name] for name in ("sla_share", "busy_sla_share", "utilisation", "servers")]
        return np.stack([sites["arrivals"], sites["served"], sites["backlog"], *minutes, *shares], axis=-1)

    def tables(self, policy: str, replication: int) -> dict[str, pd.DataFrame]:
        """Return the tidy tables of all recorded months, sorted by their keys; empty cells are left out."""
        months = np.arange(self.months)
        labels: dict[Table, list[NDArray[np.generic]]] = {
            MARKET_MONTH: [months],
            RETAILER_MONTH: [months, np.array(self.retailers)],
            SEGMENT_MONTH: [months, np.array(self.retailers), np.array(self.segments), np.array(TIERS)],
            DESK_MONTH: [
                months,
                np.array(self.retailers[:-1]),
                np.array(DESKS),
                np.array(self.regions),
                np.array(TIERS),
            ],
            FLOWS: [months, np.array(self.segments), np.array(self.retailers), np.array(self.retailers)],
            RELATIONS: [months, np.array(self.retailers[:-1]), np.array(self.segments), np.array(TIERS)],
        }
        monthly = {t.name: self._frame(t, labels[t], policy, replication) for t in MONTHLY_TABLES}
        return {**monthly, MARGIN_CURVE.name: self._margin_curve(policy, replication)}

    def _margin_curve(self, policy: str, replication: int) -> pd.DataFrame:
        """Return the curve of margins so far; no rows before the first evaluated month."""
        curve = self.margins.curve() if self.margins else np.zeros((0, len(MARGIN_CURVE.values)))
        nothing = np.zeros(len(curve), dtype=np.int64)
        data: dict[str, object] = {
            "policy": _labels(nothing, [policy]),
            "replication": nothing + replication,
            "month": nothing + self.months - 1,
            "retailer": _labels(nothing, [self.focus]),
            "customers_pct": np.array(POINTS, dtype=np.int64)[: len(nothing)],
        }
        data |= {name: curve[:, column] for column, name in enumerate(_columns(MARGIN_CURVE))}
        return pd.DataFrame(data)

    def _frame(self, table: Table, labels: list[NDArray[np.generic]], policy: str, replication: int) -> pd.DataFrame:
        """Return the frame of one table. Axes are put in the order of their labels, so rows come out sorted."""
        orders = [np.argsort(label, kind="stable") for label in labels]
        values = self.values[table.name][: self.months][np.ix_(*orders)]
        kept = _present(table, values)
        places = [order[place] for order, place in zip(orders, np.nonzero(kept), strict=True)]
        rows = values[kept]
        data: dict[str, object] = {
            "policy": _labels(np.zeros(len(rows), dtype=np.int64), [policy]),
            "replication": replication,
        }
        for name, label, place in zip(table.key_names()[2:], labels, places, strict=True):
            data[name] = label[place] if name == "month" else _labels(place, label.tolist())
        if table is DESK_MONTH:
            data["region"] = self._region_labels(places)
        data |= {name: rows[:, column] for column, name in enumerate(_columns(table))}
        return pd.DataFrame(data)

    def _region_labels(self, places: list[NDArray[np.intp]]) -> Labels:
        """Region, or `all` where one team serves the whole market."""
        whole = self.whole_market[places[0], places[1], places[2]]
        codes = np.where(whole, len(self.regions), places[3])
        return _labels(codes, [*self.regions, ALL])


def sells(model: RetailMarket, retailer: int) -> bool:
    """Return whether a retailer has anything on sale."""
    return bool(np.any(model.prices.for_segment[model.prices.offers["retailer"] == retailer]))


def _list_price(model: RetailMarket, retailer: int) -> float:
    """Mean price level of the offers that a retailer has on sale, CNY/MWh, but for fees of linked ones; NaN for none."""
    offers = model.prices.offers
    on_sale = (offers["retailer"] == retailer) & model.prices.for_segment.any(axis=1)
    on_sale &= model.plans["kind"][offers["plan"]] != LINKED
    return float(offers["price_level"][on_sale].mean()) if on_sale.any() else float("nan")


def _consumer_surplus(model: RetailMarket) -> float:
    """Mean log-sum utility in money of all who searched, CNY/MWh; NaN where nobody did."""
    money, energy = model.choices.surplus.sum(axis=0)
    return float(money / energy) if energy > 0 else float("nan")


def _labels(codes: NDArray[np.integer[Any]], names: list[str]) -> Labels:
    """The names at the codes, stored as codes."""
    return cast(Labels, pd.Categorical.from_codes(codes, categories=pd.Index(names)))


def _present(table: Table, values: FloatArray) -> NDArray[np.bool_]:
    """Which cells of a table hold anything: somebody served, tickets, or customers who moved."""
    column = {
        SEGMENT_MONTH: ["customers", "closures", "leaves"],
        DESK_MONTH: ["arrivals", "served", "backlog"],
        FLOWS: ["customers"],
        RELATIONS: ["customers", "closures"],
    }.get(table)
    if column is None:
        return np.ones(values.shape[:-1], dtype=np.bool_)
    names = _columns(table)
    relevant = values[..., [names.index(name) for name in column]]
    present: NDArray[np.bool_] = np.any(relevant > 0, axis=-1)
    return present


def _sum(values: FloatArray) -> float:
    """Sum over retailers, rounded once: to the last bit the same when there is one more who contributes nothing."""
    return math.fsum(values.ravel().tolist())


def _price_sd(by_segment: FloatArray) -> float:
    """Standard deviation of the energy price over a retailer's MWh, within segments (CNY/MWh)."""
    energy, total = by_segment[:, billing.ENERGY], by_segment[:, billing.PRICE_ENERGY]
    if energy.sum() <= 0:
        return float("nan")
    mean = np.divide(total, energy, out=np.zeros_like(total), where=energy > 0)
    spread = by_segment[:, billing.PRICE_SQUARED_ENERGY] - mean * total
    return float(np.sqrt(max(0.0, spread.sum()) / energy.sum()))
