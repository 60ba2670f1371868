"""The front of two aims: policies that none is told to beat, and those that none beats by the means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.measures import Measure, has_own_reference
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_NOTHING_CHANGES = Estimate(0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Front:
    """Policies, the base among them, that are not beaten in two aims at once.

    Attributes:
        by_means: those that no other beats or equals in one aim and beats in the other by the means, by rising first aim.
        untold: those of which it cannot be told that another beats them: at least as good in both aims by the means, and
            better in one of them beyond the interval of the paired difference.
    """

    by_means: tuple[str, ...]
    untold: tuple[str, ...]


def front(view: StudyView, names: Sequence[str], aims: tuple[Measure, Measure]) -> Front:
    """Return the front of policies (and the base) in two measures of which more is better.

    Args:
        view: the results.
        names: the policies to compare, the base among them.
        aims: the two measures.
    """
    places = {name: (_change(view, aims[0], name).mean, _change(view, aims[1], name).mean) for name in names}
    means = [name for name in names if not any(_is_above(places[other], places[name]) for other in names)]
    untold = [name for name in names if not any(_beats(view, other, name, aims, places) for other in names)]
    return Front(tuple(sorted(means, key=lambda name: places[name])), tuple(untold))


def _is_above(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] >= other[0] and one[1] >= other[1]


def _beats(
    view: StudyView, one: str, other: str, aims: tuple[Measure, Measure], places: dict[str, tuple[float, float]]
) -> bool:
    return _is_above(places[one], places[other]) and any(_is_told(view, aim, one, other) for aim in aims)


def _is_told(view: StudyView, measure: Measure, one: str, other: str) -> bool:
    """Tell whether a policy is higher than another beyond the interval.

    Where tiers are compared with the same customers in the base, the two policies have different customers in them and no
    paired difference of their own; then the intervals of their differences must lie apart.
    """
    if has_own_reference(view, measure):
        return _change(view, measure, one).low > _change(view, measure, other).high
    worlds = measure.worlds(view)
    return verdict(estimate(worlds[one] - worlds[other])) == Verdict.UP


def _change(view: StudyView, measure: Measure, policy: str) -> Estimate:
    return _NOTHING_CHANGES if policy == BASE else measure.cell(view, policy).difference
