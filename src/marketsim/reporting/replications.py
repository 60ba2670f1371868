"""What a stopping rule came to, in a sentence: how many worlds it took, and how many independent runs it spared."""

from __future__ import annotations

import math

import pandas as pd

from marketsim.reporting.measures import tier_people
from marketsim.reporting.numbers import Scale, counted, digits_for, joined, plain, scale_for
from marketsim.reporting.questions import Answers
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.stopping import REPLICATIONS
from marketsim.results.tables import ALL


def replication_sentences(answers: Answers) -> list[str]:
    """Return what to say of the worlds that were added until a difference was known; nothing where their number is given."""
    table = answers.get(REPLICATIONS)
    if table is None or table.empty:
        return []
    return [f"{_reached(table)} {_spared(table)}".strip()]


def _reached(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    scale = scale_for(kpi(first["kpi"]), [first["wanted"], *rows["half_width"]])
    people = "" if first["tier"] == ALL else f" of {tier_people(first['tier'])}"
    confidence = f"{100 * first['confidence']:.4g} % confidence"
    aim = f"±{_number(first['wanted'], scale)} {scale.difference_unit} with {confidence}"
    whose = "every policy" if len(rows) > 1 else str(first["policy"])
    figure = f"difference in {kpi(first['kpi']).title.lower()}{people} between {whose} and the base"
    short = rows[~rows["reached"].astype(bool)]
    worlds = counted(int(rows["worlds"].max()), "world")
    if short.empty:
        return f"Worlds were added until the {figure} was known to {aim}: it took {worlds}."
    widths = zip(short["policy"], short["half_width"], strict=True)
    known = joined(f"{name} (±{_number(width, scale)})" for name, width in widths)
    return f"The {figure} was to be known to {aim}; the runs ended after {worlds} before that was so for {known}."


def _number(value: float, scale: Scale) -> str:
    shown = value / scale.divisor
    text = plain(shown, digits_for([shown], 2, most=4))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spared(rows: pd.DataFrame) -> str:
    """Say what independent runs would have taken, for the policy that needed most of them."""
    known = rows[rows["independent_runs"].map(math.isfinite)]
    if known.empty:
        return ""
    most = known.iloc[int(known["independent_runs"].to_numpy().argmax())]
    return (
        f"Without common worlds, {most['policy']} and the base would have needed {most['independent_runs']:,.0f} runs for "
        f"what {most['runs']:,.0f} have told."
    )
