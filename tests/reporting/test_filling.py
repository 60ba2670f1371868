from __future__ import annotations

import pytest

from marketsim.reporting.filling import filled


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{policy} 提高 {retailer} 的利润", {"policy": "lane_5", "retailer": "Alpha"}, "lane_5 提高 Alpha 的利润"),
        (
            "{policy} 提高 {retailer} 的利润",
            {"policy": "绿色通道", "retailer": "晨光售电"},
            "绿色通道提高晨光售电的利润",
        ),
        ("就 {figure}而言", {"figure": "Alpha 的利润"}, "就 Alpha 的利润而言"),
        ("在 {worlds}中", {"worlds": "4 次重复试验"}, "在 4 次重复试验中"),
        ("{names} 何者最优", {"names": "a（3%）"}, "a（3%）何者最优"),
        ("{a} {b}", {"a": "满意度", "b": "+2.0 分"}, "满意度 +2.0 分"),
        ("{a} {b}", {"a": "电量", "b": "份额"}, "电量份额"),
        ("{name} · {size}", {"name": "研究", "size": "规模"}, "研究 · 规模"),
        ("水平值 ± 半宽：{x}", {"x": 3}, "水平值 ± 半宽：3"),
        ("{name} 的利润", {"name": "电力 公司"}, "电力 公司的利润"),
        ("{name}、{other}", {"name": " 甲 ", "other": "乙"}, " 甲 、乙"),
        ("{x} 个", {"x": "{y}"}, "{y} 个"),
        ("没有{people}", {"people": ""}, "没有"),
    ],
)
def test_blanks_stand_beside_latin_letters_only(template: str, values: dict[str, object], expected: str) -> None:
    assert filled(template, values) == expected


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("{policy} 增利", {})
