"""Interactive charts of the web page: each panel of a chart as a plot for plotly.js."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.reporting.charts.native import Bars, Cells, Flows, Lines, Panel, Points, Waterfall
from marketsim.reporting.writers.html_bars import bars_plot, waterfall_plot
from marketsim.reporting.writers.html_cells import cells_plot, reach_of
from marketsim.reporting.writers.html_flows import flows_plot
from marketsim.reporting.writers.html_lines import lines_plot
from marketsim.reporting.writers.html_plot import Plot
from marketsim.reporting.writers.html_points import points_plot


def plots_of(panels: Sequence[Panel]) -> list[Plot]:
    """Return the panels of a chart as plotly.js draws them; tables of cells of one kind have the same colours."""
    cells = [panel for panel in panels if isinstance(panel, Cells)]
    return [_plot(panel, cells) for panel in panels]


def _plot(panel: Panel, cells: Sequence[Cells]) -> Plot:
    match panel:
        case Lines():
            return lines_plot(panel)
        case Bars():
            return bars_plot(panel)
        case Waterfall():
            return waterfall_plot(panel)
        case Points():
            return points_plot(panel)
        case Cells():
            return cells_plot(panel, reach_of(other for other in cells if other.value_title == panel.value_title))
        case Flows():
            return flows_plot(panel)
