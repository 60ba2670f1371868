"""Puts the sheets of a workbook together, in the order in which a reader wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from marketsim.errors import ReportError, ResultsError
from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.language import say
from marketsim.reporting.paper.model import ChartBlock, Paper, TableBlock
from marketsim.reporting.profit_account import accounts_of
from marketsim.reporting.table import Table
from marketsim.reporting.view import StudyData, StudyView
from marketsim.reporting.writers.xlsx.account_layout import BY_WORLD, Layout, layout_of
from marketsim.reporting.writers.xlsx.account_sheets import (
    ACCOUNT,
    failed_checks,
    fill_account,
)
from marketsim.reporting.writers.xlsx.account_worlds_sheet import failed_worlds, fill_by_world
from marketsim.reporting.writers.xlsx.answer_sheet import ANSWER, Listed, fill_answer
from marketsim.reporting.writers.xlsx.assumptions_sheet import ASSUMPTIONS, fill_assumptions
from marketsim.reporting.writers.xlsx.book import Book, Mark, Page
from marketsim.reporting.writers.xlsx.chart_sheets import fill_chart
from marketsim.reporting.writers.xlsx.effect_cells import EffectCells, EffectRow
from marketsim.reporting.writers.xlsx.effects_sheet import EFFECTS, differing, fill_effects
from marketsim.reporting.writers.xlsx.inputs_sheet import INPUTS, fill_inputs
from marketsim.reporting.writers.xlsx.key_figures_block import Check, key_rows
from marketsim.reporting.writers.xlsx.names import sheet_names
from marketsim.reporting.writers.xlsx.pairs import pairs_of
from marketsim.reporting.writers.xlsx.provenance_sheet import PROVENANCE, fill_provenance
from marketsim.reporting.writers.xlsx.summary_sheet import SUMMARY, fill_summary, summary_rows
from marketsim.reporting.writers.xlsx.sweep_sheet import POINTS, fill_points_of_sweeps, has_points
from marketsim.reporting.writers.xlsx.table_sheets import fill_table
from marketsim.reporting.writers.xlsx.worlds_sheet import WORLDS, fill_worlds, rows_of


@dataclass(frozen=True)
class Planned:
    """A sheet that will be written: its name, what it shows, and what fills it."""

    name: str
    shows: str
    fill: Callable[[Page], None]


def write_xlsx(paper: Paper, results: StudyData | None, path: Path) -> None:
    """Write a workbook in which every number of a paper can be traced; call it inside the edition of the paper.

    Args:
        paper: the paper.
        results: the results that it is about; None for a comparison, which has only its tables and charts.
        path: the file.

    Raises:
        OSError: the file cannot be written.
        ReportError: a table of the results is missing or broken.
    """
    try:
        _write(paper, results, path)
    except ResultsError as error:
        raise ReportError(str(error)) from error


def _write(paper: Paper, results: StudyData | None, path: Path) -> None:
    view = StudyView(results, paper.edition.focus) if results is not None else None
    traced = _Traced(view) if view is not None and not view.result.summary.empty else None
    planned = list(_sheets(paper, view, traced))
    contents, *names = sheet_names([say(ANSWER), *(sheet.name for sheet in planned)])
    book = Book(path, Mark(paper.name, paper.origin, paper.title, paper.author))
    first, *pages = (book.add(name, contents) for name in (contents, *names))
    listed = [Listed(name, sheet.shows) for name, sheet in zip(names, planned, strict=True)]
    fill_answer(first, paper, listed, *(traced.proof() if traced else ()))
    for page, sheet in zip(pages, planned, strict=True):
        sheet.fill(page)
    book.close()


def _sheets(paper: Paper, view: StudyView | None, traced: _Traced | None) -> Iterator[Planned]:
    if view is None:
        yield from _tables(paper, None)
        yield from _charts(paper)
        return
    yield from _sheets_of_results(paper, view, traced)


def _sheets_of_results(paper: Paper, view: StudyView, traced: _Traced | None) -> Iterator[Planned]:
    results = view.result
    if traced:
        yield from traced.first()
    if has_points(results.answers):
        shows = say("What was varied, and base, policy and difference at each point")
        yield Planned(say(POINTS), shows, lambda page: fill_points_of_sweeps(page, results.answers))
    yield from _tables(paper, traced.cells if traced else None)
    yield from _charts(paper)
    yield Planned(
        say(INPUTS),
        say("What policies change, run settings, prices, the whole scenario"),
        lambda page: fill_inputs(page, view),
    )
    yield Planned(
        say(ASSUMPTIONS), say("All assumptions with value, unit and source"), lambda page: fill_assumptions(page, view)
    )
    if traced:
        yield from traced.last()
    shows = say("What identifies the results, how the numbers came about, and the scenario file")
    yield Planned(say(PROVENANCE), shows, lambda page: fill_provenance(page, paper, results))


class _Traced:
    """The sheets that trace effects and profits to single runs."""

    def __init__(self, view: StudyView) -> None:
        self._view = view
        self._best = answer(view).best
        self._pairs = pairs_of(view, self._best)
        self.cells = EffectCells(view, self._pairs)
        self._rows = rows_of(self._pairs)
        accounts = accounts_of(view)
        self._layout: Layout | None = layout_of(accounts) if accounts else None

    def first(self) -> Iterator[Planned]:
        """Yield the sheets that a reader wants first."""
        yield Planned(say(EFFECTS), say("Every figure under every policy, by formulas over single runs"), self._effects)
        layout = self._layout
        if layout is not None:
            shows = say("Revenue, procurement and every cost under base and policies, reconciled to profit")
            yield Planned(say(ACCOUNT), shows, lambda page: fill_account(page, self._view, layout, self.cells))

    def proof(self) -> tuple[tuple[EffectRow, ...], tuple[Check, ...]]:
        """Return the key figures in the sheet of effects, and the checks of the workbook by itself."""
        checks = [Check(say("Rows of effects that differ from the stored summary"), differing(len(self._pairs)))]
        if self._layout is not None:
            accounts = say("Checks of the profit account that are not 0")
            worlds = say("Single runs whose lines do not add up to their profit")
            checks += [Check(accounts, failed_checks(self._layout)), Check(worlds, failed_worlds(self._layout))]
        return key_rows(self._view, self.cells, self._best), tuple(checks)

    def last(self) -> Iterator[Planned]:
        """Yield the sheets with single runs."""
        shows = say("The value of every figure in each run, from which effects are computed")
        yield Planned(say(WORLDS), shows, lambda page: fill_worlds(page, self._pairs, self._rows))
        layout = self._layout
        if layout is not None:
            shows = say("The profit account of each run")
            yield Planned(say(BY_WORLD), shows, lambda page: fill_by_world(page, layout))
        shows = say("All stored figures of all retailers")
        yield Planned(say(SUMMARY), shows, lambda page: fill_summary(page, self._view.result.summary))

    def _effects(self, page: Page) -> None:
        summary = summary_rows(self._view.result.summary, self._view.focus)
        fill_effects(page, self._view, self._pairs, self._rows, summary)


def _tables(paper: Paper, cells: EffectCells | None) -> Iterator[Planned]:
    """Yield a sheet for each table of the paper, besides those of assumptions, which have a sheet of their own."""
    blocks = (
        block
        for section in paper.sections
        for block in section.blocks
        if isinstance(block, TableBlock) and not (section.name == "assumptions" and block.look == "code")
    )
    for number, block in enumerate(blocks, start=1):
        yield _table(say("T{number} {title}", number=number, title=block.table.caption), block.table, cells)


def _table(name: str, table: Table, cells: EffectCells | None) -> Planned:
    return Planned(name, table.caption, lambda page: fill_table(page, table, cells.sources(table) if cells else {}))


def _charts(paper: Paper) -> Iterator[Planned]:
    blocks = (block for section in paper.sections for block in section.blocks if isinstance(block, ChartBlock))
    for number, block in enumerate(blocks, start=1):
        name = say("C{number} {title}", number=number, title=block.chart.title)
        yield _chart(name, block.chart, block.footer)


def _chart(name: str, chart: Chart, footer: str) -> Planned:
    return Planned(name, chart.message or chart.title, lambda page: fill_chart(page, chart, footer))
