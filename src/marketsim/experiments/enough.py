"""As many worlds as it takes: the main runs of a study, with worlds added until a difference is known well enough."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from marketsim.experiments.campaign import Wanted
from marketsim.experiments.plan import Plan, runs
from marketsim.experiments.run_log import RunLog
from marketsim.results.statistics.stopping import REPLICATION_COLUMNS, REPLICATIONS, differences_asked, next_worlds
from marketsim.results.statistics.stopping import replications as table_of
from marketsim.scenario.replications import Until


def run_main(log: RunLog) -> None:
    """Carry out the main runs; where the study asks for a precision, the plan grows until it is reached.

    The table `results.statistics.stopping.REPLICATIONS` is added to the answers then.
    """
    campaign = log.campaign
    until = campaign.scenario.study.run.stopping()
    campaign.run("runs", log.plan.main)
    while until is not None:
        worlds = log.worlds()
        wanted = _wanted(log, until, worlds)
        if wanted <= worlds:
            log.answers[REPLICATIONS] = _table(log, until)
            return
        log.plan = with_worlds(log.plan, wanted)
        campaign.run(f"runs, up to {wanted} worlds", log.plan.main)


def with_worlds(plan: Plan, worlds: int) -> Plan:
    """Return a plan with another number of worlds for its main runs."""
    return replace(plan, main=runs(plan.policies, worlds, rules=plan.rules[""].values()))


def _figures(log: RunLog, until: Until) -> tuple[pd.DataFrame | None, Wanted]:
    focus = log.campaign.scenario.study.focus
    wanted = Wanted(frozenset({focus}), frozenset({until.kpi}), segments=False)
    return log.campaign.kpis(log.main_keys(), wanted), wanted


def _wanted(log: RunLog, until: Until, worlds: int) -> int:
    """Return how many worlds there should be."""
    kpis, wanted = _figures(log, until)
    if kpis is None:
        return worlds
    focus = log.campaign.scenario.study.focus
    policies, found = differences_asked(kpis, until, focus, log.partners("", wanted))
    if not policies:
        return worlds
    return next_worlds(found, until, worlds)


def _table(log: RunLog, until: Until) -> pd.DataFrame:
    kpis, wanted = _figures(log, until)
    if kpis is None:
        return pd.DataFrame(columns=list(REPLICATION_COLUMNS))
    return table_of(kpis, until, log.campaign.scenario.study.focus, log.partners("", wanted))
