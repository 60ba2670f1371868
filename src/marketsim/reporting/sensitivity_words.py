"""Sentences on sensitivity indices and tornados, which claim no order that the intervals do not allow."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from marketsim.reporting.numbers import joined
from marketsim.reporting.sweep_view import Swept
from marketsim.results.sensitivity.overturning import KEEPS, TURNS
from marketsim.results.sensitivity.rows import NOISE

_MOST_NAMED = 3


def index_finding(sweep: Swept, indices: pd.DataFrame) -> str:
    """Say which parameter matters most, and which others cannot be told from it."""
    index = "mu_star" if (indices["index"] == "mu_star").any() else "ST" if (indices["index"] == "ST").any() else "S1"
    rows = indices[(indices["index"] == index) & np.isfinite(indices["value"])]
    if rows.empty:
        return f"The {sweep.figure} under {sweep.policy} differs from base alike at all points: nothing explains it."
    rows = rows.sort_values("value", ascending=False, kind="stable")
    first, others = rows.iloc[0], rows.iloc[1:]
    verb = {
        "mu_star": "moves the effect most",
        "ST": "explains most of the differences, interactions included",
        "S1": "explains most of the differences by itself",
    }[index]
    text = f"{first['parameter']} {verb}{_share(first, index)}"
    tied = list(others.loc[~(others["high"] < first["low"]), "parameter"])
    if not math.isfinite(first["low"]) and len(others):
        return f"{text}; without intervals nothing more can be told."
    if tied:
        names = (
            tied if len(tied) <= _MOST_NAMED else [*tied[: _MOST_NAMED - 1], f"{len(tied) - _MOST_NAMED + 1} others"]
        )
        largest = f"{first['parameter']} has the largest {_name(index)}{_share(first, index)}"
        text = f"{largest}, but cannot be told from {joined(names)}"
    return f"{text}{_chance(indices, index)}."


def _name(index: str) -> str:
    names = {"mu_star": "effects (mu*)", "ST": "share of the differences, interactions included"}
    return names.get(index, "share of the differences by itself")


def _share(row: pd.Series, index: str) -> str:
    """Return a share with its interval; both cut to what a share can be."""
    if index == "mu_star":
        return ""
    value, low, high = (min(max(float(row[name]), 0.0), 1.0) for name in ("value", "low", "high"))
    ends = f" [{low:.0%}, {high:.0%}]" if math.isfinite(float(row["low"])) else ""
    return f" ({value:.0%}{ends})"


def _chance(indices: pd.DataFrame, index: str) -> str:
    """Say so where the chance of the worlds may make up much of what is seen."""
    found = indices.loc[indices["index"] == NOISE, "value"]
    noise = float(found.iloc[0]) if len(found) else math.nan
    if not math.isfinite(noise):
        return ""
    if index == "mu_star":
        stars = indices[indices["index"] == index]
        unclear = list(stars.loc[~(stars["low"] > noise), "parameter"])
        which = joined(unclear) if len(unclear) <= _MOST_NAMED else f"{len(unclear)} of {len(stars)} parameters"
        return f"; the effects of {which} may be the chance of the worlds" if unclear else ""
    if noise < 0.1:
        return ""
    return f"; up to {min(noise, 1.0):.0%} of the differences between points may be the chance of the worlds"


def tornado_finding(sweep: Swept, overturn: pd.DataFrame) -> str:
    """Say which uncertainties could turn the sign of the effect."""
    turns, keeps = (list(overturn.loc[overturn["verdict"] == word, "parameter"]) for word in (TURNS, KEEPS))
    unclear = len(overturn) - len(turns) - len(keeps)
    total = len(overturn)
    if turns:
        head = f"{joined(turns)} {'turns' if len(turns) == 1 else 'turn'} the sign of the mean effect of {sweep.policy}"
    elif len(keeps) == total:
        which = "the uncertainty" if total == 1 else f"each of the {total} uncertainties"
        return f"Over the whole range of {which} the mean effect of {sweep.policy} keeps its sign."
    else:
        head = f"No uncertainty surely turns the sign of the mean effect of {sweep.policy}"
    parts = [head]
    if keeps:
        parts.append(f"{len(keeps)} of {total} {'keeps' if len(keeps) == 1 else 'keep'} it over the whole range")
    if unclear:
        parts.append(f"of {unclear} that cannot be told")
    return f"{'; '.join(parts)}."
