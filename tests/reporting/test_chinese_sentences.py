"""The Chinese texts of a study's report: no English, the same numbers, and no surer than the English ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from tests.reporting.handmade import (
    CUSTOMERS,
    DOWN,
    ENERGY,
    LEVELS,
    MORE,
    ORDINARY,
    ORDINARY_WAIT,
    PROFIT,
    UNCLEAR,
    UP,
    VIP,
    VIP_WAIT,
    check,
    handmade,
)
from tests.reporting.synthetic import FakeResult
from tests.reporting.test_factorial import factorial_result

from marketsim.reporting.answer import Answer, answer
from marketsim.reporting.assumptions import varied
from marketsim.reporting.edition import CHINESE, ENGLISH, Edition, printed_in
from marketsim.reporting.factorial_table import factorial_table
from marketsim.reporting.gains_table import gains
from marketsim.reporting.language import say, translated
from marketsim.reporting.measures import Measure, amount, tier_people, title_in_sentence, with_unit
from marketsim.reporting.mechanisms import STRATEGY, mechanisms_of
from marketsim.reporting.method import method
from marketsim.reporting.numbers import NO_BREAK
from marketsim.reporting.ranking_table import ranking_sentences, ranking_tables
from marketsim.reporting.replications import replication_sentences
from marketsim.reporting.report_tables import checks, policies
from marketsim.reporting.robustness import assumption_title
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.ranking import ranking
from marketsim.results.statistics.stopping import replications
from marketsim.scenario.replications import Until
from marketsim.scenario.strategy import KINDS

CHECKS = [
    check("behaviour.fairness.visibility", "low", 1, 3),
    check("behaviour.fairness.visibility", "high", -3, -1),
    check("behaviour.fairness.legitimacy", "low", -1, 3),
    check("behaviour.fairness.legitimacy", "high", -3, 1),
]
WIDER = {**LEVELS, ("customer_pct", "key"): 5.0}
EVERYTHING = {
    PROFIT: UP, VIP: UP, ORDINARY: DOWN, VIP_WAIT: DOWN, ORDINARY_WAIT: UNCLEAR, ENERGY: UP, CUSTOMERS: UNCLEAR,
}  # fmt: skip
CASES: dict[str, Callable[[], FakeResult]] = {
    "pays": lambda: handmade({"lane": EVERYTHING}, checks=CHECKS, lost_checks=1),
    "ahead": lambda: handmade({"narrow": {PROFIT: UP}, "wide": {PROFIT: MORE}}),
    "tied": lambda: handmade({"narrow": {PROFIT: (2.0, 2.3, 1.9, 2.1)}, "wide": {PROFIT: (2.2, 2.1, 1.9, 2.2)}}),
    "unclear rival": lambda: handmade({"a": {PROFIT: (30.0, -20.0, 15.0, 10.0)}, "b": {PROFIT: UP}}),
    "many": lambda: handmade({f"lane_{n}": {PROFIT: (2.0 + 0.01 * n, 2.3, 1.9, 2.1)} for n in range(6)}),
    "cannot tell": lambda: handmade({"lane": {PROFIT: UNCLEAR, VIP: UNCLEAR, VIP_WAIT: UNCLEAR}}, checks=CHECKS),
    "one loses": lambda: handmade({"a": {PROFIT: UNCLEAR}, "b": {PROFIT: DOWN}}),
    "some lose": lambda: handmade({"a": {PROFIT: UNCLEAR}, "b": {PROFIT: DOWN}, "c": {PROFIT: DOWN}}),
    "best is the base": lambda: handmade({"same": {}, "worse": {PROFIT: (-4.0, 1.0, -2.0, 0.5)}}),
    "loses": lambda: handmade({"lane": {PROFIT: DOWN}}, checks=CHECKS),
    "all lose": lambda: handmade({"lane": {PROFIT: DOWN}, "other": {PROFIT: DOWN}}),
    "profit unchanged": lambda: handmade({"a": {VIP: UP}}),
    "nothing changes": lambda: handmade({"a": {}, "b": {}}),
    "one policy changes nothing": lambda: handmade({"a": {}}),
    "one world": lambda: handmade({"lane": {PROFIT: UP, VIP: UP}}, worlds=1),
    "no policy": lambda: handmade({}),
    "no result": lambda: handmade({}, levels={}, failed=["lane"]),
    "failed runs": lambda: handmade({"lane": {PROFIT: UP}}, failed=["broken", "lost"], status="interrupted"),
    "other members": lambda: handmade({"lane": {PROFIT: UP, ("customer_pct", "key"): (15.0,) * 4}}, levels=WIDER),
    "lost checks": lambda: handmade({"lane": {PROFIT: UP}}, lost_checks=2),
    "factors": factorial_result,
    "additive factors": lambda: factorial_result(5.0),
    "ranked": lambda: ranked(),
    "hardly ranked": lambda: ranked(UNCLEAR),
    "stopped": lambda: stopped(1e6, policy="lane"),
    "stopped for all": lambda: stopped(9e6),
    "few agents": lambda: few(40),
}
KNOWN = {"VIP", "Holm", "MWh", "kWh", "Python", "p", "t", "n", "M", "c"}
"""What Chinese texts print in Latin letters: a tier, a test, units, a language, symbols."""
CANNOT_TELL = re.compile(r"cannot (?:be )?(?:told|tell)|No policy can be told", re.IGNORECASE)
MONEY = {"million CNY": 1e6, "thousand CNY": 1e3, "万元": 1e4, "亿元": 1e8}
_NUMBER = r"[+−]?\d{1,3}(?:,\d{3})*\d*(?:\.\d+)?"
_AMOUNT = re.compile(rf"({_NUMBER})(?: \[({_NUMBER}), ({_NUMBER})\])? ({'|'.join(MONEY)})")


def ranked(effect: tuple[float, ...] = UP) -> FakeResult:
    """Return three policies with their ranking; the first of them surely differs from the base, or cannot be told."""
    effects = {"lane": effect, "other": UNCLEAR, "none": (0.0, 0.0, 0.0, 0.0)}
    found = handmade({name: {PROFIT: values, VIP: values} for name, values in effects.items()})
    return replace(found, answers={"ranking": ranking(found.kpis, "Alpha")})


def stopped(half_width: float, **more: object) -> FakeResult:
    """Return results of worlds that were added until profit was known to a half width, in CNY a year."""
    found = handmade({"lane": {PROFIT: UP * 2}, "other": {PROFIT: MORE * 2}}, worlds=8, levels={PROFIT: 40e6})
    rule = Until.model_validate({"half_width": half_width, "max": 8} | more)
    return replace(found, answers={"replications": replications(found.kpis, rule, "Alpha")})


def few(agents: int) -> FakeResult:
    """Return results in which few simulated customers stand for many of two segments."""
    found = handmade({"lane": {PROFIT: UP}})
    sizes = {"sme_industrial": (9000, 60.0), "commercial": (18000, 15.0)}
    segments = {
        name: {"contestable": True, "customers": customers, "energy_mwh_per_month": energy}
        for name, (customers, energy) in sizes.items()
    }
    study = found.manifest["scenario"]
    study["segments"], study["run"]["agents"] = segments, agents
    return found


def said(result: FakeResult, language: str, retailer: str = "") -> Answer:
    """Return the answer in a language."""
    with printed_in(Edition(language=language)):
        return answer(StudyView(result, retailer))


def sentences(result: FakeResult, language: str, retailer: str = "") -> list[str]:
    """Return every sentence on a study, one by one."""
    found = said(result, language, retailer)
    with printed_in(Edition(language=language)):
        view = StudyView(result, retailer)
        more = [*ranking_sentences(result.answers), *replication_sentences(result.answers)]
        how = [text for pair in method(view) for text in pair]
        return [found.headline, *found.cautions, *found.sentences, *found.diagnosis, *more, *how, view.footer]


def english_in(text: str, result: FakeResult) -> set[str]:
    """Return the English words of a Chinese text, without names that are the user's own, paths and errors."""
    study = result.manifest["scenario"]
    own = {*study["retailers"], *study["policies"], *result.manifest["policies"], *study.get("factors", ())}
    own |= {str(error) for error in result.runs["error"]} | {str(label) for label in result.runs["check"]}
    text = text.replace(str(result.manifest["short_hash"]), "")
    for name in sorted(own - {""}, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", "", text)
    text = re.sub(r"[A-Za-z_*]+(?:\.[A-Za-z_*]+)+", "", text)
    return set(re.findall(r"[A-Za-z]+", text)) - KNOWN


def numbers_in(text: str, result: FakeResult) -> tuple[Counter[str], list[tuple[float, float]]]:
    """Return the plain numbers of a text, and its amounts of money in CNY, each with how far it may be rounded."""
    text = text.replace(NO_BREAK, " ").replace(str(result.manifest["short_hash"]), "").replace("points of 100", "")
    for name in sorted(result.manifest["policies"], key=len, reverse=True):
        text = text.replace(name, "")
    if text.startswith("Together ") or "共同作用使" in text:  # the unit stands once, for all numbers
        text = re.sub(rf"{_NUMBER} \[{_NUMBER}, {_NUMBER}\](?! m| 万)", rf"\g<0> {_unit_in(text)}", text)
    money = [
        (_number(number) * MONEY[unit], 0.5 * 10.0 ** -len(number.partition(".")[2]) * MONEY[unit])
        for *amounts, unit in _AMOUNT.findall(text)
        for number in amounts
        if number
    ]
    return Counter(re.findall(_NUMBER, _AMOUNT.sub("", text))), money


def _unit_in(text: str) -> str:
    return next(unit for unit in MONEY if unit in text)


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def tables(result: FakeResult) -> Iterator[Table]:
    """Yield the tables whose every entry is of numbers and of our words."""
    view = StudyView(result)
    found = answer(view)
    if found.best:
        yield gains(view, found.best)
    yield policies(view)
    yield from (table for table in (factorial_table(view),) if table)
    yield from ranking_tables(result.answers)


def texts_of(table: Table) -> list[str]:
    entries = [entry for row in table.rows for entry in row]
    return [
        table.caption,
        *table.heads,
        *table.notes,
        *(text for entry in entries for text in (entry.text, *entry.below)),
    ]


@pytest.fixture(params=[*CASES, "lanes", "widths"])
def result(request: pytest.FixtureRequest) -> FakeResult:
    name = str(request.param)
    return CASES[name]() if name in CASES else request.getfixturevalue(name)


def test_sentences_are_chinese_throughout(result: FakeResult) -> None:
    for text in sentences(result, CHINESE):
        assert english_in(text, result) == set(), text
        assert re.search(r"[一-鿿]", text), text


def test_sentences_say_the_same_numbers(result: FakeResult) -> None:
    pairs = list(zip(sentences(result, ENGLISH), sentences(result, CHINESE), strict=True))
    assert len(pairs) > 10
    for english, chinese in pairs:
        (plain, money), (zh_plain, zh_money) = numbers_in(english, result), numbers_in(chinese, result)
        assert zh_plain == plain, (english, chinese)
        assert len(zh_money) == len(money)
        for (value, rounding), (zh_value, zh_rounding) in zip(money, zh_money, strict=True):
            assert abs(value - zh_value) <= rounding + zh_rounding, (english, chinese)


def test_they_cannot_tell_exactly_where_the_english_ones_cannot(result: FakeResult) -> None:
    for english, chinese in zip(sentences(result, ENGLISH), sentences(result, CHINESE), strict=True):
        assert chinese.count("无法判断") == len(CANNOT_TELL.findall(english)), (english, chinese)


def test_sentences_are_set_as_chinese_is(result: FakeResult) -> None:
    for text in sentences(result, CHINESE):
        assert not re.search(r"[一-鿿][,;:!?]|[,;:!?][一-鿿]", text), text
        assert not re.search(r"[一-鿿，。；：（）] [一-鿿，。；：（）]", text), text
        assert not re.search(r"\d %", text), text
        assert "{" not in text
        assert "；。" not in text
        assert "，，" not in text


def test_tables_are_chinese_throughout(result: FakeResult) -> None:
    with printed_in(Edition(language=CHINESE)):
        found = list(tables(result))
    assert found
    for text in (text for table in found for text in texts_of(table)):
        assert english_in(text, result) == set(), text


def test_the_colours_and_numbers_of_a_table_do_not_depend_on_the_language(result: FakeResult) -> None:
    english = list(tables(result))
    with printed_in(Edition(language=CHINESE)):
        chinese = list(tables(result))
    for one, other in zip(english, chinese, strict=True):
        assert [[entry.look for entry in row] for row in one.rows] == [
            [entry.look for entry in row] for row in other.rows
        ]
        assert [[entry.value is None for entry in row] for row in one.rows] == [
            [entry.value is None for entry in row] for row in other.rows
        ]


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_the_value_of_an_entry_is_the_number_that_it_shows(result: FakeResult, language: str) -> None:
    with printed_in(Edition(language=language)):
        entries = [entry for table in tables(result) for row in table.rows for entry in row]
    shown = [entry for entry in entries if entry.value is not None and entry.text[:1] in "+−0123456789"]
    assert shown or "no result" in str(result.manifest) or not result.summary.shape[0]
    for entry in shown:
        assert _shows(entry), entry


def _shows(entry: Entry) -> bool:
    match = re.match(_NUMBER, entry.text)
    assert match is not None
    digits = len(match.group().partition(".")[2])
    return entry.value is not None and abs(entry.value - _number(match.group())) <= 0.5000001 * 10.0**-digits


def test_entries_with_one_number_have_it(lanes: FakeResult) -> None:
    view = StudyView(replace(lanes, answers={"ranking": ranking(lanes.kpis, "Alpha")}))
    found = answer(view)
    assert found.best
    profit = gains(view, found.best).rows[0]
    assert profit[2].value == pytest.approx(view.cell(found.best, PROFIT[0]).difference.mean / 1e6)
    assert profit[4].value == pytest.approx(100 * view.cell(found.best, PROFIT[0]).p_better)
    assert profit[6].value == pytest.approx(view.cell(found.best, PROFIT[0]).level.mean / 1e6)
    ends = checks(view, found, varied(view))
    assert ends is not None
    assert found.robustness is not None
    assert ends.rows[0][3].value == pytest.approx(found.robustness.ends[0].difference.mean / 1e6)
    ranks = ranking_tables(view.result.answers)[0]
    assert all(row[3].value is not None for row in ranks.rows if row[0].text != "base")


def test_checks_are_told_in_chinese(lanes: FakeResult) -> None:
    with printed_in(Edition(language=CHINESE)):
        view = StudyView(lanes)
        table = checks(view, answer(view), varied(view))
        assert table is not None
        words = [entry.below[0] for row in table.rows for entry in (row[3], row[5])]
        heads = table.heads
    assert heads == ("假设", "采用值", "低值", "低值时的差值", "高值", "高值时的差值")
    assert set(words) <= {"▲ 受益", "▼ 受损", "无法判断"}


def test_names_of_parameters_in_chinese() -> None:
    with printed_in(Edition(language=CHINESE)):
        assert assumption_title("behaviour.fairness.visibility") == "公平感：待遇可见度"
        assert assumption_title("retailers.Alpha.desks.contact.handle_minutes") == "Alpha·客服台：处理时长（分钟）"
        assert assumption_title("segments.sme_industrial.service_sensitivity").endswith("：服务敏感度")
        assert assumption_title("levers.own_idea.some_new_field") == "服务措施·own_idea：some_new_field"
    assert assumption_title("behaviour.fairness.visibility") == "fairness: visibility"


def test_every_strategy_and_mechanism_has_a_chinese_name(lanes: FakeResult) -> None:
    with printed_in(Edition(language=CHINESE)):
        names = [translated(kind.replace("_", " "), STRATEGY) for kind in KINDS if kind != "hold"]
        titles = [mechanism.title for mechanism in mechanisms_of(StudyView(lanes))]
    assert all(re.search(r"[一-鿿]", name) for name in [*names, *titles])
    assert len(set(names)) == len(names)


def test_a_precision_that_was_not_reached_is_told_in_chinese() -> None:
    with printed_in(Edition(language=CHINESE)):
        (text,) = replication_sentences(stopped(1.0).answers)
    assert text.startswith("各方案与基准的利润之差的目标精度为 ±")
    assert "运行在 8 次重复试验后结束，此时 lane（±" in text


# Titles


def test_a_title_says_whose_figure_it_is() -> None:
    waits = Measure(kpi("busy_wait_contact_minutes"), "key", "sme_industrial", "Beta")
    assert waits.title == "Busy-hour wait of Beta, contact, sme industrial, VIP"
    assert Measure(kpi("hhi"), retailer="market").title == "Concentration (HHI) in the market"
    with printed_in(Edition(language=CHINESE)):
        assert Measure(kpi("satisfaction"), "key", retailer="Beta").title == "Beta 的满意度·VIP客户"


def test_a_title_inside_a_sentence_keeps_acronyms_and_names() -> None:
    names = {"saidi_hours_per_year": "SAIDI", "net_margin_cny_per_mwh": "profit per MWh"}
    assert {name: title_in_sentence(kpi(name)) for name in names} == names
    assert title_in_sentence(kpi("satisfaction_gini")) == "Gini of satisfaction"
    with printed_in(Edition(language=CHINESE)):
        assert title_in_sentence(kpi("satisfaction")) == "满意度"


def test_a_title_with_its_unit() -> None:
    assert with_unit("Profit", "CNY a year") == "Profit, CNY a year"
    assert with_unit("Gini", "") == "Gini"
    assert amount("3.0", "%") == "3.0 %"
    with printed_in(Edition(language=CHINESE)):
        assert with_unit("利润", "万元/年") == "利润（万元/年）"
        assert with_unit("市场集中度（HHI）", "点") == "市场集中度（HHI，点）"
        assert amount("3.0", "%") == "3.0%"
        assert amount("3.0", "分") == "3.0 分"


def test_tiers_without_a_name_of_their_own_keep_it() -> None:
    with printed_in(Edition(language=CHINESE)):
        assert tier_people("key") == "VIP客户"
        assert tier_people("gold") == "gold 客户"


def test_names_in_chinese_need_no_blanks() -> None:
    with printed_in(Edition(language=CHINESE)):
        text = say("{policy} lowers profit", policy="绿色通道")
    assert text == "绿色通道降低利润"


# The view of a rival


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_a_rival_is_told_nothing_that_was_found_for_the_focus(lanes: FakeResult, language: str) -> None:
    result = replace(lanes, answers={"ranking": ranking(lanes.kpis, "Alpha")})
    found = said(result, language, "Beta")
    text = " ".join([found.headline, *found.sentences])
    assert found.robustness is not None
    assert found.robustness.ends == ()
    assert "Beta" in text
    if language == ENGLISH:
        assert "Assumptions are checked for Alpha only" in text
        assert "Policies are ranked for Alpha only; the intervals of Beta are not adjusted" in text
        assert "pays" not in text
        assert "earns" not in text
        assert "No assumption was varied" not in text
    else:
        assert "假设校验仅针对 Alpha 进行" in text
        assert "方案排序仅针对 Alpha 进行；Beta 的置信区间未按方案数校正" in text
        assert "增利" not in text


def test_the_effect_on_a_rival_is_that_of_its_own_profit(lanes: FakeResult) -> None:
    found, rows = said(lanes, ENGLISH, "Beta"), lanes.summary
    assert found.ranking is not None
    own = rows[(rows["retailer"] == "Beta") & (rows["kpi"] == PROFIT[0]) & (rows["segment"] == "all")]
    best = own[own["policy"] == found.best].iloc[0]
    assert found.ranking.cell.difference.mean == pytest.approx(best["diff"])
    assert any(f"{best['diff'] / 1e6:+.1f}"[:4].replace("-", "−") in text for text in found.sentences[:1])


def test_a_retailer_that_the_results_do_not_know() -> None:
    result = handmade({"lane": {PROFIT: UP}})
    assert said(result, ENGLISH, "Beta").sentences == ("The results have nothing on Beta.",)
    assert said(result, CHINESE, "Beta").sentences == ("结果中没有 Beta 的数据。",)


def test_the_ranking_of_the_focus_is_not_that_of_a_rival(lanes: FakeResult) -> None:
    answers = {"ranking": ranking(lanes.kpis, "Alpha")}
    assert ranking_sentences(answers, "Alpha") == ranking_sentences(answers)
    assert ranking_sentences(answers, "Beta") == []
    assert ranking_tables(answers, "Beta") == []


def test_the_method_says_for_whom_policies_are_ranked(lanes: FakeResult) -> None:
    own, other = (dict(method(StudyView(lanes, retailer)))["Comparison"] for retailer in ("", "Beta"))
    assert "is adjusted for that of the policies" in own
    assert "policies are ranked for Alpha only" in other
    assert "is adjusted for that of the policies" not in other
