"""Tables on a sweep for the report: its parameters, policies, levers, what could overturn the answer, and indices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from marketsim.reporting.numbers import MISSING, digits_for, interval, signed
from marketsim.reporting.sweep_findings import Findings
from marketsim.reporting.sweep_view import Manifest, Swept, parameter_paths
from marketsim.reporting.sweep_words import value_words, zero_words
from marketsim.reporting.table import Entry, Table
from marketsim.results.sensitivity.lever_choice import lever_combinations
from marketsim.results.sensitivity.overturning import KEEPS, TURNS
from marketsim.results.sensitivity.profiles import MOST_LEVELS, counts, mean_effect, sorted_levels
from marketsim.results.sensitivity.rows import NOISE

_MOST_ROWS = 12
_VERDICTS = {TURNS: "turns the sign", KEEPS: "keeps the sign"}
_METHODS = {
    "morris": "Morris (1991), Campolongo et al. (2007): effects of a move over the whole range",
    "sobol": "Sobol indices (Saltelli et al. 2010): shares of the variance between points",
    "variance": "exact shares of the variance between the points of the grid",
    "rbd_fast": "first-order shares of the variance from the points as they are (RBD-FAST: Plischke 2010)",
    "levels": "share of the variance between the levels (correlation ratio, corrected for chance)",
}


def parameter_table(sweep: Swept, manifest: Manifest) -> Table:
    """Return the levers and uncertainties of a sweep: what they change, and over which values."""
    paths = parameter_paths(manifest, sweep.name)
    rows = tuple(
        (Entry(name), Entry(sweep.found.kinds[name]), Entry(_values(sweep, name)), Entry(paths.get(name, "")))
        for name in sweep.found.parameters
    )
    caption = f"{sweep.name}: what is varied"
    note = "levers are changed under the policies, uncertainties in base and policies alike"
    return Table(caption, ("parameter", "kind", "values", "changes"), rows, (note,))


def _values(sweep: Swept, name: str) -> str:
    levels = sorted_levels(sweep.found, name)
    if len(levels) <= MOST_LEVELS or not all(math.isfinite(number) for _, number in levels):
        return ", ".join(text for text, _ in levels)
    return f"{levels[0][1]:.4g} to {levels[-1][1]:.4g}"


def policy_table(sweeps: Sequence[Swept]) -> Table:
    """Return how each policy does over the points of a sweep."""
    first = sweeps[0]
    rows = tuple(_policy_row(sweep) for sweep in sweeps)
    heads = ("policy", f"mean difference, {first.scale.difference_unit}", "points", "better", "cannot tell", "worse")
    note = (
        f"{first.kpi.title} of {first.found.choice.retailer} less base. {first.footer}. The interval of the mean is the "
        "widest that the chance of the worlds allows; where points are drawn it holds the chance of the draw as well."
    )
    return Table(f"{first.name}: policies over all points", heads, rows, (note,))


def _policy_row(sweep: Swept) -> tuple[Entry, ...]:
    better, worse, unclear = counts(sweep.found)
    total = int(sweep.found.known.sum())
    numbers = (Entry(str(number)) for number in (total, better, unclear, worse))
    return (Entry(sweep.policy), _effect(sweep, *mean_effect(sweep.found)), *numbers)


def _effect(sweep: Swept, mean: float, low: float, high: float) -> Entry:
    """Return an effect with its interval, coloured where its sign can be told."""
    if not math.isfinite(mean):
        return Entry(MISSING, look="unclear")
    sign = sweep.kpi.better or 1
    look = "good" if min(low * sign, high * sign) > 0 else "bad" if max(low * sign, high * sign) < 0 else "unclear"
    text = value_words(sweep, mean, low, high).removesuffix(f" {sweep.scale.difference_unit}")
    return Entry(text, look=look if math.isfinite(low) else "unclear")


def lever_table(sweep: Swept) -> Table | None:
    """Return the combinations of levers, the best first; None where there are none to choose from."""
    frame = lever_combinations(sweep.found)
    if len(frame) < 2:
        return None
    rows = tuple(
        (
            Entry(str(row["levers"])),
            _effect(sweep, row["mean"], row["low"], row["high"]),
            Entry(signed(row["worst"] / sweep.scale.divisor, sweep.digits)),
            *(Entry(str(row[name])) for name in ("points", "better", "cannot_tell", "worse")),
            Entry("best" if row["mark"] == "best" else "cannot be told from it" if row["mark"] else ""),
        )
        for row in frame.head(_MOST_ROWS).to_dict("records")
    )
    unit = sweep.scale.difference_unit
    heads = ("levers", f"mean difference, {unit}", "worst point", "points", "better", "cannot tell", "worse", "")
    cut = (f"The best {_MOST_ROWS} of {len(frame)} combinations.",) if len(frame) > _MOST_ROWS else ()
    note = "Combinations whose interval overlaps with that of the best cannot be told from it."
    return Table(f"{sweep.name}: levers under {sweep.policy}", heads, rows, (*cut, note))


def overturning_table(sweep: Swept, rows: pd.DataFrame) -> Table | None:
    """Return what each uncertainty does to the sign of the effect; None without uncertainties."""
    if rows.empty:
        return None
    unit = sweep.scale.difference_unit
    lines = tuple(
        (
            Entry(str(row["parameter"])),
            Entry(_VERDICTS.get(row["verdict"], "cannot tell"), look="" if row["verdict"] in _VERDICTS else "unclear"),
            Entry(str(row["low_at"])),
            _effect(sweep, row["low"], row["low_from"], row["low_to"]),
            Entry(str(row["high_at"])),
            _effect(sweep, row["high"], row["high_from"], row["high_to"]),
            Entry(zero_words(row) if math.isfinite(row["zero"]) else ""),
        )
        for row in rows.to_dict("records")
    )
    heads = (
        "uncertainty",
        "over its range",
        "lowest",
        f"effect there, {unit}",
        "highest",
        f"effect there, {unit}",
        "zero",
    )
    levers = str(rows["levers"].iloc[0])
    notes = (
        *([f"With {levers}, the best on average."] if levers else []),
        "Mean effects over everything else that is varied. Intervals are not adjusted for their number.",
    )
    return Table(f"{sweep.name}: what could overturn the effect of {sweep.policy}", heads, lines, notes)


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
    unit = f", {found.sweep.scale.difference_unit}" if of_effects else ""
    heads = ("parameter", *(f"{name}{unit}" for name in names))
    methods = [f"{_METHODS[method]}." for method in dict.fromkeys(indices["method"]) if method in _METHODS]
    points = f"n = {int(indices['n'].max()):,} points; 95 % intervals."
    caption = f"{found.sweep.name}: what the effect of {found.sweep.policy} depends on"
    return Table(caption, heads, rows, (*methods, points, *_noise_note(found, divisor, of_effects=of_effects)))


def _index_entries(own: pd.DataFrame, names: Sequence[str], divisor: float, digits: int) -> Iterator[Entry]:
    by_name: Mapping[str, Mapping[Any, Any]] = {str(row["index"]): row for row in own.to_dict("records")}
    for name in names:
        row = by_name.get(name)
        if row is None or not math.isfinite(row["value"]):
            yield Entry(MISSING, look="unclear")
            continue
        ends = interval(row["low"] / divisor, row["high"] / divisor, digits)
        yield Entry(f"{row['value'] / divisor:,.{digits}f} {ends}".strip().replace("-", "−"))


def _noise_note(found: Findings, divisor: float, *, of_effects: bool) -> tuple[str, ...]:
    noise = found.indices.loc[found.indices["index"] == NOISE, "value"]
    if not len(noise) or not math.isfinite(noise.iloc[0]):
        return ()
    value = float(noise.iloc[0])
    if of_effects:
        return (f"The chance of the worlds alone can make a mu* of up to about {value / divisor:.3g}.",)
    return (f"The chance of the worlds can make up at most {min(value, 1.0):.1%} of the variance.",)
