"""A paper made by hand that has every kind of block and panel, and names that mean harm."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import (
    Bars,
    Cells,
    Flows,
    Lines,
    Panel,
    Point,
    Points,
    Series,
    Waterfall,
    numbers_of,
)
from marketsim.reporting.edition import Edition
from marketsim.reporting.paper.model import (
    Block,
    Bullets,
    ChartBlock,
    Facts,
    Heading,
    Paper,
    Section,
    TableBlock,
    Text,
    Verbatim,
)
from marketsim.reporting.table import Entry, Table

HOSTILE = '</script><script>alert(1)</script><!--<b>"&\u202eevil'
LONG = "a_policy_with_a_name_of_sixty_characters_that_nobody_can_break"
NAN = math.nan
_MONTHS = tuple(float(month) for month in range(1, 31))
_WAVE = tuple(50 + 10 * math.sin(month / 4) if month != 9 else NAN for month in _MONTHS)
_LOW = tuple(value - 2 for value in _WAVE)
_HIGH = tuple(value + 3 for value in _WAVE)

PANELS: dict[str, tuple[Panel, ...]] = {
    "months": (
        Lines(
            "Share of energy",
            _MONTHS,
            (
                Series(HOSTILE, _WAVE, _LOW, _HIGH, "#0B4F8A", strong=True),
                Series("Beta", tuple(40.0 + 0 * m for m in _MONTHS), colour="#E69F00", dash="dash"),
            ),
            "month",
            "share of energy, %",
        ),
    ),
    "dose": (
        Lines(
            "Profit",
            (1.0, 2.0, 5.0, 20.0, 100.0),
            (
                Series(
                    "lane", (1.5, 2.5, 4.25, 3.0, NAN), (1.0, 2.0, 3.5, 2.5, NAN), (2.0, 3.0, 5.0, 3.5, NAN), "#0B4F8A"
                ),
            ),
            "width, %",
            "million CNY a year",
            2,
        ),
        Lines("", (0.0, 0.5, 1.0), (Series("", (1.0, 2.0, 3.0)),), "", "points of 100"),
    ),
    "bars": (
        Bars(
            "Cost",
            ("north", LONG, HOSTILE),
            (Series("labour", (3.0, 4.0, NAN), colour="#0B4F8A"), Series("levers", (1.0, 0.5, 2.0), colour="#D1600E")),
            "million CNY",
            stacked=True,
        ),
        Bars(
            "Differences",
            ("first", "second", "second"),
            (Series("profit", (0.4, -0.7, 0.1), (0.1, -1.1, -0.2), (0.8, -0.2, 0.5), "#0B4F8A"),),
            "million CNY a year, difference to base",
            horizontal=True,
            dots=True,
            colours=("#0B4F8A", "#D1600E", "#6B7785"),
            digits=2,
        ),
        Bars(
            "Waits",
            ("base", "lane"),
            (
                Series("VIP", (4.0, 1.0), (3.5, 0.5), (4.5, 1.75)),
                Series("ordinary", (4.0, 6.0), (3.5, 5.0), (4.5, 7.5)),
            ),
            "minutes",
        ),
    ),
    "steps": (
        Waterfall(
            "",
            ("energy", "staff", "rest", "profit"),
            (5.0, -2.0, 0.5, 3.5),
            (4.0, -2.5, NAN, 2.0),
            (6.0, -1.5, NAN, 5.0),
            "million CNY",
        ),
    ),
    "points": (
        Points(
            "",
            (
                Point("base", 0.0, 0.0, size=2.0),
                Point(HOSTILE, 1.5, 2.5, 1.0, 2.0, 2.0, 3.0, 4.0, "#0B4F8A", True),
                Point("other", -0.5, 1.25, -1.0, 0.0, NAN, NAN, NAN),
            ),
            "satisfaction, points of 100",
            "profit, million CNY",
            "change of the share of energy, pp",
            (2, 2),
            ("base", HOSTILE),
        ),
    ),
    "cells": (
        Cells(
            "envy = 0.5",
            ("1", "5", "20"),
            ("0.9", "1.1"),
            ((-2.5, 0.25, 1.5), (0.5, NAN, 3.75)),
            ((False, True, False), (True, True, False)),
            "width",
            "staff",
            "profit, million CNY",
            2,
        ),
        Cells("pale", ("a", "b"), ("c",), ((7.0, 9.0),), (), "", "", "minutes", diverging=False),
    ),
    "flows": (
        Flows(
            "base",
            (("Alpha", "Beta", 12.0), ("Beta", HOSTILE, 7.0)),
            {"Alpha": "#0B4F8A", "Beta": "#E69F00"},
            "GWh a year",
        ),
        Flows("change", (("Alpha", "Beta", -3.0), ("Beta", "Alpha", 2.0)), {}, "GWh a year"),
    ),
    "picture_only": (),
}

TABLE = Table(
    "Profit of policies",
    ("policy", "profit", "verdict"),
    (
        (Entry("lane_10"), Entry("+1,000", ("[900, 1,100]",), "good", 1000.0), Entry("▲ gains", look="good")),
        (Entry("lane_9"), Entry("\N{MINUS SIGN}20", look="bad", value=-20.0), Entry("▼ loses", look="bad")),
        (Entry(HOSTILE), Entry("–", look="unclear"), Entry("cannot tell", look="unclear")),
        (Entry("lane_2"), Entry("+3", look="good", value=3.0), Entry("▲ gains", look="good")),
    ),
    ("million CNY a year", HOSTILE),
)
GROUPED = Table(
    "Who gains",
    ("who", "what", "difference"),
    (
        (Entry("VIPs"), Entry("wait"), Entry("1")),
        (Entry("VIPs"), Entry("price"), Entry("2")),
        (Entry("others"), Entry("wait"), Entry("3")),
    ),
)
WIDE = Table(
    "Wide",
    tuple(f"column {n}" for n in range(14)),
    tuple((Entry(LONG), *(Entry(f"{n} of many") for n in range(13))) for _ in range(3)),
)


def chart(name: str, panels: tuple[Panel, ...]) -> Chart:
    """Return a chart with these panels, whose numbers are those of its panels."""
    figure = Figure(figsize=(4, 2), layout="constrained")
    figure.subplots().set_xlabel(name)
    numbers = [value for panel in panels for value in numbers_of(panel) if math.isfinite(value)]
    data = pd.DataFrame({"value": numbers or [1.0]})
    title = f"Title of {name}" if name != "bars" else HOSTILE
    return Chart(name, title, f"Finding of {name}.", f"Form of {name}.", figure, data, panels)


def paper(language: str = "en", title: str = "Does a lane pay?") -> Paper:
    """Return the paper."""
    figures: tuple[Block, ...] = tuple(ChartBlock(chart(n, p), "n = 5 · seed 1 · 0123abcd") for n, p in PANELS.items())
    sections = (
        Section(
            "question", "The question", "Does it pay?", (Text("Does it pay?", "lead"), Text(HOSTILE, title="Retailers"))
        ),
        Section(
            "answer",
            "The answer",
            "lane_10 pays",
            (
                Text("Few worlds.", "caution", "Mind"),
                Text("lane_10 pays", "headline"),
                Text("First sentence.", "lead"),
                Text("A note.", "note"),
                Bullets(("because of this",), title="Why it came out so"),
            ),
        ),
        Section(
            "policies", "All policies", "A message of its own", (TableBlock(TABLE), TableBlock(GROUPED, "grouped"))
        ),
        Section("charts", "The charts", "The charts", figures),
        Section(
            "assumptions",
            "Assumptions",
            "Assumptions",
            (
                Heading(HOSTILE),
                Bullets(
                    (HOSTILE, "lane_9"), (("a.b = 1",), ("c.d = </script>",)), "What each policy changes", folded=True
                ),
                TableBlock(WIDE, "code", folded=True),
            ),
        ),
        Section(
            "provenance",
            "Provenance",
            "Provenance",
            (
                Facts("What these results are", (("seed", "1"), ("command", HOSTILE))),
                Verbatim("The file", f"\nname: 1\n  {HOSTILE}\x00\x0b"),
            ),
        ),
    )
    edition = Edition(language, focus="Alpha", colours={"Alpha": "#F7D000"})
    kicker, author = f"lanes · {HOSTILE}", "A. <Author>"
    return Paper(
        "lanes", title, "Does it pay?", kicker, author, edition, "lane_10 pays", sections, "n = 5", "seed 1", ()
    )
