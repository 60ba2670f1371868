"""The schema of result tables and its documentation."""

from __future__ import annotations

from pathlib import Path

from marketsim.results.key_figures import KPIS, kpi
from marketsim.results.reference import describe
from marketsim.results.tables import KPIS_TABLE, RUN_TABLES, RUNS

DOCUMENT = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == describe(), "run `make docs`"


def test_names_are_unique() -> None:
    assert len({entry.name for entry in KPIS}) == len(KPIS)
    for table in (*RUN_TABLES, KPIS_TABLE, RUNS):
        assert len(set(table.column_names())) == len(table.column_names())


def test_every_kpi_has_a_unit_a_meaning_and_a_direction() -> None:
    assert all(entry.unit and entry.meaning and entry.title for entry in KPIS)
    assert {entry.better for entry in KPIS} == {-1, 0, 1}
    assert kpi("profit_cny_per_year").better == 1
