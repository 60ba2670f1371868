"""Texts in the language of the edition: translations are looked up by the English text, in PO files.

Sentences are whole templates with named places, so that a translation may order them as its language wants. What has no
translation is printed in English; the tests see to it that nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from babel.messages.pofile import read_po

from marketsim.reporting.edition import ENGLISH, current, is_chinese
from marketsim.reporting.filling import filled
from marketsim.results.key_figures import Kpi

COUNTED = "counted"
"""Context of nouns that follow a number: their translation has the measure word before it."""
SEGMENT = "segment"
"""Context of the names of usual customer types."""
KPI = "kpi"
"""Context of the titles of key figures."""
UNIT = "unit"
"""Context of units."""
EVENT = "event"
"""Context of the kinds of events, and of what they set."""
PARAMETER = "parameter"
"""Context of what the schema says of a parameter: meaning, source, unit."""


def message(text: str) -> str:
    """Mark a text for translation where it is defined, and return it as it is; `say` prints it."""
    return text


def say(text: str, /, **values: Any) -> str:
    """Return a text in the language of the edition, with values in its places.

    Args:
        text: the English text, with places as ``{name}``; a literal, or what was marked with `message`.
        values: what stands in the places, in the language of the edition already. Braces in it are plain characters.
    """
    template = translated(text)
    if not values:
        return template
    return filled(template, values) if is_chinese() else template.format(**values)


def translated(text: str, context: str = "") -> str:
    """Return the translation of a text, or the text itself where there is none."""
    language = current().language
    return text if language == ENGLISH else catalogue(language).get((context, text), text)


def segment_name(name: str) -> str:
    """Return what a segment is called in text: usual customer types in the language of the edition."""
    words = name.replace("_", " ")
    return translated(words, SEGMENT)


@cache
def catalogue(language: str) -> Mapping[tuple[str, str], str]:
    """Return all translations into a language by context and English text."""
    found: dict[tuple[str, str], str] = {}
    for file in sorted((files("marketsim.reporting") / "languages" / language).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".po"):
            for entry in read_po(BytesIO(file.read_bytes()), locale=language, abort_invalid=True):
                if entry.id and entry.string:
                    found[entry.context or "", str(entry.id)] = str(entry.string)
    return found


def kpi_title(kpi: Kpi) -> str:
    """Return what a key figure is called in the language of the edition."""
    return translated(kpi.title, KPI)


def parameter_unit(unit: str) -> str:
    """Return the unit of a value of the scenario, which is printed as it stands there: money in CNY."""
    return translated(unit, UNIT)


def parameter_text(text: str) -> str:
    """Return the meaning or source of a parameter in the language of the edition."""
    return translated(text, PARAMETER)
