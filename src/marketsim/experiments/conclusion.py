"""From the runs of a study to its results: summary, checks, tables and manifest, put in place at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread

import pandas as pd

from marketsim.errors import ResultsError
from marketsim.experiments.campaign import Wanted
from marketsim.experiments.run_log import RunLog, count, runs_frame, status_of, timings_frame
from marketsim.results.key_figures import KPIS
from marketsim.results.manifest import build
from marketsim.results.statistics.checks import HEADLINES, check_differences
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.figures import CUSTOMER_PCT, ranked_figures
from marketsim.results.statistics.partners import LABELS, Partners
from marketsim.results.statistics.ranking import RANKING, ranking
from marketsim.results.statistics.returns import NEEDED, returns
from marketsim.results.storage import store
from marketsim.results.storage.batches import writing
from marketsim.results.storage.folders import Stage, read_manifest
from marketsim.results.storage.store import Contents
from marketsim.results.tables import ALL

_CELLS_AT_ONCE = 750_000
"""Key figures of runs that are in memory at the same time."""


def conclude(log: RunLog, command: str) -> bool:
    """Write the results of a study that is finished, or was interrupted.

    Complete results of another study are not replaced by those of an interrupted one.

    Args:
        log: what came of the study.
        command: the command that makes the results again.

    Returns:
        Whether results were written.

    Raises:
        ResultsError: they cannot be written.
    """
    folder = log.campaign.folder
    with uninterrupted(), writing(folder):
        log.campaign.progress.say("writing results")
        contents = _contents(log, command)
        if log.interrupted and is_complete(folder):
            return False
        with Stage(folder) as stage:
            keys = log.main_keys()
            store.write(stage.folder, contents, lambda table: log.campaign.tables(table, keys))
            stage.commit()
    return True


def is_complete(folder: Path) -> bool:
    """Tell whether a folder holds complete results already."""
    try:
        return bool(read_manifest(folder)["status"] == "complete")
    except ResultsError:
        return False


def _contents(log: RunLog, command: str) -> Contents:
    parts, scenario = log.parts(), log.campaign.scenario
    status = status_of(parts, interrupted=log.interrupted)
    counts = {name: count(outcomes) for name, outcomes in parts.items()}
    log.answers.update(_rankings(log))
    return Contents(
        manifest=build(scenario, status=status, policies=log.plan.policies, counts=counts, command=command),
        runs=runs_frame(parts),
        timings=timings_frame(parts),
        summary=summary_of(log),
        checks=_checks(log),
        answers=log.answers,
    )


def summary_of(log: RunLog) -> pd.DataFrame:
    """Return the summary of all key figures, some figures at a time, so that memory does not grow with the runs."""
    groups = _groups(log)
    parts = [summarise(kpis, partners=log.partners("", wanted)) for wanted in groups for kpis in _kpis(log, wanted)]
    earned = [returns(kpis) for kpis in _kpis(log, Wanted(names=NEEDED, segments=False))]
    found = [part for part in parts if len(part)]
    found += [part.astype(found[0].dtypes) for part in earned if len(part) and found]
    return pd.concat(found).sort_values(LABELS, ignore_index=True) if found else parts[0]


def _kpis(log: RunLog, wanted: Wanted) -> list[pd.DataFrame]:
    kpis = log.campaign.kpis(log.main_keys(), wanted)
    return [] if kpis is None else [kpis]


def _groups(log: RunLog) -> list[Wanted]:
    """Return the key figures in as many groups as it takes for one to fit into memory."""
    keys = log.campaign.done(log.main_keys())
    rows = log.campaign.rows_of_kpis(keys[:1]) * len(keys)
    names = [kpi.name for kpi in KPIS]
    count = max(1, -(-rows // _CELLS_AT_ONCE))
    size = -(-len(names) // count)
    return [Wanted(names=frozenset(names[start : start + size])) for start in range(0, len(names), size)]


def _rankings(log: RunLog) -> dict[str, pd.DataFrame]:
    """Return the ranking of policies, as an answer; nothing where there is no policy."""
    study = log.campaign.scenario.study
    figures = ranked_figures(study.focus, study.show)
    wanted = Wanted(
        frozenset(figure.retailer for figure in figures),
        frozenset({*(figure.kpi for figure in figures), CUSTOMER_PCT}),
        segments=any(figure.segment != ALL for figure in figures),
    )
    kpis = log.campaign.kpis(log.main_keys(), wanted)
    if kpis is None or not log.plan.policies:
        return {}
    return {RANKING: ranking(kpis, study.focus, study.show, log.partners("", wanted))}


def _checks(log: RunLog) -> pd.DataFrame:
    study = log.campaign.scenario.study
    wanted = Wanted(frozenset({study.focus}), frozenset(name for name, _ in HEADLINES), segments=False)
    partners = {check: log.partners(check, wanted) for check in log.plan.rules}
    main = log.campaign.kpis(log.main_keys(), wanted)
    return check_differences(log.check_kpis(wanted), study.assumptions, study.focus, main, partners or {"": Partners()})


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Leave interruptions aside for the moment it takes to write what has been computed."""
    if current_thread() is not main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)
