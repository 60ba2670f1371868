"""The edition of a report: its language, currency, units and colours, for everything that is printed inside a block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = (ENGLISH, CHINESE)
"""The languages of reports."""
CNY = "CNY"


@dataclass(frozen=True)
class Edition:
    """How a report is printed.

    Attributes:
        language: ``en`` or ``zh``.
        currency: code of the currency in which money is printed.
        per_cny: how much of it one CNY is.
        energy_in_kwh: whether prices are printed per kWh (CNY/kWh; in Chinese 厘/kWh) and not per MWh.
        focus: the retailer whose view it is; empty where nothing is of one retailer.
        colours: colour of retailers by name, ``#RRGGBB``; that of the focus is the leading colour of all charts.
    """

    language: str = ENGLISH
    currency: str = CNY
    per_cny: float = 1.0
    energy_in_kwh: bool = False
    focus: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)


_CURRENT: ContextVar[Edition] = ContextVar("edition", default=Edition())  # noqa: B039 (it is frozen)


def current() -> Edition:
    """Return the edition that is being printed; plain English outside of any block."""
    return _CURRENT.get()


@contextmanager
def printed_in(edition: Edition) -> Iterator[None]:
    """Print all texts, numbers and charts inside the block in an edition."""
    token = _CURRENT.set(edition)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def is_chinese() -> bool:
    """Tell whether the edition that is being printed is Chinese."""
    return current().language == CHINESE
