"""Sentences on what could overturn the answer of a sweep: signs that turn, where the effect is zero, the worst point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from marketsim.reporting.clauses import opening
from marketsim.reporting.language import say
from marketsim.reporting.numbers import joined
from marketsim.reporting.questions import three_digits
from marketsim.reporting.sweep_view import Swept, level_title
from marketsim.reporting.sweep_words import best_sentence, map_finding, points_text, value_words
from marketsim.results.sensitivity.overturning import KEEPS, TURNS


def sweep_sentences(sweep: Swept, overturn: pd.DataFrame) -> list[str]:
    """Return what a sweep tells: combinations, the best levers, and what could overturn the answer."""
    found = [map_finding(sweep), best_sentence(sweep), *overturning_sentences(sweep, overturn)]
    return [text for text in found if text]


def overturning_sentences(sweep: Swept, rows: pd.DataFrame) -> list[str]:
    """Say which uncertainties surely change the sign, which cannot be told, and which is the worst combination."""
    if rows.empty:
        return []
    first = rows.iloc[0]
    records = rows.to_dict("records")
    turns = [_turning(sweep, row) for row in records if row["verdict"] == TURNS]
    keeps = [str(row["parameter"]) for row in records if row["verdict"] == KEEPS]
    unclear = [str(row["parameter"]) for row in records if row["verdict"] not in (TURNS, KEEPS)]
    parts = [_turn_clause(turns, str(first["levers"]))] if turns else []
    parts += [_keep_clause(keeps, str(first["levers"]), alone=not parts)] if keeps else []
    parts += [_unclear_clause(unclear, str(first["levers"]), alone=not parts)] if unclear else []
    text = say("; ").join(parts)
    return [say("{text}.", text=opening(text)), _worst(sweep, first)]


def _turn_clause(turns: list[str], levers: str) -> str:
    what = say("; with ").join(turns)
    if levers:
        return say("the sign of the mean effect with {levers} turns with {what}", levers=levers, what=what)
    return say("the sign of the mean effect turns with {what}", what=what)


def _keep_clause(keeps: list[str], levers: str, *, alone: bool) -> str:
    names = joined(keeps)
    if not alone:
        return say("it is the same over the whole range of {names}", names=names)
    if levers:
        return say(
            "the sign of the mean effect with {levers} is the same over the whole range of {names}",
            levers=levers,
            names=names,
        )
    return say("the sign of the mean effect is the same over the whole range of {names}", names=names)


def _unclear_clause(unclear: list[str], levers: str, *, alone: bool) -> str:
    names = joined(unclear, "or")
    if not alone:
        return say("whether {names} could turn it cannot be told", names=names)
    if levers:
        return say(
            "whether {names} could turn the sign of the mean effect with {levers} cannot be told",
            names=names,
            levers=levers,
        )
    return say("whether {names} could turn the sign of the mean effect cannot be told", names=names)


def _turning(sweep: Swept, row: Mapping[Any, Any]) -> str:
    text = say(
        "{parameter}: {low} at {low_at}, {high} at {high_at}",
        parameter=row["parameter"],
        low=value_words(sweep, row["low"], row["low_from"], row["low_to"]),
        low_at=level_title(str(row["low_at"])),
        high=value_words(sweep, row["high"], row["high_from"], row["high_to"]),
        high_at=level_title(str(row["high_at"])),
    )
    return say("{text}, zero {where}", text=text, where=zero_words(row)) if math.isfinite(row["zero"]) else text


def zero_words(row: Mapping[Any, Any]) -> str:
    """Say about where an effect is zero and between which values that cannot be told."""
    low, high, zero = row["zero_low"], row["zero_high"], three_digits(row["zero"])
    if not (math.isfinite(low) or math.isfinite(high)):
        return say(
            "nowhere for sure: the mean passes it at {value}, but can be told from it on neither side", value=zero
        )
    text = _about(zero, low, high)
    several = int(row["crossings"])
    return say("{text}, the first of {count} such places", text=text, count=several) if several > 1 else text


def _about(zero: str, low: float, high: float) -> str:
    if math.isfinite(low) and math.isfinite(high):
        ends = {"low": three_digits(low), "high": three_digits(high)}
        return say("at about {value} (from {low} to {high} it cannot be told)", value=zero, **ends)
    if math.isfinite(low):
        return say("at about {value} (from {low} on it cannot be told)", value=zero, low=three_digits(low))
    return say("at about {value} (up to {high} it cannot be told)", value=zero, high=three_digits(high))


def _worst(sweep: Swept, row: Mapping[Any, Any] | pd.Series) -> str:
    return say(
        "The worst of {points} is {where}: {effect}.",
        points=points_text(sweep.found, int(row["points"])),
        where=row["worst_at"],
        effect=value_words(sweep, row["worst_diff"], row["worst_from"], row["worst_to"]),
    )
