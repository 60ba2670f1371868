"""Sentences on a sweep: where the policy pays, the best levers, and which uncertainties could overturn the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.reporting.numbers import counted, digits_for, digits_with_sign, interval, joined, signed
from marketsim.reporting.sweep_view import Swept
from marketsim.results.sensitivity.lever_choice import TIED, lever_combinations
from marketsim.results.sensitivity.outcomes import LEVER, UNCERTAINTY, Outcome
from marketsim.results.sensitivity.overturning import KEEPS, TURNS
from marketsim.results.sensitivity.profiles import SAMPLED, counts, sorted_levels

_MOST_NAMED = 3
_MOST_TOLD = 2
_TELLING = 0.6
"""Points are said to have values in common that at most this share of all points has."""


def sweep_sentences(sweep: Swept, overturn: pd.DataFrame) -> list[str]:
    """Return what a sweep tells: combinations, the best levers, and what could overturn the answer."""
    found = [map_finding(sweep), best_sentence(sweep), *overturning_sentences(sweep, overturn)]
    return [text for text in found if text]


def map_finding(sweep: Swept) -> str:
    """Say in how many combinations the policy does better, worse, and in how many that cannot be told."""
    found = sweep.found
    total = int(found.known.sum())
    if found.worlds.max(initial=0) < 2:
        cannot = f"whether {sweep.policy} {_verbs(sweep)[0]} cannot be told anywhere"
        return f"One world at each of {counted(total, _noun(found))}: {cannot}."
    better, worse, unclear = counts(found)
    good, bad = _verbs(sweep)
    return f"{sweep.policy} {_outcomes(found, (better, worse, unclear), (good, bad), total, _good(found))}."


def _verbs(sweep: Swept) -> tuple[str, str]:
    """Return what a policy does where the figure is better, and where it is worse."""
    if sweep.found.choice.kpi == "profit_cny_per_year":
        return "pays", "loses"
    title = sweep.kpi.title[:1].lower() + sweep.kpi.title[1:]
    ways = ("lowers", "raises") if sweep.kpi.better < 0 else ("raises", "lowers")
    return f"{ways[0]} {title}", f"{ways[1]} it"


def _noun(found: Outcome) -> str:
    if found.design == "assumption checks":
        return "check"
    return "point" if found.design in SAMPLED else "combination"


def _outcomes(
    found: Outcome, numbers: tuple[int, int, int], verbs: tuple[str, str], total: int, good: NDArray[np.bool_]
) -> str:
    """Return the three counts in words; zeros are left out after the first."""
    better, worse, unclear = numbers
    if unclear == total:
        return f"{verbs[0]} in none of {counted(total, _noun(found))} for sure: it cannot be told in any"
    parts = [
        f"{verbs[0]} in {_of(better, total, _noun(found))}{_where(found, good[0]) if better < total and worse > better else ''}"
    ]
    if unclear:
        parts.append(f"cannot be told in {unclear}")
    if worse:
        parts.append(f"{verbs[1]} in {worse}{_where(found, good[1]) if worse < total and worse <= better else ''}")
    return ", ".join(parts)


def _of(count: int, total: int, noun: str) -> str:
    if count == total:
        return f"all {counted(total, noun)}" if total > 1 else f"the one {noun}"
    return f"{count if count else 'none'} of {counted(total, noun)}"


def _good(found: Outcome) -> NDArray[np.bool_]:
    """Return where the outcome is surely better, and where surely worse."""
    from marketsim.results.key_figures import kpi

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
    return f", {'all ' if members.sum() > 1 else ''}with {joined(told)}" if told else ""


def _confined(name: str, levels: Sequence[tuple[str, float]], places: Sequence[int]) -> str:
    if len(places) == 1:
        return f"{name} = {levels[places[0]][0]}"
    if not all(math.isfinite(number) for _, number in levels):
        return f"{name} {joined((levels[place][0] for place in places), 'or')}" if len(places) <= _MOST_NAMED else ""
    if places[0] > 0 and places[-1] == len(levels) - 1:
        return f"{name} of {_number(levels[places[0]])} or more"
    if places[0] == 0:
        return f"{name} of {_number(levels[places[-1]])} or less"
    return f"{name} from {_number(levels[places[0]])} to {_number(levels[places[-1]])}"


def _number(level: tuple[str, float]) -> str:
    return f"{level[1]:.4g}"


def best_sentence(sweep: Swept) -> str:
    """Name the best combination of levers and those that cannot be told from it; nothing without levers to choose."""
    frame = lever_combinations(sweep.found)
    if len(frame) < 2:
        return ""
    best, others = frame.iloc[0], frame.iloc[1:]
    over = " on average over the uncertainties" if sweep.found.of_kind(UNCERTAINTY) else ""
    effect = value_words(sweep, best["mean"], best["low"], best["high"])
    tied = others[others["mark"] == TIED]
    head = f"{'Highest' if sweep.kpi.better >= 0 else 'Lowest'} {sweep.figure}{over} at {best['levers']}: {effect} against base"
    if not math.isfinite(best["low"]):
        return f"{head}; from one world it cannot be told from any other."
    if tied.empty:
        return f"{head}; its interval lies beyond those of all others."
    if len(tied) > _MOST_NAMED:
        other = f"{len(tied)} of the other {len(others)} combinations of levers"
        return f"{head}; {other} cannot be told from it: {_first_levers(tied)}."
    return f"{head}; it cannot be told from {joined(tied['levers'])}."


def _first_levers(tied: pd.DataFrame) -> str:
    return f"{'; '.join(tied['levers'].iloc[:_MOST_NAMED])}, and {len(tied) - _MOST_NAMED} more"


def value_words(sweep: Swept, value: float, low: float, high: float) -> str:
    """Return an effect with its interval and unit."""
    divisor = sweep.scale.divisor
    mean, ends = value / divisor, (low / divisor, high / divisor)
    digits = digits_with_sign(*ends, digits_for([(ends[1] - ends[0]) / 2], sweep.kpi.digits or 1, most=2))
    return " ".join(f"{signed(mean, digits)} {interval(*ends, digits)} {sweep.scale.difference_unit}".split())


def overturning_sentences(sweep: Swept, rows: pd.DataFrame) -> list[str]:
    """Say which uncertainties surely change the sign, which cannot be told, and which is the worst combination."""
    if rows.empty:
        return []
    first = rows.iloc[0]
    with_levers = f" with {first['levers']}" if first["levers"] else ""
    records = rows.to_dict("records")
    turns = [_turning(sweep, row) for row in records if row["verdict"] == TURNS]
    keeps = [str(row["parameter"]) for row in records if row["verdict"] == KEEPS]
    unclear = [str(row["parameter"]) for row in records if row["verdict"] not in (TURNS, KEEPS)]
    parts = []
    if turns:
        parts.append(f"the sign of the mean effect{with_levers} turns with {'; with '.join(turns)}")
    if keeps:
        sign = "the sign of the mean effect" if not turns else "it"
        parts.append(f"{sign}{'' if turns else with_levers} is the same over the whole range of {joined(keeps)}")
    if unclear:
        whether = f"whether {joined(unclear, 'or')} could turn it cannot be told"
        parts.append(
            whether
            if parts
            else f"whether {joined(unclear, 'or')} could turn the sign of the mean effect{with_levers} cannot be told"
        )
    text = "; ".join(parts)
    return [f"{text[0].upper()}{text[1:]}.", _worst(sweep, first)]


def _turning(sweep: Swept, row: Mapping[Any, Any]) -> str:
    low = value_words(sweep, row["low"], row["low_from"], row["low_to"])
    high = value_words(sweep, row["high"], row["high_from"], row["high_to"])
    text = f"{row['parameter']}: {low} at {row['low_at']}, {high} at {row['high_at']}"
    return f"{text}, zero {zero_words(row)}" if math.isfinite(row["zero"]) else text


def zero_words(row: Mapping[Any, Any]) -> str:
    """Say about where an effect is zero and between which values that cannot be told."""
    low, high = row["zero_low"], row["zero_high"]
    if not (math.isfinite(low) or math.isfinite(high)):
        return f"nowhere for sure: the mean passes it at {row['zero']:.3g}, but can be told from it on neither side"
    text = f"at about {row['zero']:.3g}"
    if math.isfinite(low) and math.isfinite(high):
        text += f" (from {low:.3g} to {high:.3g} it cannot be told)"
    elif math.isfinite(low):
        text += f" (from {low:.3g} on it cannot be told)"
    elif math.isfinite(high):
        text += f" (up to {high:.3g} it cannot be told)"
    several = int(row["crossings"])
    return f"{text}, the first of {several} such places" if several > 1 else text


def _worst(sweep: Swept, row: Mapping[Any, Any] | pd.Series) -> str:
    effect = value_words(sweep, row["worst_diff"], row["worst_from"], row["worst_to"])
    return f"The worst of {counted(int(row['points']), _noun(sweep.found))} is {row['worst_at']}: {effect}."


def levers_words(found: Outcome) -> str:
    """Return the levers and uncertainties of a sweep in words."""
    parts = []
    for kind, noun in ((LEVER, "lever"), (UNCERTAINTY, "uncertainty")):
        names = found.of_kind(kind)
        if names:
            parts.append(f"{_plural(len(names), noun)} {joined(names)}")
    return joined(parts)


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else "uncertainties" if noun == "uncertainty" else f"{noun}s"
