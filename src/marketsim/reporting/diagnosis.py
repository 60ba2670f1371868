"""Why a policy does what it does at a service desk: staff, load, and how wide the lane really is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import tier_people, touched_desks, vip_tier
from marketsim.reporting.numbers import plain
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL, BASE

_SHORT_WAIT = 0.2
_WIDE_LANE = 50.0
_OVERLOAD = 97.0
DESK_TITLES = {"contact": message("contact desk"), "field": message("field crews"), "case": message("case desk")}
"""What desks are called, in English; `desk_title` says it in the language of the edition."""


def desk_title(desk: str) -> str:
    """Return what a desk is called in the language of the edition."""
    return translated(DESK_TITLES[desk])


@dataclass(frozen=True)
class QueueRow:
    """A tier at a desk under a policy; NaN where there is nobody.

    Attributes:
        customer_pct: its share of the retailer's customers, %.
        ticket_pct: its share of the desk's tickets, %.
        servers: mean number on duty in the team that serves it.
        utilisation: of that team, %.
        busy_wait: mean wait in the busiest part of the month, minutes.
        sla: share of tickets within the standard, %.
    """

    policy: str
    desk: str
    tier: str
    customer_pct: float
    ticket_pct: float
    servers: float
    utilisation: float
    busy_wait: float
    sla: float


def queue_row(view: StudyView, policy: str, desk: str, tier: str) -> QueueRow:
    """Return what a tier meets at a desk under a policy."""

    def mean(name: str) -> float:
        return view.cell(policy, name, tier=tier).level.mean

    return QueueRow(
        policy,
        desk,
        tier,
        100.0 if tier == ALL else mean("customer_pct"),
        100.0 if tier == ALL else mean(f"ticket_share_{desk}"),
        mean(f"servers_{desk}"),
        mean(f"utilisation_{desk}"),
        mean(f"busy_wait_{desk}_minutes"),
        mean(f"sla_{desk}"),
    )


def standard_minutes(view: StudyView, desk: str) -> float:
    """Return the service standard of a desk of the focus retailer; NaN where it differs by region."""
    settings: dict[str, Any] = view.study["retailers"][view.focus].get("desks", {}).get(desk, {})
    minutes = float(settings.get("sla_minutes") or 0.0)
    if minutes:
        return minutes
    regions = view.study.get("market", {}).get("regions", {})
    standards = {float(region["field_sla_minutes"]) for region in regions.values()}
    return standards.pop() if len(standards) == 1 else math.nan


def sla_target(view: StudyView, desk: str) -> float:
    """Return the share of tickets within the standard for which a desk is staffed, %."""
    settings = view.study["retailers"][view.focus].get("desks", {}).get(desk, {})
    return 100 * float(settings.get("sla_target", math.nan))


def diagnosis(view: StudyView, policy: str) -> tuple[str, ...]:
    """Return sentences that say why a policy has the effect it has on waits."""
    desk = touched_desks(view)[0]
    return tuple(text for text in (_load(view, desk), _width(view, policy, desk), _reason(view, policy, desk)) if text)


def _load(view: StudyView, desk: str) -> str:
    row = queue_row(view, BASE, desk, ALL)
    if not math.isfinite(row.busy_wait):
        return ""
    return say(
        "The {desk} of {retailer} in the base: {servers} on duty in the mean team, busy {utilisation} % of the time; "
        "customers wait {wait} min in the busiest hours and {sla} % are served within the standard.",
        desk=desk_title(desk),
        retailer=view.focus,
        servers=plain(row.servers, 1),
        utilisation=plain(row.utilisation, 0),
        wait=plain(row.busy_wait, 1),
        sla=plain(row.sla, 0),
    )


def _width(view: StudyView, policy: str, desk: str) -> str:
    tier = vip_tier(view)
    if tier is None:
        return ""
    row = queue_row(view, policy, desk, tier)
    energy = view.cell(policy, "energy_pct", tier=tier).level.mean
    if not (math.isfinite(row.ticket_pct) and math.isfinite(row.customer_pct)):
        return ""
    place = say("In the base") if policy == BASE else say("Under {policy}", policy=policy)
    widths = _widths(row)
    if math.isfinite(energy):
        widths = say("{widths} and {energy} % of the energy", widths=widths, energy=f"{energy:.0f}")
    return say("{place} the {people} are {widths}.", place=place, people=tier_people(tier), widths=widths)


def _widths(row: QueueRow) -> str:
    places = {"customers": f"{row.customer_pct:.1f}", "tickets": f"{row.ticket_pct:.0f}"}
    if abs(row.ticket_pct - row.customer_pct) < 0.25 * row.customer_pct:
        return say("{customers} % of the customers and {tickets} % of the desk's tickets", **places)
    return say("{customers} % of the customers but {tickets} % of the desk's tickets", **places)


def _reason(view: StudyView, policy: str, desk: str) -> str:
    base, tier = queue_row(view, BASE, desk, ALL), vip_tier(view)
    if base.utilisation >= _OVERLOAD:
        return say("The desk is overloaded: its queue is a matter of staff before it is one of order.")
    if base.busy_wait < _SHORT_WAIT * standard_minutes(view, desk):
        return say("Waits are short against the standard, so the order of service can change little.")
    if tier and queue_row(view, policy, desk, tier).ticket_pct > _WIDE_LANE:
        return say("Most tickets are in the lane, so those in it wait for each other and gain little.")
    return ""
