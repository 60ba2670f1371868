"""Columns and cells of the numbers behind pictures: those of the program in words, those of the user as they are."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.reporting.charts.matrix_payoffs import TIED
from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.writers.pptx.heads import entry, heads_of, in_order

_MATRIX = ("kpi", "unit", "row", "column", "value", "diff", "behind_best", "mark")
_FRONTIER = ("desk", "policy", "cost", "share", "on_front", "is_beaten")
_HEAT_MAP = ("policy", "kpi", "cost", "row", "points", "diff", "cannot_tell")


@pytest.mark.parametrize("columns", [_MATRIX, _FRONTIER])
def test_columns_of_the_program_have_chinese_names(columns: tuple[str, ...]) -> None:
    with printed_in(Edition("zh")):
        heads = heads_of(columns)
        assert all(not heads[column].isascii() for column in columns)


def test_codes_in_cells_are_printed_in_words() -> None:
    with printed_in(Edition("zh")):
        heads = heads_of(_MATRIX + _FRONTIER)
        assert entry("profit_cny_per_year", "kpi", heads).text == "利润"
        assert entry(TIED, "mark", heads).text == "与最优无法区分"
        heads = heads_of(_FRONTIER)
        assert entry("contact", "desk", heads).text == "客服台"
        assert entry("base", "policy", heads).text == "基准"
        assert [entry(value, "on_front", heads).text for value in (True, np.False_)] == ["是", "否"]


def test_parameters_of_a_sweep_keep_their_names_and_values() -> None:
    with printed_in(Edition("zh")):
        heads = heads_of(_HEAT_MAP)
        assert not {"cost", "row"} & set(heads)
        assert entry("base", "cost", heads).text == "base"
        assert entry(-0.25, "diff", heads).text == "−0.25"
        assert entry(float("nan"), "diff", heads).text == "–"


def test_columns_of_the_user_come_first_and_maps_of_a_matrix_are_told_apart() -> None:
    assert in_order(_HEAT_MAP, heads_of(_HEAT_MAP))[:2] == ["cost", "row"]
    matrix = (*_MATRIX, "title")
    assert in_order(matrix, heads_of(matrix))[:3] == ["title", "row", "column"]
