"""The sheet of assumptions: the starred ones with both ends that were tried, and all others, by default or set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.reporting.assumptions import Assumed, assumed, varied
from marketsim.reporting.language import message, parameter_text, say, translated
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.inputs_sheet import unit_of, write_value
from marketsim.reporting.writers.xlsx.looks import HEAD, INPUT, NAME, NOTE, PLAIN

ASSUMPTIONS = message("Assumptions")
"""Name of the sheet."""
_STAR = "★"
_WIDTHS = (4, 58, 28, 12, 12, 10, 22, 34, 70, 60)
_DEFAULT, _SET = message("default"), message("set")


def fill_assumptions(page: Page, view: StudyView) -> None:
    """Write the sheet."""
    page.widths(*_WIDTHS)
    page.head(say("Assumptions"), _note())
    page.row(HEAD_ROW, _heads(), HEAD)
    page.freeze(FIRST_ROW, 2)
    row = _starred(page, view, FIRST_ROW)
    for item in assumed(view):
        _assumed(page, row, item)
        row += 1
    if row == FIRST_ROW:
        page.text(row, 1, say("No assumption is known of this scenario."), NOTE)
    page.filter(HEAD_ROW, row - 1, len(_WIDTHS))


def _note() -> str:
    return say(
        "Numbers without a published source. ★: varied in the checks between low and high. default: by the schema; set: by "
        "the scenario or the market that it extends."
    )


def _heads() -> tuple[str, ...]:
    return (
        _STAR,
        say("parameter"),
        say("used"),
        say("low"),
        say("high"),
        say("by"),
        say("unit"),
        say("mechanism"),
        say("meaning"),
        say("source"),
    )


def _starred(page: Page, view: StudyView, row: int) -> int:
    ends = view.study.get("assumptions", {})
    for item in varied(view):
        low, high = ends[item.path]
        page.text(row, 0, _STAR, NAME)
        page.text(row, 1, item.path, NAME)
        write_value(page, row, 2, _value_at(view.study, item.path, item.value), INPUT)
        write_value(page, row, 3, low, INPUT)
        write_value(page, row, 4, high, INPUT)
        page.text(row, 6, unit_of(item.parameter), PLAIN)
        page.text(row, 8, _said(item.parameter.meaning), PLAIN)
        page.text(row, 9, _said(item.parameter.source), PLAIN)
        row += 1
    return row


def _value_at(study: Mapping[str, Any], path: str, fallback: str) -> Any:
    value: Any = study
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return fallback
        value = value[part]
    return value


def _assumed(page: Page, row: int, item: Assumed) -> None:
    page.text(row, 1, item.pattern, PLAIN)
    write_value(page, row, 2, _number(item.values), INPUT)
    page.text(row, 5, translated(_DEFAULT if item.is_default else _SET), PLAIN)
    page.text(row, 6, unit_of(item.parameter), PLAIN)
    page.text(row, 7, translated(item.mechanism.title) if item.mechanism else say("the market itself"), PLAIN)
    page.text(row, 8, _said(item.parameter.meaning), PLAIN)
    page.text(row, 9, _said(item.parameter.source), PLAIN)


def _number(text: str) -> float | str:
    """Return a value that is printed for all alike as the number that it is; several values as text."""
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text


def _said(text: str) -> str:
    return parameter_text(text) if text else ""
