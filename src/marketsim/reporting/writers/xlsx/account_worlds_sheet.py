"""The profit account world by world: the lines as the runs gave them, their check, and what energy and spread did."""

from __future__ import annotations

import pandas as pd

from marketsim.reporting.language import say
from marketsim.reporting.profit_account import ENERGY, LINES, PROCUREMENT, PROFIT, REVENUE, line_title
from marketsim.reporting.writers.xlsx.account_layout import BY_WORLD, CHECK, ENERGY_EFFECT, SPREAD_EFFECT, Layout
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import FORMULA, HEAD, PLAIN, RESULT, with_digits
from marketsim.reporting.writers.xlsx.names import cell, column_range
from marketsim.reporting.writers.xlsx.worlds_sheet import policy_name
from marketsim.results.tables import BASE


def failed_worlds(layout: Layout) -> str:
    """Return the formula that counts the single runs whose lines do not add up to their profit."""
    rows = FIRST_ROW, FIRST_ROW + len(layout.rows) - 1
    return f'COUNTIF({column_range(say(BY_WORLD), layout.columns[CHECK], rows)},"<>0")'


def margin_effects(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return what more energy and what another spread do to the gross margin, world by world."""
    margins = [frame[REVENUE] - frame[PROCUREMENT] for frame in (before, after)]
    spread = (margins[0] / before[ENERGY]).where(before[ENERGY] != 0, 0.0)
    volume = (after[ENERGY] - before[ENERGY]) * spread
    return volume, margins[1] - margins[0] - volume


def fill_by_world(page: Page, layout: Layout) -> None:
    """Write the accounts of single worlds."""
    note = say(
        "A row per policy and replication: sums over the evaluated months, scaled to a year, in CNY (energy in MWh)."
    )
    lines = layout.accounts.lines
    page.widths(20, 11, *(16 for _ in range(len(lines) + 5)))
    page.head(say(BY_WORLD), note)
    heads = [say("policy"), say("replication"), say("Energy, MWh/year"), *(line_title(name) for name in lines)]
    heads += [line_title(PROFIT), say("check: sum − profit"), say("effect of energy sold"), say("effect of the spread")]
    page.row(HEAD_ROW, heads, HEAD)
    page.fit(HEAD_ROW, heads)
    page.freeze(FIRST_ROW, 2)
    for (policy, world), row in layout.rows.items():
        _world(page, layout, policy, world, row)
    page.filter(HEAD_ROW, HEAD_ROW + len(layout.rows), len(heads))


def _world(page: Page, layout: Layout, policy: str, world: int, row: int) -> None:
    frame = layout.accounts.by_policy[policy]
    whole = with_digits(RESULT, 0)
    page.text(row, 0, policy_name(policy), PLAIN)
    page.number(row, 1, world + 1, with_digits(PLAIN, 0))
    for name in (ENERGY, *layout.accounts.lines, PROFIT):
        page.number(row, layout.columns[name], float(frame[name].loc[world]), whole)
    parts = "".join(
        f"{'+' if LINES[name] > 0 else '-'}{cell(row, layout.columns[name])}" for name in layout.accounts.lines
    )
    check = f"ROUND({parts}-{cell(row, layout.columns[PROFIT])},0)"
    page.formula(row, layout.columns[CHECK], check, 0.0, with_digits(FORMULA, 0))
    _margin_formulas(page, layout, policy, world, row)


def _margin_formulas(page: Page, layout: Layout, policy: str, world: int, row: int) -> None:
    """Write what energy and spread do to the gross margin of a world under a policy."""
    base = layout.rows.get((BASE, world))
    if policy == BASE or base is None or not {REVENUE, PROCUREMENT} <= set(layout.columns):
        return
    frames = (layout.accounts.by_policy[name].loc[[world]] for name in (BASE, policy))
    volume, spread = (float(effect.iloc[0]) for effect in margin_effects(*frames))
    energy, revenue, procurement = (layout.columns[name] for name in (ENERGY, REVENUE, PROCUREMENT))
    more = f"({cell(row, energy)}-{cell(base, energy)})"
    old, new = (f"({cell(place, revenue)}-{cell(place, procurement)})" for place in (base, row))
    columns = layout.columns
    look = with_digits(FORMULA, 0)
    page.formula(
        row, columns[ENERGY_EFFECT], f"IF({cell(base, energy)}=0,0,{more}*{old}/{cell(base, energy)})", volume, look
    )
    rest = f"{new}-{old}-{cell(row, columns[ENERGY_EFFECT])}"
    page.formula(row, columns[SPREAD_EFFECT], rest, spread, look)
