"""Late payers, collection, cut-off and default (M12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.arrears import Bills, Due, Ledger
from marketsim.market.collection import Deposits, collection_rules, security_appeal
from marketsim.market.population import ORDINARY
from marketsim.market.sums import sums_by
from marketsim.simulation.books import Receipts
from marketsim.simulation.mechanisms.base import Columns, Mechanism
from marketsim.simulation.mechanisms.information import credit_view
from marketsim.simulation.mechanisms.payers import Payers

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TIERS = ORDINARY + 1
TIED = -50.0
"""Added to the exponent of search: whose supply is cut for debt cannot change the retailer."""


class CreditRisk(Mechanism):
    """Follows every bill until it is paid or given up.

    A bill falls due after the retailer's lag. Who has no overdue account pays it late with a probability that grows with
    stress and falls with satisfaction; who has one adds to it until it pays up, at once or by instalments. Under strict
    collection supply is cut after some months and notice, unless a rule protects the customer. After `default_months` all
    that it owes is given up and the customer falls to the default supplier. What the default supplier bills is not followed.
    Retailers ask for security by the credit grade on record; customers know their own when they compare offers.
    Where the grid bears the loss, all this goes on between it and the customers, and retailers are paid after the lag.

    Attributes:
        payers: how customers deal with what they owe.
        ledger: overdue accounts.
        bills: bills not yet due.
        deposits: securities.
        arrears: overdue bills at the end of the month, CNY. Shape (suppliers,).
        cells: columns of the month by segment and tier. Each of shape (suppliers, segments, 4).
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches late payment on."""
        return market.study.credit.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; nobody owes anything yet."""
        super().__init__(model)
        self.settings = model.base.credit
        self.retailer_bears = self.settings.bearer == "retailer"
        self.suppliers = len(model.frame.retailers) + 1
        people = model.population
        self.weight, self.segment = people["weight"].copy(), people["segment"].astype(np.int64)
        protected = [name in self.settings.protected_segments for name in model.frame.segments]
        self.protected = np.array(protected)[self.segment]
        self.payers = Payers(model)
        lags = [model.base.retailers[name].costs.payment_lag_months for name in model.frame.retailers]
        self.bills = Bills(np.array([*lags, 0]), len(people))
        self.ledger = Ledger(self.suppliers)
        self.deposits = Deposits(len(people))
        self.rules = collection_rules(model.frame, model.study)
        self.supplier = self.tier = self.contract = np.full(len(people), -1, dtype=np.int64)
        self.in_advance = np.zeros(len(people), dtype=np.bool_)
        self._shift = np.zeros(len(people))
        self._cut_rows = np.zeros(0, dtype=np.int64)

    def begin_policy(self) -> None:
        """Collect by the policy's rules from now on; accounts that are overdue are treated as they were."""
        self.rules = collection_rules(self.model.frame, self.model.study)

    def environment(self) -> None:
        """Let those whose supply was cut begin the month like all others; demand and outages then make of it what they do."""
        people = self.model.population
        people["use"][self._cut_rows] = people["energy"][self._cut_rows]

    def decide(self) -> None:
        """Let deposits, advance payment and refusals weigh on offers."""
        if self.retailer_bears:
            self.model.appeal += security_appeal(self.model.frame, self.rules, self.settings.security_dislike)

    def consume(self) -> None:
        """Cut the supply of those whose present retailer has it cut."""
        people, accounts = self.model.population, self.ledger.accounts
        cut = accounts["cut"] & (accounts["creditor"] == people["retailer"][accounts["row"]])
        self._cut_rows = accounts["row"][cut]
        people["use"][self._cut_rows] = 0.0
        people["urge"][self._cut_rows] += TIED

    def feel(self) -> None:
        """Let last month's collection be felt by those who are still with the retailer."""
        people = self.model.population
        people["mood"] += np.where(people["retailer"] == self.supplier, self._shift, 0.0)
        self._shift[:] = 0.0

    def collect_payments(self) -> None:
        """Let bills fall due, customers pay or not, and retailers collect."""
        people = self.model.population
        before, contract = self.supplier, self.contract
        self.supplier, self.tier = people["retailer"].astype(np.int64), people["tier"].astype(np.int64)
        self.contract = people["contract_end"].astype(np.int64)
        signed = ((self.supplier != before) | (self.contract != contract)) & (people["alive"] > 0)
        self.paid = np.zeros(self.suppliers)
        self._send_bills(signed)
        self._hold_deposits(signed)
        self._receive()
        self._threaten()

    def _send_bills(self, signed: BoolArray) -> None:
        """Enter the month's bills; who pays in advance has paid."""
        model, people = self.model, self.model.population
        price = people["price"] + model.behaviour.network_cny_per_mwh
        followed = (people["alive"] > 0) & (self.supplier < self.suppliers - 1)
        amounts = np.where(followed, price * people["use"] + model.plans["fixed_fee"][people["plan"]], 0.0)
        asked = self.rules.in_advance[self.supplier, credit_view(model)] & self.retailer_bears
        self.in_advance = np.where(signed, asked, self.in_advance)
        paid = np.flatnonzero(self.in_advance)
        self._pay(Due(paid, self.supplier[paid], amounts[paid]))
        amounts[paid] = 0.0
        self.bills.add(amounts, self.supplier)
        if model.month == 0:
            self.bills.begin(amounts, self.supplier)

    def _hold_deposits(self, signed: BoolArray) -> None:
        """Pay deposits back to those who left, less their arrears, and take them from those who signed."""
        people, accounts = self.model.population, self.ledger.accounts
        left = self.deposits.leavers(self.supplier)
        places = self.ledger.find(left, self.deposits.holders[left])
        accounts_left = places[places >= 0]
        owed = Due(*(accounts[name][accounts_left] for name in ("row", "creditor", "amount")))
        used = self.deposits.seize(*owed)
        self._pay(owed._replace(amounts=used))
        accounts["amount"][accounts_left] -= used
        self.ledger.drop(accounts["amount"] <= 0.0)
        self.deposits.give_back(left)
        if self.retailer_bears:
            months = self.rules.deposit_months[self.supplier, credit_view(self.model)]
            monthly_bill = np.maximum(np.nan_to_num(people["bill"] * people["usual_use"]), 0.0)
            self.deposits.ask(signed, self.supplier, months * monthly_bill)

    def _receive(self) -> None:
        """Take what is paid of bills due, of arrears and of plans; open accounts for what is newly late.

        Who has closed down pays nothing any more.
        """
        ledger, accounts = self.ledger, self.ledger.accounts
        closed = self.model.population["alive"] <= 0
        due = self.bills.take_due()
        cured = self.payers.cured(accounts) & ~closed[accounts["row"]]
        ledger.pay_up(cured, np.where(accounts["strict"], 1, self.rules.instalments[accounts["creditor"]]))
        withheld = ledger.withheld(due, (self.payers.late() | closed)[due.rows], cured)
        self._pay(due.where(~withheld))
        unpaid = due.where(withheld)
        newly = unpaid.where(ledger.grow(unpaid))
        self._pay(ledger.take_instalments())
        strict = self.payers.strictly(newly.rows, self.rules.mode[newly.creditors])
        ledger.open(*newly, strict)
        offered_time = newly.rows[~strict & (newly.creditors == self.supplier[newly.rows])]
        self._shift[offered_time] += self.settings.flexible_satisfaction_gain

    def _threaten(self) -> None:
        """Cut the supply of strictly collected accounts after notice, unless a rule protects the customer."""
        accounts, settings = self.ledger.accounts, self.settings
        rows, creditors = accounts["row"], accounts["creditor"]
        noticed = accounts["months"] >= self.rules.cut_off_months[creditors] + settings.notice_months
        threatened = accounts["strict"] & noticed & (accounts["instalments"] == 0) & (creditors == self.supplier[rows])
        cut, spared = threatened & ~self.protected[rows], threatened & self.protected[rows]
        newly_cut = cut & ~accounts["cut"]
        self._shift[rows[newly_cut]] -= settings.cut_off_satisfaction_loss
        accounts["cut"] = cut
        marks = {"late_customers": np.ones(len(rows)), "cut_offs": newly_cut, "protected": spared}
        self.cells = {name: self._cells(rows, creditors, marked.astype(float)) for name, marked in marks.items()}

    def charge(self) -> None:
        """Give up what is overdue for too long or owed by the closed, and close the month's collection."""
        lost = self._defaults()
        used = self.deposits.seize(*lost)
        self._pay(lost._replace(amounts=used))
        lost = lost._replace(amounts=lost.amounts - used)
        self.deposits.give_back(np.flatnonzero(self.model.population["alive"] == 0))
        accounts = self.ledger.accounts
        self.cells["arrears_cny"] = self._cells(accounts["row"], accounts["creditor"], accounts["amount"])
        self.cells["written_off_cny"] = self._cells(*lost)
        self.arrears = sums_by(accounts["creditor"], self.weight[accounts["row"]] * accounts["amount"], self.suppliers)
        self._release(lost)
        if self.retailer_bears:
            self._enter_books(sums_by(lost.creditors, self.weight[lost.rows] * lost.amounts, self.suppliers))

    def _defaults(self) -> Due:
        """Take out what is owed by those in default, due or not; each pair of customer and creditor comes once."""
        alive = self.model.population["alive"] > 0
        accounts = self.ledger.accounts
        over = (accounts["months"] >= self.settings.default_months) & (accounts["instalments"] == 0)
        gone = self.ledger.drop(over | ~alive[accounts["row"]])
        parts = [Due(gone["row"], gone["creditor"], gone["amount"]), self.bills.take_of(np.flatnonzero(~alive))]
        for creditor in np.unique(gone["creditor"]):
            parts.append(self.bills.take_of(gone["row"][gone["creditor"] == creditor], int(creditor)))
        return Due(*(np.concatenate(columns) for columns in zip(*parts, strict=True))).merged(self.suppliers)

    def _release(self, lost: Due) -> None:
        """End the contracts of those in default who are still with the creditor."""
        people = self.model.population
        still_there = (people["retailer"][lost.rows] == lost.creditors) & (people["alive"][lost.rows] > 0)
        self.model.release(lost.rows[still_there])

    def _enter_books(self, given_up: FloatArray) -> None:
        """Tell retailers what was paid, lost and is owed."""
        owed = self.arrears + self.bills.owed(self.weight, self.suppliers)
        held = self.deposits.held(self.weight, self.suppliers)
        for retailer in self.model.retailers:
            j, charges = retailer.index, retailer.charges
            retailer.books.receipts = Receipts(float(self.paid[j]), float(given_up[j]), float(owed[j]))
            charges["bad_debt"] = charges.get("bad_debt", 0.0) + self.settings.loss_given_default * float(given_up[j])
            retailer.deposits_cny = float(held[j])

    def _pay(self, money: Due) -> None:
        self.paid += sums_by(money.creditors, self.weight[money.rows] * money.amounts, self.suppliers)

    def _cells(self, rows: IntArray, creditors: IntArray, amounts: FloatArray) -> FloatArray:
        """Return weighted sums by creditor, segment and tier, as they were when bills were sent."""
        segments = len(self.model.frame.segments)
        cells = (creditors * segments + self.segment[rows]) * TIERS + self.tier[rows]
        sums = sums_by(cells, self.weight[rows] * amounts, self.suppliers * segments * TIERS)
        return sums.reshape(self.suppliers, segments, TIERS)

    def retailer_columns(self) -> Columns:
        """Return overdue bills by the supplier that sent them."""
        return {"arrears_cny": self.arrears}

    def segment_columns(self) -> Columns:
        """Return late payers, cut-offs, protected customers, arrears and losses."""
        return self.cells
