"""What charts call the base and policies, and what stands under a figure."""

from __future__ import annotations

from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.language import translated
from marketsim.results.tables import BASE

_SEPARATOR = " · "
_FOOTER_WIDTH = 132
"""Width of a line of a footer in Latin characters."""


def policy_name(policy: str) -> str:
    """Return what a policy is called in text: its name, or what the base is called."""
    return translated(BASE) if policy == BASE else policy


def policy_label(subject: Subject, policy: str, width: int = 22) -> str:
    """Return what a policy is called in a figure, in at most two lines."""
    return translated(BASE) if policy == BASE else style.folded(subject.policy_labels[policy], width)


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
        if lines and style.width_of(longer) <= _FOOTER_WIDTH:
            lines[-1] = longer
        else:
            lines.append(part)
    style.footer(figure, "\n".join(lines))
