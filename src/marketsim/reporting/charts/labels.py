"""What charts call the base, policies and groups, how wide a label is, and what stands under a figure."""

from __future__ import annotations

from unicodedata import east_asian_width

from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.language import translated
from marketsim.results.tables import BASE

_SEPARATOR = " · "
_FOOTER_WIDTH = 132
"""Width of a line of a footer in Latin characters."""


def width_of(text: str) -> int:
    """Return how wide a text is in Latin characters: a Chinese one is twice as wide."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def folded(text: str, width: int = 22) -> str:
    """Return a drawable label of at most two lines; of a longer one the end is left out if it is Chinese, else the middle.

    Args:
        text: the label.
        width: width of a line in Latin characters.
    """
    text = style.drawable(text)
    if width_of(text) == len(text):
        return style.folded(text, width)
    if width_of(text) <= width:
        return text
    first = _start(text, (width_of(text) + 1) // 2 + 1 if width_of(text) <= 2 * width - 2 else width)
    rest = text[len(first) :]
    return f"{first}\n{rest if width_of(rest) <= width else f'{_start(rest, width - 2)}…'}"


def _start(text: str, width: int) -> str:
    """Return as much of a text as fits, at least one character."""
    end = next((place for place in range(1, len(text) + 1) if width_of(text[:place]) > width), len(text) + 1)
    return text[: max(end - 1, 1)]


def policy_name(policy: str) -> str:
    """Return what a policy is called in text: its name, or what the base is called."""
    return translated(BASE) if policy == BASE else policy


def policy_label(subject: Subject, policy: str, width: int = 22) -> str:
    """Return what a policy is called in a figure, in at most two lines."""
    return translated(BASE) if policy == BASE else folded(subject.policy_labels[policy], width)


def put_footer(figure: Figure, subject: Subject, *mentioned: str) -> None:
    """Write what stands under a figure, in as many lines as it needs.

    Args:
        figure: the figure.
        subject: gives worlds, interval, months, seed and scenario.
        mentioned: what else is said.
    """
    lines: list[str] = []
    for part in subject.footer(*mentioned).split(_SEPARATOR):
        longer = f"{lines[-1]}{_SEPARATOR}{part}" if lines else part
        if lines and width_of(longer) <= _FOOTER_WIDTH:
            lines[-1] = longer
        else:
            lines.append(part)
    style.footer(figure, "\n".join(lines))
