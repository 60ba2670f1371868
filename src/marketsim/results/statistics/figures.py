"""The key figures in which policies are ranked, and whether all of them are of the same customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from marketsim.results.statistics.checks import HEADLINES
from marketsim.results.statistics.partners import BETWEEN_TIERS
from marketsim.results.tables import ALL, BASE

CUSTOMER_PCT = "customer_pct"
_OTHER_SIZE = 0.1
"""A tier that holds a tenth more or fewer of the customers than in the base has other members."""


class Wanted(Protocol):
    """A key figure that a study shows; `scenario.shown.Shown` is one."""

    @property
    def kpi(self) -> str:
        """Its name."""
        ...

    @property
    def retailer(self) -> str | None:
        """Whose it is; None for the focus retailer."""
        ...

    @property
    def segment(self) -> str | None:
        """Of which segment; None for all."""
        ...

    @property
    def tier(self) -> str:
        """Of which tier."""
        ...


@dataclass(frozen=True, order=True)
class Figure:
    """A key figure of a retailer (or the market): of all its customers, a segment or a tier."""

    retailer: str
    segment: str
    tier: str
    kpi: str

    @property
    def is_about_tiers(self) -> bool:
        """Whether it describes the customers of a tier, or compares tiers."""
        return self.tier != ALL or self.kpi in BETWEEN_TIERS

    def worlds(self, kpis: pd.DataFrame) -> pd.DataFrame:
        """Return its values, a row a policy and a column a world; empty where there is none."""
        rows = kpis[
            (kpis["kpi"] == self.kpi)
            & (kpis["tier"] == self.tier)
            & (kpis["segment"] == self.segment)
            & (kpis["retailer"] == self.retailer)
        ]
        plain = rows.astype({"policy": str})
        wide = plain.set_index(["policy", "replication"])["value"].unstack("replication").sort_index()
        found: pd.DataFrame = wide.loc[np.isfinite(wide.to_numpy(dtype=np.float64)).any(axis=1)]
        return found


def ranked_figures(focus: str, shown: Sequence[Wanted] = ()) -> tuple[Figure, ...]:
    """Return the headline figures of the focus retailer, and those that the study shows, each once."""
    headlines = [Figure(focus, ALL, tier, kpi) for kpi, tier in HEADLINES]
    asked = [Figure(each.retailer or focus, each.segment or ALL, each.tier, each.kpi) for each in shown]
    return tuple(dict.fromkeys([*headlines, *asked]))


def with_other_members(kpis: pd.DataFrame, figure: Figure, base: str = BASE) -> frozenset[str]:
    """Return the policies under which a tier has another size than in the base, so that it is of other people.

    For a figure that compares tiers, any tier counts; for a figure of all customers there is none.
    """
    if not figure.is_about_tiers:
        return frozenset()
    rows = kpis[(kpis["kpi"] == CUSTOMER_PCT) & (kpis["retailer"] == figure.retailer) & (kpis["segment"] == ALL)]
    rows = rows[(rows["tier"] != ALL) if figure.tier == ALL else (rows["tier"] == figure.tier)]
    sizes = rows.astype({"policy": str, "tier": str}).groupby(["tier", "policy"])["value"].mean().unstack("policy")
    if base not in sizes:
        return frozenset()
    other = (sizes.sub(sizes[base], axis=0)).abs().gt(_OTHER_SIZE * sizes[base], axis=0)
    return frozenset(str(policy) for policy in sizes.columns[other.any(axis=0)])
