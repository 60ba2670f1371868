"""Tables on a sweep for the report: its parameters, policies, levers, what could overturn the answer, and indices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from marketsim.reporting.language import kpi_title, message, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import MISSING, counted, digits_for, interval, plain, signed
from marketsim.reporting.overturning_words import zero_words
from marketsim.reporting.sweep_findings import Findings
from marketsim.reporting.sweep_view import Manifest, Swept, kind_title, level_title, parameter_paths
from marketsim.reporting.sweep_words import value_words
from marketsim.reporting.table import Entry, Table, number
from marketsim.results.sensitivity.lever_choice import BEST, TIED, lever_combinations
from marketsim.results.sensitivity.outcomes import short_value
from marketsim.results.sensitivity.overturning import KEEPS, TURNS
from marketsim.results.sensitivity.profiles import MOST_LEVELS, counts, mean_effect, sorted_levels
from marketsim.results.sensitivity.rows import NOISE

_MOST_ROWS = 12
_VERDICTS = {TURNS: message("turns the sign"), KEEPS: message("keeps the sign")}
_COUNTS = (message("points"), message("better"), message("cannot tell"), message("worse"))
_MARKS = {BEST: message("the best"), TIED: message("cannot be told from it")}
_METHODS = {
    "morris": message("Morris (1991), Campolongo et al. (2007): effects of a move over the whole range"),
    "sobol": message("Sobol indices (Saltelli et al. 2010): shares of the variance between points"),
    "variance": message("exact shares of the variance between the points of the grid"),
    "rbd_fast": message("first-order shares of the variance from the points as they are (RBD-FAST: Plischke 2010)"),
    "levels": message("share of the variance between the levels (correlation ratio, corrected for chance)"),
}


def parameter_table(sweep: Swept, manifest: Manifest) -> Table:
    """Return the levers and uncertainties of a sweep: what they change, and over which values."""
    paths = parameter_paths(manifest, sweep.name)
    rows = tuple(
        (
            Entry(name),
            Entry(kind_title(sweep.found.kinds[name])),
            Entry(_values(sweep, name)),
            Entry(paths.get(name, "")),
        )
        for name in sweep.found.parameters
    )
    caption = say("{sweep}: what is varied", sweep=sweep.name)
    note = say("levers are changed under the policies, uncertainties in base and policies alike")
    return Table(caption, (say("parameter"), say("kind"), say("values"), say("changes")), rows, (note,))


def _values(sweep: Swept, name: str) -> str:
    levels = sorted_levels(sweep.found, name)
    if len(levels) <= MOST_LEVELS or not all(math.isfinite(number) for _, number in levels):
        return ", ".join(short_value(text, number) for text, number in levels)
    return say("{low} to {high}", low=f"{levels[0][1]:.4g}", high=f"{levels[-1][1]:.4g}")


def policy_table(sweeps: Sequence[Swept]) -> Table:
    """Return how each policy does over the points of a sweep."""
    first = sweeps[0]
    rows = tuple(_policy_row(sweep) for sweep in sweeps)
    heads = (say("policy"), _mean_head(first), *(say(head) for head in _COUNTS))
    note = say(
        "{figure} of {retailer} less base. {footer}. The interval of the mean is the widest that the chance of the worlds "
        "allows; where points are drawn it holds the chance of the draw as well.",
        figure=kpi_title(first.kpi),
        retailer=first.found.choice.retailer,
        footer=first.footer,
    )
    return Table(say("{sweep}: policies over all points", sweep=first.name), heads, rows, (note,))


def _mean_head(sweep: Swept) -> str:
    return with_unit(say("mean difference"), sweep.scale.difference_unit)


def _policy_row(sweep: Swept) -> tuple[Entry, ...]:
    better, worse, unclear = counts(sweep.found)
    total = int(sweep.found.known.sum())
    numbers = (_count(number) for number in (total, better, unclear, worse))
    return (Entry(sweep.policy), _effect(sweep, *mean_effect(sweep.found)), *numbers)


def _count(count: int) -> Entry:
    return Entry(str(count), value=float(count))


def _effect(sweep: Swept, mean: float, low: float, high: float) -> Entry:
    """Return an effect with its interval, coloured where its sign can be told."""
    if not math.isfinite(mean):
        return Entry(MISSING, look="unclear")
    sign = sweep.kpi.better or 1
    look = "good" if min(low * sign, high * sign) > 0 else "bad" if max(low * sign, high * sign) < 0 else "unclear"
    text = value_words(sweep, mean, low, high).removesuffix(f" {sweep.scale.difference_unit}")
    return Entry(text, look=look if math.isfinite(low) else "unclear", value=mean / sweep.scale.divisor)


def lever_table(sweep: Swept) -> Table | None:
    """Return the combinations of levers, the best first; None where there are none to choose from."""
    frame = lever_combinations(sweep.found)
    if len(frame) < 2:
        return None
    rows = tuple(
        (
            Entry(str(row["levers"])),
            _effect(sweep, row["mean"], row["low"], row["high"]),
            _worst(sweep, row["worst"]),
            *(_count(row[name]) for name in ("points", "better", "cannot_tell", "worse")),
            Entry(say(_MARKS[row["mark"]]) if row["mark"] else ""),
        )
        for row in frame.head(_MOST_ROWS).to_dict("records")
    )
    heads = (say("levers"), _mean_head(sweep), say("worst point"), *(say(head) for head in _COUNTS), "")
    all_there = len(frame)
    cut = (
        (say("The best {shown} of {all} combinations.", shown=_MOST_ROWS, all=all_there),)
        if all_there > _MOST_ROWS
        else ()
    )
    note = say("Combinations whose interval overlaps with that of the best cannot be told from it.")
    caption = say("{sweep}: levers under {policy}", sweep=sweep.name, policy=sweep.policy)
    return Table(caption, heads, rows, (*cut, note))


def _worst(sweep: Swept, value: float) -> Entry:
    worst = value / sweep.scale.divisor
    return Entry(signed(worst, sweep.digits), value=number(worst))


def overturning_table(sweep: Swept, rows: pd.DataFrame) -> Table | None:
    """Return what each uncertainty does to the sign of the effect; None without uncertainties."""
    if rows.empty:
        return None
    unit = sweep.scale.difference_unit
    lines = tuple(
        (
            Entry(str(row["parameter"])),
            _sign_entry(str(row["verdict"])),
            Entry(level_title(str(row["low_at"]))),
            _effect(sweep, row["low"], row["low_from"], row["low_to"]),
            Entry(level_title(str(row["high_at"]))),
            _effect(sweep, row["high"], row["high_from"], row["high_to"]),
            Entry(zero_words(row) if math.isfinite(row["zero"]) else ""),
        )
        for row in rows.to_dict("records")
    )
    heads = (
        say("uncertainty"),
        say("over its range"),
        say("lowest"),
        with_unit(say("effect there"), unit),
        say("highest"),
        with_unit(say("effect there"), unit),
        say("zero"),
    )
    levers = str(rows["levers"].iloc[0])
    notes = (
        *([say("With {levers}, the best on average.", levers=levers)] if levers else []),
        say("Mean effects over everything else that is varied. Intervals are not adjusted for their number."),
    )
    caption = say("{sweep}: what could overturn the effect of {policy}", sweep=sweep.name, policy=sweep.policy)
    return Table(caption, heads, lines, notes)


def _sign_entry(verdict: str) -> Entry:
    return Entry(say(_VERDICTS[verdict])) if verdict in _VERDICTS else Entry(say("cannot tell"), look="unclear")


def index_table(found: Findings) -> Table | None:
    """Return the sensitivity indices; None where there are none."""
    indices = found.indices[found.indices["index"] != NOISE]
    if indices.empty:
        return None
    names = list(dict.fromkeys(indices["index"]))
    of_effects = "mu_star" in names
    divisor = found.sweep.scale.divisor if of_effects else 1.0
    halves = (indices["high"] - indices["low"]) / 2 / divisor
    digits = digits_for(halves, 2, most=3)
    rows = tuple(
        (Entry(str(parameter)), *_index_entries(own, names, divisor, digits))
        for parameter, own in indices.groupby("parameter", sort=False)
    )
    unit = found.sweep.scale.difference_unit if of_effects else ""
    heads = (say("parameter"), *(with_unit(name, unit) for name in names))
    methods = [
        say("{text}.", text=say(_METHODS[method])) for method in dict.fromkeys(indices["method"]) if method in _METHODS
    ]
    points = say("n = {points}; 95 % intervals.", points=counted(int(indices["n"].max()), "point"))
    caption = say("{sweep}: what the effect of {policy} depends on", sweep=found.sweep.name, policy=found.sweep.policy)
    return Table(caption, heads, rows, (*methods, points, *_noise_note(found, divisor, of_effects=of_effects)))


def _index_entries(own: pd.DataFrame, names: Sequence[str], divisor: float, digits: int) -> Iterator[Entry]:
    by_name: Mapping[str, Mapping[Any, Any]] = {str(row["index"]): row for row in own.to_dict("records")}
    for name in names:
        row = by_name.get(name)
        if row is None or not math.isfinite(row["value"]):
            yield Entry(MISSING, look="unclear")
            continue
        ends = interval(row["low"] / divisor, row["high"] / divisor, digits)
        value = row["value"] / divisor
        yield Entry(f"{plain(value, digits)} {ends}".strip(), value=value)


def _noise_note(found: Findings, divisor: float, *, of_effects: bool) -> tuple[str, ...]:
    noise = found.indices.loc[found.indices["index"] == NOISE, "value"]
    if not len(noise) or not math.isfinite(noise.iloc[0]):
        return ()
    value = float(noise.iloc[0])
    if of_effects:
        return (
            say(
                "The chance of the worlds alone can make a mu* of up to about {value}.", value=f"{value / divisor:.3g}"
            ),
        )
    return (
        say("The chance of the worlds can make up at most {share} of the variance.", share=f"{min(value, 1.0):.1%}"),
    )
