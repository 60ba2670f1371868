"""How the population of retailers changes: entry, exit and imitation (M14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketsim.scenario.fields import ASSUMPTION, Name, Section, number, part, setting
from marketsim.scenario.strategy import Strategy as Strategy


class Entry(Section):
    """Retailers of the study that wait for a market worth entering (`strategy.enters: when_profitable`)."""

    enabled: bool = setting(False, meaning="Whether retailers enter by themselves.")
    hazard: float = number(
        0.05,
        unit="1/month",
        meaning="Hazard of entry of each waiting retailer for every time that the margin exceeds the threshold by itself.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    margin_threshold_cny_per_mwh: float = number(
        10.0,
        unit="CNY/MWh",
        meaning="Mean gross margin of the market (sales less energy, last three months) above which entry begins.",
        source="ASSUMPTION; the middle of the observed 3-20",
        low=0.01,
        high=1e5,
    )
    max_firms: int = number(
        50,
        unit="retailers",
        meaning="Retailers beyond which nobody enters by himself.",
        source=ASSUMPTION,
        low=1,
        high=1000,
    )
    capital_cny: float = number(
        100e6,
        unit="CNY",
        meaning="Cash of a retailer that enters later, by itself or by an event.",
        source="ASSUMPTION; access rules for retail companies in China ask for assets of 20 to 200 million CNY by size",
        low=0,
        high=1e12,
    )


class Exit(Section):
    """Retailers whose money is gone stop selling."""

    enabled: bool = setting(False, meaning="Whether retailers leave the market when their money is gone.")
    months: int = number(
        3,
        unit="months",
        meaning="Months in a row that end without money after which a retailer leaves.",
        source=ASSUMPTION,
        low=1,
        high=120,
    )
    financed_share: float = number(
        1.0,
        unit="1",
        meaning="Share of unpaid bills against which a retailer can borrow; its money is cash and that.",
        source="ASSUMPTION; the books charge interest on all unpaid bills, as if a bank held them",
        low=0,
        high=1,
    )


class Imitation(Section):
    """Retailers copy what they see the most profitable rival do for its customers."""

    enabled: bool = setting(False, meaning="Whether retailers copy levers.")
    hazard: float = number(
        0.05,
        unit="1/month",
        meaning="Hazard of copying the visible levers of the most profitable rival.",
        source=ASSUMPTION,
        low=0,
        high=100,
        plausible=(0.0, 0.15),
    )
    hidden_levers: Annotated[tuple[Name, ...], Field(strict=False)] = setting(
        ("ai_service", "info_system", "portrait", "quality_control", "simplify_process", "staff_training"),
        meaning="Levers that rivals cannot see; a name without a lever is ignored.",
        source="ASSUMPTION; what happens inside a firm",
    )


class Adaptation(Section):
    """How the population of retailers changes; all off by default."""

    entry: Entry = part(Entry, meaning="Entry of retailers that wait.")
    exit: Exit = part(Exit, meaning="Exit of retailers without money.")
    imitation: Imitation = part(Imitation, meaning="Copying of levers.")
