from __future__ import annotations

from marketsim.reporting.charts.labels import folded, width_of

LONG = "广东电网区域综合能源售电有限责任公司第一营业部"


def test_a_chinese_character_is_twice_as_wide() -> None:
    assert width_of("lane_5") == 6
    assert width_of("售电") == 4


def test_a_chinese_label_breaks_where_its_width_is_used_up() -> None:
    assert folded("普通客户", 12) == "普通客户"
    assert folded("普通客户满意度", 12) == "普通客户\n满意度"
    assert all(width_of(line) <= 14 for line in folded("普通客户满意度变化情况", 14).split("\n"))


def test_a_label_has_two_lines_at_most_and_shows_that_it_was_cut() -> None:
    lines = folded(LONG, 20).split("\n")
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(width_of(line) <= 20 for line in lines)


def test_a_latin_label_is_folded_as_ever() -> None:
    assert folded("a_policy_with_a_long_name_indeed", 22) == "a_policy_with_a_long_\nname_indeed"
