"""Policies in two ways as heat maps: what each side earns, and the price that the market pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.matrix_payoffs import (
    BEST,
    SURE,
    TIED,
    Payoffs,
    Sides,
    equilibria,
    payoffs,
    price_paid,
    profit_of,
    profits_together,
    sides_of,
)
from marketsim.reporting.charts.matrix_words import finding, heading
from marketsim.reporting.charts.native import Cells
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, Measure
from marketsim.reporting.numbers import plain, signed
from marketsim.results.key_figures import kpi
from marketsim.results.tables import MARKET
from marketsim.scenario.combinations import cell_name

_MOST_COLUMNS = 9
"""Most columns of all maps that stand side by side."""
_DARK = 0.5
_Cell = tuple[str, str]


def matrix(subject: Subject) -> Chart | None:
    """Draw profits and market price for every row and column; None where the study has no matrix with results."""
    view, sides = subject.view, sides_of(subject.view)
    known = sum(cell_name(*cell) in view.policies for cell in sides.cells)
    if known < 2:
        return None
    if known < len(sides.cells):  # nothing is the best answer where some answers are not known
        sides = Sides(sides.rows, sides.columns)
    maps = list(_maps(subject, sides))
    balanced = equilibria(maps[0], maps[1]) if sides.is_game else {}
    frame = pd.concat([item.rows for item in maps], ignore_index=True)
    return Chart(
        "matrix",
        say("Every row with every column"),
        finding(view, maps[0], sides, balanced),
        say(
            "Heat maps with the values printed in the cells: profit of the focus retailer, where the columns are strategies "
            "of rivals their profit together, and the mean price of the market; the best cell or the best answers are framed, "
            "and signs mark what cannot be told."
        ),
        _figure(subject, maps, sides, balanced),
        frame.assign(
            equilibrium=[
                balanced.get((row, column), "") for row, column in zip(frame["row"], frame["column"], strict=True)
            ]
        ),
        tuple(_panel(item, sides) for item in maps),
        heading(maps[0], sides, balanced),
    )


def _maps(subject: Subject, sides: Sides) -> Iterator[Payoffs]:
    """Yield what is drawn: own profit, that of the rivals where columns are theirs, and the price of the market."""
    view, figure, game = subject.view, kpi(PROFIT), sides.is_game
    own = say("Profit of {name}", name=subject.retailer_labels[view.focus])
    yield payoffs(own, figure, 1, profit_of(view, view.focus), sides, "rows" if game else "")
    if game:
        players = sides.column_players
        one = players[0] if len(players) == 1 else ""
        title = (
            say("Profit of {name}", name=subject.retailer_labels[one]) if one else say("Profit of the rivals together")
        )
        yield payoffs(title, figure, 1, profits_together(view, players), sides, "columns")
    price = Measure(kpi("price_cny_per_mwh"), retailer=MARKET)
    paid = price_paid(view, price)
    if paid is not None:
        yield payoffs(say("Mean price paid in the market"), price.kpi, -1, paid, sides)


def _figure(subject: Subject, maps: list[Payoffs], sides: Sides, balanced: Mapping[_Cell, str]) -> Figure:
    beside = max(1, min(len(maps), _MOST_COLUMNS // max(len(sides.columns), 1)))
    blocks = -(-len(maps) // beside)
    height = 0.62 if not balanced else 0.74
    figure = style.new_figure(1.0 + blocks * (0.8 + height * len(sides.rows)))
    grid = figure.subplots(blocks, beside, sharey=True, squeeze=False)
    for axes, item in zip(grid.flat, maps, strict=False):
        _draw(axes, item, sides, balanced if item is maps[0] else {})
    for axes in list(grid.flat)[len(maps) :]:
        axes.set_axis_off()
    if sides.is_game:
        _name_sides(grid, subject, sides)
        _key(figure)
    style.footer(figure, _under(subject, sides))
    return figure


def _colours() -> Colormap:
    return LinearSegmentedColormap.from_list("matrix", ["#FFFFFF", "#9DB8D2", style.focus()])


def _draw(axes: Axes, item: Payoffs, sides: Sides, balanced: Mapping[_Cell, str]) -> None:
    rows, columns = list(sides.rows), list(sides.columns)
    wide = item.rows.pivot(index="row", columns="column", values="value").reindex(index=rows, columns=columns)
    scale, colours = Normalize(*item.span), _colours()
    axes.imshow(wide.to_numpy(dtype=np.float64), cmap=colours, norm=scale, aspect="auto")
    for cell in item.rows.to_dict("records"):
        place = (columns.index(cell["column"]), rows.index(cell["row"]))
        dark = np.dot(colours(scale(cell["value"]))[:3], (0.2126, 0.7152, 0.0722)) < _DARK
        text = _text(item, cell, balanced.get((cell["row"], cell["column"]), ""))
        axes.text(*place, text, ha="center", va="center", fontsize=8, color="white" if dark else style.INK)
        _frame(axes, place, cell, item, sides)
    axes.set_xticks(range(len(columns)), [style.folded(name, 14) for name in columns], fontsize=8)
    axes.set_yticks(range(len(rows)), [style.folded(name, 18) for name in rows], fontsize=8.5)
    axes.set_title(f"{item.title}\n{say('{unit} (difference to base)', unit=item.scale.unit)}", fontsize=9)
    axes.grid(visible=False)


def _text(item: Payoffs, cell: Mapping[Any, Any], balance: str) -> str:
    mark = f" {TIED}" if cell["mark"] == TIED and not item.replies else ""
    words = {"": "", SURE: f"\n{say('equilibrium')}"}.get(balance, f"\n{say('equilibrium?')}")
    return f"{plain(cell['value'], item.digits)}{mark}\n({signed(cell['diff'], item.digits)}){words}"


def _frame(axes: Axes, place: tuple[int, int], cell: Mapping[Any, Any], item: Payoffs, sides: Sides) -> None:
    """Frame the best answers, dashed where it cannot be told which of several it is; without two sides the best cell."""
    word = cell["reply"] if sides.is_game else cell["mark"] if cell["mark"] == BEST else ""
    if word:
        look: dict[str, Any] = {"linewidth": 2.2} if word == BEST else {"linewidth": 1.4, "linestyle": (0, (3, 2))}
        corner = (place[0] - 0.47, place[1] - 0.46)
        axes.add_patch(Rectangle(corner, 0.94, 0.92, fill=False, edgecolor=style.WARM, **look))


def _name_sides(grid: Any, subject: Subject, sides: Sides) -> None:
    """Say whose strategies the rows and the columns are."""
    for axes in grid[:, 0]:
        axes.set_ylabel(say("strategy of {name}", name=subject.retailer_labels[sides.row_player]), fontsize=8.5)
    names = sides.column_players
    one = subject.retailer_labels[names[0]] if len(names) == 1 else ""
    title = say("strategy of {name}", name=one) if one else say("strategy of the rivals")
    for axes in grid[-1]:
        if axes.axison:
            axes.set_xlabel(title, fontsize=8.5)


def _key(figure: Figure) -> None:
    looks: tuple[tuple[str, Any, float], ...] = (
        (say("best answer"), "-", 2.2),
        (say("cannot tell which is best"), (0, (3, 2)), 1.4),
    )
    handles = [
        Line2D([], [], color=style.WARM, linestyle=dashes, linewidth=width, label=text) for text, dashes, width in looks
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, handlelength=2.6)


def _under(subject: Subject, sides: Sides) -> str:
    """Return what stands under the figure."""
    if not sides.is_game:
        return subject.footer(say("frame: highest profit, lowest price; {sign} cannot be told from it", sign=TIED))
    note = say(
        "own profit: best answer in each column; profit of rivals: in each row; equilibrium: best answers of both sides"
    )
    return f"{note}\n{subject.footer()}"


def _panel(item: Payoffs, sides: Sides) -> Cells:
    by_cell = {(row["row"], row["column"]): row for row in item.rows.to_dict("records")}
    return Cells(
        item.title,
        sides.columns,
        sides.rows,
        tuple(tuple(_value(by_cell, (row, column)) for column in sides.columns) for row in sides.rows),
        (),
        say("strategy of the rivals") if sides.is_game else "",
        say("strategy of {name}", name=sides.row_player) if sides.is_game else "",
        item.scale.unit,
        item.digits,
        diverging=False,
    )


def _value(by_cell: Mapping[_Cell, Mapping[Any, Any]], cell: _Cell) -> float:
    return float(by_cell[cell]["value"]) if cell in by_cell else float("nan")
