"""What one run returns: its tidy tables, and how long its phases took."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class RunResult:
    """The outcome of one run.

    Attributes:
        policy: the policy that was run, or ``base``.
        replication: the world, counted from 0.
        tables: a data frame for each table of `results.tables.RUN_TABLES`, by its name, with all its key and
            value columns in canonical order, sorted by key.
        months: months simulated.
        customers: customers in the market.
        agents: agents that stood for them.
        phase_seconds: time spent in each phase of the month; differs from run to run by nature.
    """

    policy: str
    replication: int
    tables: dict[str, pd.DataFrame]
    months: int
    customers: int
    agents: int
    phase_seconds: dict[str, float] = field(default_factory=dict)
