"""The monthly tables, counted customer by customer from the oracle."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from tests.oracle.customers import CustomerAgent
from tests.oracle.market import OracleMarket, Supplier

from marketsim.results.tables import RUN_TABLES
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.service import DESKS, TIERS

Row = dict[str, float]
Rows = dict[tuple[object, ...], Row]
"""Rows of a table by their keys, the month first."""
ROUGH = {"satisfaction_p10": 0.0021, "satisfaction_gini": 0.02, "price_sd_cny_per_mwh": 1e-4}
"""Columns that the fast model reads from a histogram or as a small difference of large sums, and how far they may be off."""


@dataclass(frozen=True)
class Lived:
    """A customer's month before it chose."""

    supplier: str
    segment: str
    tier: str
    weight: float
    energy: float
    price: float
    revenue: float
    procurement: float
    satisfaction: float
    quality: list[float]
    complained: bool
    records: tuple[bool, bool, bool]
    further: Row


def look_at(market: OracleMarket) -> list[Lived]:
    """Return what customers lived through this month; they have not chosen yet."""
    found = []
    for c in market.customers:
        hedged = c.plan.hedged_share * c.contracted
        certificates = market.personal.certificates(c) if market.personal else 0.0
        cost = hedged * c.forward_price + (c.use - hedged) * market.cost_of_spot(c.retailer) + certificates
        market.relations.add(c, c.price * c.use + c.plan.fixed_fee - cost)
        found.append(
            Lived(
                supplier=c.retailer.name,
                segment=c.segment,
                tier=c.tier,
                weight=c.weight,
                energy=c.weight * c.use,
                price=c.price,
                revenue=c.weight * (c.price * c.use + c.plan.fixed_fee),
                procurement=c.weight * cost,
                satisfaction=c.satisfaction,
                quality=c.quality,
                complained=c.complained,
                records=(bool(c.record and c.record.is_valid[0]), c.match == 1.0, c.tier != c.true_tier),
                further={name: c.weight * value for name, value in further(market, c).items()},
            )
        )
    return found


def further(market: OracleMarket, customer: CustomerAgent) -> Row:
    """Return what the month of one customer adds to further columns of its tier, as far as it is modelled."""
    found = {
        "promoters": float(customer.satisfaction > 0.75),
        "detractors": float(customer.satisfaction < 0.4),
    }
    if market.outage_part:
        duration = market.outage_part.duration(customer)
        found["outages"] = float(customer.outages)
        found["outage_hours"] = min(730.0, customer.outages * duration)
        found["outage_mwh"] = customer.lost_mwh
    if market.consumption:
        found["saved_mwh"], found["alternative_mwh"] = customer.saved_mwh, customer.fuel_mwh
        found["emissions_t"] = market.consumption.emissions(customer)
    return found


def month_of_tables(market: OracleMarket, lived: list[Lived]) -> dict[str, Rows]:
    """Return the rows of all monthly tables for the month that has just been settled."""
    month = market.month
    return {
        "market_month": {(month,): market_row(market, lived)},
        "retailer_month": {(month, s.name): supplier_row(market, s, lived) for s in market.suppliers},
        "segment_month": dict(segment_rows(market, lived)),
        "desk_month": dict(desk_rows(market)),
        "flows": {
            (month, segment, old, new): {"customers": flow[0], "energy_mwh": flow[1]}
            for (old, new, segment), flow in market.flows.items()
        },
        "relations": market.relations.rows(),
    }


def market_row(market: OracleMarket, lived: list[Lived]) -> Row:
    """Return the market as a whole."""
    energy: dict[str, float] = defaultdict(float)
    for customer in lived:
        if customer.supplier != market.default_supplier.name:
            energy[customer.supplier] += customer.energy
    total = sum(energy.values())
    return {
        "spot_cny_per_mwh": market.spot,
        "forward_cny_per_mwh": market.forward[12],
        "customers": sum(customer.weight for customer in lived),
        "hhi": sum((100.0 * part / total) ** 2 for part in energy.values()) if total > 0 else 0.0,
        "closed_customers": sum(customer.weight for customer in market.everybody if not customer.alive),
        "switches": sum(flow[0] for flow in market.flows.values()),
        **({"talks": market.talk_part.talks} if market.talk_part else {}),
    }


def supplier_row(market: OracleMarket, supplier: Supplier, lived: list[Lived]) -> Row:
    """Return a supplier's accounts, its flows of customers and the spread of what they feel and pay."""
    own = [customer for customer in lived if customer.supplier == supplier.name]
    return dict(supplier.book) | {
        "joins": sum(flow[0] for (_, new, _), flow in market.flows.items() if new == supplier.name),
        "leaves": sum(flow[0] for (old, _, _), flow in market.flows.items() if old == supplier.name),
        "satisfaction": mean([c.satisfaction for c in own], [c.weight for c in own]),
        "satisfaction_p10": lowest_tenth(own),
        "satisfaction_gini": gini(own),
        "price_sd_cny_per_mwh": price_sd(own),
        **(known_of(market, supplier, own) if supplier is not market.default_supplier else {}),
    }


def known_of(market: OracleMarket, retailer: Supplier, own: list[Lived]) -> Row:
    """Return how good a retailer's records are, what is known and believed of it, and what is overdue."""
    row: Row = {}
    weights = [customer.weight for customer in own]
    if market.records:
        for place, column in enumerate(("records_valid_share", "match_share", "misclassified_share")):
            row[column] = mean([float(customer.records[place]) for customer in own], weights)
        row["survey_satisfaction"] = retailer.surveyed
    people = [customer for customer in market.customers if customer.traits.contestable]
    if market.talk_part and people:
        weights = [customer.weight for customer in people]
        row["awareness_share"] = mean([float(retailer in c.known_names) for c in people], weights)
        row["belief"] = mean([c.beliefs[retailer] for c in people], weights)
    if market.payments:
        overdue = [account for account in market.payments.accounts if account.creditor is retailer]
        row["arrears_cny"] = sum(account.customer.weight * account.amount for account in overdue)
    return row


def mean(values: list[float], weights: list[float]) -> float:
    """Return the weighted mean; NaN of nothing."""
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights) if weights else math.nan


def lowest_tenth(customers: list[Lived]) -> float:
    """Return the satisfaction that a tenth of the customers falls short of."""
    total, passed = sum(customer.weight for customer in customers), 0.0
    for customer in sorted(customers, key=lambda customer: customer.satisfaction):
        passed += customer.weight
        if passed >= 0.1 * total * (1 - 1e-9):
            return customer.satisfaction
    return math.nan


def gini(customers: list[Lived]) -> float:
    """Return half the mean difference of satisfaction between two customers, over the mean."""
    people = sum(customer.weight for customer in customers)
    mass = sum(customer.weight * customer.satisfaction for customer in customers)
    if not customers:
        return math.nan
    apart = sum(a.weight * b.weight * abs(a.satisfaction - b.satisfaction) for a in customers for b in customers)
    return apart / (2.0 * people * mass) if apart > 0.0 else 0.0


def price_sd(customers: list[Lived]) -> float:
    """Return the standard deviation of the energy price over MWh, around the mean of each segment."""
    spread, customers = 0.0, [customer for customer in customers if customer.energy > 0.0]
    for segment in {customer.segment for customer in customers}:
        own = [customer for customer in customers if customer.segment == segment]
        centre = mean([c.price for c in own], [c.energy for c in own])
        spread += sum(customer.energy * (customer.price - centre) ** 2 for customer in own)
    return math.sqrt(spread / sum(customer.energy for customer in customers)) if customers else math.nan


def segment_rows(market: OracleMarket, lived: list[Lived]) -> Iterator[tuple[tuple[object, ...], Row]]:
    """Yield a row for each tier of a segment at a supplier that has customers."""
    suppliers = {supplier.name: supplier for supplier in market.suppliers}
    cells: dict[tuple[str, str, str], list[Lived]] = defaultdict(list)
    for customer in lived:
        cells[customer.supplier, customer.segment, customer.tier].append(customer)
    closures = market.consumption.plants.closures if market.consumption else {}
    for (name, segment, tier), closed in closures.items():
        if (name, segment, tier) not in cells:
            yield (market.month, name, segment, tier), {"customers": 0.0, "closures": closed}
    for (name, segment, tier), left in market.leaves.items():
        # Who came back in this month to a retailer that still had a claim on it, and ends the contract at once.
        if (name, segment, tier) not in cells and (name, segment, tier) not in closures:
            yield (market.month, name, segment, tier), {"customers": 0.0, "leaves": left[0]}
    for (name, segment, tier), own in cells.items():
        weights = [customer.weight for customer in own]
        leaves = market.leaves.get((name, segment, tier), [0.0, 0.0])
        yield (
            (market.month, name, segment, tier),
            {
                "customers": sum(weights),
                "energy_mwh": sum(customer.energy for customer in own),
                "revenue_cny": sum(customer.revenue for customer in own),
                "procurement_cny": sum(customer.procurement for customer in own),
                "satisfaction": mean([customer.satisfaction for customer in own], weights),
                **{
                    f"quality_{dimension}": mean([customer.quality[d] for customer in own], weights)
                    for d, dimension in enumerate(DIMENSIONS)
                },
                "tickets": tickets_with_repeats(suppliers[name], segment, tier),
                "complaints": sum(customer.weight for customer in own if customer.complained),
                "searches": market.searches.get((name, segment, tier), 0.0),
                "leaves": leaves[0],
                "leaves_energy_mwh": leaves[1],
                **({"closures": closures.get((name, segment, tier), 0.0)} if market.consumption else {}),
                **{name: sum(customer.further[name] for customer in own) for name in own[0].further},
            },
        )


def tickets_with_repeats(supplier: Supplier, segment: str, tier: str) -> float:
    """Return the expected tickets of a tier of a segment; the default supplier's are not counted."""
    if supplier.work is None:
        return 0.0
    return sum(
        tickets * supplier.service[desk, region, k].repeat_factor
        for (desk, region, s, k), tickets in supplier.work.tickets.items()
        if (s, k) == (segment, tier)
    )


def desk_rows(market: OracleMarket) -> Iterator[tuple[tuple[object, ...], Row]]:
    """Yield a row for each tier with tickets at each desk."""
    for retailer in market.retailers:
        for desk in DESKS:
            for team in retailer.teams_of(desk):
                region = next(iter(team.regions))
                place = "all" if team.desk.scope == "market" else region
                for tier in TIERS:
                    met = retailer.service[desk, region, tier]
                    if met.arrivals > 0 or met.served > 0 or met.backlog > 0:
                        yield (
                            (market.month, retailer.name, desk, place, tier),
                            {
                                "arrivals": met.arrivals,
                                "served": met.served,
                                "backlog": met.backlog,
                                "wait_minutes": 60.0 * met.mean_wait_hours,
                                "busy_wait_minutes": 60.0 * met.busy_wait_hours,
                                "sla_share": met.sla_share,
                                "busy_sla_share": met.busy_sla_share,
                                "utilisation": met.utilisation,
                                "servers": met.servers,
                            },
                        )


def table_pairs(fast: dict[str, pd.DataFrame], plain: dict[str, Rows]) -> Iterator[tuple[str, object, object]]:
    """Yield what the fast model wrote in each cell of the tables, and what the oracle counted."""
    for table in RUN_TABLES:
        frame, rows = fast[table.name], plain[table.name]
        keys = list(zip(*(frame[name] for name in table.key_names()[2:]), strict=True))
        yield f"rows of {table.name}", sorted(keys), sorted(rows)
        for key, values in zip(keys, frame.to_dict("records"), strict=True):
            for column, counted in rows[key].items():
                yield f"{table.name} {key} {column}", *comparable(column, float(values[column]), float(counted))


def comparable(column: str, written: float, counted: float) -> tuple[float, float]:
    """Return two values, made equal where the fast model cannot know better or where noise of sums is left."""
    if abs(written - counted) <= ROUGH.get(column, 1e-5 if column.endswith("_cny") else 0.0):
        return counted, counted
    return written, counted
