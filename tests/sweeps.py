"""Made-up sweeps whose true effect is known: designs of all kinds, and the tables that a study would store of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.results.sensitivity.outcomes import POINT_COLUMNS, SWEEP_COLUMNS, UNCERTAINTY, Choice, Outcome, outcome

PROFIT = "profit_cny_per_year"
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Plan:
    """A design: a row per point and a column per parameter, its kinds, and positions in the unit cube where it has them."""

    design: str
    values: pd.DataFrame
    kinds: Mapping[str, str] = field(default_factory=dict)
    coordinates: pd.DataFrame | None = None

    def kind(self, parameter: str) -> str:
        return self.kinds.get(parameter, UNCERTAINTY)


def grid(levels: Mapping[str, Sequence[Any]], **kinds: str) -> Plan:
    rows = list(product(*levels.values()))
    return Plan("grid", pd.DataFrame(rows, columns=list(levels), dtype=object), kinds)


def sampled(design: str, coordinates: np.ndarray, ranges: Mapping[str, tuple[float, float]], **kinds: str) -> Plan:
    """Return a design of points drawn uniformly within ranges."""
    unit = pd.DataFrame(coordinates, columns=list(ranges))
    values = pd.DataFrame({name: low + (high - low) * unit[name] for name, (low, high) in ranges.items()})
    return Plan(design, values, kinds, unit)


def sobol(base: int, ranges: Mapping[str, tuple[float, float]], *, second: bool = False, seed: int = 1) -> Plan:
    from SALib.sample import sobol as sampler

    return sampled("sobol", sampler.sample(_cube(ranges), base, calc_second_order=second, seed=seed), ranges)


def morris(trajectories: int, ranges: Mapping[str, tuple[float, float]], *, levels: int = 4, seed: int = 1) -> Plan:
    from SALib.sample.morris import sample

    return sampled("morris", sample(_cube(ranges), trajectories, num_levels=levels, seed=seed), ranges)


def latin(points: int, ranges: Mapping[str, tuple[float, float]], *, seed: int = 1, **kinds: str) -> Plan:
    from scipy.stats import qmc

    return sampled("latin_hypercube", qmc.LatinHypercube(len(ranges), rng=seed).random(points), ranges, **kinds)


def _cube(ranges: Mapping[str, Any]) -> dict[str, Any]:
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": [[0.0, 1.0]] * len(ranges)}


def tables(
    plan: Plan,
    effect: Callable[..., float],
    *,
    name: str = "made up",
    policies: Sequence[str] = ("lane",),
    chance: float = 0.0,
    worlds: int = 8,
    failed: Collection[int] = (),
    kpi: str = PROFIT,
    unit: str = "CNY/year",
    base: float = 1e8,
    seed: int = 1,
) -> Tables:
    """Return the tables of a sweep in which the true effect of a policy is a function of the point.

    Args:
        plan: the design.
        effect: the true paired difference; it takes the values of a point, and the number of the policy.
        name: name of the sweep.
        policies: names of the policies.
        chance: standard deviation of the difference over worlds; half of its variance is shared by all points.
        worlds: number of worlds.
        failed: points without results.
        kpi: the figure.
        unit: its unit.
        base: level of the base.
        seed: seed of the chance.
    """
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(worlds)
    rows = []
    for number, values in enumerate(plan.values.to_dict("records")):
        for place, policy in enumerate(policies):
            own = effect(*values.values()) * (1 + 0.25 * place)
            drawn = own + chance * (shared + rng.standard_normal(worlds)) / np.sqrt(2)
            if number in failed:
                continue
            mean = drawn.mean()
            reach = stdtrit(worlds - 1, 0.975) * drawn.std(ddof=1) / np.sqrt(worlds) if worlds > 1 else np.nan
            labels = (name, number, policy, "Alpha", "all", kpi, unit, worlds)
            rows.append((*labels, base, mean, mean - reach, mean + reach, float(mean > 0)))
    return {"sweep": pd.DataFrame(rows, columns=list(SWEEP_COLUMNS)), "sweep_points": points_of(plan, name)}


def points_of(plan: Plan, name: str) -> pd.DataFrame:
    rows = []
    for number, values in enumerate(plan.values.to_dict("records")):
        for parameter, value in values.items():
            is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            unit = np.nan if plan.coordinates is None else plan.coordinates.loc[number, parameter]
            text = f"{value:.10g}" if is_number else str(value)
            number_of = float(value) if is_number else np.nan
            rows.append((name, number, str(parameter), plan.kind(str(parameter)), text, number_of, unit))
    return pd.DataFrame(rows, columns=list(POINT_COLUMNS))


def both(first: Tables, second: Tables) -> Tables:
    """Return the tables of two sweeps, or of two figures of one."""
    joined = {name: pd.concat([first[name], second[name]], ignore_index=True) for name in first}
    return {"sweep": joined["sweep"], "sweep_points": joined["sweep_points"].drop_duplicates(ignore_index=True)}


def found(plan: Plan, effect: Callable[..., float], *, of: str = "diff", **settings: Any) -> Outcome:
    """Return the outcome of a made-up sweep."""
    made = tables(plan, effect, **settings)
    choice = Choice(settings.get("name", "made up"), "lane", settings.get("kpi", PROFIT), "Alpha", of=of)
    return outcome(made["sweep"], made["sweep_points"], choice, plan.design)
