"""Which policy earns most, in how many worlds, and which others cannot be told apart from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.reporting.estimates import Cell, Estimate, Verdict, estimate, verdict
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.view import StudyView
from marketsim.results.statistics.multiple import FAMILY_ERROR
from marketsim.results.statistics.ranking import RANKING, TIE
from marketsim.results.tables import ALL, BASE


@dataclass(frozen=True)
class Ranking:
    """Policies by profit.

    Attributes:
        best: of the policies that pay, the one with the largest mean profit; of all, where none can be told to pay.
        cell: its profit.
        wins: worlds in which no other policy, nor the base, earns more.
        worlds: worlds in which base and all policies that are compared have a profit.
        paying: policies whose profit can be told to be above the base, the largest mean first; where the results have a
            table of ranks, with Holm's correction for the number of policies.
        tied: policies whose profit cannot be told to be below that of the best; likewise with all pairs taken together.
        runner_up: the next policy and the paired difference of the best to it; None with one policy.
    """

    best: str
    cell: Cell
    wins: int
    worlds: int
    paying: tuple[str, ...]
    tied: tuple[str, ...]
    runner_up: tuple[str, Estimate] | None


def compared(view: StudyView) -> dict[str, Cell]:
    """Return the profit of every policy whose profit can be compared with the base."""
    cells = {policy: view.cell(policy, PROFIT) for policy in view.policies}
    return {policy: cell for policy, cell in cells.items() if cell.verdict != Verdict.MISSING}


def rank(view: StudyView) -> Ranking | None:
    """Rank the policies by mean profit difference to the base; None when no policy has results."""
    known = compared(view)
    if not known:
        return None
    order = sorted(known, key=lambda policy: known[policy].difference.mean, reverse=True)
    told = _told(view)
    up = (policy for policy in order if known[policy].verdict == Verdict.UP)
    chances = dict(zip(told.index, told["p_holm"], strict=True))
    paying = tuple(policy for policy in up if float(chances.get(policy, 0.0)) <= FAMILY_ERROR)
    order.sort(key=lambda policy: policy not in paying)
    best, others = order[0], order[1:]
    wins, worlds = _wins(view, best, order)
    gaps = {policy: _gap(view, best, policy) for policy in others}
    tied = tuple(policy for policy in others if _is_tied(policy, best, told, gaps[policy]))
    runner_up = (others[0], gaps[others[0]]) if others else None
    return Ranking(best, known[best], wins, worlds, paying, tied, runner_up)


def _told(view: StudyView) -> pd.DataFrame:
    """Return what the table of ranks says of profit, by policy; no rows where there is none."""
    table = view.result.answers.get(RANKING)
    if table is None:
        return pd.DataFrame(columns=["p_holm", "ties"])
    of_all = (table["segment"] == ALL) & (table["tier"] == ALL)
    return table[of_all & (table["retailer"] == view.focus) & (table["kpi"] == PROFIT)].set_index("policy")


def _is_tied(policy: str, best: str, told: pd.DataFrame, gap: Estimate) -> bool:
    if policy in told.index and best in told.index and told["rank_best"].notna().all():
        return policy in str(told.loc[best, "ties"]).split(TIE)
    return verdict(gap) != Verdict.UP


def _wins(view: StudyView, best: str, policies: list[str]) -> tuple[int, int]:
    complete = view.worlds(PROFIT)[[BASE, *policies]].dropna()
    return int(np.sum(complete[best] >= complete.max(axis=1))), len(complete)


def _gap(view: StudyView, best: str, other: str) -> Estimate:
    worlds = view.worlds(PROFIT)
    return estimate(worlds[best] - worlds[other])
