"""Policies of any stored studies compared in key figures: paired by world where they share worlds, else unpaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.errors import ResultsError
from marketsim.results.key_figures import KPIS
from marketsim.results.statistics.checks import HEADLINES
from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.estimates import FloatArray, mean_over_worlds
from marketsim.results.statistics.figures import Figure, with_other_members
from marketsim.results.statistics.multiple import FAMILY_ERROR, holm, p_two_sided
from marketsim.results.statistics.pairs import UNITS
from marketsim.results.statistics.ranking import BETTER, rank_ranges
from marketsim.results.statistics.sides import Side
from marketsim.results.tables import ALL
from marketsim.scenario.paths import no_such
from marketsim.scenario.service import TIERS

COMPARISON_COLUMNS = (
    *("retailer", "tier", "kpi", "unit", "side", "study", "policy", "pairing", "n", "mean"),
    *("diff", "diff_low", "diff_high", "p_value", "p_holm", "verdict"),
    *("p_best", "rank_best", "rank_worst", "ties"),
)
PAIRED, UNPAIRED, REFERENCE = "paired", "unpaired", "reference"
HIGHER, LOWER, CANNOT_TELL, NO_CHANGE, OTHER_MEMBERS = "higher", "lower", "cannot tell", "no change", "other members"


@dataclass(frozen=True)
class Asked:
    """The key figures that are asked for; the headline figures of the focus retailer where nothing is.

    Attributes:
        kpis: names.
        retailer: whose.
        tier: of which tier.
    """

    kpis: tuple[str, ...] = ()
    retailer: str | None = None
    tier: str | None = None


def figures_asked(asked: Asked, sides: Sequence[Side]) -> list[Figure]:
    """Return the figures to compare: those asked for, of which some side has a value.

    Raises:
        ResultsError: there is no such key figure or retailer, or no side has a value of one that is asked for.
    """
    known = [kpi.name for kpi in KPIS]
    for name in asked.kpis:
        if name not in known:
            raise ResultsError(f"--kpi {name}: {no_such('key figure', name, known)}")
    retailer = asked.retailer or str(sides[0].study.manifest["scenario"]["focus"])
    retailers = sorted({str(name) for side in sides for name in side.kpis["retailer"].unique()})
    if retailer not in retailers:
        raise ResultsError(f"--retailer {retailer}: {no_such('retailer', retailer, retailers)}")
    if asked.tier not in (None, ALL, *TIERS):
        raise ResultsError(f"--tier {asked.tier}: {no_such('tier', str(asked.tier), (ALL, *TIERS))}")
    pairs = [(name, asked.tier or ALL) for name in asked.kpis]
    pairs = pairs or [(kpi, tier) for kpi, tier in HEADLINES if asked.tier in (None, tier)]
    pairs = pairs or [(kpi, str(asked.tier)) for kpi in dict.fromkeys(kpi for kpi, tier in HEADLINES if tier != ALL)]
    together = _together(sides)
    found = [Figure(retailer, ALL, tier, kpi) for kpi, tier in pairs]
    with_values = [figure for figure in found if len(figure.worlds(together))]
    lost = [figure for figure in found if figure not in with_values and (asked.kpis or asked.tier)]
    if lost or not with_values:
        names = ", ".join(f"{each.kpi} of tier {each.tier}" for each in lost or found)
        raise ResultsError(f"no side has a value of {names} at {retailer}")
    return with_values


def compare(sides: Sequence[Side], figures: Sequence[Figure]) -> pd.DataFrame:
    """Return how every side compares with the first one, in each figure.

    Args:
        sides: what is compared, the reference first.
        figures: the figures, all of them with a value.

    Returns:
        A frame in `COMPARISON_COLUMNS`, sides in their order in each figure. Sides with the seed of the reference are
        compared with it world by world, others by Welch's interval (1947); ``pairing`` says which. ``mean`` is over the
        ``n`` worlds of the difference, that of the reference over all its own. The intervals are 95 % each, not adjusted;
        ``p_holm`` is adjusted for the number of sides, and ``verdict`` rests on it: ``higher`` or ``lower`` than the
        reference at 0.05 or less. Chances and ranks are those of `results.statistics.ranking`. In a figure of tiers, sides whose
        tiers have other rules or another size than those of the reference have other members, and are not compared.

    Raises:
        ResultsError: a side has too few worlds for an interval.
    """
    _refuse_too_few(sides, figures)
    together = _together(sides)
    parts = [_of_figure(sides, figure, together) for figure in figures]
    return pd.concat(parts, ignore_index=True)


def _together(sides: Sequence[Side]) -> pd.DataFrame:
    return pd.concat([side.kpis for side in sides], ignore_index=True)


def _refuse_too_few(sides: Sequence[Side], figures: Sequence[Figure]) -> None:
    first = sides[0]
    own = _worlds(first, figures)
    for side in sides[1:]:
        found = _worlds(side, figures)
        if side.seed == first.seed:
            found &= own
            where = f"{side.label} and {first.label} have {_counted(len(found))} in common"
        else:
            found = min(found, own, key=len)
            where = f"{side.label if len(own) > len(found) else first.label} has {_counted(len(found))}"
        if len(found) < 2:
            raise ResultsError(f"{where}; two at least are needed to tell a difference from chance")


def _worlds(side: Side, figures: Sequence[Figure]) -> set[int]:
    return {int(world) for figure in figures for world in figure.worlds(side.kpis).columns}


def _counted(worlds: int) -> str:
    return {0: "no world", 1: "only one world"}.get(worlds, f"{worlds} worlds")


def _of_figure(sides: Sequence[Side], figure: Figure, together: pd.DataFrame) -> pd.DataFrame:
    labels = [side.label for side in sides]
    wide = figure.worlds(together).reindex(labels)
    values = wide.to_numpy(dtype=np.float64, copy=True)
    other = np.array([label in _others(sides, figure, together) for label in labels], dtype=np.bool_)
    contenders = Contenders(np.where(other[:, np.newaxis], np.nan, values), tuple(side.seed for side in sides))
    found = contenders.differences(0)
    n = np.where(np.arange(len(sides)) == 0, 0, found.n)
    p_values = np.where(n > 1, p_two_sided(found), np.nan)
    adjusted = holm(p_values)
    told = n > 1
    levels = mean_over_worlds(_compared_worlds(values, sides, told))
    frame = pd.DataFrame(
        {
            "retailer": figure.retailer,
            "tier": figure.tier,
            "kpi": figure.kpi,
            "unit": UNITS[figure.kpi],
            "side": labels,
            "study": [str(side.study.folder) for side in sides],
            "policy": [side.policy for side in sides],
            "pairing": [REFERENCE, *(PAIRED if side.seed == sides[0].seed else UNPAIRED for side in sides[1:])],
            "n": levels.n,
            "mean": levels.mean,
            "diff": np.where(told, found.mean, np.nan),
            "diff_low": np.where(told, found.low, np.nan),
            "diff_high": np.where(told, found.high, np.nan),
            "p_value": p_values,
            "p_holm": adjusted,
        }
    )
    frame["verdict"] = _verdicts(frame, other)
    return _with_ranks(frame, contenders, figure)


def _compared_worlds(values: FloatArray, sides: Sequence[Side], told: NDArray[np.bool_]) -> FloatArray:
    """Return the values, of paired sides only in the worlds that the reference has as well."""
    paired = told & np.array([side.seed == sides[0].seed for side in sides], dtype=np.bool_)
    return np.where(paired[:, np.newaxis] & ~np.isfinite(values[0]), np.nan, values)


def _with_ranks(frame: pd.DataFrame, contenders: Contenders, figure: Figure) -> pd.DataFrame:
    """Return the rows with chances and ranks, where every side can be ranked."""
    complete = bool((np.isfinite(contenders.values).sum(axis=1) > 1).all()) and BETTER[figure.kpi] != 0
    places = rank_ranges(contenders, list(frame["side"]), BETTER[figure.kpi]) if complete else {}
    unknown: dict[str, Any] = {"p_best": np.nan, "rank_best": np.nan, "rank_worst": np.nan, "ties": ""}
    return frame.assign(**(unknown | places))[list(COMPARISON_COLUMNS)]


def _others(sides: Sequence[Side], figure: Figure, together: pd.DataFrame) -> frozenset[str]:
    """Return the sides with other members in the tier than the reference."""
    if not figure.is_about_tiers:
        return frozenset()
    reference = sides[0].label
    by_size = with_other_members(together, figure, reference)
    rules = {side.label: side.tier_rules(figure.retailer) for side in sides}
    by_rules = {label for label, own in rules.items() if own is None or own != rules[reference]}
    return (by_size | by_rules) - {reference}


def _verdicts(frame: pd.DataFrame, other: NDArray[np.bool_]) -> list[str]:
    words = []
    for place, (diff, low, high, p_value) in enumerate(
        frame[["diff", "diff_low", "diff_high", "p_holm"]].itertuples(index=False)
    ):
        if place == 0 or np.isnan(diff):
            words.append(OTHER_MEMBERS if place and other[place] else "")
        elif low == high == 0:
            words.append(NO_CHANGE)
        else:
            words.append((HIGHER if diff > 0 else LOWER) if p_value <= FAMILY_ERROR else CANNOT_TELL)
    return words
