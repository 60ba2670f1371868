"""Break-even: at which value of a number a policy is worth as much as the base."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from marketsim.experiments.laboratory import Laboratory, trial
from marketsim.experiments.root import Curve, Root, find_root
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.estimates import FloatArray
from marketsim.results.statistics.pairs import worlds_of
from marketsim.results.statistics.partners import BETWEEN_TIERS
from marketsim.results.tables import ALL
from marketsim.scenario.questions import BreakEven, Range

BREAK_EVEN, BREAK_EVEN_POINTS = "break_even", "break_even_points"
"""Names of the tables."""


def curve_of(
    laboratory: Laboratory, policy: str, scale: Range, figure: tuple[str, str, str], target: float = 0.0
) -> Curve:
    """Return how the paired difference of a key figure, less a target, depends on a number.

    Args:
        laboratory: where it is measured.
        policy: the policy.
        scale: the number.
        figure: retailer, tier and name of the key figure.
        target: what the difference is to be.
    """
    retailer, tier, name = figure
    by_tier = tier != ALL or name in BETWEEN_TIERS

    def measure(values: Sequence[float]) -> list[FloatArray]:
        trials = [trial(policy, scale.path, value) for value in values]
        frames = laboratory.effects(f"{policy}, {scale.path.rpartition('.')[2]}", trials, by_tier=by_tier)
        return [worlds_of(frame, policy, retailer, ALL, tier, name) - target for frame in frames]

    return Curve(measure)


def break_even(name: str, question: BreakEven, laboratory: Laboratory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find where a policy breaks even.

    Args:
        name: name of the question.
        question: policy, path, key figure and range.
        laboratory: where runs are carried out.

    Returns:
        The answer, in one row, and the points that were measured.
    """
    retailer = question.retailer or laboratory.scenario.study.focus
    curve = curve_of(laboratory, question.policy, question, (retailer, question.tier, question.kpi))
    root = find_root(curve, question.low, question.high)
    labels = {
        "name": name,
        "policy": question.policy,
        "path": question.path,
        "retailer": retailer,
        "tier": question.tier,
        "kpi": question.kpi,
        "unit": kpi(question.kpi).unit,
    }
    columns = ["value", "diff", "diff_low", "diff_high", "n"]
    points = pd.DataFrame(curve.points(), columns=columns).assign(name=name)[["name", *columns]]
    return pd.DataFrame([{**labels, **_answer(root, question, points)}]), points


def _answer(root: Root, scale: Range, points: pd.DataFrame) -> dict[str, object]:
    return {
        "low": scale.low,
        "high": scale.high,
        "verdict": root.verdict,
        "value": root.value,
        "value_low": root.low,
        "value_high": root.high,
        "crossings": float(root.crossings),
        "worlds": float(points["n"].max()),
    }
