"""Whether measures add up: main effects and two-way interactions of a study's factors, paired in each world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, Measure, Printer, amount, title_in_sentence
from marketsim.reporting.numbers import Scale, digits_for, interval, joined, scale_for, signed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE
from marketsim.scenario.combinations import combined_name

_KPIS = (PROFIT, "share_energy", "satisfaction")
_Group = frozenset[str]
_ADDS_UP = {
    Verdict.DOWN: message("the combination is sub-additive"),
    Verdict.UP: message("the combination is super-additive"),
    Verdict.NO_CHANGE: message("they add up exactly"),
    Verdict.NO_INTERVAL: message("one world cannot tell whether they add up"),
}
_MAY_ADD_UP = message("whether they add up cannot be told")


@dataclass(frozen=True)
class Effect:
    """What factors do to one measure.

    Attributes:
        title: the factors, in words.
        kind: ``main``, ``interaction``, ``alone`` (the sum of what each does alone), ``together`` or ``gap``.
        difference: mean over worlds with its interval, in the unit of the measure.
    """

    title: str
    kind: str
    difference: Estimate


@dataclass(frozen=True)
class Additivity:
    """All effects of the factors on one measure, and how they are printed."""

    measure: Measure
    effects: tuple[Effect, ...]
    scale: Scale
    digits: int

    @property
    def printer(self) -> Printer:
        """Prints its effects."""
        return Printer(self.measure, self.scale, self.digits, self.digits)

    def of_kind(self, *kinds: str) -> tuple[Effect, ...]:
        """Return the effects of some kinds."""
        return tuple(effect for effect in self.effects if effect.kind in kinds)

    def text(self, effect: Effect) -> str:
        """Return an effect with its interval, without unit."""
        divisor, found = self.scale.divisor, effect.difference
        ends = interval(found.low / divisor, found.high / divisor, self.digits)
        return f"{signed(found.mean / divisor, self.digits)} {ends}".strip()


def factors_of(view: StudyView) -> tuple[str, ...]:
    """Return the factors of a study whose every combination has results; none otherwise."""
    factors = tuple(str(name) for name in view.study.get("factors") or ())
    return factors if factors and set(_policies(factors).values()) <= {BASE, *view.policies} else ()


def additivity(view: StudyView) -> tuple[Additivity, ...]:
    """Return the effects of a study's factors on profit, share of energy and satisfaction; none without factors."""
    factors = factors_of(view)
    return tuple(_of_measure(view, factors, Measure(kpi(name))) for name in _KPIS) if factors else ()


def _policies(factors: tuple[str, ...]) -> dict[_Group, str]:
    """Return the policy of each set of factors, that of the empty one being the base."""
    sets = [chosen for size in range(len(factors) + 1) for chosen in combinations(factors, size)]
    return {frozenset(chosen): combined_name(chosen) or BASE for chosen in sets}


def _of_measure(view: StudyView, factors: tuple[str, ...], measure: Measure) -> Additivity:
    worlds = measure.worlds(view)
    values = {group: worlds[policy] for group, policy in _policies(factors).items()}
    level = measure.cell(view, BASE).level.mean
    effects = tuple(
        Effect(title, kind, without_rounding(estimate(found), level))
        for title, kind, found in _effects(values, factors)
    )
    scale = scale_for(measure.kpi, [effect.difference.mean for effect in effects])
    widths = [effect.difference.half_width / scale.divisor for effect in effects]
    return Additivity(measure, effects, scale, digits_for(widths, measure.kpi.digits or 1, most=2))


def _effects(values: dict[_Group, pd.Series], factors: tuple[str, ...]) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield title, kind and value by world of every effect (factorial design; Box, Hunter & Hunter 2005).

    The main effect of a factor is what it changes, on average over all settings of the others. The interaction of two
    is by how much more one of them changes where the other is in place than where it is not.
    """
    for factor in factors:
        yield factor, "main", _mean([_with(values, group, factor) for group in _without(values, factor)])
    for one, other in combinations(factors, 2):
        found = [
            _with(values, group | {other}, one) - _with(values, group, one) for group in _without(values, one, other)
        ]
        yield say("{one} with {other}", one=one, other=other), "interaction", _mean(found)
    nothing, everything = values[frozenset()], values[frozenset(factors)]
    alone = sum((values[frozenset({factor})] - nothing for factor in factors), start=0.0 * nothing)
    yield say("each alone, summed"), "alone", alone
    yield say("all together"), "together", everything - nothing
    yield say("together less the sum"), "gap", everything - nothing - alone


def _without(values: dict[_Group, pd.Series], *factors: str) -> list[_Group]:
    return [group for group in values if not group & set(factors)]


def _with(values: dict[_Group, pd.Series], group: _Group, factor: str) -> pd.Series:
    """Return what a factor changes where a group of others is in place."""
    return values[group | {factor}] - values[group]


def _mean(found: list[pd.Series]) -> pd.Series:
    return sum(found[1:], start=found[0]) / len(found)


def additivity_sentence(found: Additivity, factors: tuple[str, ...]) -> str:
    """Say whether the factors together do less than the sum of what each does alone."""
    together, alone, gap = (found.of_kind(kind)[0] for kind in ("together", "alone", "gap"))
    figure, unit = title_in_sentence(found.measure.kpi), found.scale.difference_unit
    if len(factors) == 1:
        effect = amount(found.text(together), unit)
        return say("{factor} changes {figure} by {effect}.", factor=factors[0], figure=figure, effect=effect)
    return say(
        "Together {factors} change {figure} by {together} {unit}, against {alone} for the sum of what each does alone: a "
        "difference of {gap}, so {finding}.",
        factors=joined(factors),
        figure=figure,
        together=found.text(together),
        unit=unit,
        alone=found.text(alone),
        gap=found.text(gap),
        finding=say(_ADDS_UP.get(verdict(gap.difference), _MAY_ADD_UP)),
    )
