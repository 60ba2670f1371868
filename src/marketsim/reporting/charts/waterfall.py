"""Where the profit of the best policy comes from: more energy, a better spread, each line of cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import Scale, digits_for, interval, joined, signed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_COSTS = {
    "exit_fees_cny": ("exit fees", 1.0),
    "lever_cny": ("levers", -1.0),
    "staff_cny": ("service staff", -1.0),
    "overhead_cny": ("overhead", -1.0),
    "acquisition_cny": ("acquisition", -1.0),
    "penalty_cny": ("penalties", -1.0),
    "interest_cny": ("working capital", -1.0),
    "deviation_cny": ("deviation penalties", -1.0),
    "bad_debt_cny": ("bad debt", -1.0),
    "compensation_cny": ("compensation and fines", -1.0),
    "stranded_cny": ("stranded investments", -1.0),
    "marketing_cny": ("marketing", -1.0),
    "depreciation_cny": ("depreciation", -1.0),
}
_NAMED_SOURCES = 3
_SMALL = 0.004
_VOLUME, _SPREAD, _REST, _TOTAL = "energy sold", "spread per MWh", "other, small", "profit"


def waterfall(subject: Subject) -> Chart | None:
    """Draw the profit difference of the best policy, split into its sources; None without policies."""
    policy = subject.best
    if policy is None:
        return None
    steps = _steps(subject.view, policy)
    scale = printer_for(subject.view, Measure(kpi(PROFIT))).scale
    total = steps.pop(_TOTAL)
    data = _numbers(policy, steps, total, scale)
    figure = style.new_figure(3.9)
    axes = figure.subplots()
    _bars(axes, data)
    axes.set_ylabel(f"{scale.unit}, difference to base")
    style.footer(figure, subject.footer())
    return Chart(
        "profit_sources",
        f"Where the profit of {policy} comes from",
        _finding(policy, steps, total, scale),
        "Waterfall: bars from zero to the profit difference of the best policy, one per source, with 95 % intervals.",
        figure,
        data,
    )


def _steps(view: StudyView, policy: str) -> dict[str, Estimate]:
    """Return the paired yearly difference of each source of profit, CNY; their means sum to that of profit.

    The gross margin is split into energy sold (change of energy at the spread of the base) and spread per MWh
    (change of the spread at the energy of the policy).
    """
    before, after = (_yearly(view, name) for name in (BASE, policy))
    both = before.index.intersection(after.index)
    before, after = before.loc[both], after.loc[both]
    margins = [part["revenue_cny"] - part["procurement_cny"] for part in (before, after)]
    spread = margins[0] / before["energy_mwh"]
    volume = (after["energy_mwh"] - before["energy_mwh"]) * spread
    changes = {_VOLUME: volume, _SPREAD: margins[1] - margins[0] - volume}
    changes |= {title: sign * (after[name] - before[name]) for name, (title, sign) in _COSTS.items()}
    total = after["profit_cny"] - before["profit_cny"]
    large = _SMALL * max(float(np.abs(values.mean())) for values in changes.values())
    shown = {n: values for n, values in changes.items() if n in (_VOLUME, _SPREAD) or abs(values.mean()) > large}
    shown[_REST] = total - sum(shown.values(), start=0.0 * total)
    level = float(np.abs(before["revenue_cny"]).mean())
    found = {name: without_rounding(estimate(values), level) for name, values in shown.items()}
    if found[_REST].mean == 0:
        del found[_REST]
    return found | {_TOTAL: estimate(total)}


def _yearly(view: StudyView, policy: str) -> pd.DataFrame:
    table = view.table("retailer_month")
    rows = table[(table["policy"] == policy) & (table["retailer"] == view.focus)]
    rows = rows[(rows["month"] >= view.first_evaluated) & (rows["month"] < view.months)]
    columns = ["energy_mwh", "revenue_cny", "procurement_cny", *_COSTS, "profit_cny"]
    years = (view.months - view.first_evaluated) / 12
    return rows.groupby("replication")[columns].sum() / years


def _numbers(policy: str, steps: dict[str, Estimate], total: Estimate, scale: Scale) -> pd.DataFrame:
    rows, start = [], 0.0
    for name, step in (steps | {_TOTAL: total}).items():
        begin = 0.0 if name == _TOTAL else start
        rows.append(
            {
                "policy": policy,
                "source": name,
                "unit": scale.unit,
                "n": step.n,
                "start": begin / scale.divisor,
                "diff": step.mean / scale.divisor,
                "diff_low": step.low / scale.divisor,
                "diff_high": step.high / scale.divisor,
            }
        )
        start += step.mean
    return pd.DataFrame(rows)


def _bars(axes: Axes, data: pd.DataFrame) -> None:
    digits = digits_for((data["diff_high"] - data["diff_low"]) / 2, 2, most=2)
    last = len(data) - 1
    for place, (start, diff, low, high) in enumerate(
        data[["start", "diff", "diff_low", "diff_high"]].itertuples(index=False)
    ):
        colour = style.focus() if diff >= 0 else style.WARM
        axes.bar(
            place,
            diff,
            bottom=start,
            width=0.62,
            color=colour,
            hatch="" if diff >= 0 else "///",
            edgecolor="white",
            linewidth=0.5,
            alpha=1 if place == last else 0.82,
        )
        if low == low and low != high:
            axes.plot([place, place], [start + low, start + high], color=style.INK, linewidth=1.2)
        if place < last:
            axes.plot([place + 0.31, place + 0.69], [start + diff] * 2, color=style.QUIET, linewidth=0.7)
        top = max(start, start + diff, start + high if high == high else start)
        axes.annotate(signed(diff, digits), (place, top), (0, 4), textcoords="offset points", ha="center", fontsize=8.5)
    axes.set_xticks(range(len(data)), [style.folded(name, 12) for name in data["source"]])
    style.zero_line(axes, vertical=False)
    axes.grid(axis="x", visible=False)
    axes.margins(y=0.14)


def _finding(policy: str, steps: dict[str, Estimate], total: Estimate, scale: Scale) -> str:
    """Name the largest sources whose intervals exclude zero."""
    digits = digits_for([step.half_width / scale.divisor for step in (*steps.values(), total)], 2, most=2)

    def text(step: Estimate) -> str:
        low, high = step.low / scale.divisor, step.high / scale.divisor
        return f"{signed(step.mean / scale.divisor, digits)} {interval(low, high, digits)}".strip()

    start = f"{policy} changes profit by {text(total)} {scale.unit}"
    clear = {name: step for name, step in steps.items() if verdict(step) in (Verdict.UP, Verdict.DOWN)}
    if not clear:
        return f"{start}; no single source of it can be told from zero."
    largest = sorted(clear, key=lambda name: -abs(clear[name].mean))[:_NAMED_SOURCES]
    named = joined(f"{name} {text(clear[name])}" for name in largest)
    return f"{start}; the largest {'source' if len(largest) == 1 else 'sources'} that can be told: {named}."
