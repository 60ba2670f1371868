"""The Chinese of reports: it is set as Chinese is set, and has one word for one term."""

from __future__ import annotations

import re

import pytest
from tests.reporting.po_files import entries

from marketsim.reporting.language import EVENT, UNIT
from marketsim.reporting.mechanisms import STRATEGY

PATH = "path"
HAN = r"[\u4e00-\u9fff]"
GLUE = frozenset({"of", "in", "and", "or", "with", "the", "are", "is", "to", "at", "by", "for", "against"})
"""English words that join places, and for which Chinese may have no word but a mark or nothing."""
PAIRS = ("（）", "“”", "‘’", "《》", "「」", "【】", "()", "[]", "{}")
WRONG = {
    "half-width punctuation": re.compile(rf"[\u4e00-\u9fff}}）”][,;:!?](?=[\s\u4e00-\u9fff{{（“]|$)|{HAN}\.(?=\s|$)"),
    "half-width bracket": re.compile(rf"{HAN}\(|\){HAN}"),
    "half-width quotation mark": re.compile(rf"{HAN}[\"']|[\"']{HAN}"),
    "space before a per cent sign": re.compile(r"[ \u00a0]%"),
    "space between Chinese characters": re.compile(rf"{HAN}[ \u00a0]+{HAN}"),
    "space beside full-width punctuation": re.compile(r"[ \u00a0][，。；：、（）“”]|[，。；：、（）“”][ \u00a0]"),
    "two punctuation marks": re.compile(r"[，。；：、]{2}"),
}
"""What Chinese typesetting does not do."""
TERMS = {
    r"\bpolic(y|ies)\b": "方案|policies",
    r"\bbase\b(?! samples)": "基准|无法判断",
    r"\bcannot tell\b": "无法判断",
    r"\bretailers?\b": "售电公司|本公司|retailer",
    r"\bsatisfaction\b": "满意",
    r"\bchurn\b": "流失",
    r"\bscenarios?\b": "情景",
    r"\btickets?\b": "工单|件",
    r"\bprofits?\b": "利|盈",
    r"\bintervals?\b": "区间|置信水平",
    r"\breplications?\b": "试验",
    r"(?<!common )(?<!states of the )(?<!state of the )\bworlds?\b": "试验",
    r"\bassumptions?\b": "假设",
    r"\bseeds?\b": "种子",
    r"\bevents?\b": "事件|故障",
    r"\bsegments?\b": "客户类型|该类|同类|类型",
}
"""English terms, and what their translation must have in it."""
TERMS_MAY_DIFFER = frozenset(
    {
        "ASSUMPTION; a small world after Watts & Strogatz 1998",
        "How its demand answers to prices, services and policy.",
        "base, invisible",
    }
)
NOT_OURS = ("零售商", "基线", "世界", "仿真代理", "政策方案", "主体")
"""Words for which the glossary has others."""
NOT_OURS_BUT = ("小世界",)


@pytest.mark.parametrize("rule", WRONG)
def test_translations_are_set_as_chinese_is_set(rule: str) -> None:
    wrong = [(name, said) for name, _, _, said in entries() if WRONG[rule].search(said)]
    assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong)


@pytest.mark.parametrize(
    ("rule", "mistake"),
    [
        ("half-width punctuation", "利润上升,满意度不变"),
        ("half-width punctuation", "{policy}: 利润"),
        ("half-width punctuation", "利润上升."),
        ("half-width bracket", "利润(万元)"),
        ("half-width quotation mark", '记为"无法判断"'),
        ("space before a per cent sign", "95 %置信区间"),
        ("space between Chinese characters", "置信 区间"),
        ("space beside full-width punctuation", "利润， 满意度"),
        ("two punctuation marks", "利润。。"),
    ],
)
def test_the_rules_of_typesetting_find_mistakes(rule: str, mistake: str) -> None:
    assert WRONG[rule].search(mistake)
    assert not any(found.search("方案使 Alpha 的利润增加{gain}（95%置信区间）；无法判断。") for found in WRONG.values())


@pytest.mark.parametrize("pair", PAIRS)
def test_brackets_and_quotation_marks_come_in_pairs(pair: str) -> None:
    odd = [said for _, _, text, said in entries() if not is_balanced(said, pair) and is_balanced(text, pair)]
    assert odd == []


def is_balanced(text: str, pair: str) -> bool:
    """Tell whether every mark that opens is closed, and none closes before."""
    depth = 0
    for character in text:
        depth += (character == pair[0]) - (character == pair[1])
        if depth < 0:
            return False
    return depth == 0


def test_every_translation_of_words_is_chinese() -> None:
    latin = [(name, text, said) for name, _, text, said in entries() if words_in(text) and not re.search(HAN, said)]
    assert latin == []


def words_in(text: str) -> set[str]:
    """Return the words of a text besides its places and those that only join them."""
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", text))) - GLUE


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_one_translation(term: str) -> None:
    others = [
        (name, text, said)
        for name, context, text, said in entries()
        if context not in (UNIT, EVENT, PATH, STRATEGY) and text not in TERMS_MAY_DIFFER
        if re.search(term, without_places(text), re.IGNORECASE) and not re.search(TERMS[term], without_places(said))
    ]
    assert not others, "\n".join(f"{name}: {text} -> {said}" for name, text, said in others)


def without_places(text: str) -> str:
    """Return a template without its places and without the names of code in it."""
    return re.sub(r"\{\w+\}|`[^`]*`|[a-z]\w*(\.[\w*]+)+|\w*_\w*", "", text, flags=re.ASCII)


@pytest.mark.parametrize("word", NOT_OURS)
def test_words_for_which_there_are_others_are_not_used(word: str) -> None:
    assert [said for *_, said in entries() if word in re.sub("|".join(NOT_OURS_BUT), "", said)] == []
