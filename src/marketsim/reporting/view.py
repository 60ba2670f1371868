"""A study's results as a report reads them: the focus retailer, its policies, single cells of the summary."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from marketsim.reporting.edition import current
from marketsim.reporting.estimates import NOTHING, Cell, Estimate, without_rounding
from marketsim.reporting.language import say
from marketsim.reporting.numbers import counted
from marketsim.reporting.study_data import StudyData as StudyData
from marketsim.results.statistics.partners import BETWEEN_TIERS
from marketsim.results.tables import ALL, BASE

_SIZE = "customer_pct"
_OTHER_SIZE = 0.1
_OF_THE_TIER_ITSELF = ("customer_pct", "energy_pct", "ticket_share_", "servers_", "utilisation_", "share_")


class StudyView:
    """Read access to one study's results, for one retailer."""

    def __init__(self, result: StudyData, retailer: str = "") -> None:
        """Keep the results; nothing is read yet.

        Args:
            result: the results of a study.
            retailer: whose view it is; that of the study's focus retailer where none is given.
        """
        self.result = result
        self._retailer = retailer
        self.study: Mapping[str, Any] = result.manifest["scenario"]
        self._tables: dict[str, pd.DataFrame] = {}

    def table(self, name: str) -> pd.DataFrame:
        """Return a monthly table of all runs; it is read once."""
        if name not in self._tables:
            self._tables[name] = self.result.table(name)
        return self._tables[name]

    @property
    def name(self) -> str:
        """Name of the study."""
        return str(self.result.manifest.get("name", self.result.folder.name))

    @property
    def focus(self) -> str:
        """The retailer whose decision it is, or whose view the report takes."""
        return self._retailer or self.decider

    @property
    def decider(self) -> str:
        """The study's focus retailer: ranks and assumption checks are made for it alone."""
        return str(self.study["focus"])

    @property
    def is_of_rival(self) -> bool:
        """Whether the view is that of another retailer than the study's focus."""
        return self.focus != self.decider

    @property
    def question(self) -> str:
        """The question of the study; its title or name where none was given."""
        return self.text("question") or self.text("title") or self.name

    def text(self, name: str) -> str:
        """Return the study's title, question or expectation, in the language of the edition where the scenario has it so."""
        translations = self.study.get("report", {}).get("texts", {}).get(current().language, {})
        return str(translations.get(name) or self.study.get(name) or "")

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Policies of which there is any value, in the order of the scenario; the base is not one of them."""
        summary = self.result.summary
        present = set(summary.loc[summary["mean"].notna(), "policy"])
        return tuple(policy for policy in self.study.get("policies", {}) if policy in present)

    @property
    def retailers(self) -> tuple[str, ...]:
        """All retailers by name."""
        return tuple(sorted(self.study["retailers"]))

    @property
    def segments(self) -> tuple[str, ...]:
        """Contestable segments that the focus retailer serves, in the order of the scenario."""
        summary = self.result.summary
        present = set(summary.loc[summary["retailer"] == self.focus, "segment"])
        return tuple(segment for segment in self.study["segments"] if segment in present)

    @property
    def run_settings(self) -> Mapping[str, Any]:
        """The study's `run` section."""
        settings: Mapping[str, Any] = self.study["run"]
        return settings

    @property
    def months(self) -> int:
        """Length of a run."""
        return int(self.run_settings["months"])

    @property
    def warmup(self) -> int:
        """Month in which policies begin."""
        return int(self.run_settings["warmup_months"])

    @property
    def first_evaluated(self) -> int:
        """First month that enters the summary."""
        given = self.run_settings.get("evaluate_from_month")
        return int(given) if given is not None else min(self.warmup + 12, max(self.warmup, self.months - 1))

    @property
    def period(self) -> str:
        """The evaluated months in words, counted from 1 as people do."""
        if self.first_evaluated + 1 == self.months:
            return say("month {month}", month=self.months)
        return say("months {first} to {last}", first=self.first_evaluated + 1, last=self.months)

    @property
    def contestable_segments(self) -> tuple[str, ...]:
        """Segments whose customers may choose their retailer."""
        segments = self.study["segments"]
        return tuple(name for name in segments if segments[name].get("contestable", True))

    @property
    def footer(self) -> str:
        """What stands under every figure and table: worlds, interval, seed and scenario."""
        count = self.replications
        interval = say("95 % intervals") if count > 1 else say("no interval")
        return f"n = {counted(count, 'replication')} · {interval} · {self.period} · {self.origin}"

    @property
    def origin(self) -> str:
        """Seed and scenario hash."""
        manifest = self.result.manifest
        return say("seed {seed} · scenario {hash}", seed=manifest["seed"], hash=manifest["short_hash"])

    @property
    def replications(self) -> int:
        """Largest number of worlds behind a number of the summary."""
        counts = self.result.summary["n"]
        return int(counts.max()) if len(counts) else 0

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str, str, str], Cell]:
        columns = ["policy", "retailer", "segment", "tier", "kpi", "n"]
        values = ["mean", "low", "high", "diff", "diff_low", "diff_high", "p_better", "reference"]
        cells = {}
        summary = self.result.summary
        summary = summary if "reference" in summary else summary.assign(reference="")  # stored before there were any
        for row in summary[columns + values].itertuples(index=False):
            policy, retailer, segment, tier, kpi, n, mean, low, high, diff, diff_low, diff_high, p, reference = row
            level = Estimate(int(n), float(mean), float(low), float(high))
            difference = without_rounding(Estimate(int(n), float(diff), float(diff_low), float(diff_high)), level.mean)
            same = (
                reference not in ("", BASE)
                or not self._is_of_members(kpi, tier)
                or (policy, retailer, tier) not in self._tiers_with_others
            )
            cells[policy, retailer, segment, tier, kpi] = Cell(
                policy, level, difference, float(p) if same else math.nan, same, str(reference) or BASE
            )
        return cells

    @staticmethod
    def _is_of_members(kpi: str, tier: str) -> bool:
        """Tell whether a figure describes the customers of a tier, not the tier's size or the team that serves it."""
        return kpi in BETWEEN_TIERS or (tier != ALL and not kpi.startswith(_OF_THE_TIER_ITSELF))

    @cached_property
    def _tiers_with_others(self) -> frozenset[tuple[str, str, str]]:
        """Policy, retailer and tier wherever a tier holds a tenth more or fewer of the customers than in the base.

        Tier ``all`` stands for what compares tiers with each other.
        """
        rows = self.result.summary
        rows = rows[(rows["kpi"] == _SIZE) & (rows["segment"] == ALL) & (rows["tier"] != ALL)]
        columns = ["policy", "retailer", "tier", "mean"]
        sizes = {(str(p), str(r), str(t)): float(mean) for p, r, t, mean in rows[columns].itertuples(index=False)}
        found: set[tuple[str, str, str]] = set()
        for (policy, retailer, tier), size in sizes.items():
            base = sizes.get((BASE, retailer, tier), math.nan)
            if abs(size - base) > _OTHER_SIZE * base:
                found |= {(policy, retailer, tier), (policy, retailer, ALL)}
        return frozenset(found)

    def cell(self, policy: str, kpi: str, *, segment: str = ALL, tier: str = ALL, retailer: str | None = None) -> Cell:
        """Return a row of the summary for the focus retailer (or another); NaN where there is none."""
        key = (policy, retailer or self.focus, segment, tier, kpi)
        return self._cells.get(key, Cell(policy, NOTHING, NOTHING, math.nan))

    def cells(self) -> Collection[Cell]:
        """Return all rows of the summary."""
        return self._cells.values()

    def worlds(self, kpi: str, *, segment: str = ALL, tier: str = ALL, retailer: str | None = None) -> pd.DataFrame:
        """Return a KPI of the focus retailer (or another), a row per world and a column per policy, the base first."""
        kpis = self.result.kpis
        rows = kpis[
            (kpis["kpi"] == kpi)
            & (kpis["retailer"] == (retailer or self.focus))
            & (kpis["segment"] == segment)
            & (kpis["tier"] == tier)
        ]
        wide = rows.pivot(index="replication", columns="policy", values="value")
        return wide.reindex(columns=[BASE, *self.policies]).sort_index()

    def has(self, kpi: str, *, segment: str = ALL, tier: str = ALL) -> bool:
        """Tell whether the focus retailer has this KPI in the base or under any policy."""
        policies = (BASE, *self.policies)
        means = [self.cell(policy, kpi, segment=segment, tier=tier).level.mean for policy in policies]
        return any(math.isfinite(mean) for mean in means)
