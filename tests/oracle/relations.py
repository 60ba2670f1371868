"""Who of the customers at the start is still with the retailer, and what each customer brings to the focus retailer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket

Row = dict[str, float]


class Relations:
    """The customers at the start, and the margins of the focus retailer's customers."""

    def __init__(self, market: OracleMarket) -> None:
        """Follow nobody yet."""
        self.market = market
        self.followed: dict[CustomerAgent, tuple[str, str, str]] = {}
        self.left: set[CustomerAgent] = set()
        self.margins: dict[CustomerAgent, float] = defaultdict(float)
        self.first = market.base.run.first_evaluated_month()

    def begin_month(self) -> None:
        """Take in everybody whom a retailer serves when policies begin; let go of those who left last month."""
        if self.market.month == self.market.policy_month:
            for customer in self.market.customers:
                if customer.retailer is not self.market.default_supplier:
                    self.followed[customer] = (customer.retailer.name, customer.segment, customer.tier)
        self.left.clear()

    def end(self, customer: CustomerAgent) -> None:
        """Note that a customer changes its supplier."""
        self.left.add(customer)

    def rows(self) -> dict[tuple[object, ...], Row]:
        """Return the month's rows of the table `relations`, and drop whose relation has ended."""
        found: dict[tuple[object, ...], Row] = defaultdict(
            lambda: dict.fromkeys(("customers", "leaves", "closures"), 0.0)
        )
        for customer, label in list(self.followed.items()):
            row = found[self.market.month, *label]
            row["customers" if customer.alive else "closures"] += customer.weight
            if customer.alive and customer in self.left:
                row["leaves"] += customer.weight
            if not customer.alive or customer in self.left:
                del self.followed[customer]
        return dict(found)

    def add(self, customer: CustomerAgent, trade: float) -> None:
        """Add what a customer paid in the month, less what its energy and the levers cost that cover it."""
        if self.market.month >= self.first and customer.retailer.name == self.market.base.focus:
            spent = sum(lever.intensity * lever.cost_of(customer) for lever in customer.levers)
            self.margins[customer] += trade - spent / customer.weight

    def curve(self) -> dict[tuple[object, ...], Row]:
        """Return the rows of the table `margin_curve`, customer by customer."""
        people = [customer for customer in self.margins if customer.traits.contestable]
        order = sorted(people, key=lambda customer: self.margins[customer])
        total, found = sum(customer.weight for customer in order), {}
        for pct in (*range(5), *range(5, 96, 5), *range(96, 101)) if order else ():
            left = wanted = total * pct / 100
            money = 0.0
            for customer in order:
                taken = min(customer.weight, left)
                money += taken * self.margins[customer]
                left -= taken
            found[self.market.month - 1, self.market.base.focus, pct] = {"customers": wanted, "margin_cny": money}
        return found
