"""Overdue bills: who pays late, who pays up, and the open accounts between customers and suppliers (M12)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.sums import sums_by

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ACCOUNT = np.dtype(
    [
        ("row", np.int64),
        ("creditor", np.int64),
        ("amount", np.float64),
        ("months", np.int64),
        ("instalments", np.int64),
        ("strict", np.bool_),
        ("cut", np.bool_),
    ]
)
"""An overdue account: row (customer); creditor (its supplier when it was billed); amount (CNY of one customer); months
(overdue); instalments (payments left of an agreed plan, 0 without one); strict (how it is collected); cut (whether supply
is cut)."""
Accounts = NDArray[np.void]


def late_probability(
    logits: FloatArray, stress: FloatArray, satisfaction: FloatArray, stress_weight: float, satisfaction_weight: float
) -> FloatArray:
    """Return the probability that a bill is paid late: the logistic of grade, stress and satisfaction.

    Args:
        logits: of the credit grade.
        stress: relative rise of the bill, and of other burdens.
        satisfaction: satisfaction above the pivot.
        stress_weight: logits per unit of stress.
        satisfaction_weight: logits per unit of satisfaction.
    """
    exponent = logits + stress_weight * stress - satisfaction_weight * satisfaction
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(exponent, -700.0, 700.0)))
    return result


def bill_stress(bills: FloatArray, usual_bills: FloatArray) -> FloatArray:
    """Return by how much bills have risen over those of about a year, relative; 0 where they fell or are not known."""
    known = np.isfinite(bills) & np.isfinite(usual_bills) & (usual_bills > 0.0)
    ratio = np.divide(bills, usual_bills, out=np.ones(len(bills)), where=known)
    return np.maximum(0.0, ratio - 1.0)


class Due(NamedTuple):
    """Sums of money between customers and suppliers: customers, creditors, CNY of one customer each."""

    rows: IntArray
    creditors: IntArray
    amounts: FloatArray

    def where(self, which: BoolArray) -> Due:
        """Return those that are marked."""
        return Due(self.rows[which], self.creditors[which], self.amounts[which])

    def merged(self, suppliers: int) -> Due:
        """Return the sums by pair of customer and creditor."""
        codes, places = np.unique(self.rows * suppliers + self.creditors, return_inverse=True)
        return Due(codes // suppliers, codes % suppliers, sums_by(places, self.amounts, len(codes)))


class Ledger:
    """All overdue accounts, sorted by customer and creditor, at most one of each pair.

    Attributes:
        accounts: the accounts, records of `ACCOUNT`.
    """

    def __init__(self, suppliers: int) -> None:
        """Open an empty ledger for customers of so many suppliers."""
        self.suppliers = suppliers
        self.accounts: Accounts = np.zeros(0, dtype=ACCOUNT)

    def find(self, rows: IntArray, creditors: IntArray) -> IntArray:
        """Return the places of the accounts of these customers and creditors, -1 where there is none."""
        own = self._codes(self.accounts["row"], self.accounts["creditor"])
        wanted = self._codes(rows, creditors)
        if len(own) == 0:
            return np.full(len(wanted), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(own, wanted), len(own) - 1)
        return np.where(own[places] == wanted, places, -1)

    def open(self, rows: IntArray, creditors: IntArray, amounts: FloatArray, strict: BoolArray) -> None:
        """Open accounts for pairs that have none; they are a month overdue at the end of this month."""
        added = np.zeros(len(rows), dtype=ACCOUNT)
        added["row"], added["creditor"], added["amount"] = rows, creditors, amounts
        added["months"], added["strict"] = 1, strict
        together = np.concatenate([self.accounts, added])
        self.accounts = together[np.argsort(self._codes(together["row"], together["creditor"]), kind="stable")]

    def pay_up(self, cured: BoolArray, instalments: IntArray) -> None:
        """Put accounts on a plan of so many payments, of which the first is made this month; supply comes back."""
        self.accounts["instalments"][cured] = instalments[cured]
        self.accounts["cut"][cured] = False

    def withheld(self, due: Due, late: BoolArray, cured: BoolArray) -> BoolArray:
        """Return which bills due are not paid: all of overdue customers, and those that others pay late.

        Args:
            due: bills that fall due.
            late: whether the customer would be late with this bill.
            cured: the accounts that are paid up from this month; their customers pay everything.
        """
        places = self.find(due.rows, due.creditors)
        overdue = np.append((self.accounts["instalments"] == 0) & ~cured, False)[places]
        paying_up = np.append(cured, False)[places]
        return (due.amounts > 0.0) & (overdue | (late & ~paying_up))

    def grow(self, unpaid: Due) -> BoolArray:
        """Add unpaid bills to the accounts of who has one, which ends its plan; return which have none yet."""
        places = self.find(unpaid.rows, unpaid.creditors)
        known = places >= 0
        self.accounts["amount"][places[known]] += unpaid.amounts[known]
        self.accounts["instalments"][places[known]] = 0
        return ~known

    def take_instalments(self) -> Due:
        """Take the month's payment of every plan and close what is paid; accounts without a plan grow a month older."""
        accounts = self.accounts
        planned = accounts["instalments"] > 0
        parts = accounts["amount"][planned] / accounts["instalments"][planned]
        paid = Due(accounts["row"][planned], accounts["creditor"][planned], parts)
        accounts["amount"][planned] -= parts
        accounts["instalments"][planned] -= 1
        accounts["months"][~planned] += 1
        self.drop(planned & (accounts["instalments"] == 0))
        return paid

    def drop(self, places: BoolArray) -> Accounts:
        """Close the accounts that are marked; return them."""
        gone: Accounts = self.accounts[places]
        self.accounts = self.accounts[~places]
        return gone

    def _codes(self, rows: IntArray, creditors: IntArray) -> IntArray:
        codes: IntArray = rows * self.suppliers + creditors
        return codes


class Bills:
    """Bills that are not yet due, of the last few months.

    Attributes:
        lags: months from the bill to its payment, by supplier. Shape (suppliers,).
        amounts: CNY of one customer, by month since the bill. Shape (longest lag + 1, customers).
        creditors: who billed, same shape.
    """

    def __init__(self, lags: IntArray, customers: int) -> None:
        """Begin without bills."""
        slots = int(lags.max(initial=0)) + 1
        self.lags = lags
        self.amounts = np.zeros((slots, customers))
        self.creditors = np.zeros((slots, customers), dtype=np.int64)

    def add(self, amounts: FloatArray, creditors: IntArray) -> None:
        """Let a month pass and add its bills."""
        self.amounts = np.concatenate([amounts[None], self.amounts[:-1]])
        self.creditors = np.concatenate([creditors[None], self.creditors[:-1]])

    def begin(self, amounts: FloatArray, creditors: IntArray) -> None:
        """Fill the months before the first: each supplier's customers owe as many bills as its lag."""
        for age in range(1, len(self.amounts)):
            self.amounts[age] = np.where(self.lags[creditors] >= age, amounts, 0.0)
            self.creditors[age] = creditors

    def take_due(self) -> Due:
        """Take out the bills that fall due this month, at most one of each customer and creditor."""
        ages = np.arange(len(self.amounts))[:, None]
        return self._take((self.lags[self.creditors] == ages) & (self.amounts != 0.0))

    def take_of(self, rows: IntArray, creditor: int | None = None) -> Due:
        """Take out all bills of some customers, of one creditor or of all."""
        theirs = np.zeros(self.amounts.shape, dtype=np.bool_)
        theirs[:, rows] = True
        if creditor is not None:
            theirs &= self.creditors == creditor
        return self._take(theirs & (self.amounts != 0.0))

    def owed(self, weights: FloatArray, suppliers: int) -> FloatArray:
        """Return what is not yet due by supplier, CNY. Shape (suppliers,)."""
        return sums_by(self.creditors.ravel(), (weights * self.amounts).ravel(), suppliers)

    def _take(self, which: BoolArray) -> Due:
        ages, rows = np.nonzero(which)
        taken = Due(rows, self.creditors[ages, rows], self.amounts[ages, rows])
        self.amounts[ages, rows] = 0.0
        return taken
