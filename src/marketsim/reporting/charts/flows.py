"""Who loses customers to whom in the base, and what the best policy changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.flows_words import flows_finding, flows_message
from marketsim.reporting.charts.labels import policy_label, policy_name, put_footer
from marketsim.reporting.charts.native import Cells, Flows, Panel
from marketsim.reporting.charts.sankey import Sides, draw_sankey
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.language import say
from marketsim.reporting.numbers import signed
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE, DEFAULT_SUPPLIER

FloatArray = NDArray[np.float64]
MONTHS_PER_YEAR = 12
_MOST_SUPPLIERS = 7
_OTHERS = "others"
_PALE = 0.35
"""How much colour a cell keeps that cannot be told."""
_ROOM = 46
"""Latin letters that stand side by side below the matrix; names that need more are turned."""
_LARGE, _SMALL = 20.0, 2.0
"""From where on amounts need no digit after the point, or one."""


@dataclass(frozen=True)
class _Found:
    """Yearly energy (GWh) of those who move, by world, losing and winning supplier."""

    suppliers: list[str]
    base: FloatArray
    other: FloatArray | None

    @property
    def change(self) -> FloatArray:
        """Paired differences to the base, by world; nothing without policies."""
        other = self.base[:0] if self.other is None else self.other
        worlds = min(len(self.base), len(other))
        return other[:worlds] - self.base[:worlds]


def flows(subject: Subject) -> Chart | None:
    """Draw the yearly energy of those who change the supplier: who loses to whom, and what the best policy changes."""
    view, policy = subject.view, subject.best
    suppliers = _suppliers(view)
    base = _yearly(view, BASE, suppliers)
    if base.size == 0 or not base.any():
        return None
    found = _Found(suppliers, base, None if policy is None else _yearly(view, policy, suppliers))
    figure = style.new_figure(max(3.4, 1.9 + 0.36 * len(suppliers)))
    grid = figure.subplots(1, 2 if policy else 1, squeeze=False, width_ratios=[1.15, 1] if policy else [1])[0]
    _picture(grid[0], subject, found)
    if policy:
        _changes(grid[1], subject, found, policy)
    notes = [say("energy of those who change the supplier, counted at twelve months of their use")]
    notes += [say("change: blue more, orange less; in brackets: cannot tell")] if policy else []
    put_footer(figure, subject, *notes)
    net = _net(found)
    return Chart(
        "flows",
        say("Who loses energy to whom"),
        flows_finding(view, policy, net),
        say(
            "Ribbons from the suppliers that lose to those that win, as wide as the yearly energy (GWh) of the customers "
            "who change the supplier in the base; beside them a matrix of what the best policy changes."
        ),
        figure,
        _numbers(found, policy),
        _native(subject, found, policy),
        flows_message(view, policy, net),
    )


def _suppliers(view: StudyView) -> list[str]:
    """Return the focus, the rivals that lose or win most, the others, and the default supplier."""
    table = view.table("flows")
    moved = pd.concat(
        [table.groupby(column, observed=True)["energy_mwh"].sum() for column in ("from_retailer", "to_retailer")]
    )
    sizes = moved.groupby(level=0, observed=True).sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in sizes.index]
    rivals = [name for name in names if name not in (view.focus, DEFAULT_SUPPLIER)]
    kept = sorted(rivals[:_MOST_SUPPLIERS])
    return [
        view.focus,
        *kept,
        *([_OTHERS] if len(rivals) > _MOST_SUPPLIERS else []),
        *([DEFAULT_SUPPLIER] if DEFAULT_SUPPLIER in names else []),
    ]


def _yearly(view: StudyView, policy: str, suppliers: list[str]) -> FloatArray:
    """Return the yearly energy (GWh) of those who move in a year, by world, losing and winning supplier.

    The table has the monthly energy of those who move in a month: twelve months of it are what they use in a year.
    """
    table = view.table("flows")
    rows = table[
        (table["policy"] == policy) & (table["month"] >= view.first_evaluated) & (table["month"] < view.months)
    ]
    runs = view.result.runs
    done = runs[(runs["policy"] == policy) & (runs["check"] == "") & (runs["status"] == "done")]
    worlds = np.sort(done["replication"].to_numpy())
    codes = [_codes(rows[column], suppliers) for column in ("from_retailer", "to_retailer")]
    place = np.searchsorted(worlds, rows["replication"].to_numpy())
    totals = np.zeros((len(worlds), len(suppliers), len(suppliers)))
    np.add.at(totals, (place, *codes), rows["energy_mwh"].to_numpy(dtype=np.float64))
    years = (view.months - view.first_evaluated) / MONTHS_PER_YEAR
    return totals * MONTHS_PER_YEAR / years / 1000


def _codes(column: pd.Series, suppliers: list[str]) -> NDArray[np.int64]:
    places = {name: place for place, name in enumerate(suppliers)}
    other = places.get(_OTHERS, 0)
    return column.astype(str).map(lambda name: places.get(name, other)).to_numpy(dtype=np.int64)


def _label(subject: Subject, name: str) -> str:
    return style.folded(_name(subject.retailer_labels.get(name, name)), 14)


def _name(supplier: str) -> str:
    """Return what a supplier is called in text."""
    return {_OTHERS: say("others"), DEFAULT_SUPPLIER: say("default supplier")}.get(supplier, supplier)


def _colours(subject: Subject, suppliers: list[str]) -> dict[str, str]:
    known = style.retailer_colours(subject.view.retailers, subject.view.focus)
    return {name: known.get(name, style.QUIET) for name in suppliers}


def _picture(axes: Axes, subject: Subject, found: _Found) -> None:
    labels = [_label(subject, name) for name in found.suppliers]
    mean = found.base.mean(axis=0)
    colours = list(_colours(subject, found.suppliers).values())
    draw_sankey(axes, mean, Sides(labels, colours, (say("lost by"), say("won by")), _digits(mean)))
    axes.set_title(say("In the base, GWh a year"), fontsize=9)


def _digits(matrix: FloatArray) -> int:
    largest = float(np.abs(matrix).max())
    return 0 if largest >= _LARGE or largest == 0 else 1 if largest >= _SMALL else 2


def _changes(axes: Axes, subject: Subject, found: _Found, policy: str) -> None:
    """Draw what a policy changes as a matrix; what cannot be told is pale and in brackets."""
    matrix, unclear = found.change.mean(axis=0), _unclear_cells(found.change)
    largest = max(float(np.abs(matrix).max()), 1e-12)
    colours = LinearSegmentedColormap.from_list("changes", [style.WARM, "#FFFFFF", style.focus()])
    axes.imshow(np.where(unclear, _PALE * matrix, matrix), cmap=colours, vmin=-largest, vmax=largest, aspect="auto")
    digits = _digits(matrix)
    for (row, column), value in np.ndenumerate(matrix):
        if row == column:
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=style.FAINT, linewidth=0))
            continue
        text = signed(float(value), digits)
        dark = abs(value) > 0.6 * largest and not unclear[row, column]
        look: dict[str, Any] = {
            "color": "white" if dark else style.QUIET if unclear[row, column] else style.INK,
            "fontsize": 7.5,
        }
        axes.text(column, row, f"({text})" if unclear[row, column] else text, ha="center", va="center", **look)
    labels = [_label(subject, name) for name in found.suppliers]
    crowded = max(style.width_of(line) for label in labels for line in label.split("\n")) * len(labels) > _ROOM
    turned: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if crowded else {}
    axes.set_xticks(range(len(labels)), labels, fontsize=8, **turned)
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_xlabel(say("won by"))
    axes.set_ylabel(say("lost by"))
    title = say("Change under {policy}, GWh a year", policy=policy_label(subject, policy, 26))
    axes.set_title(title, fontsize=9)
    axes.grid(visible=False)


def _unclear_cells(change: FloatArray) -> NDArray[np.bool_]:
    """Return for which flows the change cannot be told from none."""
    size = change.shape[1]
    words = [[verdict(estimate(change[:, row, column])) for column in range(size)] for row in range(size)]
    return np.array([[word in (Verdict.CANNOT_TELL, Verdict.NO_INTERVAL) for word in line] for line in words])


def _numbers(found: _Found, policy: str | None) -> pd.DataFrame:
    kinds = [(BASE, found.base)]
    if policy is not None and found.other is not None:
        kinds += [(policy, found.other), (f"{policy} less {BASE}", found.change)]
    rows = []
    for name, worlds in kinds:
        for row, column in np.argwhere(~np.eye(len(found.suppliers), dtype=bool)):
            value = estimate(worlds[:, row, column])
            pair = (found.suppliers[row], found.suppliers[column])
            rows.append((name, *pair, "GWh/year", value.n, value.mean, value.low, value.high))
    return pd.DataFrame(rows, columns=["policy", "from_retailer", "to_retailer", "unit", "n", "value", "low", "high"])


def _native(subject: Subject, found: _Found, policy: str | None) -> tuple[Panel, ...]:
    """Return the picture and the matrix for programs that draw them by themselves."""
    names, mean = [_name(name) for name in found.suppliers], found.base.mean(axis=0)
    pairs = [(row, column) for row, column in np.ndindex(mean.shape) if row != column and mean[row, column] > 0]
    amounts = tuple((names[row], names[column], float(mean[row, column])) for row, column in pairs)
    colours = dict(zip(names, _colours(subject, found.suppliers).values(), strict=True))
    picture = Flows(policy_name(BASE), amounts, colours, say("GWh a year"), _digits(mean))
    if policy is None:
        return (picture,)
    change = found.change.mean(axis=0)
    np.fill_diagonal(change, np.nan)
    cells = Cells(
        say("Change under {policy}", policy=policy),
        tuple(names),
        tuple(names),
        tuple(tuple(map(float, row)) for row in change),
        tuple(tuple(map(bool, row)) for row in _unclear_cells(found.change)),
        say("won by"),
        say("lost by"),
        say("GWh a year"),
        _digits(found.change.mean(axis=0)),
    )
    return picture, cells


def _net(found: _Found) -> Estimate:
    """Return what the focus wins less what it loses: the change under the policy, the level in the base without one."""
    worlds = found.base if found.other is None else found.change
    return estimate(worlds[:, :, 0].sum(axis=1) - worlds[:, 0, :].sum(axis=1))
