"""Interactive flows of the web page: who moves from which supplier to which."""

from __future__ import annotations

from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Cells, Flows
from marketsim.reporting.language import say
from marketsim.reporting.numbers import plain
from marketsim.reporting.writers.html_cells import cells_plot, reach_of
from marketsim.reporting.writers.html_colours import veiled
from marketsim.reporting.writers.html_plot import HOVER, Plot, Trace, label, mark, named

_LEAST_HEIGHT = 300
_ROOM = 52


def flows_plot(panel: Flows) -> Plot:
    """Return flows as a plot: ribbons, or a table where some are negative, as changes of flows are."""
    if any(amount < 0 for _, _, amount in panel.flows):
        changes = _as_cells(panel)
        return cells_plot(changes, reach_of([changes]))
    sources = list(dict.fromkeys(source for source, _, _ in panel.flows))
    targets = list(dict.fromkeys(target for _, target, _ in panel.flows))
    height = max(_LEAST_HEIGHT, _ROOM * max(len(sources), len(targets)))
    layout = {"height": height, "margin": {"l": 8, "r": 8, "t": 12, "b": 12}}
    return Plot(panel.title, panel.value_title, "", [_ribbons(panel, sources, targets)], layout)


def _ribbons(panel: Flows, sources: list[str], targets: list[str]) -> Trace:
    colours = [panel.colours.get(name, style.QUIET) for name in (*sources, *targets)]
    return {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [label(name) for name in (*sources, *targets)],
            "color": colours,
            "customdata": [mark([name]) for name in (*sources, *targets)],
            "hovertemplate": HOVER,
            "pad": 18,
            "thickness": 16,
            "line": {"width": 0},
        },
        "link": _links(panel, sources, targets),
    }


def _links(panel: Flows, sources: list[str], targets: list[str]) -> dict[str, Any]:
    return {
        "source": [sources.index(source) for source, _, _ in panel.flows],
        "target": [len(sources) + targets.index(target) for _, target, _ in panel.flows],
        "value": [amount for _, _, amount in panel.flows],
        "color": [veiled(panel.colours.get(source, style.QUIET), 0.4) for source, _, _ in panel.flows],
        "customdata": [_mark(panel, *flow) for flow in panel.flows],
        "hovertemplate": HOVER,
    }


def _mark(panel: Flows, source: str, target: str, amount: float) -> list[Any]:
    way = say("{source} → {target}", source=source, target=target)
    return mark([way, named(panel.value_title, plain(amount, panel.digits))])


def _as_cells(panel: Flows) -> Cells:
    rows = tuple(dict.fromkeys(source for source, _, _ in panel.flows))
    columns = tuple(dict.fromkeys(target for _, target, _ in panel.flows))
    amounts = {(source, target): amount for source, target, amount in panel.flows}
    values = tuple(tuple(amounts.get((row, column), float("nan")) for column in columns) for row in rows)
    return Cells(
        panel.title,
        columns,
        rows,
        values,
        (),
        say("supplier that wins"),
        say("supplier that loses"),
        panel.value_title,
        panel.digits,
    )
