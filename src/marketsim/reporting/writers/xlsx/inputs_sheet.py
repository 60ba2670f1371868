"""The sheet of inputs: currency and confidence, what policies change, run settings, prices, the whole scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from marketsim.reporting.assumptions import show
from marketsim.reporting.edition import current
from marketsim.reporting.language import message, parameter_text, parameter_unit, say
from marketsim.reporting.parameters import Parameter, described
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.book import HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import HEAD, INPUT, NAME, NOTE, PLAIN, SUBTITLE, Look, of_size
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.wording import CONFIDENCE, RATE

INPUTS = message("Inputs")
"""Name of the sheet."""
_WIDTHS = (60, 24, 24, 22, 80, 60)
_CONFIDENCE = 0.95
_PRICE = "CNY/MWh"
_OF_THE_QUESTION = ("question", "title", "expectation", "policies", "report", "sweep", "assumptions")
_NOTHING = Parameter("", "", "")


@dataclass(frozen=True)
class Leaf:
    """A value of the resolved scenario."""

    path: str
    value: Any
    parameter: Parameter


def leaves_of(study: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield every value of a stored scenario that says something of the market, with what the schema says of it."""
    for key, value in study.items():
        if key not in _OF_THE_QUESTION:
            yield from _leaves(value, str(key))


def _leaves(value: Any, path: str) -> Iterator[Leaf]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}")
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, start=1):
            yield from _leaves(item, f"{path}.{number}")
    else:
        yield Leaf(path, value, parameter_of(path))


@cache
def parameter_of(path: str) -> Parameter:
    """Return what the schema says of a path; nothing where it does not know it."""
    return described(path) or _NOTHING


class _Rows:
    """Writes blocks of rows one under another."""

    def __init__(self, page: Page, row: int) -> None:
        self.page, self.row = page, row

    def block(self, title: str, *heads: str) -> None:
        self.row += 1
        self.page.text(self.row, 0, title, SUBTITLE)
        self.page.row(self.row + 1, heads, HEAD)
        self.row += 2

    def leaf(self, leaf: Leaf) -> None:
        """Write a value of the scenario: path, value, unit, meaning."""
        page, row = self.page, self.row
        page.text(row, 0, leaf.path, NAME)
        write_value(page, row, 1, leaf.value, INPUT)
        self.about(leaf.parameter)

    def about(self, parameter: Parameter) -> None:
        """Write what the schema says of a parameter, and go on to the next row."""
        self.page.text(self.row, 3, unit_of(parameter), PLAIN)
        self.page.text(self.row, 4, parameter_text(parameter.meaning) if parameter.meaning else "", PLAIN)
        self.page.text(self.row, 5, parameter_text(parameter.source) if parameter.source else "", PLAIN)
        self.row += 1


def unit_of(parameter: Parameter) -> str:
    """Return the unit of a parameter in the language of the edition; nothing for plain numbers."""
    return "" if parameter.unit in ("", "1") else parameter_unit(parameter.unit)


def write_value(page: Page, row: int, column: int, value: Any, look: Look) -> None:
    """Write a value of a scenario: numbers as numbers, all else in words."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        page.number(row, column, value, replace(of_size(look, value), align="right"))
    else:
        page.text(row, column, show(value), replace(look, align="right"))


def fill_inputs(page: Page, view: StudyView) -> None:
    """Write the sheet."""
    page.widths(*_WIDTHS)
    page.head(say("Inputs"), say("Blue: given by the scenario, or chosen for this report."))
    _settings(page)
    leaves = list(leaves_of(view.study))
    rows = _Rows(page, HEAD_ROW + 4)
    _policies(rows, view)
    _block(rows, say("Run settings"), [leaf for leaf in leaves if leaf.path.startswith("run.")])
    _block(rows, say("Prices"), [leaf for leaf in leaves if _is_price(leaf)])
    head = rows.row + 2
    _block(rows, say("The whole scenario, resolved"), leaves)
    if leaves:
        page.filter(head, rows.row - 1, len(_WIDTHS))
    page.freeze(0, 1)


def _is_price(leaf: Leaf) -> bool:
    return leaf.parameter.unit == _PRICE and ".offers." in leaf.path


def _settings(page: Page) -> None:
    """Write the rate of the currency and the confidence of intervals, which formulas use by name."""
    rate, row = current().per_cny, HEAD_ROW
    page.text(row, 0, say("{currency} per CNY", currency=current().currency), NAME)
    page.number(row, 1, rate, replace(INPUT, number="General"))
    page.text(row, 4, say("Money in the sheets of effects and profits is multiplied by it; runs are in CNY."), NOTE)
    page.text(row + 1, 0, say("Confidence of intervals"), NAME)
    page.number(row + 1, 1, _CONFIDENCE, replace(INPUT, number="0%"))
    page.text(row + 1, 4, say("Intervals in the sheet of effects follow it; those of the report are of 95 %."), NOTE)
    for name, at in ((RATE, row), (CONFIDENCE, row + 1)):
        page.book.name_cell(name, cell(at, 1, page.name))


def _policies(rows: _Rows, view: StudyView) -> None:
    """Write what each policy changes, beside the value of the base."""
    base = {leaf.path: leaf for leaf in leaves_of(view.study)}
    for policy, changes in view.study.get("policies", {}).items():
        title = say("What {policy} changes", policy=policy)
        rows.block(title, say("path"), say("base"), policy, say("unit"), say("meaning"), say("source"))
        for path, value in _flat(changes):
            known = base.get(path)
            rows.page.text(rows.row, 0, path, NAME)
            if known is not None:
                write_value(rows.page, rows.row, 1, known.value, INPUT)
            write_value(rows.page, rows.row, 2, value, INPUT)
            rows.about(parameter_of(path))
        if not changes:
            rows.page.text(rows.row, 0, say("changes nothing"), NOTE)
            rows.row += 1


def _flat(changes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, value in changes.items():
        if isinstance(value, Mapping) and value:
            yield from ((f"{path}.{inner}", item) for inner, item in _flat(value))
        else:
            yield path, value


def _block(rows: _Rows, title: str, leaves: list[Leaf]) -> None:
    if leaves:
        rows.block(title, say("path"), say("value"), "", say("unit"), say("meaning"), say("source"))
        for leaf in leaves:
            rows.leaf(leaf)
