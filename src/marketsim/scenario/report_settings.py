"""How the report of a study is laid out: sections, charts, whose view, language, currency, units, colours."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from marketsim.scenario.fields import Name, Section, number, setting, text

SectionName = Literal[
    "question",
    "answer",
    "changes",
    "policies",
    "ranking",
    "charts",
    "break_even",
    "sweeps",
    "sensitivity",
    "assumptions",
    "method",
    "provenance",
]
SECTIONS: tuple[SectionName, ...] = get_args(SectionName)
"""Sections of a report in their usual order."""
ChartName = Literal[
    "matrix",
    "factors",
    "dose_response",
    "policy_effects",
    "who_gains_and_loses",
    "segments_and_tiers",
    "waits_contact",
    "waits_field",
    "waits_case",
    "satisfaction_over_time",
    "share_over_time",
    "customers_kept",
    "event_study",
    "event_response",
    "profit_sources",
    "margin_concentration",
    "policy_map",
    "service_frontier",
    "flows",
    "tornado",
]
"""Charts of a study by the names of their files, in their usual order; a study has those that its results allow."""
Format = Literal["html", "pptx", "xlsx", "docx", "png", "svg", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
"""File formats of a report."""
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Currency(Section):
    """Money in reports; the simulation itself, and all result tables, are in CNY."""

    code: CurrencyCode = setting("CNY", meaning="Code of the currency in which reports print money (ISO 4217).")
    per_cny: float = number(
        1.0,
        unit="currency/CNY",
        meaning="How much of it one CNY is, at one rate for the whole period.",
        source="the user",
        low=1e-6,
        high=1e6,
    )


class Texts(Section):
    """What the scenario says of its study, in another language than its own."""

    title: str = text("", meaning="Title of the study.")
    question: str = text("", meaning="The question that the study answers.")
    expectation: str = text("", meaning="What theory expects.")


class ReportSettings(Section):
    """What a report shows and how; it changes no run and is not part of what identifies the results."""

    language: Literal["en", "zh"] = setting("en", meaning="Language of reports: en (English) or zh (Chinese).")
    formats: Annotated[tuple[Format, ...], Field(strict=False, min_length=1)] = setting(
        ("html", "png", "svg", "csv"),
        meaning="Formats that are written after a run: html, pptx, xlsx, docx, png, svg, csv.",
    )
    title: str = text("", meaning="Title of the report; the question of the study if left out.")
    author: str = text("", meaning="Who hands it in.")
    view: Name | None = setting(None, meaning="Retailer whose view it is; the focus retailer if left out.")
    sections: Annotated[tuple[SectionName, ...], Field(strict=False)] = setting(
        SECTIONS, meaning="Sections in their order; what is not named is left out."
    )
    charts: Annotated[tuple[ChartName, ...], Field(strict=False)] | None = setting(
        None,
        meaning="Charts of the study in their order, by the names of their files; all that can be drawn if left out.",
    )
    currency: Currency = Field(default_factory=Currency, description="Money in reports.")
    price_unit: Literal["MWh", "kWh"] = setting(
        "MWh", meaning="Energy by which prices are printed: CNY/MWh, or CNY/kWh (in Chinese 厘/kWh)."
    )
    colours: dict[Name, Colour] = setting(
        {}, meaning="Colour of retailers by name, #RRGGBB; that of the focus leads in all charts."
    )
    template: str = text("", meaning="PowerPoint file whose layouts slides take, relative to the scenario file.")
    texts: dict[Literal["en", "zh"], Texts] = setting(
        {},
        meaning="Title, question and expectation of the study for reports in a language other than that of the scenario.",
    )
