"""What a planning paper is made from: results, the answer, the charts, and how the reader wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marketsim.reporting.answer import Answer
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.edition import ENGLISH, Edition
from marketsim.reporting.sweep_section import SweepSection
from marketsim.reporting.view import StudyView
from marketsim.scenario.report_settings import SECTIONS, ReportSettings


@dataclass(frozen=True)
class Wishes:
    """How a report is wanted: what a scenario says, and what the user of a command said over it.

    Attributes:
        language: ``en`` or ``zh``.
        title: title of the paper; empty for the study's question.
        author: who hands it in; may be empty.
        view: retailer whose view it is; empty for the focus.
        sections: sections in their order.
        charts: charts of the study in their order; None for all.
        currency: code of the currency.
        per_cny: how much of it one CNY is.
        energy_in_kwh: whether prices are per kWh.
        colours: colour of retailers by name.
        template: PowerPoint file whose layouts are used; empty for our own.
    """

    language: str = ENGLISH
    title: str = ""
    author: str = ""
    view: str = ""
    sections: tuple[str, ...] = SECTIONS
    charts: tuple[str, ...] | None = None
    currency: str = "CNY"
    per_cny: float = 1.0
    energy_in_kwh: bool = False
    colours: Mapping[str, str] = field(default_factory=dict)
    template: str = ""

    def edition(self, focus: str) -> Edition:
        """Return the edition, for the retailer whose view it is."""
        return Edition(self.language, self.currency, self.per_cny, self.energy_in_kwh, focus, dict(self.colours))


def wishes_of(manifest: Mapping[str, Any]) -> Wishes:
    """Return what a stored scenario says of its report; the usual where it says nothing, or was stored before it could.

    Args:
        manifest: that of the results; the template is looked for beside the scenario file that it names.
    """
    said = ReportSettings.model_validate(manifest["scenario"].get("report") or {}, strict=False)
    template = str(Path(str(manifest.get("source") or "")).parent / said.template) if said.template else ""
    return Wishes(
        said.language,
        said.title,
        said.author,
        said.view or "",
        said.sections,
        said.charts,
        said.currency.code,
        said.currency.per_cny,
        said.price_unit == "kWh",
        said.colours,
        template,
    )


@dataclass(frozen=True)
class Material:
    """What sections are made from.

    Attributes:
        view: the results.
        answer: the answer; None for a folder of sweeps only.
        charts: the charts of the study, the main one first.
        sweeps: what is said of each sweep.
        wishes: how the reader wants it.
    """

    view: StudyView
    answer: Answer | None
    charts: tuple[Chart, ...]
    sweeps: tuple[SweepSection, ...]
    wishes: Wishes

    def chart(self, name: str) -> Chart | None:
        """Return a chart by its name; None where it was not drawn."""
        return next((chart for chart in self.charts if chart.name == name), None)

    @property
    def main(self) -> Chart | None:
        """The chart that shows the answer; None without charts."""
        return next((chart for chart in self.charts if chart.name != OVERTURNING), None)


OVERTURNING = "tornado"
"""Name of the chart of what could overturn the answer, which stands in the section on sensitivity."""
