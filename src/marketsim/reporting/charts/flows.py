"""Who loses customers to whom, in the base and under the best policy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.numbers import digits_for, digits_with_sign, plain, signed
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE, DEFAULT_SUPPLIER

FloatArray = NDArray[np.float64]
MONTHS_PER_YEAR = 12
_MOST_SUPPLIERS = 7
_OTHERS = "others"
_DEFAULT_LABEL = "default"
_LEVELS = LinearSegmentedColormap.from_list("levels", ["#FFFFFF", "#9DB8D2", style.focus()])
_CHANGES = LinearSegmentedColormap.from_list("changes", [style.WARM, "#FFFFFF", style.focus()])


def flows(subject: Subject) -> Chart | None:
    """Draw the yearly energy of the customers who change the supplier in a year: base, best policy, and the change."""
    view, policy = subject.view, subject.best
    suppliers = _suppliers(view)
    base = _yearly(view, BASE, suppliers)
    if base.size == 0 or not base.any():
        return None
    panels = [("base", base.mean(axis=0), False)]
    if policy is not None:
        other = _yearly(view, policy, suppliers)
        worlds = min(len(base), len(other))
        panels.append((style.folded(subject.policy_labels[policy], 26), other.mean(axis=0), False))
        panels.append(("change (blue more, orange less)", (other[:worlds] - base[:worlds]).mean(axis=0), True))
    figure = style.new_figure(1.6 + 0.36 * len(suppliers), width=style.WIDTH_INCHES)
    labels = [_label(subject, name) for name in suppliers]
    for axes, (title, matrix, change) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _matrix(axes, matrix, labels, title, change=change)
    style.footer(figure, subject.footer("yearly energy of those who change the supplier"))
    return Chart(
        "flows",
        "Who loses energy to whom",
        _finding(subject, suppliers, base),
        "Matrices: rows lose, columns win; yearly energy (GWh) of the customers who change the supplier in a year, in "
        "the base, under the best policy, and the change between them.",
        figure,
        _numbers(panels, suppliers, policy),
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
    return _DEFAULT_LABEL if name == DEFAULT_SUPPLIER else style.folded(subject.retailer_labels.get(name, name), 12)


def _matrix(axes: Axes, matrix: FloatArray, labels: list[str], title: str, *, change: bool) -> None:
    largest = max(float(np.abs(matrix).max()), 1e-12)
    axes.imshow(
        matrix,
        cmap=_CHANGES if change else _LEVELS,
        vmin=-largest if change else 0,
        vmax=largest,
        aspect="auto",
    )
    digits = 0 if largest >= 20 else 1 if largest >= 2 else 2
    for (row, column), value in np.ndenumerate(matrix):
        if row == column:
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=style.FAINT, linewidth=0))
            continue
        text = signed(float(value), digits) if change else plain(float(value), digits)
        dark = abs(value) > 0.6 * largest
        axes.text(column, row, text, ha="center", va="center", fontsize=7.5, color="white" if dark else style.INK)
    ticks = range(len(labels))
    axes.set_xticks(ticks, labels, rotation=40, ha="right", rotation_mode="anchor", fontsize=8)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.set_xlabel("wins")
    axes.set_ylabel("loses")
    axes.set_title(f"{title}\nGWh a year", fontsize=8.5)
    axes.grid(visible=False)


def _numbers(panels: list[tuple[str, FloatArray, bool]], suppliers: list[str], policy: str | None) -> pd.DataFrame:
    names = [BASE, policy, f"{policy} less {BASE}"]
    return pd.DataFrame(
        {
            "policy": name,
            "from_retailer": suppliers[row],
            "to_retailer": suppliers[column],
            "unit": "GWh/year",
            "value": value,
        }
        for name, (_, matrix, _) in zip(names, panels, strict=False)
        for (row, column), value in np.ndenumerate(matrix)
        if row != column
    )


def _finding(subject: Subject, suppliers: list[str], base: FloatArray) -> str:
    """Say what the focus wins on balance, and from whom most."""
    view, policy = subject.view, subject.best
    if policy is None:
        net = estimate(base[:, :, 0].sum(axis=1) - base[:, 0, :].sum(axis=1))
        return f"On balance {view.focus} wins {_amount(net)}{_unclear(net)}."
    other = _yearly(view, policy, suppliers)
    worlds = min(len(base), len(other))
    change = other[:worlds] - base[:worlds]
    net = estimate(change[:, :, 0].sum(axis=1) - change[:, 0, :].sum(axis=1))
    balance = f"the balance of what {view.focus} wins and loses moves by {_amount(net)}"
    return f"Under {policy} {balance} against base{_unclear(net)}."


def _amount(net: Estimate) -> str:
    digits = digits_with_sign(net.low, net.high, digits_for([net.half_width]))
    ends = f" [{plain(net.low, digits)}, {plain(net.high, digits)}]" if net.low == net.low else ""
    return f"{signed(net.mean, digits)}{ends} GWh a year"


def _unclear(net: Estimate) -> str:
    return " (cannot tell)" if verdict(net) == Verdict.CANNOT_TELL else ""
