"""What a chart is: a picture, the numbers drawn in it, and one sentence that they support."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.figure import Figure
from pandas.api.types import is_numeric_dtype

from marketsim.reporting import figure_files, style
from marketsim.reporting.answer import Answer
from marketsim.reporting.charts.native import Panel
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, has_other_members, has_own_reference
from marketsim.reporting.view import StudyView

PAIRED_WHISKERS = message("whiskers of levels: interval of the paired difference to base")
"""Says in a footer what the whiskers of levels are."""
SAME_CUSTOMERS = message("tiers with other rules: against the same customers in the base")
"""Says in a footer with whom a policy is compared that changes who belongs to a tier."""
OTHER_MEMBERS = message("no whisker: the tier has other members than in the base")
"""Says in a footer why some levels have none."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Chart:
    """A finished chart.

    Attributes:
        name: name of its files.
        title: what it shows, as a heading.
        finding: one sentence generated from its numbers.
        alt: what a reader who cannot see it needs to know about its form.
        figure: the picture.
        data: exactly the numbers drawn, tidy.
        panels: the same for programs that draw charts by themselves, from left to right and from top to bottom.
        message: the finding in a few words, fit for the title of a slide; the title where there is none.
    """

    name: str
    title: str
    finding: str
    alt: str
    figure: Figure
    data: pd.DataFrame
    panels: tuple[Panel, ...] = ()
    message: str = ""

    @cached_property
    def png(self) -> bytes:
        """The picture as a PNG file, drawn once."""
        return figure_files.png(self.figure)

    @cached_property
    def svg(self) -> bytes:
        """The picture as an SVG file, drawn once."""
        return figure_files.svg(self.figure)

    @property
    def csv(self) -> bytes:
        """The numbers drawn as a CSV file; texts that a spreadsheet would run begin with an apostrophe."""
        texts = {
            name: self.data[name].map(_harmless) for name in self.data.columns if not is_numeric_dtype(self.data[name])
        }
        shown = self.data.assign(**texts)
        return shown.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode("utf-8")


def _harmless(value: object) -> object:
    """Return a value as it is, or behind an apostrophe where it is a text that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@dataclass(frozen=True)
class Subject:
    """What charts are drawn from: the results, the answer, and names in a form that can be drawn."""

    view: StudyView
    answer: Answer
    policy_labels: dict[str, str]
    retailer_labels: dict[str, str]
    segment_labels: dict[str, str]

    @property
    def best(self) -> str | None:
        """The policy with the largest mean profit."""
        return self.answer.best

    def footer(self, *mentioned: str) -> str:
        """Return the footer of a figure; names that could not be drawn are spelled in the report's text."""
        return " · ".join([self.view.footer, *mentioned])


def whisker_notes(subject: Subject, measures: Iterable[Measure]) -> list[str]:
    """Return what a footer says of the whiskers of levels; nothing of them in one world, where there are none."""
    wanted = list(measures)
    if subject.view.replications == 1:
        return reference_notes(subject, wanted)
    others = any(has_other_members(subject.view, measure) for measure in wanted)
    return [say(PAIRED_WHISKERS), *([say(OTHER_MEMBERS)] if others else []), *reference_notes(subject, wanted)]


def reference_notes(subject: Subject, measures: Iterable[Measure]) -> list[str]:
    """Return what a footer says of tiers that are not compared with the base as it is; nothing where all are."""
    own = any(has_own_reference(subject.view, measure) for measure in measures)
    return [say(SAME_CUSTOMERS)] if own else []


def subject_of(view: StudyView, answer: Answer, retailers: Iterable[str], policies: Iterable[str]) -> Subject:
    """Return what charts are drawn from; names without glyphs in any font at hand become numbers."""
    return Subject(
        view,
        answer,
        style.label_names(policies, say("policy")),
        style.label_names(retailers, say("retailer")),
        style.label_names(view.study["segments"], say("segment")),
    )
