"""Sentences on a sweep: where the policy pays, the best levers, and how values are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.reporting.charts.headings import fitting
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, title_in_sentence
from marketsim.reporting.numbers import counted, digits_for, digits_with_sign, interval, joined, signed
from marketsim.reporting.sweep_view import CHECKS_DESIGN, Swept
from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.lever_choice import TIED, lever_combinations
from marketsim.results.sensitivity.outcomes import LEVER, UNCERTAINTY, Outcome
from marketsim.results.sensitivity.profiles import SAMPLED, counts, sorted_levels

_MOST_NAMED = 3
_MOST_TOLD = 2
_TELLING = 0.6
"""Points are said to have values in common that at most this share of all points has."""


def map_finding(sweep: Swept) -> str:
    """Say in how many combinations the policy does better, worse, and in how many that cannot be told."""
    total = int(sweep.found.known.sum())
    points = points_text(sweep.found, total)
    if sweep.found.worlds.max(initial=0) < 2:
        return say(
            "One world at each of {points}: whether {policy} {verb} cannot be told anywhere.",
            points=points,
            policy=sweep.policy,
            verb=_verb(sweep),
        )
    return say("{policy} {outcomes}.", policy=sweep.policy, outcomes=_outcomes(sweep, total, with_places=True))


def map_message(sweep: Swept) -> str:
    """Return the same in a few words, without what points have in common."""
    total = int(sweep.found.known.sum())
    if sweep.found.worlds.max(initial=0) < 2:
        return fitting(
            say("Whether {policy} {verb} cannot be told from one world", policy=sweep.policy, verb=_verb(sweep)),
            say("One world cannot tell what the policy does"),
        )
    outcomes = _outcomes(sweep, total, with_places=False)
    return fitting(
        say("{policy} {outcomes}", policy=sweep.policy, outcomes=outcomes),
        say("{policy} {outcomes}", policy=say("the policy"), outcomes=outcomes),
    )


def points_text(found: Outcome, count: int) -> str:
    """Return a number of points as what they are: checks, points that were drawn, or combinations."""
    if found.design == CHECKS_DESIGN:
        return counted(count, "check")
    return counted(count, "point") if found.design in SAMPLED else counted(count, "combination")


def _verb(sweep: Swept) -> str:
    """Return what a policy does where the figure is better."""
    if sweep.found.choice.kpi == PROFIT:
        return say("pays")
    title = title_in_sentence(sweep.kpi)
    return say("lowers {figure}", figure=title) if sweep.kpi.better < 0 else say("raises {figure}", figure=title)


def _outcomes(sweep: Swept, total: int, *, with_places: bool) -> str:
    """Return the three counts in words; zeros are left out after the first."""
    found, pays = sweep.found, _verb(sweep)
    better, worse, unclear = counts(found)
    points = points_text(found, total)
    if unclear == total:
        return say("{verb} in none of {points} for sure: it cannot be told in any", verb=pays, points=points)
    good, bad = _good(found)
    of_good = _where(found, good) if with_places and better < total and worse > better else ""
    of_bad = _where(found, bad) if with_places and worse < total and worse <= better else ""
    parts = [_of(pays, better, total, points, of_good)]
    parts += [say("cannot be told in {count}", count=unclear)] if unclear else []
    parts += [_worse(sweep, worse, of_bad)] if worse else []
    return say(", ").join(parts)


def _worse(sweep: Swept, count: int, where: str) -> str:
    if sweep.found.choice.kpi == PROFIT:
        return say("loses in {count}{where}", count=count, where=where)
    if sweep.kpi.better < 0:
        return say("raises it in {count}{where}", count=count, where=where)
    return say("lowers it in {count}{where}", count=count, where=where)


def _of(verb: str, count: int, total: int, points: str, where: str) -> str:
    if count == total:
        return say("{verb} in all {points}", verb=verb, points=points) if total > 1 else _in_one(verb, points)
    if not count:
        return say("{verb} in none of {points}", verb=verb, points=points)
    return say("{verb} in {count} of {points}{where}", verb=verb, count=count, points=points, where=where)


def _in_one(verb: str, points: str) -> str:
    return say("{verb} in the one {point}", verb=verb, point=points.removeprefix("1 "))


def _good(found: Outcome) -> NDArray[np.bool_]:
    """Return where the outcome is surely better, and where surely worse."""
    sign = kpi(found.choice.kpi).better or 1
    up, down = found.low > 0, found.high < 0
    return np.stack([up, down] if sign > 0 else [down, up])


def _where(found: Outcome, members: NDArray[np.bool_]) -> str:
    """Say what points have in common: the values that their parameters are confined to; nothing where they have nothing."""
    if not members.any():
        return ""
    own = found.only(members)
    shared = []
    for name in found.parameters:
        levels, mine = sorted_levels(found, name), {text for text, _ in sorted_levels(own, name)}
        places = [place for place, (text, _) in enumerate(levels) if text in mine]
        within = {levels[place][0] for place in range(places[0], places[-1] + 1)}
        share = float(found.texts[name].isin(within)[found.known].mean())
        if share <= _TELLING and (words := _confined(name, levels, places)):
            shared.append((share, words))
    told = [words for _, words in sorted(shared)[:_MOST_TOLD]]
    if not told:
        return ""
    values = joined(told)
    return say(", all with {values}", values=values) if members.sum() > 1 else say(", with {values}", values=values)


def _confined(name: str, levels: Sequence[tuple[str, float]], places: Sequence[int]) -> str:
    if len(places) == 1:
        return f"{name} = {levels[places[0]][0]}"
    if not all(math.isfinite(number) for _, number in levels):
        names = joined((levels[place][0] for place in places), "or")
        return say("{name} {values}", name=name, values=names) if len(places) <= _MOST_NAMED else ""
    low, high = _number(levels[places[0]]), _number(levels[places[-1]])
    if places[0] > 0 and places[-1] == len(levels) - 1:
        return say("{name} of {low} or more", name=name, low=low)
    if places[0] == 0:
        return say("{name} of {high} or less", name=name, high=high)
    return say("{name} from {low} to {high}", name=name, low=low, high=high)


def _number(level: tuple[str, float]) -> str:
    return f"{level[1]:.4g}"


def best_sentence(sweep: Swept) -> str:
    """Name the best combination of levers and those that cannot be told from it; nothing without levers to choose."""
    frame = lever_combinations(sweep.found)
    if len(frame) < 2:
        return ""
    best, others = frame.iloc[0], frame.iloc[1:]
    tied = others[others["mark"] == TIED]
    head = _best_head(sweep, best)
    if not math.isfinite(best["low"]):
        return say("{head}; from one world it cannot be told from any other.", head=head)
    if tied.empty:
        return say("{head}; its interval lies beyond those of all others.", head=head)
    if len(tied) > _MOST_NAMED:
        return say(
            "{head}; {tied} of the other {others} combinations of levers cannot be told from it: {first}, and {more} more.",
            head=head,
            tied=len(tied),
            others=len(others),
            first="; ".join(tied["levers"].iloc[:_MOST_NAMED]),
            more=len(tied) - _MOST_NAMED,
        )
    return say("{head}; it cannot be told from {levers}.", head=head, levers=joined(tied["levers"]))


def _best_head(sweep: Swept, best: pd.Series) -> str:
    values = {
        "figure": sweep.figure,
        "levers": best["levers"],
        "effect": value_words(sweep, best["mean"], best["low"], best["high"]),
    }
    averaged = bool(sweep.found.of_kind(UNCERTAINTY))
    if sweep.kpi.better >= 0:
        if averaged:
            return say(
                "Highest {figure} on average over the uncertainties at {levers}: {effect} against base", **values
            )
        return say("Highest {figure} at {levers}: {effect} against base", **values)
    if averaged:
        return say("Lowest {figure} on average over the uncertainties at {levers}: {effect} against base", **values)
    return say("Lowest {figure} at {levers}: {effect} against base", **values)


def value_words(sweep: Swept, value: float, low: float, high: float) -> str:
    """Return an effect with its interval and unit."""
    divisor = sweep.scale.divisor
    mean, ends = value / divisor, (low / divisor, high / divisor)
    digits = digits_with_sign(*ends, digits_for([(ends[1] - ends[0]) / 2], sweep.kpi.digits or 1, most=2))
    return " ".join(f"{signed(mean, digits)} {interval(*ends, digits)} {sweep.scale.difference_unit}".split())


def levers_words(found: Outcome) -> str:
    """Return the levers and uncertainties of a sweep in words."""
    levers, uncertainties = _levers(found.of_kind(LEVER)), _uncertainties(found.of_kind(UNCERTAINTY))
    if levers and uncertainties:
        return say("{levers} and {uncertainties}", levers=levers, uncertainties=uncertainties)
    return levers or uncertainties


def _levers(names: Sequence[str]) -> str:
    if len(names) == 1:
        return say("lever {names}", names=names[0])
    return say("levers {names}", names=joined(names)) if names else ""


def _uncertainties(names: Sequence[str]) -> str:
    if len(names) == 1:
        return say("uncertainty {names}", names=names[0])
    return say("uncertainties {names}", names=joined(names)) if names else ""
