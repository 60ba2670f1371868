"""Which policy is best in each key figure, as far as the worlds tell: differences, chances and ranks with their range."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.key_figures import KPIS
from marketsim.results.statistics.bootstrap import bootstrap_interval
from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.estimates import FloatArray, mean_over_worlds, without_rounding
from marketsim.results.statistics.figures import Figure, Wanted, ranked_figures, with_other_members
from marketsim.results.statistics.multiple import holm, p_two_sided
from marketsim.results.statistics.pairs import UNITS
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import BASE

RANKING = "ranking"
"""Name of the table."""
RANKING_COLUMNS = (
    *("retailer", "segment", "tier", "kpi", "unit", "policy", "reference", "n", "mean"),
    *("diff", "diff_low", "diff_high", "boot_low", "boot_high", "p_value", "p_holm"),
    *("p_best", "rank_best", "rank_worst", "ties"),
)
TIE = "; "
"""Stands between the names of those that cannot be told from a contender."""

BETTER = {kpi.name: float(kpi.better) for kpi in KPIS}
_UNRANKED: dict[str, Any] = {"p_best": np.nan, "rank_best": np.nan, "rank_worst": np.nan, "ties": ""}


def ranking(
    kpis: pd.DataFrame,
    focus: str,
    shown: Sequence[Wanted] = (),
    partners: Partners | None = None,
    figures: Collection[Figure] = (),
) -> pd.DataFrame:
    """Return how base and policies compare in each figure, and which ranks they may have.

    Args:
        kpis: KPIs of all finished main runs.
        focus: the retailer whose decision it is: its headline figures are compared.
        shown: what the study shows; compared as well.
        partners: with whom figures of tiers are compared, where a policy changes who belongs to them.
        figures: the figures to compare, instead of headlines and shown ones.

    Returns:
        A frame in `RANKING_COLUMNS`: for each figure a row for the base and each policy, as sorted by name after it.
        ``n`` worlds stand behind ``diff``, the mean paired difference to ``reference``, with its 95 % t interval and its
        bootstrap interval (`bootstrap`); ``mean`` is over all worlds of the contender. ``p_value`` is that of the
        paired t test, and ``p_holm`` is adjusted for the number of policies: at 0.05 or less the difference can be told,
        and the probability that any such claim in the figure is wrong is at most 5 %. ``p_best`` is the chance of having
        the best true mean of all (`Contenders.chances_of_best`). The true rank lies between ``rank_best`` (1 more than
        there are contenders that are surely better) and ``rank_worst`` (so many as are not surely worse), for all
        contenders of the figure at once with 95 % confidence (Mogstad, Romano, Shaikh & Wilhelm 2024, with Holm's
        correction over all pairs); ``ties`` names those that are neither surely better nor surely worse.

        What a figure of a tier says of a policy under which the tier has other members cannot be put beside the
        others: where there is such a policy, nobody is ranked in that figure, and where there is no reference run for
        it, it has no row. Nor is there a ranking in figures of which neither more nor less is good.
    """
    found = [_of_figure(kpis, figure, partners or Partners()) for figure in figures or ranked_figures(focus, shown)]
    rows = [frame for frame in found if len(frame)]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(RANKING_COLUMNS))


def _of_figure(kpis: pd.DataFrame, figure: Figure, partners: Partners) -> pd.DataFrame:
    wide = figure.worlds(kpis)
    if BASE not in wide.index:
        return pd.DataFrame(columns=list(RANKING_COLUMNS))
    labels = pd.MultiIndex.from_tuples([(figure.retailer, figure.segment, figure.tier, figure.kpi)])
    labels.names = ["retailer", "segment", "tier", "kpi"]
    own = {policy for policy in wide.index if partners.concerns(policy, labels).any()}
    others = with_other_members(kpis, figure) - {BASE}
    kept = [BASE, *(policy for policy in wide.index if policy != BASE and (policy in own or policy not in others))]
    values = wide.loc[kept].to_numpy(dtype=np.float64)
    base = values[:1]
    references = np.concatenate(
        [partners.values(policy, labels, wide.columns, base) if policy in own else base for policy in kept]
    )
    frame = _differences(values, references).assign(
        retailer=figure.retailer,
        segment=figure.segment,
        tier=figure.tier,
        kpi=figure.kpi,
        unit=UNITS[figure.kpi],
        policy=kept,
        reference=["", *(partners.name(policy) if policy in own else BASE for policy in kept[1:])],
    )
    ranked = BETTER[figure.kpi] != 0 and not own and not others & set(wide.index)
    places = rank_ranges(Contenders.paired(values), kept, BETTER[figure.kpi]) if ranked else _UNRANKED
    return frame.assign(**places)[list(RANKING_COLUMNS)]


def _differences(values: FloatArray, references: FloatArray) -> pd.DataFrame:
    """Return the comparison of each row with its reference; the first row is that of the base, which has none."""
    differences = without_rounding(values - references, references)
    differences[0] = np.nan
    estimates = mean_over_worlds(differences)
    boots = np.array([bootstrap_interval(row) for row in differences])
    p_values = p_two_sided(estimates)
    levels = mean_over_worlds(values)
    n = np.where(np.arange(len(values)) == 0, levels.n, estimates.n)
    return pd.DataFrame(
        {
            "n": n,
            "mean": levels.mean,
            "diff": estimates.mean,
            "diff_low": estimates.low,
            "diff_high": estimates.high,
            "boot_low": boots[:, 0],
            "boot_high": boots[:, 1],
            "p_value": p_values,
            "p_holm": holm(p_values),
        }
    )


def rank_ranges(contenders: Contenders, names: Sequence[str], better: float) -> dict[str, Any]:
    """Return for each contender the chance of being best, its best and worst possible rank, and its ties."""
    above = contenders.surely_better(better)
    count = len(names)
    open_pairs = ~above & ~above.T & ~np.eye(count, dtype=np.bool_)
    return {
        "p_best": contenders.chances_of_best(better),
        "rank_best": 1.0 + above.sum(axis=0),
        "rank_worst": count - above.sum(axis=1).astype(np.float64),
        "ties": [TIE.join(name for name, open_ in zip(names, row, strict=True) if open_) for row in open_pairs],
    }


def all_pairs(kpis: pd.DataFrame, figure: Figure) -> pd.DataFrame:
    """Return the paired difference of every two contenders in a figure: first less second.

    Returns:
        A row for each two policies (or base) with the columns first, second, n, diff, diff_low, diff_high (95 % t interval),
        p_value and p_holm, adjusted for the number of pairs.
    """
    wide = figure.worlds(kpis)
    contenders = Contenders.paired(wide.to_numpy(dtype=np.float64))
    parts = []
    for place, second in enumerate(wide.index[:-1]):
        found = contenders.differences(place)
        frame = pd.DataFrame(
            {
                "first": wide.index,
                "second": second,
                "n": found.n,
                "diff": found.mean,
                "diff_low": found.low,
                "diff_high": found.high,
                "p_value": p_two_sided(found),
            }
        )
        parts.append(frame.iloc[place + 1 :])
    if not parts:
        return pd.DataFrame(columns=["first", "second", "n", "diff", "diff_low", "diff_high", "p_value", "p_holm"])
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(p_holm=holm(rows["p_value"].to_numpy()))
