"""The events of a study on the axis of time: what they are in words, and from when to when they last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import EVENT, say, segment_name, translated
from marketsim.reporting.numbers import MINUS
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL


@dataclass(frozen=True)
class Mark:
    """An event on the time axis: what it is, its first month, and its last (None: for good); months from 1."""

    title: str
    first: int
    last: int | None

    @property
    def words(self) -> str:
        """The event and its months."""
        if self.last is None:
            return say("{event} from month {month}", event=self.title, month=self.first)
        if self.last == self.first:
            return say("{event} in month {month}", event=self.title, month=self.first)
        return say("{event} in months {first} to {last}", event=self.title, first=self.first, last=self.last)

    def lasts(self, month: int) -> bool:
        """Tell whether it lasts in a month, counted from 1."""
        return self.first <= month and (self.last is None or month <= self.last)


def event_marks(view: StudyView) -> list[Mark]:
    """Return the events within the run, the earliest first."""
    marks = [_of_event(event, view.months) for event in view.study.get("events") or ()]
    return sorted((mark for mark in marks if mark.first <= view.months), key=lambda mark: (mark.first, mark.title))


def _of_event(event: Mapping[str, Any], months: int) -> Mark:
    """Return the mark of an event; one that lasts as long as the run or longer lasts for good."""
    first, lasting = int(event["month"]) + 1, event.get("duration_months")
    kind = str(event["type"])
    names = [translated(kind.replace("_", " "), EVENT)]
    names += [str(event[name]) for name in ("retailer", "lever") if event.get(name)]
    names += [segment_name(str(event["segment"]))] if event.get("segment") else []
    names += [str(event["fuel"])] if event.get("fuel", ALL) != ALL else []
    parts, size = [("·" if is_chinese() else " ").join(names)], event.get("size")
    if isinstance(size, int | float):
        parts.append(say("{size} %", size=f"{100 * size:+.0f}".replace("-", MINUS)))
    for_good = lasting is None or int(lasting) >= months
    return Mark(" ".join(parts), first, None if for_good else first + int(lasting or 0) - 1)
