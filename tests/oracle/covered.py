"""What the oracle does not have, switched off in the scenarios that it is compared on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from marketsim.scenario.adaptation import Adaptation
from marketsim.scenario.changes import with_policy
from marketsim.scenario.events import (
    AlternativePriceShock,
    Breach,
    Closure,
    CreditShock,
    DemandShock,
    LeverChange,
    Opening,
    OutageStorm,
    PriceShock,
    Regulation,
    TicketSurge,
)
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.strategy import Strategy
from marketsim.scenario.study import Study

KNOWN_EVENTS = (
    AlternativePriceShock,
    Breach,
    Closure,
    CreditShock,
    DemandShock,
    LeverChange,
    Opening,
    OutageStorm,
    PriceShock,
    Regulation,
    TicketSurge,
)
"""Events that the oracle knows; entries and exits it does not."""


def load_covered(path: Path, agents: int, months: int, warmup_months: int) -> Scenario:
    """Load a scenario, cut to a few months; what the oracle does not have is switched off."""
    market = load_scenario(path, {"run.agents": agents})
    run = market.study.run.model_copy(
        update={"months": months, "warmup_months": warmup_months, "evaluate_from_month": None}
    )
    return replace(market, study=switched_off(market.study.model_copy(update={"run": run})))


def policy_of(market: Scenario, name: str) -> Study:
    """Return a policy of a covered scenario, covered as well."""
    return switched_off(with_policy(market, name))


def switched_off(study: Study) -> Study:
    """Return the study with retailers that never adapt, and without events that the oracle does not know."""
    retailers = {
        name: retailer.model_copy(update={"strategy": Strategy()}) for name, retailer in study.retailers.items()
    }
    known = [event for event in study.events if isinstance(event, KNOWN_EVENTS)]
    events = tuple(event for event in known if event.month < study.run.months)
    return study.model_copy(update={"retailers": retailers, "events": events, "adaptation": Adaptation()})
