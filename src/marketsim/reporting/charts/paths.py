"""What charts over time share: bands, labels at the ends of lines, and the month in which policies begin."""

from __future__ import annotations

from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.monthly import Band
from marketsim.reporting.language import say


def draw_band(axes: Axes, found: Band, colour: str, *, dashed: bool, strong: bool) -> None:
    """Draw a mean over months, with its band if it is a strong line."""
    axes.plot(
        found.months + 1,
        found.mean,
        color=colour,
        linestyle=(0, (4, 2)) if dashed else "-",
        linewidth=2.2 if strong else 1.2,
        alpha=1.0 if strong else 0.5 if dashed else 0.95,
        zorder=3 if strong else 2,
    )
    if strong:
        axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.12, linewidth=0)


def label_ends(axes: Axes, ends: dict[str, tuple[float, str]], last_month: int) -> None:
    """Write labels (position and colour by text) at the ends of lines, apart from each other."""
    low, high = axes.get_ylim()
    placed = style.spread_labels([y for y, _ in ends.values()], 0.065 * (high - low))
    for (label, (_, colour)), y in zip(ends.items(), placed, strict=True):
        axes.annotate(
            style.folded(label, 14),
            (last_month + 1, y),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
            color=colour,
            fontweight="bold",
            annotation_clip=False,
        )


def mark_start(axes: Axes, subject: Subject, *, words: bool = True) -> None:
    """Mark where policies begin and shade the months that are evaluated."""
    view = subject.view
    axes.set_xlim(1, view.months)
    if not view.policies:
        return
    axes.axvline(view.warmup + 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.axvspan(view.first_evaluated + 0.5, view.months, color=style.FAINT, alpha=0.28, linewidth=0, zorder=0)
    if words:
        axes.annotate(
            say("policies\nbegin"),
            (view.warmup + 0.5, 0.98),
            (3, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            color=style.QUIET,
        )
