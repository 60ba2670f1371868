"""The fast model and the oracle side by side: run month by month, and name the first difference."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np
from tests.oracle.market import OracleMarket
from tests.oracle.retailers import OracleRetailer
from tests.oracle.tables import Lived, Rows, look_at, month_of_tables, table_pairs

from marketsim.market import billing, experience
from marketsim.market.records import Records
from marketsim.scenario.customers import CREDIT_GRADES, DIMENSIONS
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study
from marketsim.simulation import service
from marketsim.simulation.mechanisms.credit import CreditRisk
from marketsim.simulation.mechanisms.information import CustomerInformation
from marketsim.simulation.model import PHASES, RetailMarket

RELATIVE = 1e-6
SMALLEST = 1e-9
CNY_DECIMALS = 5
"""Accounts are compared to a thousandth of a cent: what is left of sums of millions that cancel is noise."""
Pair = tuple[str, object, object]
"""What is compared, in the fast model, in the oracle; whole numbers and words must be equal, floats nearly so."""


def run_side_by_side(market: Scenario, policy: Study, replication: int = 0) -> OracleMarket:
    """Run both models over all months; AssertionError at the first difference, by month and phase."""
    fast, plain = RetailMarket(market, policy, replication), OracleMarket(market, policy, replication)
    counted: dict[str, Rows] = defaultdict(dict)
    try:
        check("opening", opening(fast, plain))
        for _ in range(market.study.run.months):
            for name, rows in run_month(fast, plain).items():
                counted[name].update(rows)
        counted["margin_curve"] = plain.relations.curve()
        check("tables", table_pairs(fast.recorder.tables("base", replication), counted))
    finally:
        fast.close()
        plain.close()
    return plain


def run_month(fast: RetailMarket, plain: OracleMarket) -> dict[str, Rows]:
    """Run a month of both models, phase by phase; return its tables as the oracle counts them."""
    lived: list[Lived] = []
    for phase in PHASES:
        loads = service.expected_load(fast).tickets if phase == "serve" else None
        getattr(fast, phase)()
        if phase in plain.phases:
            getattr(plain, phase)()
        if loads is not None:
            check(f"month {fast.month}, expected tickets", expected_tickets(fast, plain, loads))
        if phase in COMPARISONS:
            check(f"month {fast.month}, {phase}", COMPARISONS[phase](fast, plain))
        if phase == "experience":
            lived = look_at(plain)
    tables = month_of_tables(plain, lived)
    fast.month += 1
    plain.month += 1
    return tables


def alive(fast: RetailMarket) -> Records:
    """Return the customers that have not closed down."""
    return fast.population[fast.population["alive"] > 0]


def check(place: str, pairs: Iterator[Pair]) -> None:
    """Raise AssertionError at the first pair that differs."""
    for what, fast, plain in pairs:
        assert same(fast, plain), f"{place}: {what} is {fast!r} in the fast model, {plain!r} in the oracle"


def same(fast: object, plain: object) -> bool:
    """Return whether two values agree: exactly, or for floats to a relative 1e-6."""
    if isinstance(fast, float | np.floating) and isinstance(plain, float | np.floating):
        if math.isnan(fast) or math.isnan(plain):
            return math.isnan(fast) and math.isnan(plain)
        return math.isclose(fast, plain, rel_tol=RELATIVE, abs_tol=SMALLEST)
    return fast == plain


def opening(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """Who there is, its contract, and the staff of all desks."""
    yield "number of customers", len(alive(fast)), len(plain.customers)
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        who = f"customer {row['key']}"
        yield f"{who} key", int(row["key"]), int(customer.key)
        yield f"{who} segment", fast.frame.segments[row["segment"]], customer.segment
        yield f"{who} region", fast.frame.regions[row["region"]], customer.region
        yield f"{who} credit grade", CREDIT_GRADES[row["credit"]], customer.credit
        for name in ("weight", "energy", "price_sensitivity", "digital_affinity"):
            yield f"{who} {name}", float(row[name]), getattr(customer, name)
        for d, dimension in enumerate(DIMENSIONS):
            yield f"{who} weight of {dimension}", row["quality_weights"][d], customer.quality_weights[d]
    yield from contracts(fast, plain)
    yield from staff(fast, plain)


def contracts(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """Retailer, tier and contract of every customer."""
    suppliers = (*fast.frame.retailers, "default supplier")
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        who = f"customer {row['key']}"
        offer = fast.frame.offers[row["offer"]] if row["offer"] >= 0 else None
        yield f"{who} retailer", suppliers[row["retailer"]], customer.retailer.name
        yield f"{who} offer", offer, (customer.retailer.name, customer.offer) if customer.offer else None
        yield f"{who} tier", TIERS[row["tier"]], customer.tier
        yield f"{who} contract_end", int(row["contract_end"]), customer.contract_end
        yield f"{who} joined", int(row["joined"]), customer.joined
        yield f"{who} term", int(fast.plans[row["plan"]]["term_months"]), customer.plan.term_months
        for name in ("price_level", "discount", "discount_gap", "forward_price", "reference_bill"):
            yield f"{who} {name}", float(row[name]), getattr(customer, name)


def staff(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """Staff of every desk, and intensity of every lever."""
    for j, (agent, retailer) in enumerate(zip(fast.retailers, plain.retailers, strict=True)):
        for d, desk in enumerate(DESKS):
            whole = fast.desk_rules[j, d, 0]["whole_market"]
            for r, region in enumerate(fast.frame.regions[:1] if whole else fast.frame.regions):
                team = retailer.teams[desk, region]
                yield f"staff of {retailer.name} {desk} {region}", float(agent.staff[d, r]), float(team.staff)
        levers = fast.levers.rows[fast.levers.first[j] : fast.levers.first[j + 1]]
        for row, lever in zip(levers, retailer.levers, strict=True):
            yield f"{retailer.name} {lever.name} intensity", float(row["intensity"]), lever.intensity


def records(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What retailers know of their customers."""
    information, tags = fast.mechanism(CustomerInformation), sorted(fast.study.tags)
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        who = f"customer {row['key']}"
        yield f"{who} tags", {name for bit, name in enumerate(tags) if int(row["tags"]) >> bit & 1}, customer.tags
        yield f"{who} match", float(row["match"]), customer.match
        yield f"{who} discount", float(row["discount"]), customer.discount
        if information is not None:
            yield f"{who} valid parts", tuple(map(bool, information.valid[row["row"]])), customer.record.is_valid
    yield from tier_list(fast, plain)


def supply(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What customers use, and how well they are supplied."""
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        for name in ("use", "usual_use", "reliability", "urge"):
            yield f"customer {row['key']} {name}", float(row[name]), getattr(customer, name)


def felt(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What is added to the qualities and the satisfaction of the month."""
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        yield f"customer {row['key']} mood", float(row["mood"]), customer.mood
        for d, dimension in enumerate(DIMENSIONS):
            what = f"customer {row['key']} shift of {dimension}"
            yield what, float(row["quality_shift"][d]), customer.quality_shift[d]


def said(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """Which retailers customers know, and what they believe of them."""
    if plain.talk_part is None:
        return
    for i, customer in zip(alive(fast)["row"], plain.customers, strict=True):
        for j, supplier in enumerate(plain.suppliers):
            who = f"customer {customer.key} and {supplier.name}"
            yield f"{who} known", bool(fast.awareness[i, j]), supplier in customer.known_names
            yield f"{who} believed", float(fast.beliefs[i, j]), customer.beliefs[supplier]
    for j, retailer in enumerate(plain.retailers):
        for s, segment in enumerate(fast.frame.segments):
            brand = float(fast.standing.brand[j, s])
            yield f"brand of {retailer.name} in {segment}", brand, float(retailer.brand(segment))
        yield f"advertising of {retailer.name}", float(fast.standing.advertising[j]), float(retailer.advertising())


def paid(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What customers owe after the month's payments."""
    credit = fast.mechanism(CreditRisk)
    if credit is None or plain.payments is None:
        return
    places = {customer: row for row, customer in enumerate(plain.everybody)}
    suppliers = plain.suppliers
    own = sorted(plain.payments.accounts, key=lambda a: (places[a.customer], suppliers.index(a.creditor)))
    pairs = [(places[a.customer], suppliers.index(a.creditor)) for a in own]
    accounts = credit.ledger.accounts
    yield "overdue", [(int(a["row"]), int(a["creditor"])) for a in accounts], pairs
    for row, account in zip(accounts, own, strict=True):
        who = f"account of customer {account.customer.key} with {account.creditor.name}"
        yield f"{who}, months", int(row["months"]), account.months
        yield f"{who}, instalments", int(row["instalments"]), account.instalments
        yield f"{who}, strict", bool(row["strict"]), account.strict
        yield f"{who}, cut", bool(row["cut"]), account.is_cut
        yield f"{who}, amount", float(row["amount"]), account.amount
    for row, customer in enumerate(plain.everybody):
        yield f"deposit of customer {customer.key}", float(credit.deposits.amounts[row]), customer.deposit


def tier_list(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """The tier of every customer."""
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        yield f"customer {row['key']} tier", TIERS[row["tier"]], customer.tier


def expected_tickets(fast: RetailMarket, plain: OracleMarket, loads: np.ndarray) -> Iterator[Pair]:
    """Expected tickets by retailer, desk, region, segment and tier, to the last bit."""
    frame = fast.frame
    for j, retailer in enumerate(plain.retailers):
        names = product(enumerate(DESKS), enumerate(frame.regions), enumerate(frame.segments), enumerate(TIERS))
        for (d, desk), (r, region), (s, segment), (k, tier) in names:
            what = f"expected tickets of {retailer.name} {desk} {region} {segment} {tier}, in units"
            tickets = retailer.work.tickets.get((desk, region, segment, tier), 0.0)
            yield what, int(loads[j, d, r, s, k] * 2**24), int(tickets * 2**24)


def served(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What customers meet at the desks."""
    yield from staff(fast, plain)
    blocks = len(plain.base.market.load_blocks)
    for j, supplier in enumerate(plain.suppliers):
        for (d, desk), (r, region), (k, tier) in product(
            enumerate(DESKS), enumerate(fast.frame.regions), enumerate(TIERS)
        ):
            site, met = fast.service.sites[j, d, r, k], supplier.service[desk, region, tier]
            what = f"{supplier.name} {desk} {region} {tier}"
            for b in range(blocks):
                yield f"{what} wait in block {b}", site["wait_hours"][b], met.wait_hours[b]
                yield f"{what} waiting in block {b}", site["wait_probability"][b], met.wait_probabilities[b]
            for name in ("clock_offset", "half_time", "sla_hours", "sla_share", "served_share", "repeat_factor"):
                yield f"{what} {name}", float(site[name]), float(getattr(met, name))
            gap = fast.service.wait_gap[j, r, k]
            yield f"{what} wait gap", float(gap), float(supplier.wait_gap(region, tier))
        yield f"reputation of {supplier.name}", float(fast.service.reputation[j]), supplier.reputation
    for j, retailer in enumerate(plain.retailers):
        yield from team_books(fast, retailer, j)


def team_books(fast: RetailMarket, retailer: OracleRetailer, j: int) -> Iterator[Pair]:
    """Arrivals, served and backlog of every desk."""
    for d, desk in enumerate(DESKS):
        lines = [line for team in retailer.teams_of(desk) for line in team.lines]
        sites = fast.service.sites[j, d]
        for name in ("arrivals", "served", "backlog"):
            total = sum(getattr(line, name) for line in lines)
            yield f"{retailer.name} {desk} {name}", float(sites[name].sum()), float(total)
        yield f"{retailer.name} {desk} repeats", float(fast.carried.repeats[j, d].sum()), sum(x.repeats for x in lines)


def bills(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """The bill of every customer, and the books of every supplier."""
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        for name in ("use", "usual_use", "contracted", "price", "bill", "usual_bill", "price_level"):
            yield f"customer {row['key']} {name}", float(row[name]), getattr(customer, name)
    sums = fast.bill_sums[:, :, billing.ALL_TIERS].sum(axis=1)
    columns = {"customers": billing.CUSTOMERS, "energy_mwh": billing.ENERGY, "revenue_cny": billing.REVENUE}
    for j, supplier in enumerate(plain.suppliers):
        for name, column in columns.items():
            yield f"{supplier.name} {name}", float(sums[j, column]), float(supplier.book[name])


def experienced(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What every customer felt, and what suppliers are known for."""
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        who = f"customer {row['key']}"
        yield f"{who} complaint_age", int(row["complaint_age"]), customer.complaint_age
        for name in ("felt_service", "satisfaction", "loyalty"):
            yield f"{who} {name}", float(row[name]), float(getattr(customer, name))
        for name in ("quality", "expectation"):
            for d, dimension in enumerate(DIMENSIONS):
                yield f"{who} {name} of {dimension}", float(row[name][d]), float(getattr(customer, name)[d])
    for j, supplier in enumerate(plain.suppliers):
        own = [customer for customer in plain.customers if customer.retailer is supplier]
        with_tickets = sum(round(customer.weight * 2**24) for customer in own if customer.served)
        yield f"{supplier.name} with tickets", int(fast.experiences.responsiveness[j, 1]), with_tickets
        complaints = float(sum(customer.weight for customer in own if customer.complained))
        yield (
            f"{supplier.name} complaints",
            float(fast.experiences.measures[j, :, billing.ALL_TIERS, experience.COMPLAINTS].sum()),
            complaints,
        )
        at_regulator = float(fast.experiences.regulator[j])
        yield f"{supplier.name} complaints at the regulator", at_regulator, supplier.complaints_at_regulator
        yield f"reputation of {supplier.name}", float(fast.reputation[j]), supplier.reputation
        for s, segment in enumerate(fast.frame.segments):
            rating = float(fast.standing.rating[j, s])
            yield f"rating of {supplier.name} by {segment}", rating, supplier.rating[segment]


def chosen(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """What every customer signed, and who lost whom to whom."""
    yield from contracts(fast, plain)
    for row, customer in zip(alive(fast), plain.customers, strict=True):
        yield f"customer {row['key']} satisfaction", float(row["satisfaction"]), float(customer.satisfaction)
    names = [supplier.name for supplier in plain.suppliers]
    segments = fast.frame.segments
    for (i, old), (j, new), (s, segment) in product(enumerate(names), enumerate(names), enumerate(segments)):
        flow = plain.flows.get((old, new, segment), [0.0, 0.0])
        for m, measure in enumerate(("customers", "MWh")):
            yield f"{measure} of {segment} from {old} to {new}", float(fast.choices.flows[i, j, s, m]), flow[m]
    for (j, name), (s, segment), (k, tier) in product(enumerate(names), enumerate(segments), enumerate(TIERS)):
        leave = plain.leaves.get((name, segment, tier), [0.0, 0.0])
        yield f"{segment} in {tier} who leave {name}", float(fast.choices.leaves[j, s, k, 0]), leave[0]
        yield f"MWh of {segment} in {tier} who leave {name}", float(fast.choices.leaves[j, s, k, 1]), leave[1]
        searched = plain.searches.get((name, segment, tier), 0.0)
        yield f"{segment} in {tier} of {name} who search", float(fast.choices.leaves[j, s, k, 2]), searched


def settled(fast: RetailMarket, plain: OracleMarket) -> Iterator[Pair]:
    """The accounts of every retailer, and the contracts that ended with them."""
    yield from contracts(fast, plain)
    yield from paid(fast, plain)
    for agent, retailer in zip(fast.retailers, plain.retailers, strict=True):
        for name, value in agent.accounts.items():
            yield f"{retailer.name} {name}", round(value, CNY_DECIMALS), round(float(retailer.book[name]), CNY_DECIMALS)


COMPARISONS = {
    "policies": staff,
    "inform": records,
    "review_tiers": tier_list,
    "serve": served,
    "consume": supply,
    "bill": bills,
    "feel": felt,
    "experience": experienced,
    "talk": said,
    "collect_payments": paid,
    "choose": chosen,
    "settle": settled,
    "entry_exit": said,
}
