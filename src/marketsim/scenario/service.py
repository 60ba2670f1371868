"""What differentiates a retailer's service: price tiers, service desks and levers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from marketsim.scenario.customers import CreditGrade
from marketsim.scenario.fields import ASSUMPTION, Section, number, part, setting, text

TierName = Literal["key", "quality", "loyal", "ordinary"]
TIERS: tuple[TierName, ...] = ("key", "quality", "loyal", "ordinary")
"""The four price tiers, best first."""
DeskName = Literal["contact", "field", "case"]
DESKS: tuple[DeskName, ...] = ("contact", "field", "case")
Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
TierNames = Annotated[tuple[TierName, ...], Field(strict=False, min_length=1)]


class TierRule(Section):
    """Conditions for a tier; all that are given must hold. A tier without any condition takes nobody."""

    value_pct: float | None = number(
        None,
        unit="% of customers",
        meaning="The top share of the retailer's customers by value score.",
        source="the user",
        low=0,
        high=100,
    )
    annual_mwh: float | None = number(
        None, unit="MWh/year", meaning="Least yearly energy.", source="the user", low=0, high=1e9
    )
    credit: CreditGrade | None = setting(None, meaning="Worst credit grade that is admitted.")
    tenure_months: int | None = number(
        None, unit="months", meaning="Least time with the retailer.", source="the user", low=0, high=1200
    )
    quota: int | None = number(
        None,
        unit="customers",
        meaning="Largest number of customers in the tier.",
        source="the user",
        low=0,
        high=1_000_000_000,
    )
    regions: Names | None = setting(None, meaning="Regions that are admitted.")
    tags: Names | None = setting(
        None, meaning="Tags that a customer's record must all carry; prospects cannot know theirs and expect none."
    )


class Tier(Section):
    """One of the four tiers: who is in it and what it saves."""

    rule: TierRule | None = setting(
        None, meaning="Who belongs to the tier; nobody when left out (everybody else is ordinary)."
    )
    discount_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Price reduction, the same on every kind of offer, locked when a contract is signed.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )


class OrdinaryTier(Section):
    """The tier of everybody who is in no other."""

    discount_cny_per_mwh: float = number(
        0.0,
        unit="CNY/MWh",
        meaning="Price reduction of the ordinary tier.",
        source=ASSUMPTION,
        low=0,
        high=1e4,
    )


class Tiers(Section):
    """The four tiers; a customer is in the first whose rule it meets."""

    key: Tier = part(Tier, meaning="Best tier.")
    quality: Tier = part(Tier, meaning="Second tier.")
    loyal: Tier = part(Tier, meaning="Third tier.")
    ordinary: OrdinaryTier = part(OrdinaryTier, meaning="Everybody else.")


class Desk(Section):
    """A service desk: an M/M/c queue per scope, staffed at the start and again when policies begin."""

    scope: Literal["region", "market"] = setting(
        "region",
        meaning="One team per region, or one team for the whole market.",
        source="field crews are regional; contact and case ASSUMPTION",
    )
    handle_minutes: float = number(
        unit="minutes",
        meaning="Mean time to handle one ticket, travel not included.",
        source=ASSUMPTION,
        low=0.1,
        high=1e5,
    )
    sla_minutes: float = number(
        unit="minutes",
        meaning="Service standard: time to the reply (contact), to the arrival (field), to the solution (case; working time). The field desk's standard is that of the region when left to 0.",
        source="contact 10 minutes, field 45 minutes, case 2 working days: service promises of Chinese supply companies",
        low=0,
        high=1e6,
    )
    sla_target: float = number(
        0.8,
        unit="1",
        meaning="Share of tickets within the standard for which the desk is staffed.",
        source="80/20-type targets are customary in contact centres (Gans, Koole & Mandelbaum 2003)",
        low=0.01,
        high=0.999,
    )
    target_utilisation: float | None = number(
        None,
        unit="1",
        meaning="Staff for this utilisation at mean load instead of for the target.",
        source="the user",
        low=0.05,
        high=0.98,
    )
    heads: float | None = number(
        None,
        unit="staff",
        meaning="Staff given outright, spread over scopes by their load.",
        source="the user",
        low=0.1,
        high=1e6,
    )
    staff_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the staff found at the start; for policies.",
        source="the user",
        low=0.01,
        high=100,
    )
    discipline: Literal["fifo", "priority", "dedicated"] = setting(
        "fifo",
        meaning="Who is served first: in order of arrival, named tiers first, or named tiers by a team of their own.",
    )
    priority_tiers: TierNames = setting(
        ("key",),
        meaning="Tiers served first, in this order (priority), or by the dedicated team; all others are one class.",
    )
    dedicated_staff_share: float | None = number(
        None,
        unit="1",
        meaning="Share of the staff in the dedicated team; by default the share of its tickets when the discipline begins.",
        source="the user",
        low=0.001,
        high=0.999,
    )
    first_contact_resolution: float = number(
        1.0,
        unit="1",
        meaning="Share of tickets solved at once; the rest come back next month.",
        source=ASSUMPTION,
        low=0.1,
        high=1,
    )
    ticket_share: float = number(
        unit="1", meaning="Share of all tickets that come to this desk.", source=ASSUMPTION, low=0, high=1
    )
    open_hours: float = number(
        unit="hours/month",
        meaning="Hours a month in which tickets arrive and are handled.",
        source="176 working hours; 730 around the clock",
        low=1,
        high=744,
    )
    urgency: float = number(
        1.0,
        unit="1",
        meaning="Weight of one ticket of this desk in the customer's impression of responsiveness.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )

    @model_validator(mode="after")
    def _one_staffing(self) -> Self:
        if self.heads is not None and self.target_utilisation is not None:
            raise ValueError("give either heads or target_utilisation, not both")
        return self


class ContactDesk(Desk):
    """Telephone, counter and chat."""

    handle_minutes: float = number(
        30.0,
        unit="minutes",
        meaning="Mean time to handle one request.",
        source=ASSUMPTION,
        low=0.1,
        high=1e5,
        plausible=(15, 45),
    )
    sla_minutes: float = number(
        10.0,
        unit="minutes",
        meaning="Time within which a reply is promised.",
        source="service promises of Chinese supply companies: reply within 10 minutes",
        low=0.1,
        high=1e6,
    )
    first_contact_resolution: float = number(
        0.75,
        unit="1",
        meaning="Share of requests solved at once; the rest come back next month.",
        source=ASSUMPTION,
        low=0.1,
        high=1,
        plausible=(0.6, 0.9),
    )
    ticket_share: float = number(
        0.85,
        unit="1",
        meaning="Share of all tickets that come to this desk.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    open_hours: float = number(
        176.0, unit="hours/month", meaning="Opening hours.", source="22 days of 8 hours", low=1, high=744
    )


class FieldDesk(Desk):
    """Crews that drive to the customer; service time is travel there plus work."""

    handle_minutes: float = number(
        90.0, unit="minutes", meaning="Mean work on site.", source=ASSUMPTION, low=0.1, high=1e5
    )
    sla_minutes: float = number(
        0.0,
        unit="minutes",
        meaning="Time within which arrival is promised; 0 takes the standard of the region (45 minutes urban).",
        source="service promises of Chinese supply companies: on site within 45 minutes in towns; other regions ASSUMPTION",
        low=0,
        high=1e6,
    )
    ticket_share: float = number(
        0.10,
        unit="1",
        meaning="Share of all tickets that come to this desk.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    open_hours: float = number(
        730.0, unit="hours/month", meaning="Around the clock.", source="8760 / 12", low=1, high=744
    )


class CaseDesk(Desk):
    """Complaints and requests that need several departments."""

    handle_minutes: float = number(
        240.0, unit="minutes", meaning="Mean work on one case.", source=ASSUMPTION, low=0.1, high=1e5
    )
    sla_minutes: float = number(
        960.0,
        unit="minutes",
        meaning="Working time within which a case is solved.",
        source="service promises of Chinese supply companies: 2 working days",
        low=0.1,
        high=1e6,
    )
    ticket_share: float = number(
        0.05,
        unit="1",
        meaning="Share of all tickets that come to this desk.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    open_hours: float = number(
        176.0, unit="hours/month", meaning="Opening hours.", source="22 days of 8 hours", low=1, high=744
    )


class Desks(Section):
    """The three service desks of a retailer."""

    contact: ContactDesk = part(ContactDesk, meaning="Telephone, counter and chat.")
    field: FieldDesk = part(FieldDesk, meaning="Crews on site.")
    case: CaseDesk = part(CaseDesk, meaning="Complaints and cases across departments.")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        total = self.contact.ticket_share + self.field.ticket_share + self.case.ticket_share
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the ticket_share of the three desks must sum to 1; they sum to {total:.6g}")
        return self


def _effect(meaning: str) -> Any:
    return number(0.0, unit="share of the remaining quality gap", meaning=meaning, source=ASSUMPTION, low=0, high=1)


class LeverEffects(Section):
    """Share of the remaining quality gap that a lever closes at full intensity and match, by dimension."""

    reliability: float = _effect("Effect on supply reliability.")
    responsiveness: float = _effect("Effect on responsiveness besides the queues.")
    convenience: float = _effect("Effect on convenience.")
    assurance: float = _effect("Effect on assurance.")
    personalisation: float = _effect("Effect on personalisation.")
    fairness: float = _effect("Effect on fairness.")


class LeverHooks(Section):
    """The other places at which a lever touches the market, at full intensity."""

    handle_time_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the handling time at the contact and case desks, scaled by the covered share of tickets.",
        source=ASSUMPTION,
        low=0.05,
        high=5,
    )
    first_contact_resolution_gain: float = number(
        0.0,
        unit="1",
        meaning="Added to first-contact resolution, scaled by the covered share of tickets.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    deflected_share: float = number(
        0.0,
        unit="1",
        meaning="Largest share of a covered customer's contact tickets that never reaches a desk, times its digital affinity.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    variability_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the month-to-month noise of quality for covered customers.",
        source=ASSUMPTION,
        low=0,
        high=5,
    )
    switching_cost_logits: float = number(
        0.0,
        unit="logits",
        meaning="Added to a covered customer's cost of leaving.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    field_tickets_per_customer_month: float = number(
        0.0,
        unit="tickets/(customer month)",
        meaning="Visits to a covered customer, added to the tickets of the field desk.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    travel_time_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the drive of field crews, scaled by the covered share of tickets (vehicles, depots).",
        source=ASSUMPTION,
        low=0.05,
        high=5,
    )
    outage_rate_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the outage rate of covered customers (a second circuit).",
        source=ASSUMPTION,
        low=0,
        high=5,
    )
    region_outage_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of outages avoided for everybody in the covered regions, whoever serves him; only a grid company can do so.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    restoration_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of the time to restoration that a covered customer saves when its record is valid.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    locate_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of the time to locate a fault that is saved.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    energy_saving_share: float = number(
        0.0,
        unit="1",
        meaning="Share of consumption that a covered customer saves once it has taken up the advice.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    intensity_saving_share: float = number(
        0.0,
        unit="1",
        meaning="Share by which a covered plant lowers its unit energy consumption.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    electrification_logits: float = number(
        0.0,
        unit="logits",
        meaning="Added to the appeal of electricity against other fuels.",
        source=ASSUMPTION,
        low=-20,
        high=20,
    )
    late_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of late payments of covered customers that is avoided, as far as they take up the lever.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    default_gain: float = number(
        0.0,
        unit="1",
        meaning="Relative rise of the risk of late payment, where checks of credit are waived.",
        source=ASSUMPTION,
        low=0,
        high=5,
    )
    coverage_gain: float = number(
        0.0,
        unit="1",
        meaning="Coverage of a further source of customer data; combines with the others as 1 - prod(1 - c).",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    updates_gain_per_year: float = number(
        0.0,
        unit="1/year",
        meaning="Further updates of the records in a year.",
        source=ASSUMPTION,
        low=0,
        high=365,
    )
    skill_gain: float = number(
        0.0,
        unit="1",
        meaning="Share of what model skill lacks to 1 that is closed.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    silo_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of the loss between departments that is avoided.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    need_accuracy_gain: float = number(
        0.0,
        unit="1",
        meaning="Share of wrongly recorded needs that is corrected at an update.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    breach_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of data breaches avoided.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    advertising_gain: float = number(
        0.0,
        unit="1",
        meaning="Relative rise of the reach of advertising.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
    talk_gain_contacts: float = number(
        0.0,
        unit="contacts",
        meaning="Further contacts with whom a covered customer talks.",
        source=ASSUMPTION,
        low=0,
        high=20,
    )
    forecast_saving: float = number(
        0.0,
        unit="1",
        meaning="Share of the forecast error of covered energy that is avoided.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class LeverCosts(Section):
    """What a lever costs in a month at full intensity."""

    fixed_cny_per_month: float = number(
        0.0,
        unit="CNY/month",
        meaning="Cost whatever the number of customers.",
        source=ASSUMPTION,
        low=0,
        high=1e10,
    )
    cny_per_customer_month: float = number(
        0.0,
        unit="CNY/(customer month)",
        meaning="Cost per covered customer.",
        source=ASSUMPTION,
        low=0,
        high=1e7,
    )
    cny_per_mwh: float = number(
        0.0, unit="CNY/MWh", meaning="Cost per MWh of covered customers.", source=ASSUMPTION, low=0, high=1e4
    )
    cny_per_staff_month: float = number(
        0.0,
        unit="CNY/(staff month)",
        meaning="Cost per member of the service staff.",
        source=ASSUMPTION,
        low=0,
        high=1000000.0,
    )
    capex_cny: float = number(
        0.0,
        unit="CNY",
        meaning="Investment when the lever is taken up, written off over its life.",
        source=ASSUMPTION,
        low=0,
        high=1000000000000.0,
    )
    capex_life_months: float = number(
        120.0,
        unit="months",
        meaning="Months over which the investment is written off.",
        source=ASSUMPTION,
        low=1,
        high=1200,
    )
    per_customer_by_segment: dict[str, float] = setting(
        {},
        meaning="Cost per covered customer and month that differs by segment; replaces cny_per_customer_month there.",
        source=ASSUMPTION,
    )


class LeverDefinition(Section):
    """A kind of service measure: effects, hooks and costs. New levers are added to this list, not to the code."""

    title: str = setting("", meaning="What the lever is called in reports.", max_length=200)
    affinity: Literal["none", "digital", "in_person"] = setting(
        "none",
        meaning="Whether effects scale with a customer's digital affinity (digital) or with its complement (in_person).",
    )
    universal: bool = setting(
        True,
        meaning="Whether the lever helps everybody alike; if not, it helps fully only where the recorded top need of a customer is the true one.",
    )
    retailer_kinds: Annotated[
        tuple[Literal["grid", "genco", "independent"], ...], Field(strict=False, min_length=1)
    ] = setting(("grid", "genco", "independent"), meaning="Owners who can use the lever.")
    evidence: str = text("", meaning="Where effects and costs come from, in a sentence.")
    effects: LeverEffects = part(LeverEffects, meaning="Quality gap closed, by dimension.")
    hooks: LeverHooks = part(LeverHooks, meaning="Other effects.")
    costs: LeverCosts = part(LeverCosts, meaning="Costs.")
    ramp_months: float = number(
        3.0,
        unit="months",
        meaning="Time constant with which intensity approaches its target.",
        source=ASSUMPTION,
        low=1,
        high=120,
    )


class LeverUse(Section):
    """A lever in use by a retailer: how strongly and for whom."""

    intensity: float = number(
        1.0, unit="1", meaning="Target intensity; 0 switches the lever off.", source="the user", low=0, high=1
    )
    tiers: TierNames | None = setting(None, meaning="Tiers that are covered; all when left out.")
    segments: Names | None = setting(None, meaning="Segments that are covered; all when left out.")
    regions: Names | None = setting(None, meaning="Regions that are covered; all when left out.")
    tags: Names | None = setting(
        None, meaning="Tags that a customer's record must carry to be covered; none when left out."
    )
    cost_factor: float = number(
        1.0,
        unit="1",
        meaning="Multiplies the lever's costs for this retailer, for example .9 with a partner.",
        source=ASSUMPTION,
        low=0,
        high=10,
    )
