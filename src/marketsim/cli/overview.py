"""What a study will run, and on what its answer will rest: for `marketsim check` and `marketsim run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from marketsim.market.sampling import CARRIED_SHARE, FEWEST_CARRIERS, agents_by_segment, carriers
from marketsim.scenario.environment import GeneratedSpot
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import entry, shape_at
from marketsim.scenario.paths import locate
from marketsim.scenario.replications import first_worlds, most_worlds
from marketsim.scenario.study import RunSettings, Study
from marketsim.scenario.tier_rules import rule_sets_by_version
from marketsim.scenario.yaml_tree import show

CUSTOMER_MONTHS_PER_SECOND = 650_000
"""Simulated customers times months that one process handles in a second; as measured on one core of a shared server."""
SECONDS_PER_RUN = 0.1
"""Time that a run takes whatever its size."""
COMPILE_SECONDS = 40
"""Time to compile the market rules, once on a machine."""
_GAIN = 0.1


@dataclass(frozen=True)
class Size:
    """How much a study runs.

    Attributes:
        customers: customers in the market, by segment.
        energy: their energy together, MWh a month, by segment.
        agents: agents that stand for them, by segment.
        main_runs: runs of base and policies, and of the base with other tier rules; the most that there can be.
        check_runs: runs at the ends of assumptions.
        rule_sets: tier rules of policies with which the base is run as well.
    """

    customers: dict[str, int]
    energy: dict[str, float]
    agents: dict[str, int]
    main_runs: int
    check_runs: int
    rule_sets: int = 0

    def seconds(self, months: int, jobs: int) -> float:
        """Return about how long the study takes, without compiling."""
        return (self.main_runs + self.check_runs) * seconds_per_run(self, months) / jobs


def seconds_per_run(size: Size, months: int) -> float:
    """Return about how long one run takes on one core."""
    return sum(size.agents.values()) * months / CUSTOMER_MONTHS_PER_SECOND + SECONDS_PER_RUN


def size_of(scenario: Scenario, *, checks: bool = True) -> Size:
    """Return how much a study runs, with or without assumption checks."""
    study, books = scenario.study, scenario.data.books
    customers = {name: len(books[name].ids) if name in books else s.customers for name, s in study.segments.items()}
    energy = {
        name: float(books[name].annual_mwh.sum()) / 12 if name in books else s.customers * s.energy_mwh_per_month
        for name, s in study.segments.items()
    }
    agents, run = agents_by_segment(scenario), study.run
    rules, *at_ends = _rule_sets(study)
    main, *ends = (1 + len(study.policies) + count for count in (rules, *at_ends))
    check_runs = sum(ends) * run.check_replications if checks and study.policies else 0
    return Size(customers, energy, agents, main * run.most_worlds(), check_runs, rules)


def _rule_sets(study: Study) -> list[int]:
    """Return with how many tier rules of its policies the base is run as well: in the study, and at each of its ends."""
    ends = {f"{path}={value}": {path: value} for path, values in study.assumptions.items() for value in values}
    found = rule_sets_by_version(study, tuple(study.policies), ends)
    return [len({rules.policy for rules in version.values()}) for version in found.values()]


def head(scenario: Scenario, size: Size) -> list[str]:
    """Return the lines that say what is asked and what will be run."""
    study = scenario.study
    run = study.run
    title = study.question or study.title
    count = len(study.policies)
    policies = f"base + {count} {'policy' if count == 1 else 'policies'}" if count else "base"
    if size.rule_sets:
        policies += f" + base with the tier rules of policies ({size.rule_sets})"
    return [
        f"{scenario.name}: {title}" if title else scenario.name,
        f"{len(study.retailers)} retailers, {run.months} months, {sum(size.agents.values()):,} agents for "
        f"{sum(size.customers.values()):,} customers; {policies} x {worlds_phrase(run)} replications = "
        f"{'at most ' if run.stopping() else ''}{size.main_runs} runs{_check_phrase(study, size)}",
    ]


def sweep_lines(scenario: Scenario, names: Sequence[str] | None = None, *, with_run: bool = False) -> list[str]:
    """Return a line for each sweep: its design, points, policies and worlds.

    Args:
        scenario: the scenario.
        names: the sweeps; all when None.
        with_run: whether only those that `marketsim run` carries out.
    """
    study, lines = scenario.study, []
    for name, sweep in study.sweep.items():
        if (names is None or name in names) and (sweep.with_run or not with_run):
            count = sweep.size(len(scenario.data.points.get(name, ())))
            policies = sweep.policies or tuple(study.policies)
            own = sweep.replications if sweep.replications is not None else study.run.replications
            worlds = _span(first_worlds(own), most_worlds(own))
            axes = f"{', '.join(sweep.levers) or 'no levers'}; {', '.join(sweep.uncertainties) or 'no uncertainties'}"
            lines.append(
                f"sweep {name} ({sweep.design}: {axes}): {count} points x {', '.join(policies)} and base x {worlds} worlds"
                + ("" if sweep.with_run or names is not None else "; carried out by `marketsim sweep` only")
            )
    return lines


def _span(first: int, most: int) -> str:
    return str(most) if first == most else f"{first} to {most}"


def worlds_phrase(run: RunSettings) -> str:
    """Return the number of worlds in words: 20, or 8 to 200 where worlds are added until there are enough."""
    return _span(run.first_worlds(), run.most_worlds())


def _check_phrase(study: Study, size: Size) -> str:
    if not size.check_runs:
        return ""
    count = len(study.assumptions)
    ends = f"{count} {'assumption' if count == 1 else 'assumptions'} at both ends x {study.run.check_replications} replications"
    return f", and {size.check_runs} to check the answer ({ends})"


def segment_table(scenario: Scenario, size: Size) -> Table:
    """Return a table of segments: shares, agents, and what quality and loyalty are worth to a customer."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("segment")
    columns = (
        "customers",
        "% of cust.",
        "% of energy",
        "% of tickets",
        "agents",
        "+0.1 quality",
        "switching cost",
    )
    for column in columns:
        table.add_column(column, justify="right")
    tickets = {name: size.customers[name] * s.tickets_per_month for name, s in scenario.study.segments.items()}
    for name in scenario.study.segments:
        shares = [_percent(part, name) for part in (size.customers, size.energy, tickets)]
        worth = [f"{value:.3g}" for value in _worth(scenario.study, name)]
        cells = [f"{size.customers[name]:,}", *shares, f"{size.agents[name]:,}", *worth]
        mark = "" if scenario.study.segments[name].contestable else " (not contestable)"
        table.add_row(Text(f"{name}{mark}"), *cells)
    return table


def _percent(parts: dict[str, int] | dict[str, float], name: str) -> str:
    total = sum(parts.values())
    return f"{100 * parts[name] / total:.1f}" if total else "-"


def _worth(study: Study, name: str) -> tuple[float, float]:
    """Return what .1 of quality and not having to switch are worth in CNY/MWh: utility / beta x bill."""
    segment = study.segments[name]
    if segment.price_sensitivity == 0:
        return float("inf"), float("inf")
    bill = reference_bill(study)
    return (
        _GAIN * segment.service_sensitivity / segment.price_sensitivity * bill,
        segment.switching_cost / segment.price_sensitivity * bill,
    )


def reference_bill(study: Study) -> float:
    """Return a typical bill in CNY/MWh: energy at the mean forward price (463 for a history) and network."""
    spot = study.market.spot
    mean = spot.mean_cny_per_mwh if isinstance(spot, GeneratedSpot) else GeneratedSpot().mean_cny_per_mwh
    return mean * (1 + study.market.forward_premium) + study.market.network_cny_per_mwh


def notes(scenario: Scenario, size: Size) -> list[str]:
    """Return what to read beside the table, and a warning if few agents carry most of the energy."""
    bill = reference_bill(scenario.study)
    lines = [f"+0.1 quality and switching cost: CNY/MWh, at a bill of {bill:.0f} CNY/MWh with network charges"]
    rest = carriers(size.agents, size.energy)
    full = all(size.agents[name] == count for name, count in size.customers.items())
    if rest < FEWEST_CARRIERS and not full:
        lines.append(
            f"warning: {CARRIED_SHARE:.0%} of the energy rests on {rest} agents; with fewer than "
            f"{FEWEST_CARRIERS}, chance draws of single customers move the results: raise run.agents"
        )
    return lines


def assumption_table(study: Study) -> Table:
    """Return the study's uncertain inputs: value in the base, low and high end, unit, and meaning."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("assumption", "base", "low", "high", "what it is"):
        table.add_column(column, justify="left" if column in ("assumption", "what it is") else "right", overflow="fold")
    data = dump(study)
    for path, (low, high) in study.assumptions.items():
        value, shape = data, shape_at(locate(path, data), data)
        for key in locate(path, data):
            value = entry(value, key)
        unit = f" [{shape.unit}]" if shape is not None and shape.unit else ""
        meaning = f"{shape.meaning}{unit}" if shape is not None else ""
        table.add_row(Text(f"* {path}"), show(value), f"{low:g}", f"{high:g}", Text(meaning))
    return table


def duration(seconds: float) -> str:
    """Return a rough duration in words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
