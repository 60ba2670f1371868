"""Every printed text has one Chinese translation; the PO files have nothing besides."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from tests.reporting import messages, vocabularies
from tests.reporting.po_files import FOLDER, ZH, entries, files

from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.language import (
    EVENT,
    KPI,
    PARAMETER,
    SEGMENT,
    UNIT,
    catalogue,
    kpi_title,
    parameter_text,
    parameter_unit,
    segment_name,
)
from marketsim.reporting.mechanisms import STRATEGY
from marketsim.reporting.numbers import unit_text
from marketsim.results.key_figures import kpi

PATH = "path"
"""Context of the parts of the paths of parameters."""


def used() -> dict[str, set[str]]:
    """Return every text that a report may look up, by context."""
    found: dict[str, set[str]] = {"": {*vocabularies.STATUSES, *vocabularies.PRINTED_NAMES}}
    for file in messages.SOURCES.rglob("*.py"):
        for context, text in messages.marked(file):
            found.setdefault(context, set()).add(text)
    found |= {KPI: vocabularies.kpi_titles(), UNIT: vocabularies.units(), EVENT: vocabularies.event_words()}
    found |= {
        PARAMETER: meanings() | sources(),
        PATH: vocabularies.path_words(),
        STRATEGY: vocabularies.strategies(),
    }
    return found | {SEGMENT: vocabularies.segments() | {"households young", "households middle", "households old"}}


def meanings() -> set[str]:
    """Return the meanings of all parameters of the schema."""
    return {one.meaning for one in vocabularies.parameters()}


def sources() -> set[str]:
    """Return the sources of all parameters of the schema."""
    return {one.source for one in vocabularies.parameters() if one.source}


def untranslated(context: str, texts: set[str]) -> list[str]:
    """Return those of the texts that have no translation."""
    return sorted(text for text in texts if text and (context, text) not in catalogue(ZH))


def test_every_marked_text_is_translated() -> None:
    missing = messages.missing(ZH)
    assert not missing, "\n".join(f"{file} {context}: {text}" for file, context, text in missing)


def test_every_title_of_a_key_figure_is_translated() -> None:
    assert untranslated(KPI, vocabularies.kpi_titles()) == []


def test_every_unit_is_translated() -> None:
    assert untranslated(UNIT, vocabularies.units()) == []


def test_every_customer_type_of_the_library_is_translated() -> None:
    assert untranslated(SEGMENT, vocabularies.segments()) == []


def test_every_event_and_status_is_translated() -> None:
    assert untranslated(EVENT, vocabularies.event_words()) == []
    assert untranslated("", set(vocabularies.STATUSES)) == []


def test_every_strategy_is_translated() -> None:
    assert untranslated(STRATEGY, vocabularies.strategies()) == []


def test_every_meaning_of_a_parameter_is_translated() -> None:
    assert untranslated(PARAMETER, meanings()) == []


def test_every_source_of_a_parameter_is_translated_unless_it_is_but_authors_or_a_sum() -> None:
    assert untranslated(PARAMETER, {source for source in sources() if not is_citation(source)}) == []


def is_citation(source: str) -> bool:
    """Tell whether a source has no word but the names of authors, with a year, or is arithmetic."""
    return re.fullmatch(r"([A-Z]\w+(, | & | ))+\d{4}|[\d /]+", source) is not None


@pytest.mark.parametrize(
    ("source", "expected"),
    [("Tversky & Kahneman 1992", True), ("8760 / 12", True), ("the user", False), ("one contract year", False)],
)
def test_a_citation_is_known_by_its_form(source: str, *, expected: bool) -> None:
    assert is_citation(source) is expected


def test_no_text_has_two_translations() -> None:
    twice = Counter((context, text) for _, context, text, _ in entries())
    assert [key for key, count in twice.items() if count > 1] == []
    for path in FOLDER.glob("*.po"):
        written = len(re.findall(r"^msgid ", path.read_text(encoding="utf-8"), re.MULTILINE)) - 1  # without the header
        assert written == len(files()[path.name]), f"{path.name} has an entry twice"


def test_no_entry_is_empty_or_fuzzy() -> None:
    assert [entry for entry in entries() if not entry[3].strip()] == []
    assert [(name, entry.id) for name, parsed in files().items() for entry in parsed if entry.id and entry.fuzzy] == []


def test_every_entry_is_used() -> None:
    known = used()
    dead = [(name, context, text) for name, context, text, _ in entries() if text not in known.get(context, ())]
    assert not dead, "\n".join(f"{name} {context}: {text}" for name, context, text in dead)


def test_translations_have_the_places_of_their_texts() -> None:
    changed = [(text, said) for _, _, text, said in entries() if messages.places(text) != messages.places(said)]
    assert not changed, "\n".join(f"{text} -> {said}" for text, said in changed)


def test_a_chinese_edition_prints_the_closed_words_in_chinese_and_leaves_those_of_the_user() -> None:
    with printed_in(Edition(language=ZH)):
        assert kpi_title(kpi("profit_cny_per_year")) == "利润"
        assert (unit_text("CNY/year"), parameter_unit("1/month")) == ("元/年", "1/月")
        assert (segment_name("large_industrial"), segment_name("my_plants")) == ("大型工业企业", "my plants")
        assert parameter_text("Length of a run.") == "每次运行的时长"
    assert kpi_title(kpi("profit_cny_per_year")) == "Profit"
