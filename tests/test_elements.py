"""The table of docs/elements.csv names only what there is in the simulator."""

from __future__ import annotations

import ast
import inspect
import runpy
import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from marketsim.cli.app import app
from marketsim.market.arrears import Ledger
from marketsim.market.desks import SITE
from marketsim.market.knowledge import KNOWN
from marketsim.market.levers import LEVER
from marketsim.market.population import CUSTOMER
from marketsim.reporting.charts.catalogue import CHARTS
from marketsim.results.key_figures import KPIS
from marketsim.results.tables import MONTHLY_TABLES
from marketsim.scenario.layers import MARKETS
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import ROOT, Shape, child, entry, shape_of
from marketsim.scenario.service import LeverCosts, LeverEffects, LeverHooks
from marketsim.scenario.study import Study
from marketsim.simulation.agents import Retailer
from marketsim.simulation.books import Books
from marketsim.simulation.mechanisms.closures import Plants
from marketsim.simulation.mechanisms.payers import Payers
from marketsim.simulation.mechanisms.registry import MECHANISMS
from marketsim.simulation.model import RetailMarket
from marketsim.simulation.strategies.memory import Memory

DOCS = Path(__file__).parents[1] / "docs"
GENERATOR = runpy.run_path(str(DOCS / "build_elements.py"))
ROWS: list[dict[str, str]] = GENERATOR["read_elements"]()
COUNT = 363
RECORDS = {"customer": CUSTOMER, "known": KNOWN, "lever": LEVER, "site": SITE}
CLASSES = {
    owner.__name__: owner for owner in (RetailMarket, Retailer, Books, Memory, Plants, Payers, Ledger, *MECHANISMS)
}
CHOSEN_LEVER_PARTS = ("effects", "hooks", "costs", "affinity", "retailer_kinds", "ramp_months")
"""Parts of a lever that a row may name only where the catalogue sets them: a neutral one does nothing."""


def listed(column: str) -> list[tuple[str, str]]:
    """Return every entry of a column with the element that names it."""
    return [(row["id"], item) for row in ROWS for item in GENERATOR["entries"](row, column)]


def problems(column: str, exists: Any) -> list[str]:
    return [f"{element}: {item}" for element, item in listed(column) if not exists(item)]


@cache
def market() -> Study:
    """Return the shipped market that has all six segments, levers and tags."""
    return load_scenario(MARKETS / "full_choice.yaml").study


@cache
def shipped() -> Any:
    """Return the same as plain data."""
    return dump(market())


def find(path: str) -> tuple[Shape | None, Any]:
    """Return the shape at a path and its value in the shipped market; `*` stands for users' names, and has none."""
    parts = path.split(".")
    if parts[0] == "events" and len(parts) > 1:
        kind = parts[1]
        events = shape_of(ROOT.models[0].model_fields["events"].annotation)
        variants = shape_of(events.inner)
        known = child(variants, "type")
        if known is None or kind not in known.choices:
            return None, None
        return (child(variants, parts[2], {"type": kind}) if parts[2:] else variants), None
    shape: Shape | None = ROOT
    data = shipped()
    for part in parts:
        if shape is None or (shape.kind == "names" and part != "*" and part not in (data or {})):
            return None, None
        shape, data = child(shape, 0 if shape.kind == "list" and part == "*" else part, data), entry(data, part)
    return shape, data


def is_parameter(item: str) -> bool:
    path, _, value = item.partition("=")
    shape, data = find(path)
    if shape is None:
        return False
    if value:
        return value in (shape_of(shape.inner).choices if shape.kind == "list" else shape.choices)
    parts = path.split(".")
    if parts[0] == "levers" and parts[1] != "*" and parts[2:3] and parts[2] in CHOSEN_LEVER_PARTS:
        return is_set(shape, data)
    return parts[0] != "tags" or len(parts) < 3 or parts[1] == "*" or data is not None


def is_set(shape: Shape, value: Any) -> bool:
    """Return whether the value of a lever is another than the neutral one."""
    assert shape.field is not None
    neutral = shape.field.get_default(call_default_factory=True)
    return bool(value != (list(neutral) if isinstance(neutral, tuple) else neutral))


@cache
def attributes(owner: type) -> frozenset[str]:
    """Return what instances of a class hold: what its methods assign to self, and its declarations and properties."""
    names: set[str] = set()
    for part in (part for part in owner.__mro__ if part.__module__.startswith("marketsim")):
        body = ast.parse(textwrap.dedent(inspect.getsource(part))).body[0]
        assert isinstance(body, ast.ClassDef)
        names |= {
            node.target.id
            for node in body.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        names |= {
            node.attr
            for node in ast.walk(body)
            if isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        }
        names |= {name for name, member in vars(part).items() if isinstance(member, property)}
    return frozenset(names)


def is_state(item: str) -> bool:
    owner, _, name = item.partition(".")
    if owner in RECORDS:
        return name in (RECORDS[owner].names or ())
    return owner in CLASSES and name in attributes(CLASSES[owner])


def is_metric(item: str) -> bool:
    kind, _, name = item.partition(":")
    if name:
        return name in outputs().get(kind, set())
    table, _, column = item.partition(".")
    if column:
        return any(table == found.name and column in found.column_names() for found in MONTHLY_TABLES)
    return any(item == figure.name for figure in KPIS)


def outputs() -> dict[str, set[str]]:
    """Return the charts of a report and the commands, by name."""
    names = (command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands)
    return {"report": {getattr(draw, "__name__", "") for draw in CHARTS}, "command": set(names)}


def test_all_elements_are_there_once() -> None:
    assert [row["id"] for row in ROWS] == [f"R{number:03d}" for number in range(1, COUNT + 1)]
    assert all(row["chinese"] and row["english"] for row in ROWS)
    assert {row["kind"] for row in ROWS} == set(GENERATOR["KINDS"])
    assert {row["coverage"] for row in ROWS} == set(GENERATOR["COVERAGE"])


def test_an_element_is_somewhere_or_says_why_not() -> None:
    for row in ROWS:
        given = {bool(row[column]) for column in GENERATOR["LISTS"]}
        assert given == {row["coverage"] in ("modelled", "partly")}, row["id"]
        assert row["note"] or row["coverage"] == "modelled", row["id"]


def test_every_parameter_is_in_the_schema() -> None:
    assert problems("parameters", is_parameter) == []


def test_every_state_is_held_by_somebody() -> None:
    assert problems("state", is_state) == []


def test_every_metric_is_in_the_results() -> None:
    assert problems("metrics", is_metric) == []


def test_every_mechanism_has_a_number() -> None:
    known = {"results", *(f"M{number}" for number in range(1, 15))}
    assert problems("mechanism", known.__contains__) == []


@pytest.mark.parametrize(
    ("exists", "wrong"),
    [
        (is_parameter, "retailers.*.desks.contact.discipline=first_come"),
        (is_parameter, "retailers.*.kinds"),
        (is_parameter, "retailers.Alpha2.kind"),
        (is_parameter, "levers.vip_line"),
        (is_parameter, "levers.vip_lane.hooks.deflected_share"),
        (is_parameter, "tags.elderly.top_need"),
        (is_parameter, "events.storm"),
        (is_parameter, "events.outage_storm.segments"),
        (is_state, "customer.mind"),
        (is_state, "Retailer.soul"),
        (is_metric, "happiness"),
        (is_metric, "retailer_month.happiness"),
        (is_metric, "report:happiness"),
    ],
)
def test_what_does_not_exist_is_found_out(exists: Any, wrong: str) -> None:
    assert not exists(wrong)


def test_every_lever_of_the_catalogue_is_an_element() -> None:
    named = {item.split(".")[1] for _, item in listed("parameters") if item.startswith("levers.")}
    assert set(shipped()["levers"]) <= named


def test_a_lever_says_what_it_does_what_it_costs_and_how_that_is_known() -> None:
    for name, lever in market().levers.items():
        assert lever.title, name
        assert lever.evidence.endswith("."), name
        assert lever.costs != LeverCosts(), name
        assert lever.effects != LeverEffects() or lever.hooks != LeverHooks(), name


def test_the_document_is_up_to_date() -> None:
    assert (DOCS / "elements.md").read_text(encoding="utf-8") == GENERATOR["page"](), "run `make docs`"
