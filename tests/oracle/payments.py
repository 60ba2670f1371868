"""Bills, late payers, collection, cut-off and default, account by account (M12)."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tests.oracle.keys import keyed
from tests.oracle.part import Part
from tests.oracle.tiering import recorded_credit

from marketsim.market.draws import purpose_key, uniform
from marketsim.scenario.credit import Collection
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.events import CreditShock

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket, Supplier
    from tests.oracle.retailers import OracleRetailer

TIED = 50.0
"""By so many logits of hazard those whose supply is cut do not search."""


@dataclass(eq=False)
class Bill:
    """A bill that is not yet due."""

    customer: CustomerAgent
    creditor: Supplier
    amount: float
    age: int


@dataclass(eq=False)
class Account:
    """What a customer has not paid in time."""

    customer: CustomerAgent
    creditor: Supplier
    amount: float
    strict: bool
    months: int = 1
    instalments: int = 0
    is_cut: bool = False


class Payments(Part):
    """Follows every bill until it is paid or given up."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.settings = market.base.credit
        self.bills: list[Bill] = []
        self.accounts: list[Account] = []
        self.lags = {r: market.base.retailers[r.name].costs.payment_lag_months for r in market.retailers}
        key = purpose_key(market.world, "strategic debtor")
        for customer in market.customers:
            customer.strategic = uniform(keyed(key, customer.key)) < self.settings.strategic_share

    @property
    def retailer_bears(self) -> bool:
        """Whether the retailer, not the grid company, loses what is never paid."""
        return self.settings.bearer == "retailer"

    def rules(self, supplier: Supplier) -> Collection:
        """Return how a supplier collects."""
        settings = getattr(supplier, "settings", None)
        return Collection() if settings is None else settings.collection

    def account_of(self, customer: CustomerAgent, creditor: Supplier) -> Account | None:
        """Return what a customer owes to one supplier and has not paid in time."""
        return next((a for a in self.accounts if a.customer is customer and a.creditor is creditor), None)

    def pay(self, customer: CustomerAgent, creditor: Supplier, amount: float) -> None:
        """Note what came in."""
        self.paid[creditor] += customer.weight * amount

    def appeal(self, customer: CustomerAgent, retailer: OracleRetailer) -> float:
        """Return what deposits and advance payment take from an offer, logits; -inf where it is refused."""
        if not self.retailer_bears:
            return 0.0
        rules = self.rules(retailer)
        is_new = retailer is not customer.retailer
        if is_new and rules.worst_grade is not None and customer.credit > rules.worst_grade:
            return -math.inf
        asked = getattr(rules.deposit_months, customer.credit) > 0.0 or pays_in_advance(rules, customer.credit)
        return -self.settings.security_dislike if asked else 0.0

    def consume(self) -> None:
        """Cut the supply of those whose present retailer has it cut."""
        for account in self.accounts:
            if account.is_cut and account.creditor is account.customer.retailer:
                account.customer.use = 0.0
                account.customer.urge -= TIED

    def feel(self) -> None:
        """Let last month's collection be felt by those who are still there."""
        for customer in self.market.customers:
            if customer.retailer is customer.billed_by:
                customer.mood = float(np.float32(customer.mood + customer.collection_felt))
            customer.collection_felt = 0.0

    def collect_payments(self) -> None:
        """Send bills, hold deposits, take in what is paid, open accounts, threaten."""
        self.paid: dict[Supplier, float] = defaultdict(float)
        for customer in self.market.customers:
            contract = (customer.retailer, customer.contract_end)
            customer.has_signed = contract != customer.billed_contract
            customer.billed_contract, customer.billed_by = contract, customer.retailer
        for bill in self.bills:
            bill.age += 1
        for customer in self.market.customers:
            self.send_bill(customer)
        for customer in self.market.customers:
            self.hold_deposit(customer)
        self.receive()
        self.threaten()

    def send_bill(self, customer: CustomerAgent) -> None:
        """Enter the month's bill; who pays in advance has paid it."""
        supplier = customer.retailer
        if customer.has_signed:
            asked = pays_in_advance(self.rules(supplier), recorded_credit(customer))
            customer.pays_in_advance = asked and self.retailer_bears
        if supplier is self.market.default_supplier:
            return
        amount = (customer.price + self.market.network) * customer.use + customer.plan.fixed_fee
        if customer.pays_in_advance:
            self.pay(customer, supplier, amount)
            return
        ages = range(self.lags[supplier] + 1) if self.market.month == 0 else range(1)
        self.bills += [Bill(customer, supplier, amount, age) for age in ages]

    def hold_deposit(self, customer: CustomerAgent) -> None:
        """Pay a deposit back to who has left, less its arrears; take it from who has signed."""
        holder = customer.deposit_with
        if holder is not None and holder is not customer.retailer:
            account = self.account_of(customer, holder)
            if account is not None:
                used = min(customer.deposit, account.amount)
                self.pay(customer, holder, used)
                account.amount -= used
                if account.amount <= 0.0:
                    self.accounts.remove(account)
            customer.deposit, customer.deposit_with = 0.0, None
        if not customer.has_signed or not self.retailer_bears:
            return
        months = getattr(self.rules(customer.retailer).deposit_months, recorded_credit(customer))
        asked = months * max(0.0, customer.bill * customer.usual_use)
        if asked <= 0.0:
            customer.deposit, customer.deposit_with = 0.0, None
        elif customer.deposit_with is not customer.retailer:
            customer.deposit, customer.deposit_with = asked, customer.retailer

    def receive(self) -> None:
        """Take in bills due, arrears and instalments; open an account for who is newly late."""
        due = [bill for bill in self.bills if bill.age == self.lags[bill.creditor]]
        self.bills = [bill for bill in self.bills if bill.age != self.lags[bill.creditor]]
        paying_up = [account for account in self.accounts if account.instalments == 0 and self.is_cured(account)]
        for account in paying_up:
            account.instalments = 1 if account.strict else self.rules(account.creditor).instalments
            account.is_cut = False
        newly_late = []
        for bill in due:
            account = self.account_of(bill.customer, bill.creditor)
            if account in paying_up:
                is_paid = True
            elif account is not None and account.instalments == 0:
                is_paid = False
            else:
                is_paid = not self.is_late(bill.customer)
            if is_paid or bill.amount <= 0.0:
                self.pay(bill.customer, bill.creditor, bill.amount)
            elif account is None:
                newly_late.append(bill)
            else:
                account.amount += bill.amount
                account.instalments = 0
        self.take_instalments()
        for bill in newly_late:
            self.open_account(bill)

    def is_cured(self, account: Account) -> bool:
        """Return whether an overdue customer begins to pay up this month; who has closed down pays nothing."""
        if not account.customer.alive:
            return False
        cure = self.settings.strict if account.strict else self.settings.flexible
        rate = cure.will_not_pay if account.customer.strategic else cure.cannot_pay
        return uniform(keyed(self.key("cure"), keyed(account.customer.key, account.creditor.key))) < rate

    def is_late(self, customer: CustomerAgent) -> bool:
        """Return whether a customer without arrears pays late this month; who has closed down does not pay."""
        if not customer.alive:
            return True
        settings = self.settings
        stress = max(0.0, customer.bill / customer.usual_bill - 1.0) if customer.usual_bill > 0.0 else 0.0
        for event in self.market.study.events:
            if isinstance(event, CreditShock) and 0 <= self.market.month - event.month < event.duration_months:
                stress += event.size if event.segments is None or customer.segment in event.segments else 0.0
        exponent = getattr(settings.late_logits, customer.credit) + settings.stress_weight * stress
        exponent -= settings.satisfaction_weight * (customer.satisfaction - settings.satisfaction_pivot)
        chance = 1.0 / (1.0 + math.exp(-exponent))
        chance *= (1.0 - customer.closed_gap("late_saving")) * (1.0 + customer.added("default_gain"))
        return uniform(keyed(self.key("late payment"), customer.key)) < chance

    def take_instalments(self) -> None:
        """Take a payment of every plan; other accounts grow older."""
        for account in list(self.accounts):
            if account.instalments == 0:
                account.months += 1
                continue
            part = account.amount / account.instalments
            self.pay(account.customer, account.creditor, part)
            account.amount -= part
            account.instalments -= 1
            if account.instalments == 0:
                self.accounts.remove(account)

    def open_account(self, bill: Bill) -> None:
        """Open an account for a bill that was not paid; under flexible collection the customer likes to be given time."""
        customer, mode = bill.customer, self.rules(bill.creditor).mode
        strict = mode == "strict" or (mode == "by_diagnosis" and self.seems_strategic(customer))
        self.accounts.append(Account(customer, bill.creditor, bill.amount, strict))
        if not strict and bill.creditor is customer.retailer:
            customer.collection_felt += self.settings.flexible_satisfaction_gain

    def seems_strategic(self, customer: CustomerAgent) -> bool:
        """Return whether a customer is taken for one who could pay: a guess where the record is wrong."""
        if customer.record is None or customer.record.is_valid[0]:
            return customer.strategic
        return uniform(keyed(self.key("guessed diagnosis"), customer.key)) < self.settings.strategic_share

    def threaten(self) -> None:
        """Cut the supply of strictly collected customers after notice, unless a rule protects them."""
        for account in self.accounts:
            customer = account.customer
            since = account.months - self.rules(account.creditor).cut_off_months - self.settings.notice_months
            threatened = account.strict and account.instalments == 0 and since >= 0
            threatened = threatened and account.creditor is customer.retailer
            cut = threatened and customer.segment not in self.settings.protected_segments
            if cut and not account.is_cut:
                customer.collection_felt -= self.settings.cut_off_satisfaction_loss
            account.is_cut = cut

    def charge(self) -> None:
        """Give up what is overdue for too long, and the contract ends; and what those owe who have closed down."""
        given_up: dict[Supplier, float] = defaultdict(float)
        over = [a for a in self.accounts if a.instalments == 0 and a.months >= self.settings.default_months]
        over += [entry for entry in (*self.accounts, *self.bills) if not entry.customer.alive]
        for customer, creditor in dict.fromkeys((entry.customer, entry.creditor) for entry in over):
            theirs = [e for e in (*self.accounts, *self.bills) if e.customer is customer and e.creditor is creditor]
            self.accounts = [account for account in self.accounts if account not in theirs]
            self.bills = [bill for bill in self.bills if bill not in theirs]
            owed = sum(entry.amount for entry in theirs)
            if customer.deposit_with is creditor:
                used = min(customer.deposit, max(0.0, owed))
                customer.deposit -= used
                self.pay(customer, creditor, used)
                owed -= used
            given_up[creditor] += customer.weight * owed
            if customer.retailer is creditor and customer.alive:
                self.market.release(customer)
        for customer in self.market.everybody:
            if not customer.alive:
                customer.deposit, customer.deposit_with = 0.0, None
        if self.retailer_bears:
            for retailer in self.market.retailers:
                self.enter_books(retailer, given_up[retailer])

    def enter_books(self, retailer: OracleRetailer, given_up: float) -> None:
        """Tell a retailer what was paid, lost and is owed."""
        owed = [entry for entry in (*self.accounts, *self.bills) if entry.creditor is retailer]
        held = [customer for customer in self.market.customers if customer.deposit_with is retailer]
        retailer.receipts = (
            self.paid[retailer],
            given_up,
            sum(entry.customer.weight * entry.amount for entry in owed),
        )
        retailer.charges["bad_debt"] += self.settings.loss_given_default * given_up
        retailer.deposits_held = sum(customer.weight * customer.deposit for customer in held)


def pays_in_advance(rules: Collection, grade: str) -> bool:
    """Return whether customers of a credit grade, A the best, pay in advance."""
    worst = rules.advance_payment_from
    return worst is not None and CREDIT_GRADES.index(grade) >= CREDIT_GRADES.index(worst)
