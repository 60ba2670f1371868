"""Results with a few numbers given by hand, for sentences: profit, satisfaction, waits and shares by world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tests.reporting.synthetic import FakeResult

from marketsim.results.statistics.checks import CHECK_COLUMNS
from marketsim.results.statistics.compare import summarise
from marketsim.results.tables import ALL, BASE, KPIS_TABLE

PROFIT = ("profit_cny_per_year", ALL)
ENERGY = ("share_energy", ALL)
CUSTOMERS = ("share_customers", ALL)
VIP = ("satisfaction", "key")
ORDINARY = ("satisfaction", "ordinary")
VIP_WAIT = ("busy_wait_contact_minutes", "key")
ORDINARY_WAIT = ("busy_wait_contact_minutes", "ordinary")
LEVELS = {
    PROFIT: 40e6,
    ENERGY: 25.0,
    CUSTOMERS: 27.0,
    VIP: 75.0,
    ORDINARY: 72.0,
    VIP_WAIT: 4.5,
    ORDINARY_WAIT: 4.5,
}
UP = (2.0, 2.2, 1.9, 2.1)
MORE = (3.0, 3.2, 2.9, 3.1)
DOWN = (-2.0, -2.2, -1.9, -2.1)
UNCLEAR = (-2.0, 3.0, -1.0, 1.5)
NOTHING = (0.0, 0.0, 0.0, 0.0)

Effects = Mapping[tuple[str, str], Sequence[float]]


def handmade(
    policies: Mapping[str, Effects],
    *,
    worlds: int = 4,
    checks: Sequence[Mapping[str, Any]] = (),
    lost_checks: int = 0,
    failed: Sequence[str] = (),
    status: str = "complete",
    levels: Mapping[tuple[str, str], float] = LEVELS,
) -> FakeResult:
    """Return results in which each policy shifts figures by the given differences, one per world.

    Profit differences are in million CNY. A figure that a policy does not mention keeps its value.
    """
    rows = [
        (BASE, world, "Alpha", ALL, tier, kpi, level * (1 + 0.01 * world))
        for (kpi, tier), level in levels.items()
        for world in range(worlds)
    ]
    for policy, effects in policies.items():
        for (kpi, tier), level in levels.items():
            shifts = effects.get((kpi, tier), NOTHING)
            unit = 1e6 if (kpi, tier) == PROFIT else 1.0
            rows += [
                (policy, world, "Alpha", ALL, tier, kpi, level * (1 + 0.01 * world) + shifts[world] * unit)
                for world in range(worlds)
            ]
    kpis = pd.DataFrame(rows, columns=KPIS_TABLE.column_names())
    manifest = {
        "name": "study", "status": status, "hash": "ab" * 32, "short_hash": "abababababab", "seed": 1,
        "command": "", "policies": [*policies, *failed], "scenario": _scenario([*policies, *failed]),
    }  # fmt: skip
    return FakeResult(
        Path("results/study"),
        manifest,
        _runs(policies, worlds, checks, lost_checks, failed, status),
        pd.DataFrame(),
        kpis,
        summarise(kpis),
        _checks(checks),
    )


def _scenario(policies: Sequence[str]) -> dict[str, Any]:
    run = {"months": 60, "warmup_months": 12, "evaluate_from_month": None, "seed": 1, "check_replications": 4}
    return {
        "question": "Does it pay?",
        "expectation": "",
        "focus": "Alpha",
        "run": run,
        "segments": {"sme": {"contestable": True}},
        "retailers": {"Alpha": {"desks": {"contact": {"sla_minutes": 10.0, "sla_target": 0.8}}}},
        "policies": {policy: {} for policy in policies},
        "assumptions": {},
        "market": {"regions": {}},
    }


def _runs(
    policies: Mapping[str, Effects],
    worlds: int,
    checks: Sequence[Mapping[str, Any]],
    lost_checks: int,
    failed: Sequence[str],
    status: str,
) -> pd.DataFrame:
    names = [BASE, *policies]
    rows = [(policy, world, "", "done", "") for policy in names for world in range(worlds)]
    rows += [(policy, 0, "", "failed", "division by zero") for policy in failed]
    rows += [(BASE, 0, f"{check['assumption']}={check['end']}", "done", "") for check in checks]
    rows += [(BASE, 0, f"lost{number}=low", "failed", "too slow") for number in range(lost_checks)]
    if status == "interrupted":
        rows.append((BASE, worlds, "", "not_run", ""))
    frame = pd.DataFrame(rows, columns=["policy", "replication", "check", "status", "error"])
    return frame.assign(months=60, customers=1000, agents=500)


def _checks(checks: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    common = {"retailer": "Alpha", "segment": ALL, "tier": ALL, "kpi": PROFIT[0], "unit": "CNY/year", "n": 4}
    filled = {"base": 40e6, "p_better": 0.5, "direction": ""}
    return pd.DataFrame([common | filled | dict(check) for check in checks], columns=list(CHECK_COLUMNS))


def check(path: str, end: str, low: float, high: float, policy: str = "lane", value: float = 1.0) -> dict[str, Any]:
    """Return one end of an assumption with the interval of the profit difference, in million CNY."""
    ends = {"diff": (low + high) / 2 * 1e6, "diff_low": low * 1e6, "diff_high": high * 1e6}
    return {"assumption": path, "end": end, "value": value, "policy": policy} | ends
