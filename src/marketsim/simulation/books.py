"""A retailer's books: profit, what customers owe, investments, deposits and cash (M13, E22)."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from marketsim.market import billing
from marketsim.market.exact import as_float
from marketsim.market.levers import lever_names, monthly_cost
from marketsim.market.reach import covered

if TYPE_CHECKING:
    from marketsim.scenario.retailers import Costs
    from marketsim.simulation.agents import Retailer

MONTHS_PER_YEAR = 12.0
START_MONTHS_OF_FIXED_COST = 3.0
COSTS = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")
CHARGES = ("deviation", "bad_debt", "compensation", "stranded", "marketing", "depreciation")
"""Cost lines that mechanisms charge to `Retailer.charges`, and the investments of levers."""


class Receipts(NamedTuple):
    """What customers did with their bills in a month, where the credit mechanism follows each of them.

    Attributes:
        payments_cny: paid, and taken from deposits.
        written_off_cny: given up, before what is recovered of it.
        receivables_cny: unpaid at the end of the month, overdue or not.
    """

    payments_cny: float
    written_off_cny: float
    receivables_cny: float


@dataclass
class Asset:
    """The investment that a lever took: written off over its life in equal parts."""

    cost_cny: float
    life_months: float
    months: int = 0

    @property
    def value_cny(self) -> float:
        """What is not yet written off."""
        return self.cost_cny * max(0.0, 1.0 - self.months / self.life_months)

    def depreciate(self) -> float:
        """Write off one month; return the amount."""
        before = self.value_cny
        self.months += 1
        return before - self.value_cny


class Books:
    """The books of one retailer.

    Profit is income less all costs; rebates have been taken off bills, so revenue is net of them. Depreciation and stranded
    assets lower profit but not cash, investments and deposits move cash but not profit; a write-off lowers profit by the
    part that is not recovered. So

    cash' = cash + profit - change of receivables + depreciation + stranded - investments paid + change of deposits.

    Attributes:
        cash: CNY at the end of the last month.
        receivables: unpaid bills, CNY, at the end of the last month.
        accounts: columns of `retailer_month` for the last month.
        receipts: what customers paid this month; None where all bills are paid after the lag.
    """

    def __init__(self, retailer: Retailer) -> None:
        """Open empty books; they start as a going concern in the first month."""
        self.retailer = retailer
        self.cash = 0.0
        self.receivables = 0.0
        self.accounts: dict[str, float] = {}
        self.receipts: Receipts | None = None
        self.assets: dict[str, Asset] = {}
        self.lever_cost_of_tags = 0.0
        self._unpaid: deque[float] = deque()
        self._change = 0.0
        self._deposits = 0.0

    def settle(self) -> None:
        """Book the month: revenue, costs, profit, payments and cash (E22)."""
        model = self.retailer.model
        book = self._trade()
        if model.month == 0:
            self._open(book)
        self._invest()
        interest = self.receivables * self._costs.interest_rate / MONTHS_PER_YEAR
        self.accounts = {name: float(value) for name, value in book.items()} | {"interest_cny": float(interest)}
        self.accounts |= {f"{name}_cny": self.retailer.charges.get(name, 0.0) for name in CHARGES}
        self._take_profit()
        self._collect()
        self._move_cash()
        self.retailer.charges, self.retailer.capex_cny, self.receipts = {}, 0.0, None

    def note_tagged_levers(self) -> None:
        """Note what levers for customers with certain tags cost, while the month's customers are still the retailer's."""
        model, j = self.retailer.model, self.retailer.index
        self.lever_cost_of_tags = sum(
            self._cost_of_tagged(lever)
            for lever in range(model.levers.first[j], model.levers.first[j + 1])
            if model.levers.rows[lever]["tags"]
        )

    def _cost_of_tagged(self, lever: int) -> float:
        """Cost per covered customer and MWh, where coverage depends on what each customer's record says (E8)."""
        population, levers = self.retailer.model.population, self.retailer.model.levers
        members = population[covered(population, levers, lever)]
        per_customer = levers.customer_cost[lever][members["segment"]]
        costs = members["weight"] * (per_customer + levers.rows[lever]["energy_cost"] * members["use"])
        return float(levers.rows[lever]["intensity"] * costs.sum())

    @property
    def _costs(self) -> Costs:
        return self.retailer.model.study.retailers[self.retailer.name].costs

    def _trade(self) -> dict[str, float]:
        """What was sold, and what it cost."""
        retailer, costs = self.retailer, self._costs
        model, j = retailer.model, retailer.index
        sums = model.bill_sums[j, :, billing.ALL_TIERS].sum(axis=0)
        won_mwh, won_cost, bonuses = model.choices.joined[j]
        return {
            "customers": sums[billing.CUSTOMERS],
            "energy_mwh": sums[billing.ENERGY],
            "hedged_mwh": sums[billing.HEDGED],
            "spot_mwh": sums[billing.ENERGY] - sums[billing.HEDGED],
            "revenue_cny": sums[billing.REVENUE],
            "network_cny": model.behaviour.network_cny_per_mwh * sums[billing.ENERGY],
            "exit_fees_cny": model.choices.exit_fees[j],
            "procurement_cny": sums[billing.PROCUREMENT],
            "lever_cny": self._lever_cost(),
            "staff_cny": retailer.staff.sum() * costs.wage_cny_per_month,
            "overhead_cny": costs.overhead_cny_per_month * retailer.active + costs.bill_cny * sums[billing.CUSTOMERS],
            "acquisition_cny": costs.broker_fee_cny_per_mwh * won_mwh + won_cost + bonuses,
            "penalty_cny": model.experiences.regulator[j] * model.behaviour.complaints["regulator_penalty_cny"],
            "staff": retailer.staff.sum(),
            "rebate_cny": model.rebate[j] * sums[billing.ENERGY],
        }

    def _lever_cost(self) -> float:
        """Cost of all levers: per customer, MWh and month, and per member of the service staff (E8)."""
        model, j = self.retailer.model, self.retailer.index
        served = as_float(model.bill_regions[j])
        untagged = model.levers._replace(
            covers=model.levers.covers & (model.levers.rows["tags"] == 0)[:, None, None, None]
        )
        rows = model.levers.rows[model.levers.first[j] : model.levers.first[j + 1]]
        per_staff = float((rows["intensity"] * rows["staff_cost"]).sum()) * float(self.retailer.staff.sum())
        by_number = monthly_cost(untagged, j, served[..., 0], served[..., 1])
        return by_number + per_staff + self.lever_cost_of_tags

    def _open(self, book: dict[str, float]) -> None:
        """Start as a going concern: earlier months' bills are unpaid, and cash covers the bond and some fixed cost."""
        bill = float(book["revenue_cny"] + book["network_cny"])
        self._unpaid = deque([bill] * self._costs.payment_lag_months)
        self.receivables = bill * self._costs.payment_lag_months
        self._deposits = self.retailer.deposits_cny
        fixed = book["staff_cny"] + book["overhead_cny"]
        bond = self._costs.bond_cny_per_annual_mwh * book["energy_mwh"] * MONTHS_PER_YEAR
        self.cash = float(bond + START_MONTHS_OF_FIXED_COST * fixed) + self._deposits

    def _invest(self) -> None:
        """Pay for levers taken up, write off those in use, and give up those dropped; what runs at the start is paid."""
        retailer, model = self.retailer, self.retailer.model
        charges, used = retailer.charges, self._levers_in_use()
        for name in [name for name in self.assets if name not in used]:
            charges["stranded"] = charges.get("stranded", 0.0) + self.assets.pop(name).value_cny
        for name in used:
            costs = model.study.levers[name].costs
            if costs.capex_cny > 0 and name not in self.assets:
                factor = model.study.retailers[retailer.name].levers[name].cost_factor
                self.assets[name] = Asset(factor * costs.capex_cny, costs.capex_life_months)
                retailer.capex_cny += self.assets[name].cost_cny if model.month > 0 else 0.0
        written_off = sum(asset.depreciate() for _, asset in sorted(self.assets.items()))
        charges["depreciation"] = charges.get("depreciation", 0.0) + written_off

    def _levers_in_use(self) -> list[str]:
        """Levers that the retailer has or aims at, whoever decided so: the study, an event or its strategy."""
        model = self.retailer.model
        if not any(lever.costs.capex_cny for lever in model.study.levers.values()):
            return []
        targets = model.levers.rows["target"]
        names = lever_names(model.frame, model.study)
        return [lever for row, (name, lever) in enumerate(names) if name == self.retailer.name and targets[row] > 0.0]

    def _take_profit(self) -> None:
        book = self.accounts
        income = book["revenue_cny"] + book["exit_fees_cny"]
        book["profit_cny"] = income - sum(book[f"{name}_cny"] for name in (*COSTS, *CHARGES))

    def _collect(self) -> None:
        """Take in what is due after the lag, or what customers were seen to pay."""
        book = self.accounts
        billed = book["revenue_cny"] + book["network_cny"]
        self._unpaid.append(billed)
        due = self._unpaid.popleft()
        receipts = self.receipts or Receipts(due, 0.0, math.fsum(self._unpaid))
        book["payments_cny"] = receipts.payments_cny
        book["written_off_cny"] = receipts.written_off_cny
        self._change = billed - receipts.payments_cny - receipts.written_off_cny
        self.receivables = receipts.receivables_cny
        book["receivables_cny"] = self.receivables

    def _move_cash(self) -> None:
        book, retailer = self.accounts, self.retailer
        self.cash += book["profit_cny"] - self._change
        self.cash += book["depreciation_cny"] + book["stranded_cny"] - retailer.capex_cny
        self.cash += retailer.deposits_cny - self._deposits
        self._deposits = retailer.deposits_cny
        book["capex_cny"], book["deposits_cny"] = retailer.capex_cny, self._deposits
        book["cash_cny"] = self.cash
