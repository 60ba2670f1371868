"""With whom a policy is compared: the base, or the base with the policy's tier rules where figures are of tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.tables import ALL, BASE
from marketsim.scenario.tier_rules import RuleSet

FloatArray = NDArray[np.float64]

LABELS = ["policy", "retailer", "segment", "tier", "kpi"]
BETWEEN_TIERS = ("satisfaction_gap",)
"""Figures that compare tiers of a retailer as a whole with each other."""


def by_world(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return KPIs with a row for each of `LABELS` and a column for each world."""
    plain = kpis.astype(dict.fromkeys(LABELS, str))
    return plain.set_index([*LABELS, "replication"])["value"].unstack("replication").sort_index()


def about_tiers(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that describe tiers, or compare them."""
    return kpis[(kpis["tier"] != ALL) | kpis["kpi"].isin(BETWEEN_TIERS)]


@dataclass(frozen=True)
class Partners:
    """Reference runs of policies that change who belongs to a tier: the base with these rules.

    The members of a tier differ between the base and such a policy. A difference between the two would mix what the
    policy does to people with who they are; against the base with the policy's rules it compares like with like. What
    tiers bring in the base (discounts, priority, levers) their new members have in the reference as well.

    Attributes:
        rules: the tier rules of those policies that change them, by policy.
        kpis: KPIs of the reference runs; those about tiers will do.
    """

    rules: Mapping[str, RuleSet] = field(default_factory=dict)
    kpis: pd.DataFrame | None = None

    @cached_property
    def _values(self) -> pd.DataFrame | None:
        return None if self.kpis is None else by_world(about_tiers(self.kpis))

    def concerns(self, policy: str, labels: pd.MultiIndex) -> NDArray[np.bool_]:
        """Return which rows of a policy, named by all `LABELS` but the policy, are compared with a reference run."""
        rules = self.rules.get(policy)
        if rules is None:
            return np.zeros(len(labels), dtype=np.bool_)
        retailer, tier, kpi = (labels.get_level_values(name) for name in ("retailer", "tier", "kpi"))
        found = retailer.isin(list(rules.retailers)) & ((tier != ALL) | kpi.isin(BETWEEN_TIERS))
        return np.asarray(found, dtype=np.bool_)

    def name(self, policy: str) -> str:
        """Return what its reference runs are called; ``base`` where it has none."""
        return self.rules[policy].name if policy in self.rules else BASE

    def values(self, policy: str, labels: pd.MultiIndex, worlds: pd.Index[Any], base: FloatArray) -> FloatArray:
        """Return the values of a policy's partner, labels x worlds; NaN where it has none.

        Args:
            policy: the policy.
            labels: the rows, named by all `LABELS` but the policy.
            worlds: the columns.
            base: the values of the base.
        """
        rows = self.concerns(policy, labels)
        if not rows.any():
            return base
        found = base.copy()
        found[rows] = self._of_reference(policy, labels[rows], worlds)
        return found

    def _of_reference(self, policy: str, labels: pd.MultiIndex, worlds: pd.Index[Any]) -> FloatArray:
        if self._values is None:
            return np.full((len(labels), len(worlds)), np.nan)
        frame = labels.to_frame(index=False).assign(policy=self.name(policy))
        found = self._values.reindex(index=pd.MultiIndex.from_frame(frame[LABELS]), columns=worlds)
        return found.to_numpy(dtype=np.float64)
