"""How often intervals, rankings and the stopping rule of marketsim keep what they promise, on made-up worlds.

Run `python benchmarks/promises.py`; it takes about ten minutes on one core and prints the tables of docs/statistics.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from marketsim.results.statistics.bootstrap import bootstrap_interval
from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.estimates import mean_over_worlds
from marketsim.results.statistics.multiple import holm, p_two_sided
from marketsim.results.statistics.stopping import next_worlds
from marketsim.scenario.replications import Until

FloatArray = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]


def _lognormal(sigma: float) -> Draw:
    mean = math.exp(sigma**2 / 2)
    spread = mean * math.sqrt(math.exp(sigma**2) - 1)
    return lambda rng, shape: (np.exp(sigma * rng.standard_normal(shape)) - mean) / spread


DISTRIBUTIONS: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "t, 5 degrees of freedom": lambda rng, shape: rng.standard_t(5, shape) / math.sqrt(5 / 3),
    "lognormal, skewness 1.75": _lognormal(0.5),
    "exponential, skewness 2": lambda rng, shape: rng.exponential(size=shape) - 1,
    "lognormal, skewness 6.2": _lognormal(1.0),
}
"""Distributions with mean 0 and variance 1."""


def print_row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def print_heads(*heads: str) -> None:
    print()
    print_row(*heads)
    print_row(*("---" for _ in heads))


def intervals(samples: int) -> None:
    """Print the coverage of t, percentile-t and BCa intervals of 95 %."""
    print_heads("distribution", "worlds", "t", "bootstrap (percentile-t)", "BCa")
    for name, draw in DISTRIBUTIONS.items():
        for worlds in (8, 12, 20, 50):
            values = draw(np.random.default_rng(worlds), (samples, worlds))
            plain = mean_over_worlds(values)
            boot = np.array([bootstrap_interval(row) for row in values])
            bca = stats.bootstrap(
                (values[: samples // 4],), np.mean, axis=-1, n_resamples=1999, rng=np.random.default_rng(1), batch=100
            ).confidence_interval
            ends = ((plain.low, plain.high), (boot[:, 0], boot[:, 1]), (bca.low, bca.high))
            covered = [100 * np.mean((low <= 0) & (high >= 0)) for low, high in ends]
            print_row(name, worlds, *(f"{share:.1f}" for share in covered))


def families(studies: int) -> None:
    """Print how often any claim of a study is wrong."""
    print_heads("policies without effect", "worlds", "wrong without correction", "wrong with Holm's", "wrong in ranks")
    for policies in (3, 10, 30):
        for worlds in (5, 20):
            rng = np.random.default_rng(policies)
            wrong = np.zeros(3)
            for _ in range(studies):
                values = rng.standard_normal((policies + 1, worlds))
                found = p_two_sided(mean_over_worlds(values[1:] - values[0]))
                wrong += (
                    (found <= 0.05).any(),
                    (holm(found) <= 0.05).any(),
                    Contenders.paired(values).surely_better(1.0).any(),
                )
            print_row(policies, worlds, *(f"{100 * share:.1f}" for share in wrong / studies))


def stopping(studies: int) -> None:
    """Print the share of studies in which mean +- half width covers the truth, by the rule and by a naive one."""
    print_heads(
        "distribution", "half width / sd", "covered", "worlds", "the t interval then", "naive: covered", "naive: worlds"
    )
    for name, draw in DISTRIBUTIONS.items():
        for half_width in (1.0, 0.6, 0.4, 0.25, 0.15):
            found = np.array([_stopped(draw, half_width, seed) for seed in range(studies)])
            covered, worlds, shown, naive, naive_worlds = found.mean(axis=0)
            print_row(
                name,
                half_width,
                *(
                    f"{100 * covered:.1f}",
                    f"{worlds:.0f}",
                    f"{100 * shown:.1f}",
                    f"{100 * naive:.1f}",
                    f"{naive_worlds:.0f}",
                ),
            )


def _stopped(draw: Draw, half_width: float, seed: int) -> tuple[float, ...]:
    rule = Until(half_width=half_width, first=8, batch=8, max=4000)
    values = draw(np.random.default_rng([seed, int(1000 * half_width)]), (4000,))
    worlds = rule.first
    while (wanted := next_worlds(values[np.newaxis, :worlds], rule, worlds)) > worlds:
        worlds = wanted
    at_stop = mean_over_worlds(values[:worlds])
    naive = rule.first
    while mean_over_worlds(values[:naive]).half_width > half_width:
        naive += rule.batch
    return (
        float(abs(values[:worlds].mean()) <= half_width),
        float(worlds),
        float(at_stop.low <= 0 <= at_stop.high),
        float(abs(values[:naive].mean()) <= half_width),
        float(naive),
    )


if __name__ == "__main__":
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    intervals(int(4000 * share))
    families(int(4000 * share))
    stopping(int(10_000 * share))
