"""What the chart of shares says: what the best policy does to the shares of energy and customers, as far as can be told."""

from __future__ import annotations

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, printer_for, title_in_sentence
from marketsim.reporting.numbers import signed
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_SHARES = ("share_energy", "share_customers")
_CHANGES = {
    Verdict.CANNOT_TELL: message("{figure} {change} (cannot tell)"),
    Verdict.NO_CHANGE: message("{figure} does not change"),
}


def shares_finding(subject: Subject) -> str:
    """Return what the best policy does to the shares of the focus; in the base its share of energy."""
    view, policy = subject.view, subject.best
    if policy is None:
        level = printer_for(view, Measure(kpi("share_energy")))
        share = level.level_interval(level.measure.cell(view, BASE))
        return say(
            "{retailer} sells {share} % of the energy in {period}.",
            retailer=view.focus,
            share=share,
            period=view.period,
        )
    parts = []
    for name in _SHARES:
        printer = printer_for(view, Measure(kpi(name)))
        cell = printer.measure.cell(view, policy)
        template = _CHANGES.get(cell.verdict, message("{figure} {change}"))
        parts.append(
            say(template, figure=title_in_sentence(printer.measure.kpi), change=printer.difference_with_unit(cell))
        )
    text = parts[0] if len(parts) == 1 else say("{first}, {then}", first=parts[0], then=parts[1])
    where = {"retailer": view.focus, "policy": policy, "period": view.period}
    return say("{retailer} under {policy}, mean of {period}: {changes}.", changes=text, **where)


def shares_message(subject: Subject) -> str:
    """Return what the best policy does to the shares of the focus, in few words."""
    view, policy = subject.view, subject.best
    printers = [printer_for(view, Measure(kpi(name))) for name in _SHARES]
    if policy is None:
        shares_of = [printer.level(printer.measure.cell(view, BASE)) for printer in printers]
        places = {"retailer": view.focus, "energy": shares_of[0], "customers": shares_of[1]}
        return say("{retailer} has {energy} % of the energy and {customers} % of the customers", **places)
    cells = [printer.measure.cell(view, policy) for printer in printers]
    energy, customers = (
        signed(cell.difference.mean, printer.difference_digits) for cell, printer in zip(cells, printers, strict=True)
    )
    if all(cell.verdict == Verdict.NO_CHANGE for cell in cells):
        return say("{policy} leaves all shares as they are", policy=policy)
    told = [cell.verdict in (Verdict.UP, Verdict.DOWN, Verdict.NO_CHANGE) for cell in cells]
    if all(told):
        template = message("{policy}: share of energy {energy}, of customers {customers} pp")
    elif told[0]:
        template = message("{policy}: share of energy {energy} pp; of customers: cannot tell")
    elif told[1]:
        template = message("{policy}: share of customers {customers} pp; of energy: cannot tell")
    else:
        template = message("{policy}: whether any share changes cannot be told")
    return say(template, policy=policy, energy=energy, customers=customers)
