"""Late payers, collection and default (M12)."""

from __future__ import annotations

from typing import Literal

from marketsim.scenario.customers import CREDIT_GRADES, CreditGrade
from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting

CollectionMode = Literal["flexible", "strict", "by_diagnosis"]


class LateLogits(Section):
    """How likely a bill is to be paid late, by credit grade, on the scale of a logit."""

    A: float = number(-5.0, unit="logits", meaning="Grade A.", source=ASSUMPTION, low=-50, high=50)
    B: float = number(-4.0, unit="logits", meaning="Grade B.", source=ASSUMPTION, low=-50, high=50)
    C: float = number(-3.0, unit="logits", meaning="Grade C.", source=ASSUMPTION, low=-50, high=50)
    D: float = number(-2.0, unit="logits", meaning="Grade D.", source=ASSUMPTION, low=-50, high=50)


class FlexibleCure(Section):
    """How often an overdue customer pays up in a month when it is offered time and a plan."""

    cannot_pay: float = number(
        0.55, unit="1/month", meaning="Customers who are short of money.", source=ASSUMPTION, low=0, high=1
    )
    will_not_pay: float = number(
        0.15, unit="1/month", meaning="Customers who hold back what they could pay.", source=ASSUMPTION, low=0, high=1
    )


class StrictCure(Section):
    """How often an overdue customer pays up in a month when it is dunned and threatened with cut-off."""

    cannot_pay: float = number(
        0.45, unit="1/month", meaning="Customers who are short of money.", source=ASSUMPTION, low=0, high=1
    )
    will_not_pay: float = number(
        0.70, unit="1/month", meaning="Customers who hold back what they could pay.", source=ASSUMPTION, low=0, high=1
    )


class DepositMonths(Section):
    """Deposit asked of a new customer by credit grade, in months of its bill."""

    A: float = number(0.0, unit="months", meaning="Grade A.", source="the user", low=0, high=24)
    B: float = number(0.0, unit="months", meaning="Grade B.", source="the user", low=0, high=24)
    C: float = number(0.0, unit="months", meaning="Grade C.", source="the user", low=0, high=24)
    D: float = number(0.0, unit="months", meaning="Grade D.", source="the user", low=0, high=24)


class Credit(Section):
    """How bills go unpaid, and what happens then.

    The cost of money that comes late is `retailers.*.costs.interest_rate` on all unpaid bills.
    """

    enabled: bool = setting(False, meaning="Whether the mechanism acts; off is the market without it.")
    bearer: Literal["retailer", "grid"] = setting(
        "retailer",
        meaning="Who loses what is never paid: the retailer, or the grid company that bills customers and always pays it.",
    )
    late_logits: LateLogits = part(
        LateLogits, meaning="Late payment by credit grade, at satisfaction_pivot and without stress."
    )
    stress_weight: float = number(
        8.0,
        unit="logits",
        meaning="Rise of the logit of late payment when the bill is twice the usual one.",
        source=ASSUMPTION,
        low=0,
        high=100,
        plausible=(4.0, 12.0),
    )
    satisfaction_weight: float = number(
        1.5,
        unit="logits",
        meaning="Fall of the logit of late payment from no to full satisfaction.",
        source=ASSUMPTION,
        low=0,
        high=50,
        plausible=(0.0, 3.0),
    )
    satisfaction_pivot: float = number(
        0.6, unit="0-1", meaning="Satisfaction at which late_logits hold.", source=ASSUMPTION, low=0, high=1
    )
    strategic_share: float = number(
        0.10,
        unit="1",
        meaning="Share of customers who, when late, could pay and will not.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.0, 0.3),
    )
    flexible: FlexibleCure = part(FlexibleCure, meaning="Payment under flexible collection.")
    strict: StrictCure = part(StrictCure, meaning="Payment under strict collection.")
    notice_months: int = number(
        1,
        unit="months",
        meaning="Notice before supply is cut.",
        source="ASSUMPTION; that notice is given is prescribed procedure",
        low=0,
        high=24,
    )
    default_months: int = number(
        6,
        unit="months",
        meaning="Months overdue after which the bills are given up and the contract ends.",
        source=ASSUMPTION,
        low=1,
        high=1200,
        plausible=(4, 12),
    )
    flexible_satisfaction_gain: float = number(
        0.03, unit="0-1", meaning="Satisfaction won by offering a late customer time.", source=ASSUMPTION, low=0, high=1
    )
    cut_off_satisfaction_loss: float = number(
        0.15, unit="0-1", meaning="Satisfaction lost when supply is cut.", source=ASSUMPTION, low=0, high=1
    )
    loss_given_default: float = number(
        0.7,
        unit="1",
        meaning="Share of what is given up that is never recovered.",
        source=ASSUMPTION,
        low=0,
        high=1,
        plausible=(0.5, 0.9),
    )
    security_dislike: float = number(
        0.3,
        unit="logits",
        meaning="Utility that an offer loses where the retailer asks for a deposit or for payment in advance.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    protected_segments: tuple[Name, ...] = setting(
        ("residential",),
        meaning="Segments whose supply must not be cut.",
        source="households keep their supply by rule",
        strict=False,
    )


class Collection(Section):
    """How a retailer collects what it is owed; acts where `credit.enabled`."""

    mode: CollectionMode = setting(
        "flexible",
        meaning="Time and instalments for late payers (flexible), dunning and cut-off (strict), or the one for those whom it "
        "takes to be short of money and the other for those whom it takes to hold back (by_diagnosis).",
    )
    cut_off_months: int = number(
        2,
        unit="months",
        meaning="Months overdue after which strict collection gives notice of cut-off.",
        source=ASSUMPTION,
        low=0,
        high=60,
    )
    instalments: int = number(
        3,
        unit="payments",
        meaning="Monthly payments in which flexible collection lets a customer clear its arrears.",
        source=ASSUMPTION,
        low=1,
        high=60,
    )
    deposit_months: DepositMonths = part(DepositMonths, meaning="Deposits of new customers.")
    advance_payment_from: CreditGrade | None = setting(
        None, meaning="Watch-list: customers of this grade and worse who sign pay in advance; nobody when left out."
    )
    worst_grade: CreditGrade | None = setting(
        None, meaning="Worst credit grade of new customers; all when left out. Present customers may renew."
    )

    def pays_in_advance(self) -> list[bool]:
        """Return whether customers of each credit grade pay in advance."""
        return [self.advance_payment_from is not None and grade >= self.advance_payment_from for grade in CREDIT_GRADES]

    def refused(self) -> list[bool]:
        """Return whether customers of each credit grade are refused."""
        return [self.worst_grade is not None and grade > self.worst_grade for grade in CREDIT_GRADES]

    def deposits(self) -> list[float]:
        """Return the deposit of each credit grade, months of the bill."""
        return [float(getattr(self.deposit_months, grade)) for grade in CREDIT_GRADES]
