"""Where the profit accounts of single worlds stand in their sheet, and how formulas take their means."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from marketsim.reporting.language import message, say
from marketsim.reporting.profit_account import ENERGY, PROFIT, Accounts
from marketsim.reporting.writers.xlsx.book import FIRST_ROW
from marketsim.reporting.writers.xlsx.names import column_letters, quoted

BY_WORLD = message("Accounts by world")
"""Name of the sheet with the single runs."""
ENERGY_EFFECT, SPREAD_EFFECT, CHECK = "energy sold", "spread per MWh", "check"
"""Columns of what more energy and another spread do to the gross margin, and of the check of sums."""


@dataclass(frozen=True)
class Layout:
    """Where the accounts of single worlds stand in their sheet.

    Attributes:
        accounts: the accounts.
        rows: the row of each policy and world, counted from 0.
        columns: the column of each line, counted from 0.
    """

    accounts: Accounts
    rows: dict[tuple[str, int], int]
    columns: dict[str, int]

    def average(self, policy: str, worlds: pd.Index[int], column: str) -> str:
        """Return the formula of a mean over worlds."""
        letters, sheet = column_letters(self.columns[column]), quoted(say(BY_WORLD))
        places = sorted(self.rows[policy, int(world)] for world in worlds)
        ranges = [f"{sheet}!${letters}${first + 1}:${letters}${last + 1}" for first, last in _runs(places)]
        return f"AVERAGE({','.join(ranges)})"


def layout_of(accounts: Accounts) -> Layout:
    """Return where the accounts of single worlds stand."""
    keys = [(policy, int(world)) for policy, frame in accounts.by_policy.items() for world in frame.index]
    names = (ENERGY, *accounts.lines, PROFIT, CHECK, ENERGY_EFFECT, SPREAD_EFFECT)
    return Layout(
        accounts,
        {key: FIRST_ROW + place for place, key in enumerate(keys)},
        {name: place for place, name in enumerate(names, start=2)},
    )


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Return rows as ranges of rows that follow each other."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found
