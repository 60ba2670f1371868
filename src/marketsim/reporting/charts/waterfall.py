"""Where the profit of the best policy comes from: more energy, a better spread, each line of cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.labels import put_footer
from marketsim.reporting.charts.native import Waterfall
from marketsim.reporting.claims import Claim
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import Scale, digits_for, interval, joined, plain, signed
from marketsim.reporting.profit_account import LINES, yearly_accounts
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_SOURCES = {
    "exit_fees_cny": message("exit fees"),
    "lever_cny": message("levers"),
    "staff_cny": message("service staff"),
    "overhead_cny": message("overhead"),
    "acquisition_cny": message("acquisition"),
    "penalty_cny": message("penalties"),
    "interest_cny": message("working capital"),
    "deviation_cny": message("deviation penalties"),
    "bad_debt_cny": message("bad debt"),
    "compensation_cny": message("compensation and fines"),
    "stranded_cny": message("stranded investments"),
    "marketing_cny": message("marketing"),
    "depreciation_cny": message("depreciation"),
}
"""Short names of the lines of the account besides revenue and procurement."""
_NAMED_SOURCES = 3
_SMALL = 0.004
_MOST_DIGITS = 2
_VOLUME, _SPREAD = message("energy sold"), message("spread per MWh")
_REST, _TOTAL = message("other, small"), message("profit")


def waterfall(subject: Subject) -> Chart | None:
    """Draw the profit difference of the best policy, split into its sources; None without policies or differences."""
    policy = subject.best
    if policy is None:
        return None
    steps, level = _steps(subject.view, policy)
    if not any(step.mean for step in steps.values()):
        return None
    scale = printer_for(subject.view, Measure(kpi(PROFIT))).scale
    total = steps.pop(_TOTAL)
    data = _numbers(policy, steps, total, scale, level)
    digits = _digits(total, scale)
    figure = style.new_figure(4.1)
    axes = figure.subplots()
    _bars(axes, data, digits)
    axes.set_ylabel(say("{unit}, difference to base", unit=scale.unit))
    axes.set_title(_reconciled(data, policy, scale, digits), fontsize=9, fontweight="normal")
    put_footer(figure, subject)
    return Chart(
        "profit_sources",
        say("Where the profit of {policy} comes from", policy=policy),
        _finding(policy, steps, total, scale),
        say(
            "Waterfall: bars from zero to the profit difference of the best policy, one per source, with 95 % intervals."
        ),
        figure,
        data,
        (_native(data, scale, digits),),
        _doubt(subject, policy, total) or _message(policy, steps, total, scale, digits),
    )


def _digits(total: Estimate, scale: Scale) -> int:
    """Return one digit more than the interval of the total allows, as steps are smaller; two at most."""
    return min(digits_for([total.half_width / scale.divisor], 1) + 1, _MOST_DIGITS)


def _reconciled(data: pd.DataFrame, policy: str, scale: Scale, digits: int) -> str:
    """Say from which profit to which the steps lead."""
    last = data.iloc[-1]
    return say(
        "Profit {before} in the base, {after} under {policy}: {change} {unit}",
        before=plain(last["before"], digits),
        after=plain(last["after"], digits),
        policy=style.folded(style.drawable(policy), 40),
        change=signed(last["diff"], digits),
        unit=scale.unit,
    )


def _native(data: pd.DataFrame, scale: Scale, digits: int) -> Waterfall:
    """Return the steps for programs that draw them by themselves."""
    changes, low, high = (tuple(float(value) for value in data[name]) for name in ("diff", "diff_low", "diff_high"))
    value_title = say("{unit}, difference to base", unit=scale.unit)
    return Waterfall(say("Sources of profit"), tuple(data["source"]), changes, low, high, value_title, digits)


def _steps(view: StudyView, policy: str) -> tuple[dict[str, Estimate], float]:
    """Return the paired yearly difference of each source of profit, CNY, and the mean profit of the base.

    The means of the sources sum to that of profit.

    The gross margin is split into energy sold (change of energy at the spread of the base) and spread per MWh
    (change of the spread at the energy of the policy).
    """
    accounts = yearly_accounts(view)
    before, after = accounts[BASE], accounts[policy]
    both = before.index.intersection(after.index)
    before, after = before.loc[both], after.loc[both]
    margins = [part["revenue_cny"] - part["procurement_cny"] for part in (before, after)]
    spread = margins[0] / before["energy_mwh"]
    volume = (after["energy_mwh"] - before["energy_mwh"]) * spread
    changes = {_VOLUME: volume, _SPREAD: margins[1] - margins[0] - volume}
    changes |= {title: LINES[name] * (after[name] - before[name]) for name, title in _SOURCES.items()}
    total = after["profit_cny"] - before["profit_cny"]
    large = _SMALL * max(float(np.abs(values.mean())) for values in changes.values())
    shown = {n: values for n, values in changes.items() if n in (_VOLUME, _SPREAD) or abs(values.mean()) > large}
    shown[_REST] = total - sum(shown.values(), start=0.0 * total)
    level = float(np.abs(before["revenue_cny"]).mean())
    found = {name: without_rounding(estimate(values), level) for name, values in shown.items()}
    if found[_REST].mean == 0:
        del found[_REST]
    return found | {_TOTAL: estimate(total)}, float(before["profit_cny"].mean())


def _numbers(policy: str, steps: dict[str, Estimate], total: Estimate, scale: Scale, level: float) -> pd.DataFrame:
    rows, start = [], 0.0
    for name, step in (steps | {_TOTAL: total}).items():
        begin = 0.0 if name == _TOTAL else start
        rows.append(
            {
                "policy": policy,
                "source": say(name),
                "unit": scale.unit,
                "n": step.n,
                "start": begin / scale.divisor,
                "diff": step.mean / scale.divisor,
                "diff_low": step.low / scale.divisor,
                "diff_high": step.high / scale.divisor,
                "before": (level + begin) / scale.divisor,
                "after": (level + begin + step.mean) / scale.divisor,
            }
        )
        start += step.mean
    return pd.DataFrame(rows)


def _bars(axes: Axes, data: pd.DataFrame, digits: int) -> None:
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
    digits = _digits(total, scale)

    def text(step: Estimate) -> str:
        low, high = step.low / scale.divisor, step.high / scale.divisor
        return f"{signed(step.mean / scale.divisor, digits)} {interval(low, high, digits)}".strip()

    places = {"policy": policy, "change": text(total), "unit": scale.unit}
    largest = _told(steps)[:_NAMED_SOURCES]
    if not largest and verdict(total) not in (Verdict.UP, Verdict.DOWN, Verdict.NO_CHANGE):
        return say(
            "Under {policy} profit differs by {change} {unit} from base: cannot tell; neither can any source of it be told "
            "from zero.",
            **places,
        )
    if not largest:
        return say(
            "{policy} changes profit by {change} {unit}; no single source of it can be told from zero.", **places
        )
    named = joined(say("{source} {change}", source=say(name), change=text(steps[name])) for name in largest)
    if len(largest) == 1:
        return say(
            "{policy} changes profit by {change} {unit}; the largest source that can be told: {sources}.",
            sources=named,
            **places,
        )
    return say(
        "{policy} changes profit by {change} {unit}; the largest sources that can be told: {sources}.",
        sources=named,
        **places,
    )


def _told(steps: dict[str, Estimate]) -> list[str]:
    """Return the sources whose intervals exclude zero, the largest first."""
    clear = [name for name, step in steps.items() if verdict(step) in (Verdict.UP, Verdict.DOWN)]
    return sorted(clear, key=lambda name: -abs(steps[name].mean))


def _doubt(subject: Subject, policy: str, total: Estimate) -> str:
    """Say that a profit which is told by its own interval cannot be told once all policies are minded; else nothing."""
    if verdict(total) != Verdict.UP or subject.answer.claim != Claim.CANNOT_TELL:
        return ""
    return say("Corrected for all policies, whether {policy} raises profit cannot be told", policy=policy)


def _message(policy: str, steps: dict[str, Estimate], total: Estimate, scale: Scale, digits: int) -> str:
    if verdict(total) == Verdict.NO_CHANGE:
        return say("{policy} does not change profit", policy=policy)
    if verdict(total) not in (Verdict.UP, Verdict.DOWN):
        return say("Whether {policy} changes profit cannot be told", policy=policy)
    places = {"policy": policy, "change": signed(total.mean / scale.divisor, digits), "unit": scale.unit}
    largest = _told(steps)[:1]
    if not largest:
        return say("{policy}: profit {change} {unit}", **places)
    return say("{policy}: profit {change} {unit}, most through {source}", source=say(largest[0]), **places)
