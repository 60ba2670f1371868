from __future__ import annotations

from marketsim.reporting.charts.wrapping import joined_lines, wrapped
from marketsim.reporting.style import folded, width_of

LONG = "广东电网区域综合能源售电有限责任公司第一营业部"


def test_a_chinese_character_is_twice_as_wide() -> None:
    assert width_of("lane_5") == 6
    assert width_of("售电") == 4


def test_a_chinese_label_breaks_into_lines_that_fit() -> None:
    assert folded("普通客户", 12) == "普通客户"
    lines = folded("普通客户满意度变化情况", 14).split("\n")
    assert len(lines) == 2
    assert all(width_of(line) <= 14 for line in lines)


def test_a_label_has_two_lines_at_most_and_shows_that_it_was_cut() -> None:
    lines = folded(LONG, 20).split("\n")
    assert len(lines) == 2
    assert "…" in "".join(lines)
    assert all(width_of(line) <= 20 for line in lines)


def test_a_latin_label_is_folded_at_its_last_sign_that_fits() -> None:
    assert folded("a_policy_with_a_long_name_indeed", 22) == "a_policy_with_a_long_\nname_indeed"


def test_lines_under_a_figure_count_chinese_characters_double() -> None:
    assert all(width_of(line) <= 30 for line in wrapped(LONG, 30).split("\n"))
    assert joined_lines(["普通客户"] * 4, 20) == ["普通客户 · 普通客户"] * 2
