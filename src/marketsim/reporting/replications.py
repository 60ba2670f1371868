"""What a stopping rule came to, in a sentence: how many worlds it took, and how many independent runs it spared."""

from __future__ import annotations

import math

import pandas as pd

from marketsim.reporting.clauses import paragraph
from marketsim.reporting.language import say
from marketsim.reporting.measures import tier_people, title_in_sentence
from marketsim.reporting.numbers import NO_BREAK, Scale, counted, digits_for, joined, per_cent, plain, scale_for
from marketsim.reporting.questions import Answers
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.stopping import REPLICATIONS
from marketsim.results.tables import ALL


def replication_sentences(answers: Answers) -> list[str]:
    """Return what to say of the worlds that were added until a difference was known; nothing where their number is given."""
    table = answers.get(REPLICATIONS)
    if table is None or table.empty:
        return []
    return [paragraph([_reached(table), _spared(table)])]


def _reached(rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    scale = scale_for(kpi(first["kpi"]), [first["wanted"], *rows["half_width"]])
    places = {"figure": _figure(rows), "aim": _aim(first, scale), "worlds": counted(int(rows["worlds"].max()), "world")}
    short = rows[~rows["reached"].astype(bool)]
    if short.empty:
        return say("Worlds were added until the {figure} was known to {aim}: it took {worlds}.", **places)
    widths = zip(short["policy"], short["half_width"], strict=True)
    known = joined(say("{policy} (±{reach})", policy=name, reach=_number(width, scale)) for name, width in widths)
    return say(
        "The {figure} was to be known to {aim}; the runs ended after {worlds} before that was so for {policies}.",
        policies=known,
        **places,
    )


def _aim(first: pd.Series, scale: Scale) -> str:
    return say(
        "±{reach} {unit} with {share} confidence",
        reach=_number(first["wanted"], scale),
        unit=scale.difference_unit,
        share=per_cent(f"{100 * first['confidence']:.4g}").replace(NO_BREAK, " "),
    )


def _figure(rows: pd.DataFrame) -> str:
    """Return the difference that was to be known, in words."""
    first = rows.iloc[0]
    name = title_in_sentence(kpi(first["kpi"]))
    if first["tier"] != ALL:
        name = say("{figure} of {people}", figure=name, people=tier_people(first["tier"]))
    if len(rows) > 1:
        return say("difference in {figure} between every policy and the base", figure=name)
    return say("difference in {figure} between {policy} and the base", figure=name, policy=first["policy"])


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
    return say(
        "Without common worlds, {policy} and the base would have needed {alone} runs for what {paired} have told.",
        policy=most["policy"],
        alone=f"{most['independent_runs']:,.0f}",
        paired=f"{most['runs']:,.0f}",
    )
