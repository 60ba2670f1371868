"""How many runs a study takes, how many of them are stored already, and how long the others take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from marketsim.experiments.campaign import Campaign
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.plan import RunKey, plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.runs import DONE, FAILED
from marketsim.experiments.sweep import planned_settings
from marketsim.experiments.workers import Receive
from marketsim.results.storage.run_id import RunIds
from marketsim.results.storage.run_store import RunStore, sibling_stores
from marketsim.scenario.loaded import Scenario

MONTHLY_BYTES, FIGURES_BYTES = 270_000, 16_000
"""Disk that a run takes with and without its monthly tables; measured with four retailers, six segments and 60 months."""


@dataclass(frozen=True)
class Forecast:
    """What is to be run.

    Attributes:
        runs: runs in all, each counted once.
        stored: how many of them are stored in the folder already.
        elsewhere: how many more are stored in other studies beside it.
        failed: how many failed before; they are not run again unless asked for.
        seconds: mean time of the stored runs; None where there is none.
        disk_bytes: disk that the missing ones will take.
    """

    runs: int
    stored: int
    elsewhere: int
    failed: int
    seconds: float | None
    disk_bytes: int

    @property
    def missing(self) -> int:
        """How many are to be carried out."""
        return self.runs - self.stored - self.elsewhere - self.failed


class _Nobody:
    """Carries out nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, keys: Iterable[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        raise NotImplementedError("a forecast runs nothing")


def forecast_study(scenario: Scenario, folder: Path, *, checks: bool, retry_failed: bool = False) -> Forecast:
    """Return what `run_study` would run; worlds that may be added later, and break-even searches, are not counted."""
    campaign = _campaign(scenario, folder, retry_failed)
    runs = plan(scenario.study, checks=checks)
    names = [name for name, sweep in scenario.study.sweep.items() if sweep.with_run]
    return _forecast(campaign, [*runs.main, *runs.checks, *_sweep_keys(campaign, names)])


def forecast_sweeps(scenario: Scenario, folder: Path, names: Sequence[str], *, retry_failed: bool = False) -> Forecast:
    """Return what the sweeps named would run; worlds that may be added later are not counted."""
    campaign = _campaign(scenario, folder, retry_failed)
    return _forecast(campaign, _sweep_keys(campaign, names))


def _campaign(scenario: Scenario, folder: Path, retry_failed: bool) -> Campaign:
    return Campaign(scenario, folder, RunStore(folder), _Nobody(), Silent(), RunIds(scenario), retry_failed)


def _sweep_keys(campaign: Campaign, names: Sequence[str]) -> Iterable[RunKey]:
    laboratory = Laboratory(campaign, campaign.scenario.study.run.first_worlds())
    for name in names:
        for setting in planned_settings(name, laboratory):
            yield from setting.all_keys


def _forecast(campaign: Campaign, keys: Iterable[RunKey]) -> Forecast:
    unique: dict[str, bool] = {}
    for key in campaign.named(keys):
        unique[key.run] = unique.get(key.run, False) or key.monthly
    statuses = {run: campaign.store.status(run, monthly=monthly) for run, monthly in unique.items()}
    wanted = ("", FAILED) if campaign.retry_failed else ("",)
    missing = {run: monthly for run, monthly in unique.items() if statuses[run] in wanted}
    others = [RunStore(place) for place in sibling_stores(campaign.folder)]
    found = {r for r, monthly in missing.items() if any(o.status(r, monthly=monthly) == DONE for o in others)}
    left = [monthly for run, monthly in missing.items() if run not in found]
    done = sum(status == DONE for status in statuses.values())
    return Forecast(
        runs=len(unique),
        stored=done,
        elsewhere=len(found),
        failed=len(unique) - done - len(missing),
        seconds=_mean_seconds(campaign.store),
        disk_bytes=sum(MONTHLY_BYTES + FIGURES_BYTES if monthly else FIGURES_BYTES for monthly in left),
    )


def _mean_seconds(store: RunStore) -> float | None:
    seconds = [record.seconds for record in store.records(list(store)).values() if record.status == DONE]
    return sum(seconds) / len(seconds) if seconds else None
