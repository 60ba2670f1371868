"""When there are worlds enough: the paired difference is known to within a half width, and the promise is kept.

Looking after every batch whether the interval is narrow enough stops too early whenever the worlds so far happen to lie
close together, so that such intervals miss the truth too often. Two conditions are asked instead, and both must hold:

1. Stein's (1945): the first worlds, `PILOT` or more as batches have it, fix a number of worlds, (t s / half width)^2,
   t with the degrees of freedom of these worlds. Whatever is decided later can only add worlds. As none of it depends on the
   mean of normal values, mean +- half width then covers the truth with the confidence asked for, at any number of worlds.
2. The t interval of all worlds is at most as wide as asked, its half width widened by skewness: the distance by which
   the t quantile is off on the side of the longer tail, (2 t^2 + 1) g / (6 sqrt(n)) errors (Johnson 1978; Hall 1992),
   with the sample skewness plus its own standard error in normal samples, sqrt(6 / n), for g.

Measured coverage is in docs/statistics.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.results.statistics.estimates import FloatArray
from marketsim.results.statistics.figures import Figure
from marketsim.results.statistics.pairs import UNITS, effects, worlds_of
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import ALL
from marketsim.scenario.replications import Until

REPLICATIONS = "replications"
"""Name of the table."""
REPLICATION_COLUMNS = (
    *("policy", "retailer", "tier", "kpi", "unit"),
    *("worlds", "half_width", "wanted", "confidence", "reached", "independent_runs", "runs"),
)
PILOT = 10
"""Fewest worlds from which the number of worlds is taken (Law 2015: at least ten)."""


@dataclass(frozen=True)
class Precision:
    """How well the mean of one policy's differences is known.

    Attributes:
        n: worlds.
        half_width: the half width that is promised now: the larger one of both conditions; infinite below two worlds.
        needed: worlds that Stein's condition asks for.
    """

    n: int
    half_width: float
    needed: int


def precision(differences: FloatArray, until: Until) -> Precision:
    """Return how well a mean is known.

    Args:
        differences: paired differences in the order of the worlds; NaN where a run failed.
        until: the half width and confidence that are asked for.
    """
    known = differences[np.isfinite(differences)]
    n, upper = len(known), 0.5 + until.confidence / 2
    if n < 2:
        return Precision(n, math.inf, _pilot(until))
    pilot = known[: _pilot(until)]
    of_pilot = float(stdtrit(len(pilot) - 1, upper)) * float(pilot.std(ddof=1))
    needed = max(math.ceil(min((of_pilot / until.half_width) ** 2, 1e15)), min(PILOT, int(until.max)))
    return Precision(n, max(of_pilot / math.sqrt(n), _widened(known, upper)), needed)


def _pilot(until: Until) -> int:
    """Return how many worlds fix Stein's number: those of the first batches with `PILOT` worlds or more."""
    return min(_in_batches(PILOT, until), int(until.max))


def _widened(values: FloatArray, upper: float) -> float:
    """Return the half width of the t interval, widened by skewness."""
    n, spread = len(values), float(values.std(ddof=1))
    if spread == 0 or np.ptp(values) == 0:
        return 0.0
    quantile = float(stdtrit(n - 1, upper))
    third = float(((values - values.mean()) ** 3).mean()) / float(values.std()) ** 3
    skewness = abs(third) * math.sqrt(n * (n - 1)) / max(n - 2, 1) + math.sqrt(6 / n)
    return (quantile + skewness * (2 * quantile**2 + 1) / (6 * math.sqrt(n))) * spread / math.sqrt(n)


def worlds_wanted(kpis: pd.DataFrame, until: Until, focus: str, worlds: int, partners: Partners | None = None) -> int:
    """Return how many worlds there should be in all, as `next_worlds` does, from the KPIs of the finished main runs."""
    return next_worlds(differences_asked(kpis, until, focus, partners)[1], until, worlds)


def next_worlds(differences: FloatArray, until: Until, worlds: int) -> int:
    """Return how many worlds there should be in all; as many as there are where it is time to stop.

    Args:
        differences: policies x worlds, in the order of the worlds: those whose difference must be known. NaN where a run
            failed; a policy without any value is left out.
        until: what is asked for.
        worlds: worlds that were run so far, whether or not their runs finished.
    """
    rows = [row for row in differences if np.isfinite(row).any()]
    if worlds >= until.max or (not rows and worlds):
        return worlds
    if worlds < _pilot(until):
        return _pilot(until) if worlds else int(until.first)
    wanted = max(_wanted(precision(row, until), worlds, until) for row in rows)
    return worlds if wanted <= worlds else min(_in_batches(wanted, until), int(until.max))


def _wanted(found: Precision, worlds: int, until: Until) -> int:
    lost = worlds - found.n
    if found.n < found.needed:
        return found.needed + lost
    return worlds if found.half_width <= until.half_width else worlds + 1


def _in_batches(worlds: int, until: Until) -> int:
    """Return the first number of worlds, of those reached by whole batches, that is not less."""
    return int(until.first) + math.ceil(max(worlds - until.first, 0) / until.batch) * int(until.batch)


def differences_asked(
    kpis: pd.DataFrame, until: Until, focus: str, partners: Partners | None = None
) -> tuple[list[str], FloatArray]:
    """Return the policies whose difference must be known, and their differences to the base, policies x worlds."""
    wide = effects(_rows(kpis, until, focus), partners=partners)
    policies = [name for name in dict.fromkeys(wide.index.get_level_values("policy")) if until.policy in (None, name)]
    found = [worlds_of(wide, name, focus, ALL, until.tier, until.kpi) for name in policies]
    return policies, np.array(found).reshape(len(policies), wide.shape[1])


def _rows(kpis: pd.DataFrame, until: Until, focus: str) -> pd.DataFrame:
    asked = (kpis["kpi"] == until.kpi) & (kpis["tier"] == until.tier)
    return kpis[asked & (kpis["retailer"] == focus) & (kpis["segment"] == ALL)]


def replications(kpis: pd.DataFrame, until: Until, focus: str, partners: Partners | None = None) -> pd.DataFrame:
    """Return how many worlds it took, and how many independent runs would have been as good.

    Args:
        kpis: KPIs of all finished main runs.
        until: what was asked for.
        focus: the retailer whose decision it is.
        partners: with whom figures of tiers are compared, where a policy changes who belongs to them.

    Returns:
        A frame in `REPLICATION_COLUMNS`, a row per policy: ``worlds`` behind its difference; the ``half_width`` reached;
        whether that is at most the one ``wanted``; ``runs`` that these worlds took, those of the policy and of what it is
        compared with; and ``independent_runs``, how many runs in worlds of their own would have given the same half width:
        the same number times (variance of the policy + variance of its partner) / variance of the paired difference
        (Law 2015). Infinite where the difference is the same in every world; missing below two worlds.
    """
    policies, differences = differences_asked(kpis, until, focus, partners)
    own = Figure(focus, ALL, until.tier, until.kpi).worlds(kpis)
    rows = [_row(name, row, until, own) for name, row in zip(policies, differences, strict=True)]
    labels = {"retailer": focus, "tier": until.tier, "kpi": until.kpi, "unit": UNITS[until.kpi]}
    asked = {"wanted": until.half_width, "confidence": until.confidence}
    return pd.DataFrame([{**row, **labels, **asked} for row in rows], columns=list(REPLICATION_COLUMNS))


def _row(policy: str, differences: FloatArray, until: Until, own: pd.DataFrame) -> dict[str, object]:
    found = precision(differences, until)
    runs = 2 * found.n
    half_width = found.half_width if math.isfinite(found.half_width) else math.nan
    values = own.reindex([policy]).to_numpy(dtype=np.float64)[0]
    return {
        "policy": policy,
        "worlds": found.n,
        "half_width": half_width,
        "reached": found.half_width <= until.half_width and found.n >= found.needed,
        "independent_runs": _rounded_up(runs * gain_from_pairing(values, values - differences)),
        "runs": runs,
    }


def gain_from_pairing(values: FloatArray, partners: FloatArray) -> float:
    """Return how many times more runs independent worlds would need: the ratio of variances; NaN below two pairs."""
    known = np.isfinite(values) & np.isfinite(partners)
    if known.sum() < 2:
        return math.nan
    apart = float(values[known].var(ddof=1) + partners[known].var(ddof=1))
    together = float((values[known] - partners[known]).var(ddof=1))
    if together <= 1e-18 * apart or apart == 0:
        return math.inf if apart > 0 else math.nan
    return apart / together


def _rounded_up(number: float) -> float:
    return float(math.ceil(number)) if math.isfinite(number) else number
