"""The profit account: each line under base and policy, summed by formulas."""

from __future__ import annotations

from dataclasses import replace

from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import PROFIT as PROFIT_KPI
from marketsim.reporting.measures import Measure, printer_for
from marketsim.reporting.profit_account import (
    LINES,
    PROCUREMENT,
    PROFIT,
    REVENUE,
    line_title,
)
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.account_layout import ENERGY_EFFECT, SPREAD_EFFECT, Layout
from marketsim.reporting.writers.xlsx.account_worlds_sheet import margin_effects
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.effect_cells import EffectCells, EffectRow
from marketsim.reporting.writers.xlsx.effect_lines import DIFF
from marketsim.reporting.writers.xlsx.looks import (
    FORMULA,
    HEAD,
    NAME,
    NOTE,
    PLAIN,
    RIGHT_HEAD,
    SUBTITLE,
    TOTAL,
    Look,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import cell, column_range
from marketsim.reporting.writers.xlsx.wording import Factor, money_factor
from marketsim.reporting.writers.xlsx.worlds_sheet import policy_name
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

ACCOUNT = message("Profit account")
"""Name of the sheet with the means."""
_WIDTHS = (44, 18, 18, 18)
_ROWS_OF_STATEMENT = 40
"""More than any statement has."""
_BASE, _POLICY, _DIFFERENCE = 1, 2, 3
_EXACT, _CLOSE = 6, 3
"""Digits to which sums, and figures that are stored in different tables, must agree in the unit of the report."""
SUM_CHECK = message("Check: sum − profit, must be 0")
EFFECT_CHECK = message("Check: difference − sheet of effects, must be 0")


def failed_checks(layout: Layout) -> str:
    """Return the formula that counts the checks of the sheet that are not 0."""
    rows = _ROWS_OF_STATEMENT * (len(layout.accounts.policies) + 1)
    is_base_only = not layout.accounts.policies
    counts = [
        _failed(text, column, rows)
        for text, columns in ((SUM_CHECK, (1,) if is_base_only else (1, 2, 3)), (EFFECT_CHECK, (3,)))
        for column in columns
    ]
    return "+".join(counts)


def _failed(text: str, column: int, rows: int) -> str:
    names, numbers = (column_range(say(ACCOUNT), place, (0, rows)) for place in (0, column))
    return f'COUNTIFS({names},"{translated(text)}",{numbers},"<>0")'


def fill_account(page: Page, view: StudyView, layout: Layout, cells: EffectCells) -> None:
    """Write the profit account of every policy."""
    page.widths(*_WIDTHS)
    page.head(say("Profit account of {retailer}, a mean year", retailer=view.focus), _note(view))
    scale = printer_for(view, Measure(kpi(PROFIT_KPI))).scale
    factor = money_factor(scale.divisor)
    page.text(HEAD_ROW, 0, say("factor from CNY a year to {unit}", unit=scale.unit), PLAIN)
    page.formula(HEAD_ROW, 1, factor.formula, factor.value, replace(FORMULA, number="General", align="right"))
    page.freeze(FIRST_ROW, 1, repeat=False)
    row, starts = HEAD_ROW + 2, []
    for policy in layout.accounts.policies or (BASE,):
        starts.append(row)
        figure = cells.of(Measure(kpi(PROFIT_KPI)), policy)
        row = _Statement(page, layout, policy, factor, scale.unit, figure).write(row) + 2
    page.stack(starts, row)


def _note(view: StudyView) -> str:
    return say(
        "Means over the replications that base and policy have in common, of {period}, scaled to a year; what takes from "
        "profit is negative.",
        period=view.period,
    )


class _Statement:
    """The account of one policy against the base."""

    def __init__(
        self, page: Page, layout: Layout, policy: str, factor: Factor, unit: str, figure: EffectRow | None
    ) -> None:
        self._page, self._layout, self._policy, self._factor, self._unit = page, layout, policy, factor, unit
        self._figure = figure
        self._worlds = layout.accounts.common(policy)
        frames = layout.accounts.by_policy
        self._before, self._after = (frames[name].loc[self._worlds] for name in (BASE, policy))
        self._factor_cell = f"$B${HEAD_ROW + 1}"

    def write(self, row: int) -> int:
        """Write the account, and return its last row."""
        lines = self._layout.accounts.lines
        first = self._head(row)
        margin = [name for name in (REVENUE, PROCUREMENT) if name in lines]
        others = [name for name in lines if name not in margin]
        end_of_margin = self._lines(first, margin)
        self._sum(end_of_margin, say("Gross margin"), (first, end_of_margin - 1), margin)
        after_margin = self._of_margin(end_of_margin + 1)
        end = self._lines(after_margin, others)
        self._total(end, end_of_margin, (after_margin, end - 1))
        return self._checks(end + 1)

    def _head(self, row: int) -> int:
        page = self._page
        against = say("{policy} against base", policy=self._policy) if self._policy != BASE else policy_name(BASE)
        page.text(row, 0, say("{what}, {unit}; n = {n}", what=against, unit=self._unit, n=len(self._worlds)), SUBTITLE)
        heads = (say("line"), policy_name(BASE), *((self._policy, say("difference")) if self._policy != BASE else ()))
        page.text(row + 1, 0, heads[0], HEAD)
        page.row(row + 1, heads[1:], RIGHT_HEAD, 1)
        return row + 2

    def _lines(self, row: int, names: list[str]) -> int:
        for name in names:
            sign = LINES[name]
            self._page.text(row, 0, line_title(name), PLAIN)
            self._pair(
                row, [f"{'-' if sign < 0 else ''}{mean}" for mean in self._means(name)], self._values(name, sign)
            )
            row += 1
        return row

    def _means(self, name: str) -> tuple[str, str]:
        average = self._layout.average
        base, policy = (average(who, self._worlds, name) for who in (BASE, self._policy))
        return f"{base}*{self._factor_cell}", f"{policy}*{self._factor_cell}"

    def _values(self, name: str, sign: int = 1) -> tuple[float, float]:
        before, after = (float(frame[name].mean()) for frame in (self._before, self._after))
        return sign * before * self._factor.value + 0.0, sign * after * self._factor.value + 0.0

    def _pair(self, row: int, formulas: list[str], values: tuple[float, float], look: Look = FORMULA) -> None:
        page, digits = self._page, with_digits(look, 3)
        page.formula(row, _BASE, formulas[0], values[0], digits)
        if self._policy != BASE:
            page.formula(row, _POLICY, formulas[1], values[1], digits)
            difference = f"{cell(row, _POLICY)}-{cell(row, _BASE)}"
            page.formula(row, _DIFFERENCE, difference, values[1] - values[0], with_digits(look, 3, signed=True))

    def _sum(self, row: int, title: str, rows: tuple[int, int], names: list[str]) -> None:
        self._page.text(row, 0, title, replace(NAME, top=True))
        totals = [sum(self._values(name, LINES[name])[side] for name in names) for side in (0, 1)]
        formulas = [f"SUM({cell(rows[0], column)}:{cell(rows[1], column)})" for column in (_BASE, _POLICY)]
        self._pair(row, formulas, (totals[0], totals[1]), replace(FORMULA, bold=True, top=True))

    def _of_margin(self, row: int) -> int:
        """Split the difference of the gross margin into energy sold and spread, as the waterfall does."""
        if self._policy == BASE or not {REVENUE, PROCUREMENT} <= set(self._layout.accounts.lines):
            return row
        effects = margin_effects(self._before, self._after)
        titles = {
            ENERGY_EFFECT: say("of which: more or less energy, at the spread of the base"),
            SPREAD_EFFECT: say("of which: spread per MWh, at the energy of the policy"),
        }
        for name, values in zip((ENERGY_EFFECT, SPREAD_EFFECT), effects, strict=True):
            self._page.text(row, 0, titles[name], NOTE)
            formula = f"{self._layout.average(self._policy, self._worlds, name)}*{self._factor_cell}"
            look = with_digits(NOTE, 3, signed=True)
            self._page.formula(row, _DIFFERENCE, formula, float(values.mean()) * self._factor.value, look)
            row += 1
        return row

    def _total(self, row: int, margin: int, rows: tuple[int, int]) -> None:
        self._page.text(row, 0, say("Profit: sum of the lines"), TOTAL)
        lines = self._layout.accounts.lines
        totals = [sum(self._values(name, LINES[name])[side] for name in lines) for side in (0, 1)]
        formulas = [self._total_formula(column, margin, rows) for column in (_BASE, _POLICY)]
        self._pair(row, formulas, (totals[0], totals[1]), TOTAL)

    @staticmethod
    def _total_formula(column: int, margin: int, rows: tuple[int, int]) -> str:
        others = f"+SUM({cell(rows[0], column)}:{cell(rows[1], column)})" if rows[1] >= rows[0] else ""
        return f"{cell(margin, column)}{others}"

    def _checks(self, row: int) -> int:
        page = self._page
        page.text(row, 0, say("Profit as the runs have it"), PLAIN)
        self._pair(row, list(self._means(PROFIT)), self._values(PROFIT))
        page.text(row + 1, 0, say(SUM_CHECK), NOTE)
        columns = (_BASE,) if self._policy == BASE else (_BASE, _POLICY, _DIFFERENCE)
        for column in columns:
            formula = f"ROUND({cell(row - 1, column)}-{cell(row, column)},{_EXACT})"
            page.formula(row + 1, column, formula, 0.0, with_digits(NOTE, _EXACT))
        return self._check_of_effect(row + 2, cell(row, _DIFFERENCE)) if self._is_in_effects() else row + 1

    def _is_in_effects(self) -> bool:
        """Tell whether the sheet of effects has the profit of the same worlds."""
        figure = self._figure
        return figure is not None and figure.pair.is_compared and figure.values.n == len(self._worlds)

    def _check_of_effect(self, row: int, difference: str) -> int:
        """Compare the difference of the profit with that in the sheet of effects, which comes from key figures."""
        assert self._figure is not None
        self._page.text(row, 0, say(EFFECT_CHECK), NOTE)
        formula = f"ROUND({difference}-{self._figure.at(DIFF)},{_CLOSE})"
        self._page.formula(row, _DIFFERENCE, formula, 0.0, with_digits(NOTE, _CLOSE))
        return row
