"""Made-up results of a study with plausible numbers: four retailers, three segments, any policies."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.results.manifest import build
from marketsim.results.metrics import kpis
from marketsim.results.run_result import RunResult
from marketsim.results.statistics.checks import check_differences, check_label
from marketsim.results.statistics.compare import summarise
from marketsim.results.tables import (
    BASE,
    DEFAULT_SUPPLIER,
    DESK_MONTH,
    FLOWS,
    MARKET_MONTH,
    RETAILER_MONTH,
    SEGMENT_MONTH,
    Table,
)
from marketsim.scenario.loaded import Scenario, ScenarioData
from marketsim.scenario.study import Study

RETAILERS = ("Alpha", "Beta", "Delta", "Gamma")
SEGMENTS = {
    "large_industrial": (900.0, 2000.0),
    "sme_industrial": (9000.0, 60.0),
    "commercial": (18000.0, 15.0),
}
REGIONS = {"rural": 0.15, "suburban": 0.25, "urban": 0.60}
TIERS = ("key", "ordinary")
_DISCIPLINE = "retailers.{focus}.desks.contact.discipline"
_WIDTH = "retailers.{focus}.tiers.key.rule.value_pct"
_STAFF = "retailers.{focus}.desks.contact.staff_factor"


@dataclass(frozen=True)
class Lane:
    """A made-up policy: a lane for the top `width` per cent, and staff on top."""

    width: float = 5.0
    staff: float = 1.0
    priority: bool = True

    def changes(self, focus: str) -> dict[str, Any]:
        found: dict[str, Any] = {_DISCIPLINE.format(focus=focus): "priority" if self.priority else "fifo"}
        if self.priority:
            found[_WIDTH.format(focus=focus)] = self.width
        if self.staff != 1:
            found[_STAFF.format(focus=focus)] = self.staff
        return found


NO_LANE = Lane(priority=False)
LANES = {"lane_5": Lane(), "lane_20": Lane(width=20.0), "lane_5_staff": Lane(staff=1.1)}
WIDTHS = {f"lane_{width}": Lane(width=float(width)) for width in (1, 5, 10, 30, 100)}


@dataclass(frozen=True)
class FakeResult:
    """Stands for a StudyResult."""

    folder: Path
    manifest: dict[str, Any]
    runs: pd.DataFrame
    timings: pd.DataFrame
    kpis: pd.DataFrame
    summary: pd.DataFrame
    checks: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise ResultsError(f"tables/{name}.parquet is missing")
        return self.tables[name]


def study_of(
    policies: dict[str, Lane], *, focus: str = "Alpha", retailers: tuple[str, ...] = RETAILERS, **run: Any
) -> Study:
    """Return a study that would lead to such results."""
    offer = {"standard": {"kind": "fixed", "price_cny_per_mwh": 475.0}}
    tiers = {"key": {"rule": {"value_pct": 5.0}, "discount_cny_per_mwh": 4.0}}
    settings = {
        "months": 60,
        "warmup_months": 12,
        "seed": 1,
        "replications": 8,
        "check_replications": 4,
    } | run
    return Study.model_validate(
        {
            "question": "Does a VIP lane for the top 5 % by value pay, and whom does it upset?",
            "expectation": "A narrow lane gains, a wide lane dilutes itself; a lane for all is no lane.",
            "focus": focus,
            "run": settings,
            "segments": {name: _segment(*size) for name, size in SEGMENTS.items()},
            "levers": {"app": {"title": "App", "effects": {"convenience": 0.4}, "affinity": "digital"}},
            "retailers": {
                name: {"initial_share": 1 / len(retailers), "offers": offer, "tiers": tiers} for name in retailers
            },
            "policies": {name: lane.changes(focus) for name, lane in policies.items()},
            "events": [{"month": 36, "type": "price_shock", "size": 0.3, "duration_months": 6}],
            "assumptions": {
                "behaviour.fairness.visibility": [0.0, 1.0],
                "behaviour.fairness.legitimacy": [0.0, 1.0],
                "behaviour.experience.responsiveness_half_time": [1.5, 6.0],
                "segments.sme_industrial.service_sensitivity": [2.0, 8.0],
                f"retailers.{focus}.desks.contact.handle_minutes": [15.0, 45.0],
                "market.spot.innovation_sd": [0.02, 0.1],
            },
        }
    )


def _segment(customers: float, energy: float) -> dict[str, Any]:
    return {
        "customers": int(customers),
        "energy_mwh_per_month": energy,
        "quality_weights": {
            "reliability": 0.15,
            "responsiveness": 0.2,
            "convenience": 0.2,
            "assurance": 0.15,
            "personalisation": 0.1,
            "fairness": 0.2,
        },
        "price_sensitivity": 60.0,
        "service_sensitivity": 4.0,
        "search_rate": 0.9,
        "switching_cost": 0.8,
        "tickets_per_month": 0.6,
    }


def waits(lane: Lane) -> dict[str, tuple[float, float, float]]:
    """Return (busy wait, share within the standard, tickets) of both tiers at one contact desk."""
    tickets = {"key": 6.0 * lane.width**0.75, "ordinary": max(6.0 * 100**0.75 - 6.0 * lane.width**0.75, 0.0)}
    load, total = 0.93 / lane.staff, sum(tickets.values())
    plain = 4.2 * lane.staff**-4
    if not lane.priority or lane.width >= 100:
        return {tier: (plain, math.exp(-plain / 18), tickets[tier]) for tier in TIERS}
    share = tickets["key"] / total
    key = plain * (1 - load) / (1 - load * share)
    ordinary = (plain - share * key) / (1 - share)
    return {
        "key": (key, math.exp(-key / 18), tickets["key"]),
        "ordinary": (ordinary, math.exp(-ordinary / 18), tickets["ordinary"]),
    }


@dataclass(frozen=True)
class _World:
    """One run's random paths: the same for all policies but for a little noise of the policy's own."""

    study: Study
    lane: Lane
    replication: int
    policy_index: int

    def paths(self, purpose: int, count: int, sd: float) -> np.ndarray:
        """Return random walks, months x count, that are the same for every policy."""
        rng = np.random.default_rng([self.replication, purpose])
        return rng.normal(0, sd, (self.study.run.months, count)).cumsum(axis=0)

    def own(self, purpose: int, sd: float) -> float:
        """Return a number of this run alone; 0 for the base."""
        if self.policy_index == 0:
            return 0.0
        return float(np.random.default_rng([self.replication, purpose, self.policy_index]).normal(0, sd))

    def ramp(self) -> np.ndarray:
        """Return how far the policy has taken effect, by month."""
        since = np.arange(self.study.run.months) - self.study.run.warmup_months + 1
        return np.where(since > 0, 1 - np.exp(-np.maximum(since, 0) / 10), 0.0)


def _satisfaction(world: _World, tier: str) -> np.ndarray:
    base_wait, wait = waits(NO_LANE)[tier][0], waits(world.lane)[tier][0]
    shift = 0.012 * (base_wait - wait) + world.own(3, 0.002)
    if tier == "ordinary" and world.lane.priority and world.lane.width < 100:
        shift -= 0.01
    level = 0.72 + 0.04 * (tier == "key") + world.paths(2, 1, 0.001)[:, 0]
    return level + shift * world.ramp() * (world.policy_index > 0)


def _shares(world: _World, segment: int) -> np.ndarray:
    """Return the shares of the retailers and the default supplier, months x suppliers."""
    count = len(world.study.retailers)
    logits = world.paths(10 + segment, count, 0.01)
    sizes = (0.02, -0.005, -0.02)
    root = math.sqrt(world.lane.width / 10)
    gain = (
        sizes[segment] * root * math.exp(1 - root) * (1 - world.lane.width / 100)
        + 0.05 * (world.lane.staff - 1)
        + world.own(20 + segment, 0.004)
    )
    focus = sorted(world.study.retailers).index(world.study.focus)
    logits[:, focus] += 4 * gain * world.ramp() * (world.policy_index > 0)
    weights = np.exp(np.column_stack([logits, np.full(len(logits), -4.0)]))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _segment_rows(world: _World, index: int, segment: str) -> list[pd.DataFrame]:
    shares, (customers, energy) = _shares(world, index), SEGMENTS[segment]
    suppliers = [*sorted(world.study.retailers), DEFAULT_SUPPLIER]
    frames = []
    for column, supplier in enumerate(suppliers):
        width = (world.lane.width if supplier == world.study.focus else 5.0) / 100
        for tier in TIERS:
            part = width if tier == "key" else 1 - width
            if part > 0 and not (tier == "key" and supplier == DEFAULT_SUPPLIER):
                frames.append(_tier_rows(world, supplier, segment, tier, customers * part * shares[:, column], energy))
    return frames


def _tier_rows(
    world: _World, supplier: str, segment: str, tier: str, customers: np.ndarray, energy: float
) -> pd.DataFrame:
    months = np.arange(world.study.run.months)
    focus = supplier == world.study.focus
    base = _World(world.study, NO_LANE, world.replication, 0)
    satisfaction = _satisfaction(world if focus else base, tier)
    mwh = customers * energy * _relative_energy(world.lane.width if focus else 5.0, tier)
    spot = 463 * np.exp(world.paths(1, 1, 0.004)[:, 0])
    tickets = waits(world.lane)[tier][2] * customers / customers.mean()
    churn = np.clip(0.012 - 0.05 * (satisfaction - 0.7), 0.001, 1)
    frame = {name.name: 100.0 * satisfaction / 100 for name in SEGMENT_MONTH.values if name.name.startswith("quality")}
    frame |= {
        "month": months,
        "retailer": supplier,
        "segment": segment,
        "tier": tier,
        "customers": customers,
        "energy_mwh": mwh,
        "revenue_cny": mwh * 475,
        "procurement_cny": mwh * (0.9 * 463 + 0.1 * spot),
        "satisfaction": satisfaction,
        "tickets": tickets,
        "complaints": 0.002 * customers * (1 - satisfaction),
        "searches": 0.07 * customers,
        "leaves": churn * customers,
        "leaves_energy_mwh": churn * mwh,
    }
    return pd.DataFrame(frame)


def _relative_energy(width: float, tier: str) -> float:
    """Return the mean energy of a tier relative to all: the top 5 % of customers use 30 % of the energy."""
    customers = width / 100
    energy = customers**0.4
    return energy / customers if tier == "key" else (1 - energy) / (1 - customers)


def _retailer_rows(world: _World, cells: pd.DataFrame) -> pd.DataFrame:
    sums = ["customers", "energy_mwh", "revenue_cny", "procurement_cny", "leaves", "complaints"]
    table = cells.groupby(["month", "retailer"], as_index=False)[sums].sum()
    weighted = (cells["satisfaction"] * cells["customers"]).groupby([cells["month"], cells["retailer"]]).sum()
    table["satisfaction"] = weighted.to_numpy() / table["customers"]
    focus = table["retailer"] == world.study.focus
    own = focus & (table["month"] >= world.study.run.warmup_months) & (world.policy_index > 0)
    table["staff"] = np.where(own, 60 * world.lane.staff, 60.0)
    table["staff_cny"] = 12000.0 * table["staff"]
    table["lever_cny"] = np.where(own & world.lane.priority, 5000.0, 0.0)
    table["overhead_cny"] = 300000.0 + 0.3 * table["customers"]
    table["acquisition_cny"] = 400.0 * table["leaves"]
    table["penalty_cny"], table["interest_cny"] = 500.0 * table["complaints"], 0.0002 * table["revenue_cny"]
    costs = [
        "procurement_cny",
        "staff_cny",
        "lever_cny",
        "overhead_cny",
        "acquisition_cny",
        "penalty_cny",
        "interest_cny",
    ]
    table["exit_fees_cny"] = 20.0 * table["leaves"]
    table["profit_cny"] = table["revenue_cny"] + table["exit_fees_cny"] - table[costs].sum(axis=1)
    table["joins"] = table["leaves"]
    spent = {"hedged_mwh": 1.0, "spot_mwh": 1.0, "network_cny": 1.0, "payments_cny": 1.0, "receivables_cny": 1.0}
    return table.assign(cash_cny=1.0, satisfaction_p10=0.5, satisfaction_gini=0.5, price_sd_cny_per_mwh=1.0, **spent)


def _desk_rows(world: _World) -> pd.DataFrame:
    months = np.arange(world.study.run.months)
    busy = 1 + 0.05 * world.paths(40, 1, 0.1)[:, 0]
    frames = []
    retailer = world.study.focus
    for desk, region in product(("contact", "field", "case"), REGIONS):
        lane = world.lane if world.policy_index > 0 else NO_LANE
        for tier in TIERS:
            before = months < world.study.run.warmup_months
            queue = NO_LANE if desk != "contact" else lane
            old, new = waits(NO_LANE)[tier], waits(queue)[tier]
            wait = np.where(before, old[0], new[0]) * busy
            arrivals = (
                np.where(before, old[2], waits(lane)[tier][2]) * REGIONS[region] * (1 if desk == "contact" else 0.1)
            )
            staff = np.where(before, 1.0, queue.staff)
            values = {
                "arrivals": arrivals,
                "served": arrivals,
                "backlog": 0.0,
                "wait_minutes": 0.4 * wait,
                "busy_wait_minutes": wait,
                "sla_share": np.where(before, old[1], new[1]) ** 0.5,
                "busy_sla_share": np.where(before, old[1], new[1]),
                "utilisation": 0.83 / staff,
                "servers": 18 * staff,
            }
            frames.append(
                pd.DataFrame(
                    {"month": months, "retailer": retailer, "desk": desk, "region": region, "tier": tier} | values
                )
            )
    rows = pd.concat(frames)
    return rows[rows["arrivals"] > 0]


def _flow_rows(cells: pd.DataFrame, suppliers: list[str]) -> pd.DataFrame:
    lost = cells.groupby(["month", "segment", "retailer"], as_index=False)[["leaves", "leaves_energy_mwh"]].sum()
    frames = []
    for shift in range(1, len(suppliers)):
        to = lost["retailer"].map({s: suppliers[(i + shift) % len(suppliers)] for i, s in enumerate(suppliers)})
        part = shift / sum(range(1, len(suppliers)))
        frames.append(
            pd.DataFrame(
                {
                    "month": lost["month"],
                    "segment": lost["segment"],
                    "from_retailer": lost["retailer"],
                    "to_retailer": to,
                    "customers": lost["leaves"] * part,
                    "energy_mwh": lost["leaves_energy_mwh"] * part,
                }
            )
        )
    return pd.concat(frames)


def run_of(study: Study, policy: str, lane: Lane, replication: int, policy_index: int) -> RunResult:
    """Return the made-up tables of one run."""
    world = _World(study, lane, replication, policy_index)
    cells = pd.concat([f for i, name in enumerate(SEGMENTS) for f in _segment_rows(world, i, name)])
    flows = _flow_rows(cells, [*sorted(study.retailers), DEFAULT_SUPPLIER])
    months = np.arange(study.run.months)
    spot = 463 * np.exp(world.paths(1, 1, 0.004)[:, 0])
    switches = flows.groupby("month")["customers"].sum().to_numpy()
    market = pd.DataFrame(
        {
            "month": months,
            "spot_cny_per_mwh": spot,
            "forward_cny_per_mwh": spot,
            "customers": 27900.0,
            "hhi": 2500.0,
            "switches": switches,
        }
    )
    tables = {
        "segment_month": cells,
        "retailer_month": _retailer_rows(world, cells),
        "desk_month": _desk_rows(world),
        "flows": flows,
        "market_month": market,
    }
    schema = {table.name: table for table in (MARKET_MONTH, RETAILER_MONTH, SEGMENT_MONTH, DESK_MONTH, FLOWS)}
    labelled = {name: _labelled(frame, schema[name], policy, replication) for name, frame in tables.items()}
    return RunResult(policy, replication, labelled, study.run.months, 27900, 3000)


def _labelled(frame: pd.DataFrame, table: Table, policy: str, replication: int) -> pd.DataFrame:
    named = frame.assign(policy=policy, replication=replication)
    absent = {name: math.nan for name in table.column_names() if name not in named}
    named = named.assign(**absent)  # columns of mechanisms that are off
    return named[table.column_names()].sort_values(table.key_names(), ignore_index=True)


def runs_of(study: Study, policies: dict[str, Lane]) -> list[RunResult]:
    """Return the made-up runs of base and policies."""
    lanes = {BASE: NO_LANE, **policies}
    return [
        run_of(study, policy, lane, replication, index)
        for index, (policy, lane) in enumerate(lanes.items())
        for replication in range(study.run.replications)
    ]


def kpis_of(study: Study, runs: list[RunResult]) -> pd.DataFrame:
    """Return the KPIs of the runs."""
    scenario = Scenario("vip_lane", study, ScenarioData({}))
    return pd.concat([kpis(run, scenario) for run in runs], ignore_index=True)


def checks_of(study: Study, found: pd.DataFrame) -> pd.DataFrame:
    """Return made-up assumption checks: effects shrink or grow, and one of them turns the sign."""
    rows = found[found["replication"] < study.run.check_replications]
    labels = ["replication", "retailer", "segment", "tier", "kpi"]
    base = rows[rows["policy"] == BASE].set_index(labels)["value"].rename("reference")
    joined = rows.join(base, on=labels)
    by_check = {}
    for number, (path, end) in enumerate(product(study.assumptions, ("low", "high"))):
        factor = -0.5 if number == 1 else 1 + 0.12 * (number // 2 - 5) * (-1) ** number
        value = joined["reference"] + factor * (joined["value"] - joined["reference"])
        by_check[check_label(path, end)] = rows.assign(value=value)
    return check_differences(by_check, dict(study.assumptions), study.focus)


def result_of(
    study: Study,
    policies: dict[str, Lane],
    folder: Path,
    *,
    text: str = "question: made up\n",
    failed: int = 0,
    status: str = "complete",
    with_checks: bool = True,
) -> FakeResult:
    """Return made-up results; the last `failed` runs have failed."""
    runs = runs_of(study, policies)
    done, lost = runs[: len(runs) - failed], runs[len(runs) - failed :]
    found = kpis_of(study, done)
    rows = [(r.policy, r.replication, "", "done", "", r.months, r.customers, r.agents) for r in done]
    rows += [(r.policy, r.replication, "", "failed", "division by zero", 0, 0, 0) for r in lost]
    checks = checks_of(study, found) if with_checks else check_differences({}, {}, study.focus)
    labels = dict.fromkeys(
        check_label(path, end) for path, end in zip(checks["assumption"], checks["end"], strict=True)
    )
    rows += [(BASE, 0, label, "done", "", study.run.months, 27900, 3000) for label in labels]
    columns = ["policy", "replication", "check", "status", "error", "months", "customers", "agents"]
    scenario = Scenario("vip_lane", study, ScenarioData({}), "scenarios/vip_lane.yaml", text)
    counts = {"main": {"done": len(done), "failed": len(lost), "not_run": 0}}
    manifest = build(
        scenario,
        status=status,
        policies=tuple(policies),
        counts=counts,
        command="marketsim run scenarios/vip_lane.yaml",
    )
    tables = {
        name: pd.concat([run.tables[name] for run in done], ignore_index=True)
        for name in ("market_month", "retailer_month", "segment_month", "desk_month", "flows")
    }
    timings = pd.DataFrame({"seconds": [0.5] * len(runs)})
    return FakeResult(
        folder,
        manifest,
        pd.DataFrame(rows, columns=columns),
        timings,
        found,
        summarise(found),
        checks,
        tables,
    )


def small_result(folder: Path, policies: dict[str, Lane] = LANES, **settings: Any) -> FakeResult:
    """Return made-up results of the three lanes, eight worlds."""
    return result_of(study_of(policies), policies, folder, **settings)
