"""The handful of key figures that every answer, table and overview chart shows, and how each is printed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.language import kpi_title, message, say, segment_name, translated
from marketsim.reporting.numbers import (
    Scale,
    digits_for,
    digits_with_sign,
    interval,
    plain,
    scale_for,
    signed,
)
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import Kpi, kpi
from marketsim.results.tables import ALL, BASE, MARKET
from marketsim.scenario.service import DESKS, TIERS

PROFIT = "profit_cny_per_year"
ORDINARY = "ordinary"
_FAVOURED = TIERS[:-1]
_DESK_IN_PATH = re.compile(r"^retailers\.[^.]+\.desks\.([^.]+)\.")
_TIER_TITLES = {
    "key": message("VIP"),
    "quality": message("quality"),
    "loyal": message("loyal"),
    ORDINARY: message("ordinary"),
    ALL: message("all customers"),
}
_TIER_PEOPLE = {
    "key": message("VIPs"),
    "quality": message("quality customers"),
    "loyal": message("loyal customers"),
    ORDINARY: message("ordinary customers"),
    ALL: message("customers"),
}
_NAMES_OF_PEOPLE = ("Gini",)


def tier_title(tier: str) -> str:
    """Return what a tier is called in tables: the key tier is the VIPs."""
    return translated(_TIER_TITLES.get(tier, tier))


def tier_people(tier: str) -> str:
    """Return what the customers of a tier are called in a sentence."""
    return translated(_TIER_PEOPLE[tier]) if tier in _TIER_PEOPLE else say("{tier} customers", tier=tier)


def title_in_sentence(kpi: Kpi) -> str:
    """Return what a key figure is called inside a sentence: in English with a small letter, unless it is an acronym."""
    title = kpi_title(kpi)
    if is_chinese() or title[1:2].isupper() or title.startswith(_NAMES_OF_PEOPLE):
        return title
    return title[:1].lower() + title[1:]


def headline_name(measure: Measure) -> str:
    """Return what a headline measure is called inside a sentence: waits without the name of their desk."""
    if measure.kpi.name.startswith("busy_wait"):
        return say("busy-hour wait")
    return title_in_sentence(measure.kpi)


def with_unit(title: str, unit: str) -> str:
    """Return a title with its unit, for heads and axes; the title alone where there is no unit.

    Args:
        title: the title in the language of the edition.
        unit: the unit in the language of the edition.
    """
    if not unit:
        return title
    if is_chinese() and title.endswith("）"):  # one pair of brackets is enough
        return f"{title[:-1]}，{unit}）"
    return say("{title}, {unit}", title=title, unit=unit)


def amount(number: str, unit: str) -> str:
    """Return a printed number with its unit, which Chinese sets without a blank where it is a per cent sign."""
    return f"{number}{unit}" if is_chinese() and unit.startswith("%") else f"{number} {unit}".strip()


@dataclass(frozen=True)
class Measure:
    """A key figure of the focus retailer (or another, or the market): of all its customers, a tier or a segment."""

    kpi: Kpi
    tier: str = ALL
    segment: str = ALL
    retailer: str | None = None

    @property
    def title(self) -> str:
        """Title with the retailer, segment and tier that it is of."""
        groups = [segment_name(self.segment)] if self.segment != ALL else []
        groups += [tier_title(self.tier)] if self.tier != ALL else []
        return ("·" if is_chinese() else ", ").join([self._of_retailer(kpi_title(self.kpi)), *groups])

    def _of_retailer(self, title: str) -> str:
        """Add the retailer to a title, where it is not that of the focus: before what follows a comma."""
        if not self.retailer:
            return title
        name, comma, rest = title.partition(",")
        if self.retailer == MARKET:
            return say("{figure} in the market", figure=name) + comma + rest
        return say("{figure} of {retailer}", figure=name, retailer=self.retailer) + comma + rest

    def cell(self, view: StudyView, policy: str) -> Cell:
        """Return its row of the summary under a policy."""
        return view.cell(policy, self.kpi.name, segment=self.segment, tier=self.tier, retailer=self.retailer)

    def worlds(self, view: StudyView) -> pd.DataFrame:
        """Return its values, a row per world and a column per policy, the base first."""
        return view.worlds(self.kpi.name, segment=self.segment, tier=self.tier, retailer=self.retailer)

    def exists(self, view: StudyView) -> bool:
        """Tell whether it has a value in the base or under any policy."""
        return any(math.isfinite(self.cell(view, policy).level.mean) for policy in (BASE, *view.policies))


NEARLY_NONE = "≈0"
"""Stands for a difference of which no digit that is printed is other than zero, and so for its interval."""


@dataclass(frozen=True)
class Printer:
    """Prints one measure under all policies alike: the same unit and digits."""

    measure: Measure
    scale: Scale
    level_digits: int
    difference_digits: int

    def level(self, cell: Cell) -> str:
        """Return the mean."""
        return plain(cell.level.mean / self.scale.divisor, self.level_digits)

    def level_interval(self, cell: Cell) -> str:
        """Return the mean and its interval."""
        low, high = cell.level.low / self.scale.divisor, cell.level.high / self.scale.divisor
        return f"{self.level(cell)} {interval(low, high, self.level_digits)}".strip()

    def difference(self, cell: Cell) -> str:
        """Return the paired difference and its interval."""
        value, low, high = (
            number / self.scale.divisor for number in (cell.difference.mean, cell.difference.low, cell.difference.high)
        )
        digits = digits_with_sign(low, high, self.difference_digits)
        if value != 0 and all(not math.isfinite(end) or round(end, digits) == 0 for end in (value, low, high)):
            return NEARLY_NONE
        ends = "" if low == high == 0 else interval(low, high, digits)
        return f"{signed(value, digits)} {ends}".strip()

    def difference_with_unit(self, cell: Cell) -> str:
        """Return the paired difference, its interval and its unit."""
        return amount(self.difference(cell), self.scale.difference_unit)

    def level_with_unit(self, cell: Cell) -> str:
        """Return the mean, its interval and its unit."""
        return amount(self.level_interval(cell), self.scale.unit)


def printer_for(view: StudyView, measure: Measure) -> Printer:
    """Return the printer of a measure: its scale and digits suit all policies."""
    cells = [measure.cell(view, policy) for policy in (BASE, *view.policies)]
    scale = scale_for(measure.kpi, [number for cell in cells for number in (cell.level.mean, cell.difference.mean)])
    levels = [cell.level.half_width / scale.divisor for cell in cells]
    differences = [cell.difference.half_width / scale.divisor for cell in cells]
    return Printer(
        measure,
        scale,
        digits_for(levels, 1, most=2),
        digits_for(differences, measure.kpi.digits or 1, most=2),
    )


def has_other_members(view: StudyView, measure: Measure) -> bool:
    """Tell whether a measure is of other customers than in the base under some policy."""
    return any(measure.cell(view, policy).verdict == Verdict.OTHER_MEMBERS for policy in view.policies)


def has_own_reference(view: StudyView, measure: Measure) -> bool:
    """Tell whether a measure is compared with the base under the policy's tier rules, under some policy."""
    return any(measure.cell(view, policy).has_own_reference for policy in view.policies)


def vip_tier(view: StudyView) -> str | None:
    """Return the best tier that has customers in the base or under a policy, the ordinary one left out."""
    return next((tier for tier in _FAVOURED if view.has("satisfaction", tier=tier)), None)


def served_tiers(view: StudyView) -> tuple[str, ...]:
    """Return the tiers that are compared: VIPs and ordinary customers, or all where there are no VIPs."""
    best = vip_tier(view)
    return (best, ORDINARY) if best else (ALL,)


def touched_desks(view: StudyView) -> tuple[str, ...]:
    """Return the service desks that some policy changes; the contact desk where none does."""
    paths = [path for changes in view.study.get("policies", {}).values() for path in changes]
    found = {match.group(1) for path in paths if (match := _DESK_IN_PATH.match(path))}
    return tuple(desk for desk in DESKS if desk in found) or ("contact",)


def shown_measures(view: StudyView) -> tuple[Measure, ...]:
    """Return the measures that the study asks to be shown, in its order; the headline measures where it asks for none."""
    asked = view.study.get("show") or ()
    if not asked:
        return headline_measures(view)
    return tuple(
        Measure(kpi(entry["kpi"]), entry.get("tier") or ALL, entry.get("segment") or ALL, entry.get("retailer"))
        for entry in asked
    )


def headline_measures(view: StudyView) -> tuple[Measure, ...]:
    """Return profit, shares, and satisfaction and busy-hour waits of VIPs and ordinary customers."""
    wait = f"busy_wait_{touched_desks(view)[0]}_minutes"
    tiers = served_tiers(view)
    return (
        *(Measure(kpi(name)) for name in (PROFIT, "share_energy", "share_customers")),
        *(Measure(kpi("satisfaction"), tier) for tier in tiers),
        *(Measure(kpi(wait), tier) for tier in tiers),
    )
