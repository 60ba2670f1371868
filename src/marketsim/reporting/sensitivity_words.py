"""Sentences on sensitivity indices and tornados, which claim no order that the intervals do not allow."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from marketsim.reporting.charts.headings import fitting
from marketsim.reporting.language import message, say
from marketsim.reporting.numbers import joined
from marketsim.reporting.sweep_view import Swept
from marketsim.results.sensitivity.overturning import KEEPS, TURNS
from marketsim.results.sensitivity.rows import NOISE

_MOST_NAMED = 3
_MOST = {
    "mu_star": message("{parameter} moves the effect most"),
    "ST": message("{parameter} explains most of the differences, interactions included"),
    "S1": message("{parameter} explains most of the differences by itself"),
}
_LARGEST = {
    "mu_star": message("{parameter} has the largest effects (mu*){share}, but cannot be told from {others}"),
    "ST": message(
        "{parameter} has the largest share of the differences, interactions included{share}, but cannot be told from {others}"
    ),
    "S1": message(
        "{parameter} has the largest share of the differences by itself{share}, but cannot be told from {others}"
    ),
}


def index_finding(sweep: Swept, indices: pd.DataFrame) -> str:
    """Say which parameter matters most, and which others cannot be told from it."""
    index, rows = _ranked(indices)
    if rows.empty:
        return say(
            "The {figure} under {policy} differs from base alike at all points: nothing explains it.",
            figure=sweep.figure,
            policy=sweep.policy,
        )
    first = rows.iloc[0]
    text = say(_MOST[index], parameter=first["parameter"]) + _share(first, index)
    if not math.isfinite(first["low"]) and len(rows) > 1:
        return say("{text}; without intervals nothing more can be told.", text=text)
    tied = _tied(rows)
    if tied:
        text = say(_LARGEST[index], parameter=first["parameter"], share=_share(first, index), others=_named(tied))
    return say("{text}.", text=f"{text}{_chance(indices, index)}")


def index_message(sweep: Swept, indices: pd.DataFrame) -> str:
    """Return the finding in a few words."""
    index, rows = _ranked(indices)
    if rows.empty:
        return say("Nothing explains the differences between points")
    first = rows.iloc[0]
    if (not math.isfinite(first["low"]) and len(rows) > 1) or _tied(rows):
        return say("Which parameter matters most cannot be told")
    if index == "mu_star" and first["low"] <= _noise(indices):
        return say("The effects of all parameters may be the chance of the worlds")
    return fitting(say(_MOST[index], parameter=first["parameter"]), say("One parameter matters most"))


def _ranked(indices: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Return the index by which parameters are ranked, and its rows, the largest first."""
    index = next((name for name in ("mu_star", "ST") if (indices["index"] == name).any()), "S1")
    rows = indices[(indices["index"] == index) & np.isfinite(indices["value"])]
    return index, rows.sort_values("value", ascending=False, kind="stable")


def _tied(rows: pd.DataFrame) -> list[str]:
    """Return the parameters that cannot be told from the first one."""
    others = rows.iloc[1:]
    return [str(name) for name in others.loc[~(others["high"] < rows.iloc[0]["low"]), "parameter"]]


def _named(names: list[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return joined(names)
    return joined([*names[: _MOST_NAMED - 1], say("{count} others", count=len(names) - _MOST_NAMED + 1)])


def _share(row: pd.Series, index: str) -> str:
    """Return a share with its interval; both cut to what a share can be."""
    if index == "mu_star":
        return ""
    value, low, high = (f"{min(max(float(row[name]), 0.0), 1.0):.0%}" for name in ("value", "low", "high"))
    ends = f" [{low}, {high}]" if math.isfinite(float(row["low"])) else ""
    return say(" ({share})", share=f"{value}{ends}")


def _noise(indices: pd.DataFrame) -> float:
    found = indices.loc[indices["index"] == NOISE, "value"]
    return float(found.iloc[0]) if len(found) else math.nan


def _chance(indices: pd.DataFrame, index: str) -> str:
    """Say so where the chance of the worlds may make up much of what is seen."""
    noise = _noise(indices)
    if not math.isfinite(noise):
        return ""
    if index == "mu_star":
        return _chance_of_effects(indices, noise)
    if noise < 0.1:
        return ""
    share = f"{min(noise, 1.0):.0%}"
    return say("; up to {share} of the differences between points may be the chance of the worlds", share=share)


def _chance_of_effects(indices: pd.DataFrame, noise: float) -> str:
    stars = indices[indices["index"] == "mu_star"]
    unclear = list(stars.loc[~(stars["low"] > noise), "parameter"])
    if not unclear:
        return ""
    if len(unclear) <= _MOST_NAMED:
        return say("; the effects of {parameters} may be the chance of the worlds", parameters=joined(unclear))
    return say(
        "; the effects of {unclear} of {all} parameters may be the chance of the worlds",
        unclear=len(unclear),
        all=len(stars),
    )


def tornado_finding(sweep: Swept, overturn: pd.DataFrame) -> str:
    """Say which uncertainties could turn the sign of the effect."""
    turns, keeps = (list(overturn.loc[overturn["verdict"] == word, "parameter"]) for word in (TURNS, KEEPS))
    total, unclear = len(overturn), len(overturn) - len(turns) - len(keeps)
    if len(keeps) == total:
        return say("{text}.", text=_all_keep(sweep, total))
    parts = [_turning(sweep, turns)]
    if len(keeps) == 1:
        parts.append(say("1 of {total} keeps it over the whole range", total=total))
    elif keeps:
        parts.append(say("{count} of {total} keep it over the whole range", count=len(keeps), total=total))
    parts += [say("of {count} that cannot be told", count=unclear)] if unclear else []
    return say("{text}.", text=say("; ").join(parts))


def _all_keep(sweep: Swept, total: int) -> str:
    if total == 1:
        return say(
            "Over the whole range of the uncertainty the mean effect of {policy} keeps its sign", policy=sweep.policy
        )
    return say(
        "Over the whole range of each of the {total} uncertainties the mean effect of {policy} keeps its sign",
        total=total,
        policy=sweep.policy,
    )


def _turning(sweep: Swept, turns: list[str]) -> str:
    values = {"names": joined(turns), "policy": sweep.policy}
    if not turns:
        return say("No uncertainty surely turns the sign of the mean effect of {policy}", policy=sweep.policy)
    if len(turns) == 1:
        return say("{names} turns the sign of the mean effect of {policy}", **values)
    return say("{names} turn the sign of the mean effect of {policy}", **values)


def tornado_message(sweep: Swept, overturn: pd.DataFrame) -> str:
    """Return the finding in a few words."""
    turns = list(overturn.loc[overturn["verdict"] == TURNS, "parameter"])
    keeps, total = int((overturn["verdict"] == KEEPS).sum()), len(overturn)
    if turns:
        wording = say("{count} of {total} uncertainties turn the sign of the effect", count=len(turns), total=total)
        return fitting(_turning(sweep, turns), wording)
    if keeps == total:
        return fitting(_all_keep(sweep, total), say("The mean effect keeps its sign over all that is uncertain"))
    if total == 1:
        name = str(overturn["parameter"].iloc[0])
        unnamed = say("Whether the uncertainty turns the sign cannot be told")
        return fitting(say("Whether {name} turns the sign of the effect cannot be told", name=name), unnamed)
    if not keeps:
        return say("Whether the sign stands cannot be told for any of the {total} uncertainties", total=total)
    return say(
        "Whether the sign stands cannot be told for {count} of {total} uncertainties", count=total - keeps, total=total
    )
