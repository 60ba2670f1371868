"""Everything that is found out about a sweep under one policy: its indices, and what could overturn the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.clauses import opening
from marketsim.reporting.language import say
from marketsim.reporting.sensitivity_reasons import reason_text
from marketsim.reporting.sweep_view import Swept
from marketsim.results.sensitivity.indices import left_out, sensitivities
from marketsim.results.sensitivity.outcomes import missing_sentence
from marketsim.results.sensitivity.overturning import OVERTURNING, overturning
from marketsim.results.sensitivity.profiles import LISTED
from marketsim.results.sensitivity.rows import SENSITIVITY, no_rows

_ALIKE = 0.5
"""Rank correlation of two parameters from which their effects are said to be hard to tell apart. ASSUMPTION."""


@dataclass(frozen=True)
class Findings:
    """What is found out about a sweep under one policy.

    Attributes:
        sweep: the sweep.
        overturn: the table `overturning`.
        indices: the table `sensitivity`; empty where there are none.
        refused: why there are no indices; empty where there are.
        cautions: points left out, and parameters that vary together.
    """

    sweep: Swept
    overturn: pd.DataFrame
    indices: pd.DataFrame
    refused: str
    cautions: tuple[str, ...]


def findings(sweep: Swept) -> Findings:
    """Return what is found out about a sweep; where indices are refused it says why."""
    overturn = overturning(sweep.found)
    cautions = [_together(sweep)]
    try:
        indices, refused = sensitivities(sweep.found, sweep.seed), ""
        cautions.append(left_out(sweep.found))
    except ResultsError as error:
        indices, refused = no_rows(), str(error)
        cautions.append(missing_sentence(sweep.found))
    told = tuple(as_sentence(reason_text(text)) for text in cautions if text)
    return Findings(sweep, overturn, indices, refused, told)


def as_sentence(text: str) -> str:
    """Return a text as a sentence of its own."""
    return say("{text}.", text=opening(text))


def _together(sweep: Swept) -> str:
    """Say which parameters vary together in points that were written out; nothing where none do."""
    found = sweep.found
    if found.design not in LISTED or len(found.values) < 3:
        return ""
    names = [name for name in found.parameters if np.isfinite(found.numbers[name]).all()]
    varied = [name for name in names if found.numbers[name].nunique() > 1]
    ranks = {name: found.numbers[name].rank().to_numpy() for name in varied}
    pairs = [
        (first, second)
        for place, first in enumerate(varied)
        for second in varied[place + 1 :]
        if abs(np.corrcoef(ranks[first], ranks[second])[0, 1]) > _ALIKE
    ]
    if not pairs:
        return ""
    values = {"first": pairs[0][0], "second": pairs[0][1]}
    if len(pairs) == 1:
        return say(
            "over these points {first} and {second} vary together, so that the effects of both cannot be told apart",
            **values,
        )
    return say(
        "over these points {first} and {second} and {more} more pairs vary together, so that the effects of both cannot be "
        "told apart",
        **values,
        more=len(pairs) - 1,
    )


def all_tables(found: Iterable[Findings]) -> dict[str, pd.DataFrame]:
    """Return the tables `sensitivity` and `overturning` over several sweeps or policies; those that have rows."""
    items = list(found)
    parts = {SENSITIVITY: [item.indices for item in items], OVERTURNING: [item.overturn for item in items]}
    filled = {name: [frame for frame in frames if len(frame)] for name, frames in parts.items()}
    return {name: pd.concat(frames, ignore_index=True) for name, frames in filled.items() if frames}
