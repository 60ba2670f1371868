"""The sections of a report on the sweeps of a study: sentences, charts and tables of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.heat_map import heat_map
from marketsim.reporting.charts.regret import regret_chart
from marketsim.reporting.charts.sensitivity import morris_chart, sweep_tornado, variance_bars
from marketsim.reporting.charts.sweep_lines import profile_lines, sweep_lines
from marketsim.reporting.language import say
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.overturning_words import sweep_sentences
from marketsim.reporting.sensitivity_reasons import reason_text
from marketsim.reporting.sweep_findings import Findings, as_sentence, findings
from marketsim.reporting.sweep_tables import (
    index_table,
    lever_table,
    overturning_table,
    parameter_table,
    policy_table,
)
from marketsim.reporting.sweep_view import Manifest, Swept, design_title, sweeps_of
from marketsim.reporting.sweep_words import levers_words
from marketsim.reporting.table import Table
from marketsim.results.sensitivity.outcomes import SWEEP, SWEEP_POINTS
from marketsim.results.sensitivity.overturning import concerned
from marketsim.results.sensitivity.profiles import mean_effect
from marketsim.results.statistics.regret import REGRET, regret

_MOST_POLICIES = 4
"""Policies of a sweep that are drawn; the others stand in the table and in the files."""


@dataclass(frozen=True)
class SweepSection:
    """What a report says of one sweep.

    Attributes:
        name: name of the sweep.
        design: what is varied and how, in a sentence.
        sentences: what came of it.
        cautions: what must be minded.
        charts: its charts, the main one first.
        tables: its tables.
        footer: worlds, points, seed and scenario.
    """

    name: str
    design: str
    sentences: tuple[str, ...]
    cautions: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    footer: str


def sweep_sections(answers: Mapping[str, pd.DataFrame], manifest: Manifest) -> list[SweepSection]:
    """Return a section for each sweep with results; none where a folder has no sweep."""
    by_name: dict[str, list[Swept]] = {}
    for sweep in sweeps_of(answers, manifest):
        by_name.setdefault(sweep.name, []).append(sweep)
    return [_section(sweeps, answers, manifest) for sweeps in by_name.values()]


def _section(sweeps: list[Swept], answers: Mapping[str, pd.DataFrame], manifest: Manifest) -> SweepSection:
    shown = [findings(sweep) for sweep in sweeps[:_MOST_POLICIES]]
    first = sweeps[0]
    with style.chart_style():
        charts = [chart for found in shown for chart in sweep_charts(found)]
        stem = first.stem.rpartition("_")[0] if first.several_policies else first.stem
        least = regret_chart(_regret_rows(first, answers), stem, first.footer)
    tables = [policy_table(sweeps), *(table for found in shown for table in _tables(found))]
    return SweepSection(
        first.name,
        _design(first),
        tuple(text for found in shown for text in sweep_sentences(found.sweep, found.overturn)),
        tuple(dict.fromkeys([*_not_shown(sweeps), *(text for found in shown for text in _cautions(found))])),
        (*charts, *([least] if least else [])),
        (*tables, parameter_table(first, manifest)),
        first.footer,
    )


def sweep_charts(found: Findings) -> list[Chart]:
    """Draw what the design of a sweep allows: a map or lines, the tornado, and what the effect depends on."""
    sweep = found.sweep
    main = heat_map(sweep) or sweep_lines(sweep) or profile_lines(sweep)
    along = profile_lines(sweep) if main is not None and main.name.endswith("_heat_map") and _is_wide(sweep) else None
    drawn = [
        main,
        sweep_tornado(sweep, found.overturn, mean_effect(concerned(sweep.found)[0])),
        morris_chart(sweep, found.indices),
        variance_bars(sweep, found.indices) if len(sweep.found.parameters) > 1 else None,
        along,
    ]
    return [chart for chart in drawn if chart is not None]


def _is_wide(sweep: Swept) -> bool:
    """Tell whether a map averages over further parameters, so that their own lines say more."""
    return len(sweep.found.parameters) > 3


def _tables(found: Findings) -> list[Table]:
    sweep = found.sweep
    tables = (lever_table(sweep), overturning_table(sweep, found.overturn), index_table(found))
    return [table for table in tables if table is not None]


def _cautions(found: Findings) -> list[str]:
    several = len(found.sweep.found.kinds) > 1
    refused = as_sentence(reason_text(found.refused)) if found.refused and several else ""
    return [text for text in (*found.cautions, refused) if text]


def _not_shown(sweeps: list[Swept]) -> list[str]:
    hidden = [sweep.policy for sweep in sweeps[_MOST_POLICIES:]]
    if not hidden:
        return []
    return [
        say(
            "Only the first {shown} of {policies} are drawn; {hidden} stand in the table.",
            shown=_MOST_POLICIES,
            policies=counted(len(sweeps), "policy"),
            hidden=joined(hidden),
        )
    ]


def _design(sweep: Swept) -> str:
    found = sweep.found
    return say(
        "{design} of {points} over {parameters}.",
        design=design_title(found.design).capitalize(),
        points=counted(len(found.values), "point"),
        parameters=levers_words(found),
    )


def _regret_rows(sweep: Swept, answers: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of the table of regrets of a sweep's figure: as stored, or computed where they are not."""
    table = answers.get(REGRET)
    if table is None:
        table = regret(answers[SWEEP], answers[SWEEP_POINTS])
    choice, wanted = sweep.found.choice, pd.Series(True, index=table.index)
    for column in ("name", "retailer", "tier", "kpi"):
        wanted &= table[column].astype(str) == getattr(choice, column)
    return table[wanted]
